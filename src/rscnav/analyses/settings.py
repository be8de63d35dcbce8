"""Settings that all analyses share."""

from typing import Literal

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings


class Common(StrictSettings):
    """Settings that all analyses share."""

    trials: Literal["all", "low_error"] = Field(
        "all",
        description="all trials, or low_error: trials in which the position error of the belief stays below 0.5 rad "
        "after the second landmark (as in the paper)",
    )
    analysis_dt_s: float = Field(
        0.1,
        gt=0,
        le=100,
        description="narrower time bins are averaged to this width before the filter (s)",
    )
    cutoff_hz: float = Field(
        0.5, gt=0, le=10_000, description="cutoff of the first-order Butterworth low-pass filter (Hz)"
    )
    causal: bool = Field(True, description="true: filter forward only; false: forward and backward (zero phase)")
