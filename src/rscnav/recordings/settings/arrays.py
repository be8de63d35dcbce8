"""Settings of `arrays`: the arrays in a file without NWB's structure."""

from typing import Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.strict_settings import StrictSettings


class ArraySpikes(StrictSettings):
    """Spike times, in one array for all units or in one array for each unit."""

    times: str = Field(
        description="array with the spike times of all units, or, with `unit: null`, one array for each unit (a cell array)"
    )
    unit: str | None = Field(
        None, description="array with the unit of each spike; null: `times` has one array for each unit"
    )


class ArraySeries(StrictSettings):
    """One time series."""

    data: str = Field(description="array (sample,) or (sample, column)")
    time: str | None = Field(None, description="array with the time of each sample; null: given by `rate`")
    rate: float | None = Field(None, gt=0, description="in place of `time`: sampling rate (Hz)")
    start_s: float = Field(0.0, ge=-1e11, le=1e11, description="with `rate`: time of the first sample (s)")
    unit: str = Field("", description="unit of the values")
    across: bool | None = Field(
        None,
        description="true: the matrix is stored as (column, sample); null: decided by the length of `time`, or, without `time`, the "
        "longer dimension is time",
    )

    @model_validator(mode="after")
    def _timed(self) -> "ArraySeries":
        if (self.time is None) == (self.rate is None):
            raise InvalidValueError(
                f"arrays.series: '{self.data}' needs exactly one of time (an array) and rate (in Hz)"
            )
        return self


class Arrays(StrictSettings):
    """Names of arrays (`a/b` or `a.b` inside groups and structures, `a[:, 1]` for a column), and what they become."""

    spikes: ArraySpikes | None = Field(None, description="arrays with the spike times; null: no spikes")
    units: dict[str, str] = Field(
        default_factory=dict,
        description="columns of the table of units: {quality: label}; one value for each unit, in ascending order of `spikes.unit`, "
        "or in the order of the cells",
    )
    series: dict[str, ArraySeries] = Field(
        default_factory=dict, description="series, by the name that `position.series` and other keys use"
    )
    tables: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="tables by name: {trials: {start_time: on, stop_time: off, choice: choice}}"
    )
    time_unit: Literal["s", "ms", "us"] = Field("s", description="unit of all times in the file")

    @model_validator(mode="after")
    def _something(self) -> "Arrays":
        if self.spikes is None and not self.series:
            raise InvalidValueError("arrays: it names neither spikes nor series; name at least one of them")
        return self
