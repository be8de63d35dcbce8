"""Activity that is a series already."""

from typing import Literal

from pydantic import Field

from rscnav.config.base import Closed


class Activity(Closed):
    """Which series is the activity, in place of spikes."""

    series: str = Field(description="name of a RoiResponseSeries or another series with one column a unit")
    kind: Literal["continuous", "rate", "counts"] = Field(
        "continuous",
        description="continuous: fluorescence (dF/F, deconvolved), averaged in bins; rate: the same, in Hz; counts: of spikes "
        "in bins, summed and divided by the width",
    )
    stamp: Literal["start", "centre"] = Field(
        "start", description="whether a sample's time is the start or the middle of what it stands for"
    )
    nan: Literal["refuse", "drop"] = Field(
        "refuse", description="bins with NaN: refuse the file, or drop and count them"
    )
