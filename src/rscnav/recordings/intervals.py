"""Trials (or stretches cut into pieces) of a recording: which there are, and what each one's columns say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.config.mapping import Epochs, Trials
from rscnav.recordings.binning import cut_spans, outside
from rscnav.recordings.columns import Columns, column_of, kept_rows, rows_of
from rscnav.recordings.frame import Frame
from rscnav.recordings.nwb import interval_table
from rscnav.recordings.tracking import Tracking
from rscnav.recordings.trial_rows import trial_rows


@dataclass(frozen=True)
class Spans:
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
    n_timeless : int
        Rows of the table that were left out, since their start or stop is not known.
    notes : tuple of str
        What had to be put right.
    rows : array, (trial,)
        Their rows of the table; empty where trials were cut.
    """

    times: NDArray[np.float64]
    rotation: NDArray[np.float64]
    outcome: NDArray[np.str_]
    columns: Columns
    cut: bool
    n_dropped: int = 0
    n_timeless: int = 0
    notes: tuple[str, ...] = ()
    rows: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))


def epoch_spans(file: Any, epochs: Epochs) -> NDArray[np.float64]:
    """Read the chosen epochs, (epoch, 2) in s; a ValueError where the table or column is not there, or none is chosen."""
    columns = interval_table(file, epochs.table, "epochs.table")
    keep = kept_rows(columns, epochs.select, "epochs.select") if len(columns["start_time"]) else np.zeros(0, bool)
    if not keep.any():
        raise ValueError(
            f"epochs.select: none of the {len(keep)} rows of '{epochs.table}' is left; {_present(columns)}"
        )
    return _times(rows_of(columns, keep), f"epochs: table '{epochs.table}'")


