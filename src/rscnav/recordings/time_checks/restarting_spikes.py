"""Spike times that restart many times, for example if they are relative to the start of each trial."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.time_checks import thresholds as limits


def repeats(times: NDArray[np.floating]) -> int:
    """Return how many times spike times (spike,), unsorted as in the file, restart near their first value.

    The result is 0 if they are in another order.
    """
    back = np.flatnonzero(np.diff(times) < 0)
    if len(back) < limits.MIN_REPEATS or len(back) > limits.MAX_BACK * len(times):
        return 0
    drop = np.median(times[back] - times[back + 1])
    return len(back) if drop > limits.REPEAT_DROP * np.ptp(times) else 0


def agreed_repeats(counts: Sequence[int] | NDArray[np.integer], n_spikes: Sequence[int] | NDArray[np.integer]) -> int:
    """Return how many times the spike times of most units restart; 0 if the units do not agree.

    Parameters
    ----------
    counts : array, (unit,)
        Results of `repeats`.
    n_spikes : array, (unit,)
    """
    counts, n_spikes = np.asarray(counts), np.asarray(n_spikes)
    enough = n_spikes >= limits.UNIT_SPIKES
    again = counts[enough & (counts > 0)]
    if not len(again) or len(again) < 0.5 * enough.sum():
        return 0
    low, middle, high = np.quantile(again, [0.25, 0.5, 0.75])
    least = limits.MIN_REPEATS if len(again) > 1 else limits.MIN_REPEATS_ALONE
    return int(middle) if middle >= least and high - low <= limits.SPREAD * middle + 2 else 0
