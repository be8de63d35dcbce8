"""Settings that all analyses share."""

from typing import Literal

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Common(StrictSettings):
    """What all analyses share."""

    trials: Literal["all", "low_error"] = Field(
        "all",
        description="low_error: test trials in which the network's error stays below 0.5 rad once both landmarks are met",
    )
    analysis_dt_s: float = Field(
        0.1,
        gt=0,
        le=100,
        description="time bins narrower than this are joined to it, rates averaged, before the filter (s)",
    )
    cutoff_hz: float = Field(
        0.5, gt=0, le=10_000, description="cutoff of the first-order Butterworth low-pass filter (Hz)"
    )
    causal: bool = Field(True, description="true: forward only; false: forward and backward, no phase shift")
