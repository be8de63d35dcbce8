"""Trials and epochs outside the recording, and the fractions of it without tracking or without spikes."""

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.time_checks import thresholds as limits
from rscnav.recordings.time_checks.activity_span import ActiveTime
from rscnav.recordings.time_checks.clock_findings import COVERAGE, Check, Clocks, Rows
from rscnav.settings.printable import listed

_NAMED = 10  # most rows that a message lists


def coverage(clocks: Clocks) -> list[Check]:
    """Check that trials and epochs lie in the recorded time; report time without tracking and tracked time without activity."""
    found = []
    for table in (clocks.trials, clocks.epochs):
        if table is not None and len(table.times) and clocks.extent is not None:
            found += _beyond(table, clocks, clocks.extent)
    if clocks.active is not None and clocks.tracking is not None:
        found += _tracked(clocks.active, clocks)
    if found:
        return found
    if clocks.extent is None:
        return [Check(COVERAGE, "not checked", "there is neither activity nor position")]
    tables = [table.key for table in (clocks.trials, clocks.epochs) if table is not None and len(table.times)]
    if clocks.tracking is None and not tables:
        return [Check(COVERAGE, "not checked", "there are no position and no trials to compare the activity with")]
    parts = [*(["position"] if clocks.tracking is not None and clocks.active is not None else []), *tables]
    if not parts:
        return [Check(COVERAGE, "not checked", "there is no activity to compare the position with")]
    verb = "lies" if parts == ["position"] else "lie"
    return [Check(COVERAGE, "ok", f"{' and '.join(parts)} {verb} in the recorded time")]


def silent_ends(active: ActiveTime, extent: tuple[float, float]) -> tuple[float, float]:
    """Return start and stop (s) of the recording: `extent`, without an end that is silent for too long."""
    allowed = active.longest_silence
    start = active.start if active.start - extent[0] > allowed else extent[0]
    stop = active.stop if extent[1] - active.stop > allowed else extent[1]
    return start, stop


def silences(active: ActiveTime, spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the times before the first and after the last spike in which nothing was recorded, (interval, 2).

    An end counts only if spans (span, 2) extend beyond the spikes by more than the longest possible silence.
    """
    found = []
    if active.is_spikes and active.start - spans[:, 0].min() > active.longest_silence:
        found.append((-np.inf, active.start))
    if active.is_spikes and spans[:, 1].max() - active.stop > active.longest_silence:
        found.append((active.stop, np.inf))
    return np.array(found, float).reshape(-1, 2)


def _beyond(table: Rows, clocks: Clocks, extent: tuple[float, float]) -> list[Check]:
    """Return a ``wrong`` finding if rows lie before the start or after the end of the recording."""
    times, active = table.times, clocks.active
    outside = (times[:, 0] > extent[1]) | (times[:, 1] < extent[0])
    certain = clocks.tracking is not None or (active is not None and not active.is_spikes)
    if not certain and outside.mean() <= limits.MOST_BEYOND and active is not None:
        outside &= _silent(times, active)
    if outside.any():
        return [Check(COVERAGE, "wrong", _rows_outside(table, outside, extent, "the recording"))]
    silent = _silent(times, active) if active is not None and active.is_spikes else np.zeros(len(times), bool)
    if silent.any() and active is not None:
        return [Check(COVERAGE, "wrong", _rows_outside(table, silent, (active.start, active.stop), "all spikes"))]
    return []


def _silent(times: NDArray[np.float64], active: ActiveTime) -> NDArray[np.bool_]:
    """Return a mask of the rows in a silence before the first or after the last spike that is too long for chance."""
    before = (times[:, 1] < active.start) & (active.start - times[:, 0] > active.longest_silence)
    after = (times[:, 0] > active.stop) & (times[:, 1] - active.stop > active.longest_silence)
    return before | after


def _rows_outside(table: Rows, which: NDArray[np.bool_], extent: tuple[float, float], of: str) -> str:
    rows, times = table.rows[which], table.times[which]
    what = "trials" if table.key == "trials" else "epochs"
    early = times[:, 1] < extent[0]
    parts = [
        f"{int(there.sum())} {word} (row {listed(rows[there].tolist(), _NAMED)})"
        for there, word in ((early, "before its start"), (~early, "after its end"))
        if there.any()
    ]
    start, stop = times[0]
    return (
        f"{table.key}: table '{table.table}': {len(rows)} of {len(which)} {what} lie outside {of} ({extent[0]:g} to {extent[1]:g} s): "
        f"{', '.join(parts)}; the first is row {rows[0]} ({start:g} to {stop:g} s). Are all times in seconds on one clock? If so, "
        f"exclude these rows with {table.key}.select"
    )


def _tracked(active: ActiveTime, clocks: Clocks) -> list[Check]:
    """Return ``look`` findings for activity with little tracking, and for tracking without spikes at an end."""
    tracked = np.clip(clocks.tracked, active.start, active.stop)
    whole = max(active.stop - active.start, 1e-9)
    share = float(np.clip(np.diff(tracked, axis=1), 0, None).sum() / whole)
    found = []
    if share < limits.NOTED_TRACKED and active.n >= limits.MIN_SPIKES:
        words = (
            f"position is tracked in {share:.0%} of the time with {'spikes' if active.is_spikes else 'activity'} "
            f"({active.start:.1f} to {active.stop:.1f} s); bins without it are left out"
        )
        found.append(Check(COVERAGE, "look", words))
    ends = clocks.tracking.extent if clocks.tracking is not None else (0.0, 0.0)
    length = max(ends[1] - ends[0], 1e-9)
    before, after = (
        silence / length if silence > active.odd_silence else 0.0
        for silence in (active.start - ends[0], ends[1] - active.stop)
    )
    if active.is_spikes and max(before, after) > limits.NOTED_SILENT:
        when = " and ".join(
            [f"{before:.0%} before the first"] * (before > limits.NOTED_SILENT)
            + [f"{after:.0%} after the last"] * (after > limits.NOTED_SILENT)
        )
        sure = active.n_units >= limits.MIN_UNITS
        words = "nothing was recorded there" if sure else "was anything recorded there? If not, select epochs"
        found.append(Check(COVERAGE, "look", f"of the tracked time {when} spike: {words}"))
    return found
