"""Trials (or stretches cut into pieces) of a recording: which there are, and what each one's columns say."""

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
    """Trials in order of time.

    Parameters
    ----------
    times : array, (trial, 2)
        Start and stop (s).
    rotation : array, (trial,)
        The scene's rotation (rad).
    outcome : array of str, (trial,)
    columns : dict of array
        The trial table's columns; empty where trials were cut from stretches.
    cut : bool
        Whether they were cut.
    n_dropped : int
        Remainders of stretches that were too short.
    table : Rows or None
        The rows of the table that they are; None where they were cut.
    """

    times: NDArray[np.float64]
    rotation: NDArray[np.float64]
    outcome: NDArray[np.str_]
    columns: Columns
    cut: bool
    n_dropped: int = 0
    table: Rows | None = None


def epoch_spans(file: Any, epochs: Epochs) -> Rows:
    """Read the chosen epochs; rows whose start or stop is not known (NaN) are left out.

    Raises
    ------
    InvalidValueError
        Where the table or column is not there, none is chosen or has times, or one stops before it starts.
    """
    columns = interval_table(file, epochs.table, "epochs.table")
    rows, n_timeless = _chosen(columns, epochs.select, "epochs", epochs.table)
    times = _times(rows_of(columns, rows), f"epochs: table '{epochs.table}'", rows)
    return Rows("epochs", epochs.table, times, rows, _every(columns), n_timeless)


def trial_spans(
    file: Any, trials: Trials, extent: tuple[float, float], tracking: Tracking | None, frame: CoordinateFrame | None
) -> TrialSpans:
    """Read the chosen trials; rows whose start or stop is not known (NaN) are left out.

    Parameters
    ----------
    file : pynwb.NWBFile
    trials : Trials
        The mapping.
    extent : (float, float)
        First and last time of anything recorded (s).
    tracking : Tracking or None
    frame : CoordinateFrame or None
        That of `tracking`.

    Returns
    -------
    TrialSpans

    Raises
    ------
    InvalidValueError
        For a table or column that is not there; no trial left; trials that stop before they start or overlap; outcomes of which
        none is known.
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
            "trials may not overlap: choose rows with trials.select"
        )
    rotation = np.zeros(len(times))
    if trials.rotation is not None:
        turns = numbers(columns, trials.rotation, "trials.rotation")
        if turns.shape[1] != 1 or not np.isfinite(turns).all():
            raise InvalidValueError(
                f"trials.rotation: column '{trials.rotation}' must hold one finite angle in every row"
            )
        rotation = turns[:, 0] if trials.rotation_unit == "rad" else np.radians(turns[:, 0])
    name = "trials.home_location" if trials.home_location is not None else trials.table
    table = Rows("trials", name, times, rows, every, n_timeless)
    return TrialSpans(times, rotation, _outcomes(columns, trials), columns, cut=False, table=table)


def cut_stretches(stretches: NDArray[np.float64], trial_s: float) -> TrialSpans:
    """Cut stretches (stretch, 2) into pieces of `trial_s`, which stand for trials."""
    times, dropped = cut_spans(stretches, trial_s)
    if not len(times):
        raise InvalidValueError(f"trial_s: no stretch is at least half of {trial_s:g} s long; choose a shorter one")
    return TrialSpans(times, np.zeros(len(times)), np.full(len(times), "none", "U9"), {}, True, dropped)


def subtract_intervals(spans: NDArray[np.float64], taken: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the parts of spans that none of the other intervals covers, (part, 2)."""
    free = complement(taken)
    parts = [(max(a, c), min(b, d)) for a, b in spans for c, d in free if min(b, d) > max(a, c)]
    return np.array(sorted(parts), float).reshape(-1, 2)


def numbers(columns: Columns, name: str, key: str) -> NDArray[np.float64]:
    """Return a column as (row, value) numbers; an InvalidValueError where it is not there or holds something else."""
    values = column_of(columns, name, key)
    if values.dtype.kind not in "fiu":
        raise InvalidValueError(f"{key}: column '{name}' holds {values.dtype}, numbers are needed")
    return values.astype(np.float64).reshape(len(values), -1)


def _outcomes(columns: Columns, trials: Trials) -> NDArray[np.str_]:
    """Translate the outcome column to correct, incorrect, none; refuse several values a row, and one that the mapping never names."""
    if trials.outcome is None:
        return np.full(len(columns["start_time"]), "none", "U9")
    column = column_of(columns, trials.outcome, "trials.outcome")
    if column.ndim != 1:
        raise InvalidValueError(
            f"trials.outcome: column '{trials.outcome}' holds {column.shape[1:]} values a row; one is needed: name it, "
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
    """Give the rows that meet the rules and have both times, and how many more meet the rules; refuse where none is left."""
    keep = filter_rows(columns, rules, f"{key}.select") if len(columns["start_time"]) else np.zeros(0, bool)
    if not keep.any():
        raise InvalidValueError(f"{key}.select: none of the {len(keep)} rows of '{table}' is left; {_present(columns)}")
    timed = np.isfinite(_both(columns)).all(axis=1)
    if not (keep & timed).any():
        cure = "; write trials.end: next to let each last to the next one's start" if key == "trials" else ""
        raise InvalidValueError(
            f"{key}: none of the {keep.sum()} rows of table '{table}' that are chosen has both a start and a stop{cure}"
        )
    return np.flatnonzero(keep & timed), int(np.sum(keep & ~timed))


def _both(columns: Columns) -> NDArray[np.float64]:
    return np.stack([columns["start_time"], columns["stop_time"]], axis=1).astype(np.float64)


def _every(columns: Columns) -> NDArray[np.float64]:
    """Return start and stop of all rows of a table whose start is known."""
    both = _both(columns)
    return both[np.isfinite(both[:, 0])]


def _times(columns: Columns, where: str, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return start and stop of each row; refuse a row that stops before it starts."""
    times = _both(columns)
    bad = np.flatnonzero(times[:, 1] < times[:, 0])
    if len(bad):
        i = int(bad[0])
        raise InvalidValueError(
            f"{where}: row {rows[i]} goes from {times[i, 0]:g} to {times[i, 1]:g} s ({len(bad)} such rows); a stop must not come "
            "before its start: correct the file, or leave such rows out with select"
        )
    return times


def _present(columns: Columns) -> str:
    """Say what the columns that can be chosen by hold."""
    plain = {n: v for n, v in columns.items() if n not in ("start_time", "stop_time") and v.ndim == 1 and len(v)}
    texts = [f"{name}: {', '.join(sorted({str(v) for v in values.tolist()})[:6])}" for name, values in plain.items()]
    return "its columns hold " + "; ".join(texts) if texts else "it has no columns to choose by"
