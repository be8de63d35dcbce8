"""What counts as an encounter with a landmark."""

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Encounters(StrictSettings):
    """What counts as meeting a landmark."""

    min_duration_s: float = Field(0.1, gt=0, description="shorter stretches of visibility do not count (s)")
    merge_within_s: float = Field(
        0.5, ge=0, description="stretches of one landmark less than this apart are one encounter (s)"
    )
