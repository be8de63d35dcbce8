"""Trials and epochs of a recording, or stretches divided into pieces, with rotation and outcome of each trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.binning import complement, cut_spans
from rscnav.recordings.files.nwb_lookup import interval_table
from rscnav.recordings.files.table_columns import Columns, column_of, filter_rows, rows_of
from rscnav.recordings.files.value_mismatch import holds, refuse_other_types
from rscnav.recordings.settings.mapping import Epochs, RowFilter, Trials
from rscnav.recordings.time_checks.clock_findings import Rows
from rscnav.recordings.tracking.coordinates import CoordinateFrame
from rscnav.recordings.tracking.interpolation import Tracking
from rscnav.recordings.trials.trial_table import trial_rows


@dataclass(frozen=True)
class TrialSpans:
    """Trials, or pieces of stretches, sorted by time.

    Parameters
    ----------
    times : array, (trial, 2)
        Start and stop (s).
    rotation : array, (trial,)
        Rotation of the scene (rad).
    outcome : array of str, (trial,)
    columns : dict of array
        Columns of the trial table; empty for pieces of stretches.
    cut : bool
        Whether these are pieces of stretches, in place of trials.
    n_dropped : int
        Count of remainders of stretches that were too short.
    table : Rows or None
        Selected rows of the trial table; None for pieces of stretches.
    """

    times: NDArray[np.float64]
    rotation: NDArray[np.float64]
    outcome: NDArray[np.str_]
    columns: Columns
    cut: bool
    n_dropped: int = 0
    table: Rows | None = None


def epoch_spans(file: Any, epochs: Epochs) -> Rows:
    """Read the selected epochs; rows whose start or stop is NaN are left out.

    Raises
    ------
    InvalidValueError
        If the table or a column does not exist, no row is selected or none has times, or an epoch stops before it starts.
    """
    columns = interval_table(file, epochs.table, "epochs.table")
    rows, n_timeless = _chosen(columns, epochs.select, "epochs", epochs.table)
    times = _times(rows_of(columns, rows), f"epochs: table '{epochs.table}'", rows)
    return Rows("epochs", epochs.table, times, rows, _every(columns), n_timeless)


def trial_spans(
    file: Any, trials: Trials, extent: tuple[float, float], tracking: Tracking | None, frame: CoordinateFrame | None
) -> TrialSpans:
    """Read the selected trials; rows whose start or stop is NaN are left out.

    Parameters
    ----------
    file : pynwb.NWBFile
    trials : Trials
        The mapping's section `trials`.
    extent : (float, float)
        First and last time of activity or position (s).
    tracking : Tracking or None
    frame : CoordinateFrame or None
        Coordinate frame of `tracking`.

    Returns
    -------
    TrialSpans

    Raises
    ------
    InvalidValueError
        If a table or column does not exist, no trial is left, trials overlap or stop before they start, or no outcome is in
        `trials.correct` or `trials.incorrect`.
    """
    where = "trials.home_location" if trials.home_location is not None else f"trials: table '{trials.table}'"
    columns = trial_rows(file, trials, extent, tracking, frame)
    every = _every(columns)
    rows, n_timeless = _chosen(columns, trials.select, "trials", trials.table)
    rows = rows[np.argsort(columns["start_time"][rows], kind="stable")]
    columns = rows_of(columns, rows)
    times = _times(columns, where, rows)
    early = np.flatnonzero(times[1:, 0] < times[:-1, 1] - 1e-6)
    if len(early):
        i = int(early[0])
        raise InvalidValueError(
            f"{where}: row {rows[i + 1]} starts at {times[i + 1, 0]:g} s, before row {rows[i]} stops at {times[i, 1]:g} s; "
            "trials must not overlap: select rows with trials.select"
        )
    rotation = np.zeros(len(times))
    if trials.rotation is not None:
        turns = numbers(columns, trials.rotation, "trials.rotation")
        if turns.shape[1] != 1 or not np.isfinite(turns).all():
            raise InvalidValueError(
                f"trials.rotation: column '{trials.rotation}' is not valid; expected one finite angle in every row"
            )
        rotation = turns[:, 0] if trials.rotation_unit == "rad" else np.radians(turns[:, 0])
    name = "trials.home_location" if trials.home_location is not None else trials.table
    table = Rows("trials", name, times, rows, every, n_timeless)
    return TrialSpans(times, rotation, _outcomes(columns, trials), columns, cut=False, table=table)


def cut_stretches(stretches: NDArray[np.float64], trial_s: float) -> TrialSpans:
    """Divide stretches (stretch, 2) into pieces of `trial_s` (s), used in place of trials.

    An InvalidValueError is raised if no stretch is at least half as long as `trial_s`.
    """
    times, dropped = cut_spans(stretches, trial_s)
    if not len(times):
        raise InvalidValueError(f"trial_s: no stretch is at least half of {trial_s:g} s long; set a shorter trial_s")
    return TrialSpans(times, np.zeros(len(times)), np.full(len(times), "none", "U9"), {}, True, dropped)


def subtract_intervals(spans: NDArray[np.float64], taken: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the set difference of `spans` and `taken` as intervals, (part, 2)."""
    free = complement(taken)
    parts = [(max(a, c), min(b, d)) for a, b in spans for c, d in free if min(b, d) > max(a, c)]
    return np.array(sorted(parts), float).reshape(-1, 2)


