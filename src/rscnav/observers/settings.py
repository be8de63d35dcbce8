"""Settings: grids and particle counts of the ideal observers."""

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Observer(StrictSettings):
    """Grid of the exact Bayes filters on the ring, and particle count of the filter in the arena."""

    grid_bins: int = Field(
        512,
        ge=8,
        le=65_536,
        description="bins of the exact Bayes filters' grid on the ring; a multiple of the task's n_bins",
    )
    separation_bins: int = Field(
        32,
        ge=2,
        le=4_096,
        description="bins of an unknown landmark separation; a multiple of the task's n_separation_bins",
    )
    particles: int = Field(
        16384, ge=64, le=10_000_000, description="particles of the arena's Bayes filter, which is approximate"
    )
