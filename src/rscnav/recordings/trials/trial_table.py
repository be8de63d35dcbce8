"""Rows for trials: from a trial table, joined with another table, or from departures and returns of a home location."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.nwb_lookup import any_table, interval_table
from rscnav.recordings.files.table_columns import Columns, TableColumns, column_of, rows_of
from rscnav.recordings.settings.mapping import Home, Trials
from rscnav.recordings.tracking.coordinates import CoordinateFrame
from rscnav.recordings.tracking.interpolation import Tracking


def trial_rows(
    file: Any, trials: Trials, extent: tuple[float, float], tracking: Tracking | None, frame: CoordinateFrame | None
) -> Columns:
    """Return start_time, stop_time (s) and the other columns (row, ...) of all rows, before any selection.

    Parameters and exceptions are those of `rscnav.recordings.trials.trials.trial_spans`.
    """
    if trials.home_location is not None:
        if tracking is None or frame is None:
            raise InvalidValueError("trials.home_location: requires a position; add the section position")
        times = _away(trials.home_location, tracking, frame)
        return {"start_time": times[:, 0], "stop_time": times[:, 1]}
    columns: Columns = interval_table(file, trials.table, "trials.table", stops=trials.end == "stop")
    if trials.join_table is not None:
        columns = _joined(columns, any_table(file, trials.join_table, "trials.join_table"), trials)
    if trials.end == "next" and len(columns["start_time"]):
        starts = columns["start_time"]
        order = np.argsort(starts, kind="stable")[: np.isfinite(starts).sum()]  # NaN (rows without a start) are last
        stops = np.full_like(starts, np.nan)
        if len(order):
            stops[order] = np.append(starts[order][1:], max(extent[1], starts[order][-1]))
        columns["stop_time"] = stops
    return columns


def _joined(columns: Columns, more: TableColumns, trials: Trials) -> Columns:
    """Return the trial table joined with another table, row by row or on the column `join_on`.

    If a name occurs in both tables, the column of the trial table is used.
    """
    n_rows, n_more = len(columns["start_time"]), more.n_rows
    if trials.join_on is None:
        if n_rows != n_more:
            raise InvalidValueError(
                f"trials.join_table: table '{trials.join_table}' has {n_more} rows and '{trials.table}' {n_rows}; "
                "set trials.join_on to the column that identifies the rows in both tables"
            )
        rows = np.arange(n_rows)
    else:
        wanted = column_of(columns, trials.join_on, "trials.join_on").tolist()
        there = column_of(more, trials.join_on, "trials.join_on").tolist()
        row_of = {value: row for row, value in enumerate(there)}
        if len(row_of) < len(there):
            twice = next(value for value in there if there.count(value) > 1)
            raise InvalidValueError(
                f"trials.join_on: '{trials.join_on}' is {twice!r} in more than one row of table '{trials.join_table}'; its values must "
                "be unique"
            )
        lacking = [value for value in wanted if value not in row_of]
        if lacking:
            raise InvalidValueError(
                f"trials.join_on: no row of table '{trials.join_table}' has {trials.join_on} {lacking[0]!r}, which is in "
                f"'{trials.table}' ({len(lacking)} such rows); correct the file, or choose another column"
            )
        rows = np.array([row_of[value] for value in wanted], int)
    left_out = {**getattr(more, "left_out", {}), **getattr(columns, "left_out", {})}
    return TableColumns({**rows_of(more, rows), **columns}, n_rows, left_out)


def _away(home: Home, tracking: Tracking, frame: CoordinateFrame) -> NDArray[np.float64]:
    """Return the times of departure from the home location and of the next return, (trial, 2) in s.

    Trials across a tracking gap, or shorter than `min_s`, are left out. An InvalidValueError is raised if no trial is left.
    """
    place = np.array([home.place], float)
    if not frame.fits(place.shape[1]):
        raise InvalidValueError(
            f"trials.home_location.place: {home.place} is not valid; expected {frame.n_dims} coordinate(s), as the position has"
        )
    offset = tracking.values - frame.places(place)
    distance = np.abs(np.angle(np.exp(1j * offset[:, 0]))) if frame.unit == "rad" else np.linalg.norm(offset, axis=1)
    inside = distance <= frame.length(home.radius)
    leaving = np.flatnonzero(inside[:-1] & ~inside[1:])
    coming = np.flatnonzero(~inside[:-1] & inside[1:]) + 1
    following = np.searchsorted(coming, leaving, side="right")
    back = following < len(coming)
    times = tracking.time[np.stack([leaving[back], coming[following[back]]], axis=1)]
    holes = np.concatenate([tracking.gaps, tracking.missing])
    across = ((holes[None, :, 0] < times[:, 1:]) & (holes[None, :, 1] > times[:, :1])).any(axis=1)
    times = times[~across & (np.ptp(times, axis=1) >= home.min_s)]
    if not len(times):
        raise InvalidValueError(
            f"trials.home_location: the animal never leaves {home.place} (radius {home.radius:g}) and returns; it is inside in "
            f"{inside.mean():.0%} of the samples. Check that place and radius are in the unit of the position"
        )
    return times
