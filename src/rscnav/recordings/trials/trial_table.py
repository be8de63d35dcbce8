"""The rows that become trials: of a table, joined with another's columns, or from leaving a place to coming back."""

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
    """Give start_time, stop_time (s) and the columns (row, ...) of what may be a trial, before any is left out.

    Parameters and errors are those of `rscnav.recordings.trials.trials.trial_spans`.
    """
    if trials.home_location is not None:
        if tracking is None or frame is None:
            raise InvalidValueError("trials.home_location needs a position")
        times = _away(trials.home_location, tracking, frame)
        return {"start_time": times[:, 0], "stop_time": times[:, 1]}
    columns: Columns = interval_table(file, trials.table, "trials.table", stops=trials.end == "stop")
    if trials.join_table is not None:
        columns = _joined(columns, any_table(file, trials.join_table, "trials.join_table"), trials)
    if trials.end == "next" and len(columns["start_time"]):
        starts = columns["start_time"]
        order = np.argsort(starts, kind="stable")[: np.isfinite(starts).sum()]  # NaN come last: rows that never began
        stops = np.full_like(starts, np.nan)
        if len(order):
            stops[order] = np.append(starts[order][1:], max(extent[1], starts[order][-1]))
        columns["stop_time"] = stops
    return columns


def _joined(columns: Columns, more: TableColumns, trials: Trials) -> Columns:
    """Add the other table's columns, row by row or by what the key says; the trials' own keep their names."""
    n_rows, n_more = len(columns["start_time"]), more.n_rows
    if trials.join_on is None:
        if n_rows != n_more:
            raise InvalidValueError(
                f"trials.join_table: table '{trials.join_table}' has {n_more} rows and '{trials.table}' {n_rows}; "
                "say with trials.join_on which column tells the rows that belong together"
            )
        rows = np.arange(n_rows)
    else:
        wanted = column_of(columns, trials.join_on, "trials.join_on").tolist()
        there = column_of(more, trials.join_on, "trials.join_on").tolist()
        row_of = {value: row for row, value in enumerate(there)}
        if len(row_of) < len(there):
            twice = next(value for value in there if there.count(value) > 1)
            raise InvalidValueError(
                f"trials.join_on: '{trials.join_on}' is {twice!r} in more than one row of table '{trials.join_table}'"
            )
        lacking = [value for value in wanted if value not in row_of]
        if lacking:
            raise InvalidValueError(
                f"trials.join_on: no row of table '{trials.join_table}' has {trials.join_on} {lacking[0]!r}, as a row of "
                f"'{trials.table}' has ({len(lacking)} such rows)"
            )
        rows = np.array([row_of[value] for value in wanted], int)
    left_out = {**getattr(more, "left_out", {}), **getattr(columns, "left_out", {})}
    return TableColumns({**rows_of(more, rows), **columns}, n_rows, left_out)


def _away(home: Home, tracking: Tracking, frame: CoordinateFrame) -> NDArray[np.float64]:
    """Give when the animal left home and when it was back, (stay away, 2) in s; none across a gap."""
    place = np.array([home.place], float)
    if not frame.fits(place.shape[1]):
        raise InvalidValueError(
            f"trials.home_location.place: {home.place} does not fit a position with {frame.n_dims} coordinate(s)"
        )
    offset = tracking.values - frame.places(place)
    apart = np.abs(np.angle(np.exp(1j * offset[:, 0]))) if frame.unit == "rad" else np.linalg.norm(offset, axis=1)
    inside = apart <= frame.length(home.radius)
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
            f"trials.home_location: the animal never leaves {home.place} (within {home.radius:g}) and comes back; it was inside in "
            f"{inside.mean():.0%} of the samples: are place and radius in the position's unit?"
        )
    return times
