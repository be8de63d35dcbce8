"""What the names in a recorded file mean: rows to choose, position, trials, phases."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rscnav.config.base import Closed

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Scalar = str | int | float | bool


class Rule(Closed):
    """Keep the rows whose `column` meets every bound given here."""

    column: str = Field(description="column of the table; for units also n_spikes and rate_hz, which are computed")
    min: float | None = Field(None, description="keep rows with at least this")
    max: float | None = Field(None, description="keep rows with at most this")
    values: list[Scalar] | None = Field(None, description="keep rows with one of these")

    @model_validator(mode="after")
    def _bounds(self) -> "Rule":
        if self.min is None and self.max is None and self.values is None:
            raise ValueError(f"the rule for column '{self.column}' says nothing; give min, max or values")
        return self


class Position(Closed):
    """Which series is the animal's place, in what unit, and how it lies in the arena."""

    series: str = Field(description="name of a SpatialSeries, or 'module/interface/series' where names repeat")
    unit: Literal["rad", "deg", "m", "cm", "px"] | None = Field(
        None,
        description="unit of the series, of the landmarks and of the radius; cm become m, deg become rad, px stay px; "
        "null: as the file says",
    )
    override_unit: bool = Field(
        False, description="take `unit` although the file names another; false: refuse such a file"
    )
    centre: list[float] | None = Field(
        None, description="in the plane: middle of the arena in the series' unit, which becomes (0, 0); null: not moved"
    )
    scale: float | None = Field(
        None, gt=0, description="metres per px of the series; px then become m; null: px stay px"
    )
    ring: bool = Field(
        False,
        description="a circular track: the angle around `centre` becomes the position (rad, counter-clockwise from +x); "
        "landmarks.radius and min_speed are then in rad",
    )
    arena_radius: float | None = Field(
        None,
        gt=0,
        description="samples further than this from `centre` are no place in the arena: left out and counted (the unit of "
        "the series); null: all are",
    )
    max_speed: float | None = Field(
        None,
        gt=0,
        description="samples that the animal would have had to reach faster than this are jumps of the tracking: left "
        "out and counted (the unit of the series, per s); null: none are",
    )
    heading: Literal["movement"] | str | None = Field(
        None,
        description="'movement': direction of movement (on the ring along the tangent); or the name of a series of "
        "angles; null: none",
    )
    min_speed: float = Field(0.0, ge=0, description="with heading: movement, no heading below this speed (unit/s)")
    max_gap_s: float = Field(
        0.25,
        gt=0,
        description="neighbouring samples further apart than this leave a gap; bins that touch it are dropped (s)",
    )
    nan: Literal["refuse", "drop"] = Field(
        "refuse", description="NaN positions: refuse the file, or drop and count the bins"
    )

    @model_validator(mode="after")
    def _placed(self) -> "Position":
        if self.centre is None and (self.ring or self.arena_radius is not None):
            key = "ring: true" if self.ring else "arena_radius"
            raise ValueError(f"position.{key} needs position.centre, the middle of the arena [x, y]")
        if self.centre is not None and len(self.centre) < 2:
            raise ValueError(f"position.centre: {self.centre} has one coordinate, the middle of the arena has x and y")
        if self.scale is not None and self.unit != "px":
            raise ValueError(f"position.scale says how many metres a px is, but position.unit is {self.unit}; write px")
        return self


class Epochs(Closed):
    """Which stretches of the recording to use; bins outside them are dropped."""

    table: str = Field("epochs", description="'epochs', or the name of an interval table")
    select: list[Rule] = Field(default_factory=list, description="rules on its columns; all must hold")


class Home(Closed):
    """A place that trials lead away from and back to."""

    place: list[float] = Field(min_length=1, description="where it is, in the position's unit")
    radius: float = Field(gt=0, description="the animal is at home within this distance (the position's unit)")
    min_s: float = Field(0.5, ge=0, description="shorter stays away are no trial (s)")


class Trials(Closed):
    """Which table holds the trials, and what its columns mean."""

    table: str = Field("trials", description="'trials', 'epochs', or the name of another interval table")
    select: list[Rule] = Field(default_factory=list, description="rules on its columns; all must hold")
    until: Literal["stop", "next"] = Field(
        "stop",
        description="a trial lasts to its row's stop_time, or to where the next row starts (the last: to the end)",
    )
    home: Home | None = Field(
        None, description="in place of a table: a trial from each leaving of this place to coming back; null: the table"
    )
    columns: str | None = Field(
        None, description="another table, whose columns are added to the trials' own; null: none"
    )
    match: str | None = Field(
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
        if self.match is not None and self.columns is None:
            raise ValueError(f"trials.match: '{self.match}' joins two tables, but trials.columns names no second one")
        from_table = {"select", "columns", "outcome", "rotation", "until"} & self.model_fields_set
        if self.home is not None and from_table:
            raise ValueError(
                f"trials.home makes trials without a table, so trials.{', trials.'.join(sorted(from_table))} can't be had"
            )
        return self


class Phases(Closed):
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
            raise ValueError("phases: give either series or table")
        return self