def numbers(columns: Columns, name: str, key: str) -> NDArray[np.float64]:
    """Return a column as numbers, (row, value); raise InvalidValueError if it does not exist or is not numeric."""
    values = column_of(columns, name, key)
    if values.dtype.kind not in "fiu":
        raise InvalidValueError(f"{key}: column '{name}' has values of type {values.dtype}; expected numbers")
    return values.astype(np.float64).reshape(len(values), -1)


def _outcomes(columns: Columns, trials: Trials) -> NDArray[np.str_]:
    """Return the outcome of each trial: correct, incorrect or none.

    An InvalidValueError is raised if the column has several values per row, or no value that the mapping names.
    """
    if trials.outcome is None:
        return np.full(len(columns["start_time"]), "none", "U9")
    column = column_of(columns, trials.outcome, "trials.outcome")
    if column.ndim != 1:
        raise InvalidValueError(
            f"trials.outcome: column '{trials.outcome}' has {column.shape[1:]} values per row; expected one: select it by index, "
            f"'{trials.outcome}[:, 0]' is the first"
        )
    values = column.tolist()
    outcome = [
        "correct" if value in trials.correct else "incorrect" if value in trials.incorrect else "none"
        for value in values
    ]
    wanted = {"trials.correct": trials.correct, "trials.incorrect": trials.incorrect}
    refuse_other_types(values, wanted, f"column '{trials.outcome}'")
    unknown = {str(value) for value in values} - {"none", "", "nan"}
    if unknown and set(outcome) == {"none"}:
        raise InvalidValueError(
            f"trials.outcome: no value of column '{trials.outcome}' is in trials.correct or trials.incorrect; "
            f"{holds(values, [*trials.correct, *trials.incorrect])}"
        )
    return np.array(outcome, "U9")


def _chosen(columns: Columns, rules: Sequence[RowFilter], key: str, table: str) -> tuple[NDArray[np.intp], int]:
    """Return the rows that meet the selection rules and have both times, and the count of rows that meet them without times.

    An InvalidValueError is raised if no row is left.
    """
    keep = filter_rows(columns, rules, f"{key}.select") if len(columns["start_time"]) else np.zeros(0, bool)
    if not keep.any():
        raise InvalidValueError(f"{key}.select: none of the {len(keep)} rows of '{table}' is left; {_present(columns)}")
    timed = np.isfinite(_both(columns)).all(axis=1)
    if not (keep & timed).any():
        cure = (
            "; with trials.end: next each trial ends at the start of the next one"
            if key == "trials"
            else "; correct the file, or select other rows with epochs.select"
        )
        raise InvalidValueError(
            f"{key}: none of the {keep.sum()} selected rows of table '{table}' has both a start and a stop{cure}"
        )
    return np.flatnonzero(keep & timed), int(np.sum(keep & ~timed))


def _both(columns: Columns) -> NDArray[np.float64]:
    return np.stack([columns["start_time"], columns["stop_time"]], axis=1).astype(np.float64)


def _every(columns: Columns) -> NDArray[np.float64]:
    """Return start and stop of all rows whose start is finite, (row, 2)."""
    both = _both(columns)
    return both[np.isfinite(both[:, 0])]


def _times(columns: Columns, where: str, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return start and stop of each row, (row, 2); raise InvalidValueError if a row stops before it starts."""
    times = _both(columns)
    bad = np.flatnonzero(times[:, 1] < times[:, 0])
    if len(bad):
        i = int(bad[0])
        raise InvalidValueError(
            f"{where}: row {rows[i]} is from {times[i, 0]:g} to {times[i, 1]:g} s ({len(bad)} such rows); a stop must not be "
            "before its start: correct the file, or exclude such rows with select"
        )
    return times


def _present(columns: Columns) -> str:
    """Return the values in the columns that rows can be selected by, as a phrase for messages."""
    plain = {n: v for n, v in columns.items() if n not in ("start_time", "stop_time") and v.ndim == 1 and len(v)}
    texts = [f"{name}: {', '.join(sorted({str(v) for v in values.tolist()})[:6])}" for name, values in plain.items()]
    return "its columns contain " + "; ".join(texts) if texts else "it has no columns to select by"
