"""Settings of landmark encounters."""

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Encounters(StrictSettings):
    """Settings of landmark encounters."""

    min_duration_s: float = Field(0.1, gt=0, description="shorter visits in view are not encounters (s)")
    merge_within_s: float = Field(
        0.5, ge=0, description="visits to one landmark separated by less than this are one encounter (s)"
    )
