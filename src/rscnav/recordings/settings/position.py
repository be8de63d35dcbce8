"""Which series and columns of a recorded file are the animal's place and heading."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.field_types import Index, Text
from rscnav.settings.strict_settings import StrictSettings


class Heading(StrictSettings):
    """The animal's heading: a series, a column of the position's series, or the direction from one point to another."""

    series: Text | None = Field(None, description="name of a series of angles; a * stands for any text")
    column: Index | None = Field(
        None, description="in place of a series: column of the position's series with the angle"
    )
    unit: Literal["rad", "deg"] | None = Field(
        None, description="unit of the angles; null: as the file says, else rad; of a column: rad"
    )
    back: Text | list[Index] | None = Field(
        None, description="point at the back: name of a series with x and y, or two columns of the position's series"
    )
    front: Text | list[Index] | None = Field(
        None, description="point in front, as `back`; the heading is the direction from back to front"
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Heading":
        if (self.back is None) != (self.front is None):
            raise InvalidValueError(
                "position.heading: give both back and front; the heading is the direction between them"
            )
        ways = [name for name in ("series", "column", "back") if getattr(self, name) is not None]
        if len(ways) != 1:
            raise InvalidValueError(
                "position.heading: give exactly one of series (angles), column (an angle in the position's series), and back "
                f"with front (two points); there {'are ' + ', '.join(ways) if ways else 'is none'}"
            )
        if self.back is not None and self.unit is not None:
            raise InvalidValueError(
                "position.heading.unit is for angles; a direction between two points needs none: remove it"
            )
        if self.back is not None and self.front is not None and type(self.back) is not type(self.front):
            raise InvalidValueError(
                "position.heading: back and front are both names of series, or both two columns: [0, 1] of the position's"
            )
        for name, point in (("back", self.back), ("front", self.front)):
            if isinstance(point, list) and len(point) != 2:
                raise InvalidValueError(
                    f"position.heading.{name}: {point} are {len(point)} columns; a point has two, x and y: [0, 1]"
                )
        return self


class Position(StrictSettings):
    """Which series is the animal's place, in what unit, and how it lies in the arena."""

    series: Text | Annotated[list[Text], Field(min_length=1)] = Field(
        description="name of a SpatialSeries, or 'module/interface/series' where names repeat; or a list of them, or a name "
        "with *: coordinates side by side (x and y apart), or pieces one after the other in time (one an epoch)"
    )
    columns: Annotated[list[Index], Field(min_length=1, max_length=3)] | None = Field(
        None,
        description="which columns of the series are the place, from 0: [0, 1] of x1, y1, x2, y2; null: all, one or two",
    )
    unit: Literal["rad", "deg", "m", "cm", "mm", "um", "px"] | None = Field(
        None,
        description="unit of the series, of the landmarks and of the radius; cm, mm and um become m, deg become rad, px stay "
        "px; null: as the file says",
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
        "landmarks.visibility_radius and min_speed are then in rad",
    )
    track_length: float | None = Field(
        None,
        gt=0,
        description="a linear position that starts again each lap (a corridor in virtual reality, a belt): length of the track "
        "in the series' unit; the position becomes an angle, 0 to 2 pi a lap (rad). Landmarks, their radius and min_speed "
        "stay in the series' unit; null: it does not start again",
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
    heading: Literal["movement"] | Text | Heading | None = Field(
        None,
        description="'movement': direction of movement (on the ring along the tangent); the name of a series of angles; "
        "{column: 2} of the position's series; or two points, {back: [2, 3], front: [0, 1]}; null: none",
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
            raise InvalidValueError(f"position.{key} needs position.centre, the middle of the arena [x, y]")
        if self.centre is not None and len(self.centre) < 2:
            raise InvalidValueError(
                f"position.centre: {self.centre} has one coordinate, the middle of the arena has x and y"
            )
        if self.scale is not None and self.unit != "px":
            raise InvalidValueError(
                f"position.scale says how many metres a px is, but position.unit is {self.unit}; write px"
            )
        if self.columns is not None and len(set(self.columns)) < len(self.columns):
            raise InvalidValueError(f"position.columns: {self.columns} names a column twice; columns count from 0")
        if self.track_length is not None:
            other = [key for key in ("ring", "centre", "scale", "arena_radius") if getattr(self, key)]
            if other:
                raise InvalidValueError(
                    f"position.track_length is for one coordinate along a track, position.{other[0]} for places in the plane; "
                    "remove one of them"
                )
            if self.unit in ("rad", "deg"):
                raise InvalidValueError(
                    f"position.track_length: a position in {self.unit} closes after a turn by itself; remove track_length"
                )
        return self

    @property
    def names(self) -> list[str]:
        """The series' names, also of one."""
        return [self.series] if isinstance(self.series, str) else list(self.series)

    @property
    def shown(self) -> str:
        """The series' names for messages."""
        return ", ".join(f"'{name}'" for name in self.names)
