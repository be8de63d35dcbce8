"""Statistics of spikes for the quality report, computed from one unit at a time to limit memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.inspection.spike_checks import refractory
from rscnav.sessions.lazy import LazySpikeTrains, Trains

N_PIECES = 100  # intervals of the recording in which each unit's spikes are counted
SILENCE_S = 2.0  # shortest time without a spike of any unit that is a gap in the spikes ...
_SILENCE = 20.0  # ... and it must be this many times longer than the mean interval between spikes
_CELL_S = 0.05  # resolution of gaps


@dataclass(frozen=True)
class SpikeSummary:
    """Statistics of the spikes of all units of a file.

    Parameters
    ----------
    n_spikes : array, (unit,)
    short : array, (unit,)
        Fraction of a unit's inter-spike intervals below 2 ms; NaN with fewer than two spikes.
    edges : array, (interval + 1,)
        Edges of equal intervals of the recording (s).
    counts : array, (interval, unit)
        Spike counts in these intervals.
    runs : array, (run, 2)
        First and last time (s) of stretches without a gap in the spikes of all units together.
    """

    n_spikes: NDArray[np.int64]
    short: NDArray[np.float64]
    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    runs: NDArray[np.float64]


def ordered_trains(trains: LazySpikeTrains) -> LazySpikeTrains:
    """Return the finite spike times of each unit, ascending."""

    def ordered(unit: int) -> NDArray[np.float64]:
        times = trains[unit]
        return np.sort(times[np.isfinite(times)])

    return LazySpikeTrains(trains.counts, ordered)


def ends_of(trains: Trains) -> NDArray[np.float64]:
    """Return the first and last spike time of all units, (2,); empty if there are no spikes."""
    ends = [(times[0], times[-1]) for times in trains if len(times)]
    return np.array([min(a for a, _ in ends), max(b for _, b in ends)]) if ends else np.empty(0)


def summarise_spikes(trains: Trains, extent: tuple[float, float]) -> SpikeSummary:
    """Compute the statistics of spikes, unit by unit.

    Parameters
    ----------
    trains : sequence of array, (spike,)
        Spike times (s) of each unit, ascending.
    extent : (float, float)
        First and last time of the recording (s); all spikes must lie within it.
    """
    edges = np.linspace(*extent, N_PIECES + 1)
    n_cells = int((extent[1] - extent[0]) / _CELL_S) + 1
    first, last = np.full(n_cells, np.inf), np.full(n_cells, -np.inf)
    n_spikes, short, counts = np.zeros(len(trains), np.int64), np.full(len(trains), np.nan), []
    for k, times in enumerate(trains):
        n_spikes[k] = len(times)
        short[k] = refractory([times])[1][0]
        counts.append(np.histogram(times, edges)[0])
        cell = ((times - extent[0]) / _CELL_S).astype(np.int64)
        np.minimum.at(first, cell, times)
        np.maximum.at(last, cell, times)
    active = np.isfinite(first)
    usual = (extent[1] - extent[0]) / max(int(n_spikes.sum()), 1)
    spans = runs(first[active], last[active], max(SILENCE_S, _SILENCE * usual))
    return SpikeSummary(n_spikes, short, edges, np.array(counts).reshape(-1, N_PIECES).T, spans)


def runs(first: NDArray[np.floating], last: NDArray[np.floating], longest_s: float) -> NDArray[np.float64]:
    """Join sorted intervals (`first` to `last`) with gaps of at most `longest_s`; return the runs, (run, 2)."""
    if not len(first):
        return np.empty((0, 2))
    cuts = np.flatnonzero(first[1:] - last[:-1] > longest_s)
    return np.stack([first[np.append(0, cuts + 1)], last[np.append(cuts, len(last) - 1)]], axis=1)
