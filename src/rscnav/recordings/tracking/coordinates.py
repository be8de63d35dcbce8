"""From a file's coordinates to a session's: unit, middle of the arena, scale, and the angle along a circular track."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.settings.position import Position
from rscnav.recordings.time_checks.time_units import apart_words
from rscnav.recordings.tracking.interpolation import Tracking, track
from rscnav.recordings.tracking.position_series import heading_series
from rscnav.recordings.tracking.position_units import UNITS


@dataclass(frozen=True)
class CoordinateFrame:
    """How places of the file become places of the session.

    Parameters
    ----------
    unit : str
        The session's: rad, m or px.
    n_dims : int
        The session's coordinates.
    factor : float
        What lengths (on a line or ring of the file: angles too) are multiplied with; of a track that starts again, so that
        its length becomes a turn.
    centre : array, (dim,)
        In the file's unit; becomes the origin.
    ring : bool
        Whether the angle around `centre` is the place.
    turns_around : array, (dim,)
        What a rotated scene turns around, in the session's frame.
    """

    unit: str
    n_dims: int
    factor: float
    centre: NDArray[np.float64]
    ring: bool
    turns_around: NDArray[np.float64]

    def length(self, value: float) -> float:
        """Bring a distance to the session's unit; on a circular track it is an angle (rad) already."""
        return value if self.ring else value * self.factor

    def places(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring places (n, dim) of the file to the session's frame; on a circular track angles (n, 1; rad) stay as they are."""
        if self.ring:
            if values.shape[1] == 1:
                return values
            x, y = (values[:, :2] - self.centre[:2]).T
            return np.arctan2(y, x)[:, None]
        return (values - self.centre) * self.factor

    def fits(self, n_coordinates: int) -> bool:
        """Tell whether a place of so many coordinates can be brought over."""
        return n_coordinates in (1, 2) if self.ring else n_coordinates == self.n_dims

    def applied(self, tracking: Tracking) -> Tracking:
        """Bring a tracked place, which `track` gave in m, px or rad, over."""
        unscaled = tracking.values / UNITS[tracking.unit_of_file][1]
        values = self.places(unscaled)
        return replace(tracking, values=np.unwrap(values, axis=0) if self.unit == "rad" else values, unit=self.unit)


def frame_of(position: Position, tracking: Tracking, rotation_centre: list[float] | None) -> CoordinateFrame:
    """Make the frame that a mapping describes.

    Parameters
    ----------
    position : Position
    tracking : Tracking
        As `track` gives it.
    rotation_centre : list of float or None
        What a rotated scene turns around (the file's unit); None: the arena's middle.

    Raises
    ------
    InvalidValueError
        Where a middle does not have the position's coordinates.
    """
    n_dims = tracking.values.shape[1]
    unit, factor = UNITS[tracking.unit_of_file]
    if position.scale is not None:
        unit, factor = "m", position.scale
    for key, middle in (("position.centre", position.centre), ("trials.rotation_centre", rotation_centre)):
        if middle is not None and (len(middle) != n_dims or n_dims < 2):
            raise InvalidValueError(f"{key}: {middle} does not fit a position with {n_dims} coordinate(s)")
    centre = np.zeros(n_dims) if position.centre is None else np.array(position.centre, float)
    if position.track_length is not None:
        return CoordinateFrame("rad", 1, 2 * np.pi / position.track_length, np.zeros(1), False, np.zeros(1))
    if position.ring:
        return CoordinateFrame("rad", 1, 1.0, centre, True, np.zeros(1))
    around = np.zeros(n_dims) if rotation_centre is None else (np.array(rotation_centre, float) - centre) * factor
    return CoordinateFrame(unit, n_dims, factor, centre, False, around)


def tracked_place(
    series: Series, position: Position, rotation_centre: list[float] | None
) -> tuple[Tracking, CoordinateFrame]:
    """Bring the place that `position_series` read to a session's unit and frame; for `rotation_centre` see `frame_of`.

    Raises
    ------
    InvalidValueError
        For a unit, a length or a middle that does not fit the series.
    """
    tracking = track(series, position.unit, position.max_gap_s, "position", position.override_unit, position)
    frame = frame_of(position, tracking, rotation_centre)
    return frame.applied(tracking), frame


def tracked_heading(file: Any, position: Position, tracking: Tracking) -> Tracking | None:
    """Read the heading that the mapping names; None where it names none, or takes the direction of movement.

    Raises
    ------
    InvalidValueError
        For a series that cannot be a heading, or that covers none of the time of `tracking`.
    """
    found = heading_series(file, position)
    if found is None:
        return None
    series, unit = found
    heading = track(series, unit, position.max_gap_s, "position.heading", position.override_unit)
    (first, last), (start, stop) = heading.extent, tracking.extent
    if first > stop or last < start:
        raise InvalidValueError(
            f"position.heading: the clocks do not overlap: '{series.path}' from {first:.3f} to {last:.3f} s, position from "
            f"{start:.3f} to {stop:.3f} s; bring both on one clock, in seconds, in the file. "
            f"{apart_words('the heading', heading.extent, tracking.extent)}"
        )
    return heading
