"""Settings of the export."""

from typing import Literal

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Export(StrictSettings):
    """Files that are written for other programs."""

    nwb: bool = Field(True, description="write every session as an NWB 2 file (HDF5)")
    tables: Literal["parquet", "csv"] | None = Field(
        "parquet", description="format of the tidy tables of every session; null: no tables"
    )
