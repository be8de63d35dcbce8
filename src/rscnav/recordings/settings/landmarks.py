"""Where the landmarks of a recording are, and when the animal sees them."""

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.field_types import Name, Scalar
from rscnav.settings.strict_settings import StrictSettings


class PortTable(StrictSettings):
    """A table of the file that says where numbered ports are."""

    table: str = Field(description="name of the table")
    number: str = Field("port", description="column with the port's number or name")
    place: list[str] = Field(min_length=1, description="columns with its coordinates (the position's unit)")


class Events(StrictSettings):
    """A table of the file that says when which landmark was met."""

    table: str = Field(
        description="name or path of a table of intervals or events (NWB's EventsTable, or any with `timestamp`) with one row an encounter"
    )
    column: str = Field("landmark", description="column that names the landmark")
    names: dict[Name, list[Scalar]] = Field(min_length=1, description="which values of it mean which landmark")
    default_duration_s: float = Field(
        0.2, gt=0, description="how long a row without stop_time or duration counts as in view (s)"
    )


class Landmarks(StrictSettings):
    """Where the landmarks are, and from where or when they are seen."""

    places: dict[Name, list[float] | str] = Field(
        default_factory=dict,
        description="per landmark its place where the rotation is 0, or the trial-table column with its place in the room",
    )
    ports: PortTable | dict[str | int, list[float]] | None = Field(
        None,
        description="where ports are, for columns in `places` that hold a port's number or name: {1: [x, y], ...}, or a "
        "table of the file; null: columns hold places",
    )
    visibility_radius: float | None = Field(
        None, gt=0, description="a landmark is visible within this distance (the position's unit)"
    )
    view_angle: float | None = Field(
        None,
        gt=0,
        description="and only within this angle of the heading, to either side (rad); null: in all directions",
    )
    series: dict[Name, str] = Field(
        default_factory=dict,
        description="in place of a radius: per landmark a series of the file that is above 0.5 while it is in view",
    )
    events: Events | None = Field(None, description="in place of a radius: a table of the file with the encounters")

    @model_validator(mode="after")
    def _one_way(self) -> "Landmarks":
        ways = [name for name in ("visibility_radius", "series", "events") if getattr(self, name)]
        if len(ways) != 1:
            raise InvalidValueError(
                f"landmarks: give exactly one of radius, series and events, which say when a landmark is in view; "
                f"there {'are' if ways else 'is'} {', '.join(ways) or 'none'}"
            )
        if self.visibility_radius is not None and not self.places:
            raise InvalidValueError("landmarks.visibility_radius needs landmarks.places: a distance from where?")
        if self.view_angle is not None and self.visibility_radius is None:
            raise InvalidValueError("landmarks.view_angle narrows landmarks.visibility_radius; give the radius too")
        if self.places and self.places.keys() != set(self.names):
            raise InvalidValueError(
                f"landmarks: places has {', '.join(self.places)}, but {ways[0]} has {', '.join(self.names)}; use the same names"
            )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The landmarks' names."""
        return tuple(self.series or (self.events.names if self.events else self.places))
