"""What the arrays in a file without NWB's structure are."""

from typing import Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.strict_settings import StrictSettings


class ArraySpikes(StrictSettings):
    """Spike times, of all units one after the other or of each unit on its own."""

    times: str = Field(
        description="array of spike times; of all units, or with `unit: null` one array a unit (a cell array)"
    )
    unit: str | None = Field(
        None, description="array with the unit of each spike time; null: `times` has one array a unit"
    )


class ArraySeries(StrictSettings):
    """One time series."""

    data: str = Field(description="array (sample,) or (sample, column)")
    time: str | None = Field(None, description="array of the samples' times")
    rate: float | None = Field(None, gt=0, description="in place of times: samples a second")
    start_s: float = Field(0.0, ge=-1e11, le=1e11, description="with a rate: time of the first sample (s)")
    unit: str = Field("", description="what the values are in")
    across: bool | None = Field(
        None,
        description="whether samples lie along the second side of a matrix; null: as `time` fits, without it the longer side is time",
    )

    @model_validator(mode="after")
    def _timed(self) -> "ArraySeries":
        if (self.time is None) == (self.rate is None):
            raise InvalidValueError(
                f"arrays.series: '{self.data}' needs either time, an array, or rate, in samples a second"
            )
        return self


class Arrays(StrictSettings):
    """Names of arrays (`a/b` or `a.b` inside groups and structures, `a[:, 1]` for a column), and what they become."""

    spikes: ArraySpikes | None = Field(None, description="null: no spikes")
    units: dict[str, str] = Field(
        default_factory=dict,
        description="columns of the units' table, in the order of the units' names: {quality: label}",
    )
    series: dict[str, ArraySeries] = Field(
        default_factory=dict, description="series by the name that `position.series` and others then use"
    )
    tables: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="tables by name: {trials: {start_time: on, stop_time: off, choice: choice}}"
    )
    time_unit: Literal["s", "ms", "us"] = Field("s", description="what all times in the file are in")

    @model_validator(mode="after")
    def _something(self) -> "Arrays":
        if self.spikes is None and not self.series:
            raise InvalidValueError("arrays: neither spikes nor series are named; there would be nothing to read")
        return self
