"""Visibility of landmarks: within a radius, within a radius and a view angle, or from a series or table of the file."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.binning import Bins, merge_intervals, overlaps
from rscnav.recordings.files.nwb_lookup import find_series, interval_table
from rscnav.recordings.files.table_columns import column_of
from rscnav.recordings.files.value_mismatch import holds, refuse_other_types
from rscnav.recordings.settings.landmarks import Events, Landmarks
from rscnav.sessions.geometry import distance, wrap


def visibility_from_file(file: Any, landmarks: Landmarks, bins: Bins) -> NDArray[np.bool_] | None:
    """Return whether each landmark is in view, (bin, landmark), from a series or table of the file.

    Without `landmarks.series` and `landmarks.events` the result is None, and the visibility follows from the geometry.

    Raises
    ------
    InvalidValueError
        If a series, table or column does not exist, or the table has no row with a value in `landmarks.events.names`.
    """
    if landmarks.series:
        return np.stack(
            [_switched_on(file, name, f"landmarks.series.{k}", bins) for k, name in landmarks.series.items()], 1
        )
    if landmarks.events is not None:
        return _in_events(file, landmarks.events, bins)
    return None


def seen_from(
    position: NDArray[np.floating],
    heading: NDArray[np.floating],
    places: NDArray[np.floating],
    radius: float,
    view_angle: float,
    ring: bool,
) -> NDArray[np.bool_]:
    """Return whether each landmark is within the visibility radius and the view angle, (time, landmark).

    No landmark is in view where the heading is unknown.

    Parameters
    ----------
    position : array, (time, dim)
    heading : array, (time,)
        Head direction (rad), in the frame of `position`; NaN where it is unknown.
    places : array, (time, landmark, dim)
        Landmark positions.
    radius, view_angle : float
        Visibility radius (unit of `position`), and view angle to either side of the heading (rad).
    ring : bool
        Whether positions are angles on a ring; the bearing of a landmark is then along the tangent of the ring.
    """
    near = distance(position[:, None], places, ring) < radius
    if ring:
        ahead = wrap(places[:, :, 0] - position[:, :1])
        bearing = position[:, :1] + np.copysign(np.pi / 2, ahead)
    else:
        offset = places - position[:, None]
        second = offset[:, :, 1] if offset.shape[2] > 1 else np.zeros(offset.shape[:2])
        bearing = np.arctan2(second, offset[:, :, 0])
    with np.errstate(invalid="ignore"):
        return near & (np.abs(wrap(bearing - heading[:, None])) <= view_angle)


def _switched_on(file: Any, name: str, key: str, bins: Bins) -> NDArray[np.bool_]:
    """Return whether the last sample up to each bin's centre is above 0.5, (bin,); False before the first sample."""
    series = find_series(file, name, key)
    if series.values.shape[1] != 1:
        raise InvalidValueError(
            f"{key}: '{series.path}' has {series.values.shape[1]} columns; expected one that is on (above 0.5) or off"
        )
    order = np.argsort(series.time, kind="stable")
    latest = np.searchsorted(series.time[order], bins.centre, side="right") - 1
    values = np.append(series.values[order, 0], 0.0)  # index -1, before the first sample, is the appended zero
    return values[latest] > 0.5


def _in_events(file: Any, events: Events, bins: Bins) -> NDArray[np.bool_]:
    """Return whether each bin overlaps a row of the table for each landmark, (bin, landmark).

    A row without an end, or with an end not after its start, lasts `events.default_duration_s`.
    """
    columns = interval_table(file, events.table, "landmarks.events.table", stops=False)
    labels = column_of(columns, events.column, "landmarks.events.column").tolist()
    start, stop = columns["start_time"], columns["stop_time"]
    stop = np.where(stop > start, stop, start + events.default_duration_s)
    visible = np.zeros((len(bins), len(events.names)), bool)
    for k, (name, values) in enumerate(events.names.items()):
        rows = [row for row, label in enumerate(labels) if label in values]
        timeless = [row for row in rows if not np.isfinite(start[row])]
        if timeless:
            raise InvalidValueError(
                f"landmarks.events: row {timeless[0]} of '{events.table}' (landmark {name}) has no time "
                f"({len(timeless)} such rows); add the time in the file, or change the value in '{events.column}'"
            )
        visible[:, k] = overlaps(bins, merge_intervals(np.stack([start[rows], stop[rows]], axis=1)))
    named = {f"landmarks.events.names.{name}": values for name, values in events.names.items()}
    refuse_other_types(labels, named, f"column '{events.column}'")
    if labels and not any(label in values for values in events.names.values() for label in labels):
        raise InvalidValueError(
            f"landmarks.events.names: no row of '{events.table}' has one of these values in '{events.column}'; "
            f"{holds(labels, [value for values in events.names.values() for value in values])}"
        )
    return visible
