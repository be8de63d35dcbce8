"""Trials of a network whose phases and places take up as much time as in a recording."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.spatial_bins import spatial_bin
from rscnav.errors import InvalidValueError
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session

N_PLACES, N_SIDE = 20, 4  # bins of the ring; along each side of the plane
_SWEEPS = 20  # at most so often every trial is reconsidered
_RANDOM = 20  # random choices that show how far apart the two are without matching


@dataclass(frozen=True)
class OccupancyCells:
    """Cells of phase and place that two sessions share.

    Parameters
    ----------
    network, recording : array, (time,)
        Cell of each sample; -1 where phase or place is not known, or between trials.
    words : str
        What the cells tell apart: ``phase and place``, ``phase``, ``place``, or nothing.
    """

    network: NDArray[np.int64]
    recording: NDArray[np.int64]
    n: int
    words: str


@dataclass(frozen=True)
class Chosen:
    """Trials that were chosen.

    Parameters
    ----------
    trials : array, (slot,)
        Index into the network's trials, each once.
    distance, at_random : float
        Total variation distance between the shares of time in the cells, of what was chosen and of random choices (mean);
        0: the same, 1: never at the same place in the same phase. NaN where there is nothing to match.
    """

    trials: NDArray[np.int64]
    distance: float
    at_random: float


def shared_cells(network: Session, recording: Session) -> OccupancyCells:
    """Cut both sessions into the cells that both can tell apart.

    Places are 20 bins of the ring where both sessions are on a ring, 4 × 4 bins of the area that both cover together where both are
    in the plane and in one unit of length.
    """
    parts: list[tuple[str, NDArray[np.int64], int]] = []
    phases = [_phases(session) for session in (network, recording)]
    if phases[0] is not None and phases[1] is not None:
        parts.append(("phase", np.concatenate(phases), len(PHASES)))  # type: ignore[arg-type]
    places = [session.position for session in (network, recording)]
    alike = network.is_circular == recording.is_circular and network.position_unit == recording.position_unit
    if places[0] is not None and places[1] is not None and alike and places[0].shape[1] == places[1].shape[1]:
        both = np.concatenate([places[0], places[1]])
        parts.append(("place", *spatial_bin(both, network.is_circular, N_PLACES, N_SIDE)))
    cell, n = np.zeros(len(network.time) + len(recording.time), np.int64), 1
    for _, index, size in parts:
        cell, n = np.where((cell < 0) | (index < 0), -1, cell * size + index), n * size
    cell[np.concatenate([network.trial, recording.trial]) < 0] = -1
    words = " and ".join(word for word, _, _ in parts)
    return OccupancyCells(cell[: len(network.time)], cell[len(network.time) :], n, words)


def _phases(session: Session) -> NDArray[np.int64] | None:
    if session.phase is None or not np.any(session.phase < len(PHASES)):
        return None
    phase = session.phase.astype(np.int64)  # unsigned in a session, where -1 would become 255
    return np.where(phase < len(PHASES), phase, -1)


def choose_trials(
    cells: NDArray[np.int64],
    pool: NDArray[np.int64],
    n_steps: NDArray[np.int64],
    target: NDArray[np.float64] | None,
    generator: np.random.Generator,
    at_random: bool = False,
) -> Chosen:
    """Choose a trial for each slot, so that together they spend their time as `target` says.

    From a random choice on, each slot in turn takes the trial that brings the whole nearest to the target, until none can be
    bettered.

    Parameters
    ----------
    cells : array, (trial, step)
        Cell of each step of the network's trials; -1 where it is not known.
    pool : array
        Trials to choose from.
    n_steps : array, (slot,)
        Steps that each slot uses of its trial, from its start.
    target : array, (cell,), or None
        Shares of time; None: there is nothing to match, the choice is random.
    at_random : bool
        Leave it at the random choice.

    Raises
    ------
    InvalidValueError
        For more slots than trials in the pool.
    """
    if len(n_steps) > len(pool):
        raise InvalidValueError(f"{len(n_steps)} trials are wanted, but there are {len(pool)} to choose from")
    picks = [generator.permutation(len(pool))[: len(n_steps)] for _ in range(_RANDOM)]
    if target is None:
        return Chosen(pool[picks[0]], float("nan"), float("nan"))
    lengths, slot_length = np.unique(n_steps, return_inverse=True)
    time_in = _time_in(cells[pool], lengths, len(target))  # (length, trial, cell)
    unmatched = [float(_apart(time_in[slot_length, pick].sum(axis=0), target)) for pick in picks]
    pick = picks[0] if at_random else _exchanged(picks[0], time_in, slot_length, target, generator)
    reached = float(_apart(time_in[slot_length, pick].sum(axis=0), target))
    return Chosen(pool[pick], reached, float(np.mean(unmatched)))


def _exchanged(
    pick: NDArray[np.int64],
    time_in: NDArray[np.float32],
    slot_length: NDArray[np.intp],
    target: NDArray[np.float64],
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Exchange trials, a slot at a time, until none brings the whole nearer to the target."""
    pick = pick.copy()
    total = time_in[slot_length, pick].sum(axis=0)
    for _ in range(_SWEEPS):
        before = pick.copy()
        for slot in generator.permutation(len(pick)):
            options = time_in[slot_length[slot]]
            rest = total - options[pick[slot]]
            apart = _apart(rest + options, target)
            apart[np.delete(pick, slot)] = np.inf  # each trial once
            best = int(np.argmin(apart))
            if apart[best] < apart[pick[slot]] - 1e-12:
                pick[slot], total = best, rest + options[best]
        if np.array_equal(before, pick):
            break
    return pick


def shares(cells: NDArray[np.int64], n_cells: int) -> NDArray[np.float64]:
    """Give the share of time in each cell, (cell,); unknown cells (-1) left out. NaN where none is known."""
    counts = np.bincount(cells[cells >= 0], minlength=n_cells).astype(np.float64)
    return counts / counts.sum() if counts.sum() else np.full(n_cells, np.nan)


def _time_in(cells: NDArray[np.int64], lengths: NDArray[np.int64], n_cells: int) -> NDArray[np.float32]:
    """Count the steps that each trial (trial, step) spends in each cell, up to each of some lengths: (length, trial, cell)."""
    found = np.zeros((len(lengths), len(cells), n_cells), np.float32)
    step = np.arange(cells.shape[1])
    for k, length in enumerate(lengths):
        counted = (cells >= 0) & (step < length)
        trial, _ = np.nonzero(counted)
        np.add.at(found[k], (trial, cells[counted]), 1)
    return found


def _apart(time_in: NDArray[np.floating], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the total variation distance of times in the cells (..., cell) from the target's shares."""
    total = np.maximum(time_in.sum(axis=-1, keepdims=True), 1e-12)
    return np.asarray(0.5 * np.abs(time_in / total - target).sum(axis=-1), np.float64)
