"""Tracked samples that are no place of the animal: jumps of the tracking, and places outside the arena."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.settings.position import Position

ENOUGH = 100  # steps, without which none can stand out
SUSPECT = 20.0  # a step this many times the 99th percentile of steps is worth a note


def mark_artifacts(
    time: NDArray[np.float64],
    values: NDArray[np.float64],
    position: Position,
    path: str,
    cuts: Sequence[int] | NDArray = (),
) -> tuple[NDArray[np.bool_], dict[str, int], list[str]]:
    """Mark samples to be left out, (sample,), count them by reason, and say so in notes.

    Parameters
    ----------
    time : array, (sample,)
        Increasing (s).
    values : array, (sample, dim)
        May hold NaN, which is never marked.
    position : Position
        Its `max_speed`, and `arena_radius` around `centre`, are what no sample may exceed; after `max_gap_s` away a new place is
        believed.
    path : str
        The series' name, for the notes.
    cuts : sequence of int
        First samples of pieces; from one piece to the next nothing is a jump.
    """
    marked = np.zeros(len(time), bool)
    counts, notes = {}, []
    if position.arena_radius is not None:
        with np.errstate(invalid="ignore"):
            marked = np.linalg.norm(values - np.array(position.centre, float), axis=1) > position.arena_radius
        counts["n_samples_outside_arena"] = int(marked.sum())
        if marked.any():
            notes.append(
                f"{marked.sum()} samples of '{path}' lie outside the arena, the first at {time[marked][0]:.3f} s: left out"
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
                f"the first at {time[jumped[0]]:.3f} s: left out"
            )
    else:
        notes += suspected(time, values, path, cuts)
    return marked, counts, notes


def _jumps(
    time: NDArray[np.float64], values: NDArray[np.float64], max_speed: float, give_up_s: float
) -> NDArray[np.bool_]:
    """Mark samples that can't be reached from the last good one; after `give_up_s` the new place is believed."""
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
    """Return the steps (index of the sample before) that stand out so far that they are probably jumps of the tracking.

    A step over several frames' time may be as many times as far; steps to the first sample of a piece (`cuts`) are none.
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
    """Note where a step stands out so far that it is probably a jump of the tracking."""
    far = far_steps(time, values, cuts)
    if not len(far):
        return []
    return [
        f"'{path}' jumps in {len(far)} steps, the first at {time[far[0] + 1]:.3f} s, more than {SUSPECT:g} times as far "
        "as in 99 % of steps: give position.max_speed to leave jumps out"
    ]
