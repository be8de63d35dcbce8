"""Tracking artifacts: samples outside the arena, and jumps faster than a maximal speed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.settings.position import Position

ENOUGH = 100  # smallest count of steps for the detection of outliers
SUSPECT = 20.0  # a step longer than this multiple of the 99th percentile is reported


def mark_artifacts(
    time: NDArray[np.float64],
    values: NDArray[np.float64],
    position: Position,
    path: str,
    cuts: Sequence[int] | NDArray = (),
) -> tuple[NDArray[np.bool_], dict[str, int], list[str]]:
    """Mark samples outside the arena and jumps of the tracking.

    A jump cannot be reached from the last valid sample within `position.max_speed`. After `position.max_gap_s` at the new position the
    sample is accepted.

    Parameters
    ----------
    time : array, (sample,)
        Increasing (s).
    values : array, (sample, dim)
        NaN is never marked.
    position : Position
        Its limits `max_speed` and `arena_radius` (around `centre`), and `max_gap_s`.
    path : str
        Name of the series, for the notes.
    cuts : sequence of int
        Indices of the first samples of pieces; steps between pieces are not jumps.

    Returns
    -------
    marked : array of bool, (sample,)
        Samples to leave out.
    counts : dict of int
        Counts of marked samples by reason, for the limits that are set.
    notes : list of str
    """
    marked = np.zeros(len(time), bool)
    counts, notes = {}, []
    if position.arena_radius is not None:
        with np.errstate(invalid="ignore"):
            marked = np.linalg.norm(values - np.array(position.centre, float), axis=1) > position.arena_radius
        counts["n_samples_outside_arena"] = int(marked.sum())
        if marked.any():
            notes.append(
                f"{marked.sum()} samples of '{path}' are outside the arena, the first at {time[marked][0]:.3f} s, and were left out"
            )
    if position.max_speed is not None:
        good = np.flatnonzero(~marked & np.isfinite(values).all(axis=1))
        pieces = [p for p in np.split(good, np.searchsorted(good, cuts)) if len(p)]
        jumps = [p[_jumps(time[p], values[p], position.max_speed, position.max_gap_s)] for p in pieces]
        jumped = np.concatenate([np.empty(0, np.intp), *jumps])
        marked[jumped] = True
        counts["n_samples_jumped"] = len(jumped)
        if len(jumped):
            notes.append(
                f"{len(jumped)} samples of '{path}' are jumps faster than position.max_speed, "
                f"the first at {time[jumped[0]]:.3f} s, and were left out"
            )
    else:
        notes += suspected(time, values, path, cuts)
    return marked, counts, notes


def _jumps(
    time: NDArray[np.float64], values: NDArray[np.float64], max_speed: float, give_up_s: float
) -> NDArray[np.bool_]:
    """Mark samples that cannot be reached from the last valid one; after `give_up_s` (s) samples are accepted again."""
    marked = np.zeros(len(time), bool)
    fast = np.flatnonzero(np.linalg.norm(np.diff(values, axis=0), axis=1) > max_speed * np.diff(time))
    done = -1
    for last in fast.tolist():
        if last < done or marked[last]:
            continue
        at = last + 1
        while at < len(time) and time[at] - time[last] <= give_up_s:
            if np.linalg.norm(values[at] - values[last]) <= max_speed * (time[at] - time[last]):
                break
            marked[at] = True
            at += 1
        done = at
    return marked


def far_steps(
    time: NDArray[np.float64], values: NDArray[np.float64], cuts: Sequence[int] | NDArray = ()
) -> NDArray[np.intp]:
    """Return the steps longer than 20 times their 99th percentile, probably jumps of the tracking (indices of the sample before).

    A step over a longer time than the median interval is divided by the ratio of the two. Steps to the first sample of a piece (`cuts`)
    are ignored. The result is empty for one coordinate, or for fewer than 100 steps.
    """
    step = np.linalg.norm(np.diff(values, axis=0), axis=1)
    step[np.asarray(cuts, np.intp) - 1] = np.nan
    known = np.isfinite(step)
    if values.shape[1] < 2 or known.sum() < ENOUGH:
        return np.empty(0, np.intp)
    lasts = np.diff(time)
    step = step / np.maximum(lasts / max(float(np.median(lasts)), 1e-12), 1.0)
    usual = float(np.percentile(step[known], 99))
    return np.flatnonzero(np.where(known, step, 0.0) > SUSPECT * usual) if usual > 0 else np.empty(0, np.intp)


def suspected(
    time: NDArray[np.float64], values: NDArray[np.float64], path: str, cuts: Sequence[int] | NDArray = ()
) -> list[str]:
    """Return a note on probable jumps of the tracking (`far_steps`); an empty list if there are none."""
    far = far_steps(time, values, cuts)
    if not len(far):
        return []
    return [
        f"'{path}' jumps in {len(far)} steps, the first at {time[far[0] + 1]:.3f} s, more than {SUSPECT:g} times as far "
        "as in 99 % of steps; set position.max_speed to leave out jumps"
    ]
