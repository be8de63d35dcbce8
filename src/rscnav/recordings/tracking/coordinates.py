"""Convert coordinates of the file to those of the session: unit, centre of the arena, scale, and angle along a circular track."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.settings.position import Position
from rscnav.recordings.time_checks.time_units import no_overlap_reason
from rscnav.recordings.tracking.interpolation import Tracking, track
from rscnav.recordings.tracking.position_series import heading_series
from rscnav.recordings.tracking.position_units import UNITS


@dataclass(frozen=True)
class CoordinateFrame:
    """Conversion of positions in the file to positions of the session.

    Parameters
    ----------
    unit : str
        Unit of the session: rad, m or px.
    n_dims : int
        Count of coordinates in the session.
    factor : float
        Factor of conversion for lengths, and for coordinates on a line or ring. With `track_length`, it converts the length of the track
        to a full turn.
    centre : array, (dim,)
        In the unit of the file; it becomes the origin.
    ring : bool
        Whether the angle around `centre` is the position.
    turns_around : array, (dim,)
        Centre of the rotation of the scene, in the coordinates of the session.
    """

    unit: str
    n_dims: int
    factor: float
    centre: NDArray[np.float64]
    ring: bool
    turns_around: NDArray[np.float64]

    def length(self, value: float) -> float:
        """Return a distance in the unit of the session; with `ring`, it is an angle (rad) and not converted."""
        return value if self.ring else value * self.factor

    def places(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return positions (n, dim) of the file in coordinates of the session; with `ring`, angles (n, 1; rad) are not converted."""
        if self.ring:
            if values.shape[1] == 1:
                return values
            x, y = (values[:, :2] - self.centre[:2]).T
            return np.arctan2(y, x)[:, None]
        return (values - self.centre) * self.factor

    def fits(self, n_coordinates: int) -> bool:
        """Return whether a position with this count of coordinates can be converted."""
        return n_coordinates in (1, 2) if self.ring else n_coordinates == self.n_dims

    def applied(self, tracking: Tracking) -> Tracking:
        """Return a tracked position (as `track` returns it, in m, px or rad) in coordinates of the session."""
        unscaled = tracking.values / UNITS[tracking.unit_of_file][1]
        values = self.places(unscaled)
        return replace(tracking, values=np.unwrap(values, axis=0) if self.unit == "rad" else values, unit=self.unit)


def frame_of(position: Position, tracking: Tracking, rotation_centre: list[float] | None) -> CoordinateFrame:
    """Return the coordinate frame that the mapping defines.

    Parameters
    ----------
    position : Position
    tracking : Tracking
        As `track` returns it.
    rotation_centre : list of float or None
        Centre of the rotation of the scene (unit of the file); None: the centre of the arena.

    Returns
    -------
    CoordinateFrame

    Raises
    ------
    InvalidValueError
        If a centre does not have the count of coordinates of the position.
    """
    n_dims = tracking.values.shape[1]
    unit, factor = UNITS[tracking.unit_of_file]
    if position.scale is not None:
        unit, factor = "m", position.scale
    for key, middle in (("position.centre", position.centre), ("trials.rotation_centre", rotation_centre)):
        if middle is not None and (len(middle) != n_dims or n_dims < 2):
            valid = f"expected {n_dims} coordinates" if n_dims >= 2 else "it is valid only in the plane; remove it"
            raise InvalidValueError(f"{key}: {middle} does not fit a position with {n_dims} coordinate(s); {valid}")
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
    """Convert the position that `position_series` read to the unit and coordinates of the session.

    Parameters
    ----------
    series : Series
    position : Position
    rotation_centre : list of float or None
        See `frame_of`.

    Returns
    -------
    tracking : Tracking
    frame : CoordinateFrame

    Raises
    ------
    InvalidValueError
        If the unit, `track_length` or a centre does not fit the series.
    """
    tracking = track(series, position.unit, position.max_gap_s, "position", position.override_unit, position)
    frame = frame_of(position, tracking, rotation_centre)
    return frame.applied(tracking), frame


def tracked_heading(file: Any, position: Position, tracking: Tracking) -> Tracking | None:
    """Read the heading that the mapping names; return None if it names none, or the direction of movement.

    Raises
    ------
    InvalidValueError
        If the series cannot be a heading, or does not overlap in time with the position, `tracking`.
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
            f"{start:.3f} to {stop:.3f} s; convert both to one clock, in seconds, in the file. "
            f"{no_overlap_reason('the heading', heading.extent, tracking.extent)}"
        )
    return heading
