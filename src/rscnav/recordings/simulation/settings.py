"""Settings of a simulated recording."""

from typing import Annotated, Literal

from pydantic import Field

from rscnav.settings.field_types import Name
from rscnav.settings.strict_settings import StrictSettings
from rscnav.tasks.ring_fixed import Settings as RingFixed


class Simulation(StrictSettings):
    """Simulated recording of a mouse on the ring, written as an NWB file, with known ground truth."""

    name: Name = Field(description="the file is {results_dir}/recordings/NAME.nwb")
    encodes: Literal["belief", "position"] = Field(
        "belief",
        description="what the neurons encode: the belief of the exact Bayes filter, or only the true position "
        "(negative control)",
    )
    n_trials: int = Field(300, ge=2, le=100_000, description="count of trials")
    n_units: int = Field(80, ge=1, le=100_000, description="count of Poisson neurons")
    peak_rate_hz: float = Field(
        12.0, gt=0, le=10_000, description="median over neurons of the firing rate at the preferred position (Hz)"
    )
    baseline_rate_hz: float = Field(
        0.5, ge=0, le=10_000, description="firing rate far from the preferred position (Hz)"
    )
    tuning_width_rad: float = Field(0.5, gt=0, description="width (sd) of the tuning curves (rad)")
    phase_gain: list[Annotated[float, Field(gt=0)]] = Field(
        default_factory=lambda: [1.0, 1.15, 1.3],
        min_length=3,
        max_length=3,
        description="gain of the firing rates in LM0, LM1, LM2",
    )
    gap_s: float = Field(2.0, gt=0, le=10_000, description="time between trials, without position (s)")
    task: RingFixed = Field(
        default_factory=RingFixed, description="settings of the task ring-fixed that differ from its defaults"
    )
