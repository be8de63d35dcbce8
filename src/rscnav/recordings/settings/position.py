"""Settings of `position`: series and columns of the position and heading, their unit, and the arena."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.field_types import Index, Text
from rscnav.settings.strict_settings import StrictSettings


class Heading(StrictSettings):
    """Heading of the animal: a series, a column of the position series, or the direction from one point to another."""

    series: Text | None = Field(
        None, description="name of a series of angles; * matches any text; null: not from a series"
    )
    column: Index | None = Field(
        None, description="in place of a series: column of the position series with the angle, counted from 0"
    )
    unit: Literal["rad", "deg"] | None = Field(
        None, description="unit of the angles; null: as named in the file, else rad; for a column: rad"
    )
    back: Text | list[Index] | None = Field(
        None, description="point at the back: name of a series with x and y, or two columns of the position series"
    )
    front: Text | list[Index] | None = Field(
        None, description="point in front, given like `back`; the heading is the direction from back to front"
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Heading":
        if (self.back is None) != (self.front is None):
            raise InvalidValueError(
                "position.heading: set both back and front; the heading is the direction from back to front"
            )
        ways = [name for name in ("series", "column", "back") if getattr(self, name) is not None]
        if len(ways) != 1:
            raise InvalidValueError(
                "position.heading: expected exactly one of series (angles), column (an angle in the position series), and back with "
                f"front (two points); found {', '.join(ways) if ways else 'none of them'}"
            )
        if self.back is not None and self.unit is not None:
            raise InvalidValueError(
                "position.heading.unit is for angles, and a direction between two points has no unit; remove unit"
            )
        if self.back is not None and self.front is not None and type(self.back) is not type(self.front):
            raise InvalidValueError(
                "position.heading: back and front must be both names of series, or both two columns of the position series, for "
                "example [0, 1]"
            )
        for name, point in (("back", self.back), ("front", self.front)):
            if isinstance(point, list) and len(point) != 2:
                raise InvalidValueError(
                    f"position.heading.{name}: {point} has {len(point)} columns; a point has two, x and y, for example [0, 1]"
                )
        return self


class Position(StrictSettings):
    """Series of the position, its unit, the arena, and the heading."""

    series: Text | Annotated[list[Text], Field(min_length=1)] = Field(
        description="name of a SpatialSeries, or 'module/interface/series' if names repeat; or a list of names, or a name with *: "
        "coordinates in separate series (x and y), or pieces in time (one for each epoch)"
    )
    columns: Annotated[list[Index], Field(min_length=1, max_length=3)] | None = Field(
        None,
        description="columns of the series that are the position, counted from 0: [0, 1] of x1, y1, x2, y2; null: all (one or two)",
    )
    unit: Literal["rad", "deg", "m", "cm", "mm", "um", "px"] | None = Field(
        None,
        description="unit of the series, of the landmark positions and of visibility_radius; cm, mm and um are converted to m, deg to "
        "rad, px stay px; null: as named in the file",
    )
    override_unit: bool = Field(
        False, description="true: use `unit` although the file names another unit; false: refuse such a file"
    )
    centre: list[float] | None = Field(
        None,
        description="in the plane: centre of the arena (unit of the series), which becomes (0, 0); null: not moved",
    )
    scale: float | None = Field(None, gt=0, description="metres per px, to convert px to m; null: px stay px")
    ring: bool = Field(
        False,
        description="true: circular track; the angle around `centre` becomes the position (rad, counter-clockwise from "
        "+x), and landmarks.visibility_radius and min_speed are in rad",
    )
    track_length: float | None = Field(
        None,
        gt=0,
        description="length of a track whose linear position restarts in each lap (a corridor in virtual reality, a "
        "belt), in the unit of the series. The position becomes an angle, 0 to 2π for a lap (rad); landmarks, "
        "visibility_radius and min_speed stay in the unit of the series. null: the position does not restart",
    )
    arena_radius: float | None = Field(
        None,
        gt=0,
        description="samples further than this from `centre` are dropped and counted (unit of the series); null: none",
    )
    max_speed: float | None = Field(
        None,
        gt=0,
        description="samples reached faster than this are tracking jumps; they are dropped and counted (unit of the "
        "series per s); null: none",
    )
    heading: Literal["movement"] | Text | Heading | None = Field(
        None,
        description="'movement': direction of movement (on the ring along the tangent); the name of a series of angles; "
        "{column: 2} of the position series; or two points, {back: [2, 3], front: [0, 1]}; null: none",
    )
    min_speed: float = Field(
        0.0, ge=0, description="with heading: movement, the heading is undefined below this speed (unit/s)"
    )
    max_gap_s: float = Field(
        0.25,
        gt=0,
        description="longer intervals between samples are tracking gaps; time bins that overlap one are dropped and "
        "counted (s)",
    )
    nan: Literal["refuse", "drop"] = Field(
        "refuse", description="NaN positions: refuse the file, or drop and count these time bins"
    )

    @model_validator(mode="after")
    def _placed(self) -> "Position":
        if self.centre is None and (self.ring or self.arena_radius is not None):
            key = "ring: true" if self.ring else "arena_radius"
            raise InvalidValueError(f"position.{key} needs the centre of the arena; set position.centre: [x, y]")
        if self.centre is not None and len(self.centre) < 2:
            raise InvalidValueError(f"position.centre: {self.centre} has one coordinate; expected two, x and y")
        if self.scale is not None and self.unit != "px":
            raise InvalidValueError(
                f"position.scale is in metres per px, but position.unit is {self.unit}; set unit: px, or remove scale"
            )
        if self.columns is not None and len(set(self.columns)) < len(self.columns):
            raise InvalidValueError(
                f"position.columns: {self.columns} names a column twice; name each column once, counted from 0"
            )
        if self.track_length is not None:
            other = [key for key in ("ring", "centre", "scale", "arena_radius") if getattr(self, key)]
            if other:
                raise InvalidValueError(
                    f"position.track_length is for one coordinate along a track, but position.{other[0]} is for positions in the "
                    "plane; remove one of them"
                )
            if self.unit in ("rad", "deg"):
                raise InvalidValueError(
                    f"position.track_length: a position in {self.unit} is circular already; remove track_length"
                )
        return self

    @property
    def names(self) -> list[str]:
        """Names of the series, as a list."""
        return [self.series] if isinstance(self.series, str) else list(self.series)

    @property
    def shown(self) -> str:
        """Names of the series, for messages."""
        return ", ".join(f"'{name}'" for name in self.names)
