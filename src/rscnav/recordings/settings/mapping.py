"""Settings of the mapping: activity that is a series, rules on rows of tables, epochs, trials and phases."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.field_types import Scalar, Text
from rscnav.settings.reserved_names import repeated
from rscnav.settings.strict_settings import StrictSettings, changed_keys


class Activity(StrictSettings):
    """Series of activity, in place of spikes."""

    series: Text | Annotated[list[Text], Field(min_length=1)] = Field(
        description="name or path of a RoiResponseSeries or another series with one column for each unit, or a list of them (one for "
        "each imaging plane), whose units become one population",
    )
    kind: Literal["continuous", "rate", "counts"] = Field(
        "continuous",
        description="continuous: fluorescence (dF/F, deconvolved), averaged in time bins; rate: firing rate in Hz, averaged in time "
        "bins; counts: spike counts, summed in time bins and divided by the bin width",
    )
    timestamps_at: Literal["start", "centre"] = Field(
        "start", description="whether the time of a sample is the start or the centre of its interval"
    )
    nan: Literal["refuse", "drop"] = Field(
        "refuse", description="time bins with NaN: refuse the file, or drop and count these bins"
    )

    @model_validator(mode="after")
    def _once(self) -> "Activity":
        twice = repeated(self.names)
        if twice:
            raise InvalidValueError(
                f"activity.series: '{twice[0]}' is in the list more than once; name each series once"
            )
        return self

    @property
    def names(self) -> list[str]:
        """Names of the series, as a list."""
        return [self.series] if isinstance(self.series, str) else self.series


class RowFilter(StrictSettings):
    """Selection rule: rows whose `column` meets all conditions are used."""

    column: str = Field(
        description="column of the table; for units also n_spikes, rate_hz and observed_fraction, which are computed"
    )
    min: float | None = Field(None, description="smallest value that is used; null: no limit")
    max: float | None = Field(None, description="largest value that is used; null: no limit")
    values: list[Scalar] | None = Field(None, description="values that are used; null: all")

    @model_validator(mode="after")
    def _bounds(self) -> "RowFilter":
        if self.min is None and self.max is None and self.values is None:
            raise InvalidValueError(f"the rule for column '{self.column}' has no condition; set min, max or values")
        return self


class Epochs(StrictSettings):
    """Epochs of the recording that are used; time bins outside them are dropped."""

    table: str = Field("epochs", description="'epochs', or the name of an interval table")
    select: list[RowFilter] = Field(
        default_factory=list, description="rules on its columns; rows that meet all of them are used"
    )


class Home(StrictSettings):
    """Home location: trials begin when the animal leaves it, and end when it returns."""

    place: list[float] = Field(min_length=1, description="coordinates (unit of the position)")
    radius: float = Field(gt=0, description="the animal is at home within this distance (unit of the position)")
    min_s: float = Field(0.5, ge=0, description="shorter absences from home are not trials (s)")


class Trials(StrictSettings):
    """Source of the trials, and the meaning of the columns of the trial table."""

    table: str = Field("trials", description="'trials', 'epochs', or the name of another interval table")
    select: list[RowFilter] = Field(
        default_factory=list, description="rules on its columns; rows that meet all of them are used"
    )
    end: Literal["stop", "next"] = Field(
        "stop",
        description="stop: a trial ends at the stop_time of its row; next: at the start of the next row (the last trial at the end of "
        "the recording)",
    )
    home_location: Home | None = Field(
        None,
        description="in place of a table, for example {place: [0, 20], radius: 5}: a trial lasts from a departure from "
        "this location to the next return; null: the table",
    )
    join_table: str | None = Field(
        None, description="another table, whose columns are added to the trial table; null: none"
    )
    join_on: str | None = Field(
        None, description="column of both tables with equal values in matching rows; null: rows match by their order"
    )
    outcome: str | None = Field(None, description="column with the outcome of the trial; null: none")
    correct: list[Scalar] = Field(default=["correct"], description="values of the outcome column that mean correct")
    incorrect: list[Scalar] = Field(
        default=["incorrect"],
        description="values of the outcome column that mean incorrect; any other value is 'none'",
    )
    rotation: str | None = Field(
        None,
        description="column with the rotation of the scene in each trial (counter-clockwise); positions are rotated "
        "back by it; null: not rotated",
    )
    rotation_unit: Literal["rad", "deg"] = Field("rad", description="unit of the rotation")
    rotation_centre: list[float] | None = Field(
        None,
        description="in the plane: centre of the rotation (unit of the position); null: position.centre, or the origin",
    )

    @model_validator(mode="after")
    def _one_source(self) -> "Trials":
        if self.join_on is not None and self.join_table is None:
            raise InvalidValueError(
                f"trials.join_on: '{self.join_on}' needs a second table; set trials.join_table, or remove join_on"
            )
        from_table = {"select", "join_table", "outcome", "rotation", "end"} & changed_keys(self)
        if self.home_location is not None and from_table:
            keys = sorted(from_table)
            raise InvalidValueError(
                f"trials.home_location defines trials without a table, but trials.{', trials.'.join(keys)} "
                f"need{'s' if len(keys) == 1 else ''} one; remove home_location or the other key{'' if len(keys) == 1 else 's'}"
            )
        return self


class Phases(StrictSettings):
    """Phases stored in the file, in place of phases computed from the encounters."""

    series: str | None = Field(
        None,
        description="name of a series with one value for each sample, valid until the next sample; null: use `table`",
    )
    table: str | None = Field(
        None, description="name of an interval table with one row for each stretch of one phase; null: use `series`"
    )
    column: str = Field("phase", description="column of the table that names the phase")
    values: dict[Literal["LM0", "LM1", "LM2"], list[Scalar]] = Field(
        default={"LM0": ["LM0", 0], "LM1": ["LM1", 1], "LM2": ["LM2", 2]},
        description="for each phase, its values in the series or column; any other value: not applicable",
    )

    @model_validator(mode="after")
    def _one(self) -> "Phases":
        if (self.series is None) == (self.table is None):
            ways = "both" if self.series is not None else "neither"
            raise InvalidValueError(f"phases: expected exactly one of series and table; found {ways}")
        return self
