"""Occupancy matching: trials of a network with the occupancy of phases and positions of a recording."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.spatial_bins import spatial_bin
from rscnav.errors import InvalidValueError
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session

N_PLACES, N_SIDE = 20, 4  # spatial bins of the ring; bins along each side of the plane
_SWEEPS = 20  # highest number of passes over all slots
_RANDOM = 20  # random choices for the distance without matching


@dataclass(frozen=True)
class OccupancyCells:
    """Cells of phase and position (spatial bins) common to two sessions.

    Parameters
    ----------
    network, recording : array, (time,)
        Cell of each sample; -1 where phase or position is not known, or between trials.
    n : int
        Number of cells.
    words : str
        Variables of the cells: ``phase and place``, ``phase``, ``place``, or ''.
    """

    network: NDArray[np.int64]
    recording: NDArray[np.int64]
    n: int
    words: str


@dataclass(frozen=True)
class Chosen:
    """Selected trials, and the quality of the match.

    Parameters
    ----------
    trials : array, (slot,)
        Index into the network's trials, each once.
    distance, at_random : float
        Total variation distance to the recording's occupancy of the cells, for the selected trials and for random trials
        (mean). 0: equal occupancy, 1: no common cell. NaN if there is nothing to match.
    """

    trials: NDArray[np.int64]
    distance: float
    at_random: float


def shared_cells(network: Session, recording: Session) -> OccupancyCells:
    """Return the cells of phase and position that are known in both sessions.

    Positions are in 20 bins if both sessions are on a ring. They are in 4 × 4 bins of the area that the sessions cover together if
    both are in the plane with the same unit of length.
    """
    parts: list[tuple[str, NDArray[np.int64], int]] = []
    phases = [_phases(session) for session in (network, recording)]
    if phases[0] is not None and phases[1] is not None:
        parts.append(("phase", np.concatenate(phases), len(PHASES)))  # type: ignore[arg-type]
    places = [session.position for session in (network, recording)]
    comparable = network.is_circular == recording.is_circular and network.position_unit == recording.position_unit
    if places[0] is not None and places[1] is not None and comparable and places[0].shape[1] == places[1].shape[1]:
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
    phase = session.phase.astype(np.int64)  # a session's phase is unsigned: -1 would become 255
    return np.where(phase < len(PHASES), phase, -1)


def choose_trials(
    cells: NDArray[np.int64],
    pool: NDArray[np.int64],
    n_steps: NDArray[np.int64],
    target: NDArray[np.float64] | None,
    generator: np.random.Generator,
    at_random: bool = False,
) -> Chosen:
    """Select a trial for each slot, so that the occupancy of all selected trials is near `target`.

    Greedy exchange: from a random selection, each slot in turn takes the trial that gives the smallest total variation distance
    to the target, until no exchange lowers the distance.

    Parameters
    ----------
    cells : array, (trial, step)
        Cell of each step of the network's trials; -1 where unknown.
    pool : array
        Trials from which trials are selected.
    n_steps : array, (slot,)
        Steps of each slot, from the start of its trial.
    target : array, (cell,), or None
        Occupancy of the recording (fraction of time in each cell); None: no matching, random selection.
    at_random : bool
        Return the random selection, without exchanges.

    Raises
    ------
    InvalidValueError
        For more slots than trials in the pool.
    """
    if len(n_steps) > len(pool):
        raise InvalidValueError(
            f"{len(n_steps)} trials are requested, but only {len(pool)} are available; lower n_trials"
        )
    picks = [generator.permutation(len(pool))[: len(n_steps)] for _ in range(_RANDOM)]
    if target is None:
        return Chosen(pool[picks[0]], float("nan"), float("nan"))
    lengths, slot_length = np.unique(n_steps, return_inverse=True)
    time_in = _time_in(cells[pool], lengths, len(target))  # (length, trial, cell)
    unmatched = [float(_variation_distance(time_in[slot_length, pick].sum(axis=0), target)) for pick in picks]
    pick = picks[0] if at_random else _exchanged(picks[0], time_in, slot_length, target, generator)
    reached = float(_variation_distance(time_in[slot_length, pick].sum(axis=0), target))
    return Chosen(pool[pick], reached, float(np.mean(unmatched)))


def _exchanged(
    pick: NDArray[np.int64],
    time_in: NDArray[np.float32],
    slot_length: NDArray[np.intp],
    target: NDArray[np.float64],
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Exchange the trial of one slot at a time until no exchange lowers the distance to the target."""
    pick = pick.copy()
    total = time_in[slot_length, pick].sum(axis=0)
    for _ in range(_SWEEPS):
        before = pick.copy()
        for slot in generator.permutation(len(pick)):
            options = time_in[slot_length[slot]]
            rest = total - options[pick[slot]]
            distance = _variation_distance(rest + options, target)
            distance[np.delete(pick, slot)] = np.inf  # each trial once
            best = int(np.argmin(distance))
            if distance[best] < distance[pick[slot]] - 1e-12:
                pick[slot], total = best, rest + options[best]
        if np.array_equal(before, pick):
            break
    return pick


def shares(cells: NDArray[np.int64], n_cells: int) -> NDArray[np.float64]:
    """Return the occupancy, the fraction of time in each cell, (cell,), without unknown cells (-1); NaN if all are unknown."""
    counts = np.bincount(cells[cells >= 0], minlength=n_cells).astype(np.float64)
    return counts / counts.sum() if counts.sum() else np.full(n_cells, np.nan)


def _time_in(cells: NDArray[np.int64], lengths: NDArray[np.int64], n_cells: int) -> NDArray[np.float32]:
    """Return the number of steps of each trial in each cell, up to each of some lengths, (length, trial, cell)."""
    found = np.zeros((len(lengths), len(cells), n_cells), np.float32)
    step = np.arange(cells.shape[1])
    for k, length in enumerate(lengths):
        counted = (cells >= 0) & (step < length)
        trial, _ = np.nonzero(counted)
        np.add.at(found[k], (trial, cells[counted]), 1)
    return found


def _variation_distance(time_in: NDArray[np.floating], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the total variation distance between times in the cells (..., cell) and the target occupancy."""
    total = np.maximum(time_in.sum(axis=-1, keepdims=True), 1e-12)
    return np.asarray(0.5 * np.abs(time_in / total - target).sum(axis=-1), np.float64)