def trial_spans(
    file: Any, trials: Trials, extent: tuple[float, float], tracking: Tracking | None, frame: Frame | None
) -> Spans:
    """Read the chosen trials.

    Parameters
    ----------
    file : pynwb.NWBFile
    trials : Trials
        The mapping.
    extent : (float, float)
        First and last time of anything recorded (s).
    tracking : Tracking or None
        Without one no trial may be called outside for want of spikes, unless most are.
    frame : Frame or None
        That of `tracking`.

    Returns
    -------
    Spans

    Raises
    ------
    ValueError
        For a table or column that is not there; no trial left; trials that stop before they start, overlap, or lie outside
        the recording; outcomes of which none is known.
    """
    where = "trials.home" if trials.home is not None else f"trials: table '{trials.table}'"
    tracked = tracking is not None and frame is not None
    columns = trial_rows(
        file, trials, extent, (tracking, frame) if tracking is not None and frame is not None else None
    )
    keep = kept_rows(columns, trials.select, "trials.select") if len(columns["start_time"]) else np.zeros(0, bool)
    if not keep.any():
        raise ValueError(
            f"trials.select: none of the {len(keep)} rows of '{trials.table}' is left; {_present(columns)}"
        )
    columns = rows_of(columns, keep)
    rows = np.flatnonzero(keep)
    order = np.argsort(columns["start_time"], kind="stable")
    columns, rows = rows_of(columns, order), rows[order]
    times = _times(columns, where, rows)
    early = np.flatnonzero(times[1:, 0] < times[:-1, 1] - 1e-6)
    if len(early):
        i = int(early[0])
        raise ValueError(
            f"{where}: row {rows[i + 1]} starts at {times[i + 1, 0]:g} s, before row {rows[i]} stops at {times[i, 1]:g} s; "
            "trials may not overlap: choose rows with trials.select"
        )
    beyond = np.flatnonzero((times[:, 0] > extent[1]) | (times[:, 1] < extent[0]))
    if len(beyond) > (0 if tracked else len(times) // 2):
        i = int(beyond[0])
        raise ValueError(
            f"{where}: {len(beyond)} of {len(times)} trials lie outside the recording ({extent[0]:g} to {extent[1]:g} s), "
            f"the first is row {rows[i]} ({times[i, 0]:g} to {times[i, 1]:g} s); are all times in seconds on one clock? "
            "If so, leave these rows out with trials.select"
        )
    rotation = np.zeros(len(times))
    if trials.rotation is not None:
        turns = numbers(columns, trials.rotation, "trials.rotation")
        if turns.shape[1] != 1 or not np.isfinite(turns).all():
            raise ValueError(f"trials.rotation: column '{trials.rotation}' must hold one finite angle in every row")
        rotation = turns[:, 0] if trials.rotation_unit == "rad" else np.radians(turns[:, 0])
    return Spans(times, rotation, _outcomes(columns, trials), columns, cut=False)


def cut_stretches(stretches: NDArray[np.float64], trial_s: float) -> Spans:
    """Cut stretches (stretch, 2) into pieces of `trial_s`, which stand for trials."""
    times, dropped = cut_spans(stretches, trial_s)
    if not len(times):
        raise ValueError(f"trial_s: no stretch is at least half of {trial_s:g} s long; choose a shorter one")
    return Spans(times, np.zeros(len(times)), np.full(len(times), "none", "U9"), {}, True, dropped)


def without(spans: NDArray[np.float64], taken: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the parts of spans that none of the other intervals covers, (part, 2)."""
    free = outside(taken)
    parts = [(max(a, c), min(b, d)) for a, b in spans for c, d in free if min(b, d) > max(a, c)]
    return np.array(sorted(parts), float).reshape(-1, 2)


def numbers(columns: Columns, name: str, key: str) -> NDArray[np.float64]:
    """Return a column as (row, value) numbers; a ValueError where it is not there or holds something else."""
    values = column_of(columns, name, key)
    if values.dtype.kind not in "fiu":
        raise ValueError(f"{key}: column '{name}' holds {values.dtype}, numbers are needed")
    return values.astype(np.float64).reshape(len(values), -1)


def _times(columns: Columns, where: str, rows: Sequence[int] | NDArray | None = None) -> NDArray[np.float64]:
    """Start and stop of each row; refuse a row that stops before it starts or has no times."""
    times = np.stack([columns["start_time"], columns["stop_time"]], axis=1).astype(np.float64)
    bad = np.flatnonzero(~(times[:, 1] >= times[:, 0]))
    if len(bad):
        i = int(bad[0])
        raise ValueError(
            f"{where}: row {i if rows is None else rows[i]} goes from {times[i, 0]:g} to {times[i, 1]:g} s "
            f"({len(bad)} such rows); a stop must not come before its start: correct the file, or leave such rows out with select"
        )
    return times


def _outcomes(columns: Columns, trials: Trials) -> NDArray[np.str_]:
    """Translate the outcome column to correct, incorrect, none."""
    if trials.outcome is None:
        return np.full(len(columns["start_time"]), "none", "U9")
    values = column_of(columns, trials.outcome, "trials.outcome").tolist()
    outcome = [
        "correct" if value in trials.correct else "incorrect" if value in trials.incorrect else "none"
        for value in values
    ]
    unknown = sorted({str(value) for value in values} - {"none", "", "nan"})
    if unknown and set(outcome) == {"none"}:
        raise ValueError(
            f"trials.outcome: no value of column '{trials.outcome}' is in trials.correct or trials.incorrect; "
            f"it holds: {', '.join(unknown[:10])}"
        )
    return np.array(outcome, "U9")


def _present(columns: Columns) -> str:
    """Say what the columns that can be chosen by hold."""
    plain = {n: v for n, v in columns.items() if n not in ("start_time", "stop_time") and v.ndim == 1 and len(v)}
    texts = [f"{name}: {', '.join(sorted({str(v) for v in values.tolist()})[:6])}" for name, values in plain.items()]
    return "its columns hold " + "; ".join(texts) if texts else "it has no columns to choose by"
