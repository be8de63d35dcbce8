"""Settings of `landmarks`: landmark positions, and when each landmark is in view."""

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.field_types import Name, Scalar
from rscnav.settings.strict_settings import StrictSettings


class PortTable(StrictSettings):
    """Table of the file with the positions of ports."""

    table: str = Field(description="name of the table")
    number: str = Field("port", description="column with the number or name of the port")
    place: list[str] = Field(
        min_length=1, description="columns with the coordinates of the port (unit of the position)"
    )


class Events(StrictSettings):
    """Table of the file with one row for each encounter of a landmark."""

    table: str = Field(
        description="name or path of a table of intervals or events (NWB's EventsTable, or any table with `timestamp`), with one row "
        "for each encounter"
    )
    column: str = Field("landmark", description="column that names the landmark")
    names: dict[Name, list[Scalar]] = Field(min_length=1, description="for each landmark, its values in that column")
    default_duration_s: float = Field(0.2, gt=0, description="time in view of a row without stop_time or duration (s)")


class Landmarks(StrictSettings):
    """Landmark positions, and the condition for a landmark to be in view."""

    places: dict[Name, list[float] | str] = Field(
        default_factory=dict,
        description="for each landmark, its coordinates at rotation 0 ({a: [0.0], b: [2.5]}), or the column of the "
        "trial table with its position in the room ({a: landmark_a, b: landmark_b})",
    )
    ports: PortTable | dict[str | int, list[float]] | None = Field(
        None,
        description="positions of ports, if columns in `places` hold the number or name of a port: {1: [x, y], 2: [x, "
        "y]}, or a table of the file, {table: ports, number: port, place: [x, y]}; null: columns hold coordinates",
    )
    visibility_radius: float | None = Field(
        None,
        gt=0,
        description="a landmark is in view within this distance (unit of the position); null: given by `series` or "
        "`events`",
    )
    view_angle: float | None = Field(
        None,
        gt=0,
        description="with `visibility_radius`: a landmark is in view only within this angle to either side of the heading (rad); "
        "null: in all directions",
    )
    series: dict[Name, str] = Field(
        default_factory=dict,
        description="in place of `visibility_radius`: for each landmark, a series of the file that is above 0.5 while it is in view",
    )
    events: Events | None = Field(
        None,
        description="in place of `visibility_radius`: a table of the file with the encounters, for example {table: "
        "visits, column: landmark, names: {a: [1], b: [2]}}; null: none",
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Landmarks":
        ways = [name for name in ("visibility_radius", "series", "events") if getattr(self, name)]
        if len(ways) != 1:
            found = f"found {', '.join(ways)}" if ways else "found none of them"
            raise InvalidValueError(
                f"landmarks: expected exactly one of visibility_radius, series and events, to define when a landmark is in view; {found}"
            )
        if self.visibility_radius is not None and not self.places:
            raise InvalidValueError(
                "landmarks.visibility_radius is a distance from the landmarks; set their positions in landmarks.places"
            )
        if self.view_angle is not None and self.visibility_radius is None:
            raise InvalidValueError("landmarks.view_angle needs landmarks.visibility_radius; set it too")
        if self.places and self.places.keys() != set(self.names):
            raise InvalidValueError(
                f"landmarks: places has {', '.join(self.places)}, but {ways[0]} has {', '.join(self.names)}; use the same names"
            )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the landmarks."""
        return tuple(self.series or (self.events.names if self.events else self.places))
