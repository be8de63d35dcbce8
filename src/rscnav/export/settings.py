"""Which files are exported."""

from typing import Literal

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Export(StrictSettings):
    """What is written for other programs."""

    nwb: bool = Field(True, description="every session as NWB")
    tables: Literal["parquet", "csv"] | None = Field("parquet", description="tidy tables beside it; null: none")
