"""Activity that is a series already."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.field_types import Text
from rscnav.settings.strict_settings import StrictSettings


class Activity(StrictSettings):
    """Which series is the activity, in place of spikes."""

    series: Text | Annotated[list[Text], Field(min_length=1)] = Field(
        description="name or path of a RoiResponseSeries or another series with one column a unit, or a list of several (one an "
        "imaging plane), whose units become one population",
    )
    kind: Literal["continuous", "rate", "counts"] = Field(
        "continuous",
        description="continuous: fluorescence (dF/F, deconvolved), averaged in bins; rate: the same, in Hz; counts: of spikes "
        "in bins, summed and divided by the width",
    )
    timestamps_at: Literal["start", "centre"] = Field(
        "start", description="whether a sample's time is the start or the middle of what it stands for"
    )
    nan: Literal["refuse", "drop"] = Field(
        "refuse", description="bins with NaN: refuse the file, or drop and count them"
    )

    @model_validator(mode="after")
    def _once(self) -> "Activity":
        twice = sorted({name for name in self.names if self.names.count(name) > 1})
        if twice:
            raise InvalidValueError(
                f"activity.series: '{twice[0]}' is in the list more than once; name each series once"
            )
        return self

    @property
    def names(self) -> list[str]:
        """The series' names, one or several."""
        return [self.series] if isinstance(self.series, str) else self.series
