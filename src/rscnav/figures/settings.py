"""Settings of all figures."""

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Figures(StrictSettings):
    """Settings of figures: width, resolution, sessions per figure."""

    width_mm: float = Field(180.0, ge=20, le=2_000, description="width on the page (mm)")
    dpi: int = Field(300, ge=50, le=2_400, description="resolution of the PNG files (dots per inch)")
    max_sessions: int = Field(
        6,
        ge=1,
        le=1_000,
        description="joint figures show one row per session up to this count; with more, one row per group of sessions",
    )
