"""Time span of the activity, from the spikes of some units or the samples of a series."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.activity.series import Sampled
from rscnav.recordings.time_checks import thresholds as limits
from rscnav.sessions.lazy import LazySpikeTrains


@dataclass(frozen=True)
class ActiveTime:
    """Times with activity.

    Parameters
    ----------
    what : str
        ``spike times`` or ``the activity``, for messages.
    start, stop : float
        First and last time (s).
    times : array, (spike,)
        Spike times of the units that were read, or times of the samples; ascending (s).
    n : int
        Count of spikes of all units, or of samples.
    n_units : int
        Count of units that were read and have enough spikes for the detection of silence.
    rate_hz : float
        Median rate of the units; NaN for a series, or if no unit has enough spikes.
    step_s : float
        Sampling interval of a series; 0 for spikes.
    """

    what: str
    start: float
    stop: float
    times: NDArray[np.float64]
    n: int
    n_units: int
    rate_hz: float = float("nan")
    step_s: float = 0.0

    @property
    def is_spikes(self) -> bool:
        """Whether the activity is spikes, in which silence is possible."""
        return self.step_s == 0.0

    @property
    def span(self) -> tuple[float, float]:
        """Range from the 1st to the 99th percentile of spike times (single spikes may be wrong), or the whole range of a series."""
        if not self.is_spikes or len(self.times) < limits.MIN_SPIKES:
            return self.start, self.stop
        low, high = np.quantile(self.times, limits.ROBUST)
        return float(low), float(high)

    @property
    def whole(self) -> bool:
        """Whether all times are whole numbers, and too many for chance."""
        return len(self.times) >= limits.MIN_WHOLE and bool(np.all(self.times == np.rint(self.times)))

    @property
    def longest_silence(self) -> float:
        """Longest possible silence (s) at an end of a recording; infinite if there are too few spikes or units to estimate it."""
        if not self.is_spikes:
            return self.step_s
        return (
            self._silence(limits.SILENCE_TIMES, limits.SILENCE_SPIKES) if self.n_units >= limits.MIN_UNITS else np.inf
        )

    @property
    def odd_silence(self) -> float:
        """Silence (s) at an end above which a note is written."""
        few = self.n_units < limits.MIN_UNITS and self.is_spikes
        return self._silence(limits.FEW_UNITS_TIMES, limits.FEW_UNITS_SPIKES) if few else self.longest_silence

    def _silence(self, times: float, spikes: float) -> float:
        """Return the longest interval between spikes, multiplied by `times`, but at least the mean time of `spikes` spikes."""
        n, length = len(self.times), self.stop - self.start
        if n < limits.MIN_SPIKES or length <= 0:
            return np.inf
        return max(times * float(np.max(np.diff(self.times))), spikes * length / n)

    def within(self, spans: NDArray[np.float64]) -> float:
        """Return the fraction of spikes (or samples) in intervals (interval, 2), sorted and disjoint."""
        if not len(self.times) or not len(spans):
            return 0.0
        inside = np.searchsorted(self.times, spans[:, 1], "right") - np.searchsorted(self.times, spans[:, 0], "left")
        return float(np.clip(inside, 0, None).sum() / len(self.times))


def of_trains(trains: LazySpikeTrains, ends: NDArray[np.float64]) -> ActiveTime | None:
    """Return the time span of spike trains, from the spikes of some units; None if no unit has a spike.

    Parameters
    ----------
    trains : LazySpikeTrains
        Spike times of each unit, ascending.
    ends : array, (unit, 2)
        First and last spike (s); NaN for a unit without spikes.
    """
    known = np.isfinite(ends).all(axis=1)
    if not known.any():
        return None
    start, stop = float(ends[known, 0].min()), float(ends[known, 1].max())
    rows = np.flatnonzero(known)
    read, n_read = [], 0
    for row in _spread(rows):
        read.append(trains[int(row)])
        n_read += len(read[-1])
        if n_read >= limits.READ_SPIKES and len(read) >= limits.READ_UNITS:
            break
    times = np.sort(np.concatenate(read))
    n_units = sum(len(train) >= limits.UNIT_SPIKES for train in read)
    counts = np.asarray(trains.counts)[rows]
    enough = counts[counts >= limits.UNIT_SPIKES]
    rate = float(np.median(enough)) / (stop - start) if len(enough) and stop > start else float("nan")
    return ActiveTime("spike times", start, stop, times, int(counts.sum()), n_units, rate)


def of_sampled(sampled: Sampled) -> ActiveTime:
    """Return the time span of activity that is a series."""
    longest = max(sampled.planes, key=lambda plane: len(plane.centre))
    n_units, step = sum(len(plane.column) for plane in sampled.planes), max(longest.step_s, 1e-9)
    times = longest.centre - step / 2
    return ActiveTime("the activity", *sampled.extent, times, len(times), n_units, step_s=step)


def _spread(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the rows in golden-ratio order, so that any first few are spread over the table."""
    golden = 0.5 * (np.sqrt(5.0) - 1.0)
    return rows[np.argsort(np.arange(len(rows)) * golden % 1.0, kind="stable")]
