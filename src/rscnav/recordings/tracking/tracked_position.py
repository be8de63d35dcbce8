"""The tracked place and heading that a mapping describes, in a session's unit and frame."""

from typing import Any

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.settings.position import Position
from rscnav.recordings.time_checks.time_units import apart_words
from rscnav.recordings.tracking.artifacts import Limits
from rscnav.recordings.tracking.coordinates import CoordinateFrame, frame_of
from rscnav.recordings.tracking.interpolation import Tracking, track
from rscnav.recordings.tracking.position_series import Place, heading_series


def tracked_place(
    series: Place, position: Position, rotation_centre: list[float] | None
) -> tuple[Tracking, CoordinateFrame]:
    """Bring the place to a session's unit and frame.

    Parameters
    ----------
    series : Place
        From `position_series`.
    position : Position
        The mapping.
    rotation_centre : list of float or None
        What a rotated scene turns around; see `frame_of`.

    Returns
    -------
    tracking : Tracking
        In the frame.
    frame : CoordinateFrame

    Raises
    ------
    InvalidValueError
        For a unit, a length or a middle that does not fit the series.
    """
    centre = None if position.centre is None else np.array(position.centre, float)
    limits = Limits(position.max_speed, centre, position.arena_radius, position.max_gap_s)
    tracking = track(
        series, position.unit, position.max_gap_s, "position", position.override_unit, limits, position.track_length
    )
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
