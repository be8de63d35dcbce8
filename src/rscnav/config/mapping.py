"""What the names in a recorded file mean: rows to choose, position, trials, landmarks."""

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
    """Which series is the animal's place, and in what unit."""

    series: str = Field(description="name of a SpatialSeries, or 'module/interface/series' where names repeat")
    unit: Literal["rad", "deg", "m", "cm", "px"] = Field(
        description="unit of the series, of the landmarks and of the radius; cm become m, deg become rad, px stay px"
    )
    override_unit: bool = Field(
        False, description="take `unit` although the file names another; false: refuse such a file"
    )
    heading: Literal["movement"] | str | None = Field(
        None,
        description="'movement': direction of movement (on the ring along the tangent); or the name of a series in rad; null: none",
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


class Epochs(Closed):
    """Which stretches of the recording to use; bins outside them are dropped."""

    table: str = Field("epochs", description="'epochs', or the name of an interval table")
    select: list[Rule] = Field(default_factory=list, description="rules on its columns; all must hold")


class Trials(Closed):
    """Which table holds the trials, and what its columns mean."""

    table: str = Field("trials", description="'trials', or the name of an interval table")
    select: list[Rule] = Field(default_factory=list, description="rules on its columns; all must hold")
    outcome: str | None = Field(None, description="column with the trial's outcome; null: none")
    correct: list[Scalar] = Field(default=["correct"], description="values of the outcome column that mean correct")
    incorrect: list[Scalar] = Field(
        default=["incorrect"],
        description="values that mean incorrect; any other value is 'none'",
    )
    rotation: str | None = Field(
        None,
        description="column with the scene's rotation per trial (rad, counter-clockwise); it is taken off; null: not rotated",
    )
    rotation_centre: list[float] | None = Field(
        None, description="in the plane: what the scene turns around (the position's unit); null: the origin"
    )


class Landmarks(Closed):
    """Where the landmarks are, and from how far they are seen."""

    places: dict[Name, list[float] | str] = Field(
        min_length=1,
        description="per landmark its place where the rotation is 0, or the trial-table column with its place in the room",
    )
    radius: float = Field(gt=0, description="a landmark is visible within this distance (the position's unit)")
