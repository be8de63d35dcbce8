"""What the names in a recorded file mean: activity that is a series, rows to choose, trials, phases; the position in `position`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.field_types import Scalar, Text
from rscnav.settings.reserved_names import repeated
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
        twice = repeated(self.names)
        if twice:
            raise InvalidValueError(
                f"activity.series: '{twice[0]}' is in the list more than once; name each series once"
            )
        return self

    @property
    def names(self) -> list[str]:
        """The series' names, one or several."""
        return [self.series] if isinstance(self.series, str) else self.series


class RowFilter(StrictSettings):
    """Keep the rows whose `column` meets every bound given here."""

    column: str = Field(description="column of the table; for units also n_spikes and rate_hz, which are computed")
    min: float | None = Field(None, description="keep rows with at least this")
    max: float | None = Field(None, description="keep rows with at most this")
    values: list[Scalar] | None = Field(None, description="keep rows with one of these")

    @model_validator(mode="after")
    def _bounds(self) -> "RowFilter":
        if self.min is None and self.max is None and self.values is None:
            raise InvalidValueError(f"the rule for column '{self.column}' says nothing; give min, max or values")
        return self


class Epochs(StrictSettings):
    """Which stretches of the recording to use; bins outside them are dropped."""

    table: str = Field("epochs", description="'epochs', or the name of an interval table")
    select: list[RowFilter] = Field(default_factory=list, description="rules on its columns; all must hold")


class Home(StrictSettings):
    """A place that trials lead away from and back to."""

    place: list[float] = Field(min_length=1, description="where it is, in the position's unit")
    radius: float = Field(gt=0, description="the animal is at home within this distance (the position's unit)")
    min_s: float = Field(0.5, ge=0, description="shorter stays away are no trial (s)")


class Trials(StrictSettings):
    """Which table holds the trials, and what its columns mean."""

    table: str = Field("trials", description="'trials', 'epochs', or the name of another interval table")
    select: list[RowFilter] = Field(default_factory=list, description="rules on its columns; all must hold")
    end: Literal["stop", "next"] = Field(
        "stop",
        description="a trial lasts to its row's stop_time, or to where the next row starts (the last: to the end)",
    )
    home_location: Home | None = Field(
        None, description="in place of a table: a trial from each leaving of this place to coming back; null: the table"
    )
    join_table: str | None = Field(
        None, description="another table, whose columns are added to the trials' own; null: none"
    )
    join_on: str | None = Field(
        None, description="column of both tables whose values say which rows belong together; null: row by row"
    )
    outcome: str | None = Field(None, description="column with the trial's outcome; null: none")
    correct: list[Scalar] = Field(default=["correct"], description="values of the outcome column that mean correct")
    incorrect: list[Scalar] = Field(
        default=["incorrect"],
        description="values that mean incorrect; any other value is 'none'",
    )
    rotation: str | None = Field(
        None,
        description="column with the scene's rotation per trial (counter-clockwise); it is taken off; null: not rotated",
    )
    rotation_unit: Literal["rad", "deg"] = Field("rad", description="unit of that column")
    rotation_centre: list[float] | None = Field(
        None,
        description="in the plane: what the scene turns around (the position's unit); null: position.centre, or the origin",
    )

    @model_validator(mode="after")
    def _one_source(self) -> "Trials":
        if self.join_on is not None and self.join_table is None:
            raise InvalidValueError(
                f"trials.join_on: '{self.join_on}' joins two tables, but trials.join_table names no second one"
            )
        from_table = {"select", "join_table", "outcome", "rotation", "end"} & self.model_fields_set
        if self.home_location is not None and from_table:
            raise InvalidValueError(
                f"trials.home_location makes trials without a table, so trials.{', trials.'.join(sorted(from_table))} can't be had"
            )
        return self


class Phases(StrictSettings):
    """Phases as the file has them, in place of those that follow from the encounters."""

    series: str | None = Field(None, description="name of a series with one value a sample; each holds until the next")
    table: str | None = Field(None, description="name of an interval table with one row a stretch of one phase")
    column: str = Field("phase", description="the table's column that names the phase")
    values: dict[Literal["LM0", "LM1", "LM2"], list[Scalar]] = Field(
        default={"LM0": ["LM0", 0], "LM1": ["LM1", 1], "LM2": ["LM2", 2]},
        description="which values mean which phase; any other: not applicable",
    )

    @model_validator(mode="after")
    def _one(self) -> "Phases":
        if (self.series is None) == (self.table is None):
            raise InvalidValueError("phases: give either series or table")
        return self
