"""What counting spikes adds to low-passed rates: the variance of each unit that two random halves of its spikes disclose.

If every spike goes to one half or the other by the toss of a coin, the filtered difference of the halves has no mean, whatever
the rate did, and its variance is Σ h² · counts / dt², with h the filter's response: that is what counting adds to the filtered sum. It
need not be drawn, since it is known for every count; this is its mean over all tosses. It is the noise of a Poisson process. Neurons
more regular than that have less; what makes them less regular than that stays in.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.lowpass_filter import lowpass, settling_s
from rscnav.sessions.lazy import Activity, row_blocks

LONG = 1000  # samples: longer stretches are taken in pieces


def is_spike_counts(activity: Activity, dt_s: float) -> bool:
    """Tell whether activity (time, unit), in Hz, is counts in bins of `dt_s`: whole numbers, none below 0, not all 0."""
    counts = np.asarray(activity[: 10 * LONG], np.float64) * dt_s
    whole = np.all(counts > -1e-3) and np.all(np.abs(counts - np.round(counts)) < 1e-3)
    return bool(whole) and any(np.any(activity[block] > 0) for block in row_blocks(activity.shape))


def counting_variance(
    activity: Activity,
    dt_s: float,
    cutoff_hz: float,
    causal: bool,
    stretches: Sequence[slice],
    used: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Variance that counting adds to each unit's low-passed rate, averaged over some samples.

    Parameters
    ----------
    activity : array, (time, unit)
        Counts in bins, over their width (Hz), as they were before the filter.
    dt_s, cutoff_hz, causal, stretches
        As `rscnav.analyses.lowpass_filter.lowpass` took them.
    used : array of bool, (time,)
        The samples; each lies in a stretch.

    Returns
    -------
    array, (unit,)
        In Hz².

    References
    ----------
    Cox & Isham, Point Processes (1980) (thinning, and the variance of filtered Poisson events).
    """
    weights = np.zeros(len(activity))
    reach = math.ceil(settling_s(dt_s, cutoff_hz, left=1e-3) / dt_s)
    responses: dict[int, NDArray[np.float64]] = {}
    for stretch in stretches:
        for start in range(stretch.start, stretch.stop, LONG):
            stop = min(start + LONG, stretch.stop)
            if not used[start:stop].any():
                continue
            # Around a piece, as far as the filter reaches.
            first, last = max(stretch.start, start - reach), min(stretch.stop, stop + reach)
            if last - first not in responses:
                response = lowpass(np.eye(last - first), dt_s, cutoff_hz, causal=causal)
                responses[last - first] = np.asarray(response, np.float64) ** 2
            inside = np.zeros(last - first)
            inside[start - first : stop - first] = used[start:stop]
            weights[first:last] += inside @ responses[last - first]
    weights /= used.sum()
    total = np.zeros(activity.shape[1])
    for block in row_blocks(activity.shape, item_bytes=8):
        if weights[block].any():
            total += weights[block] @ activity[block]
    return total / dt_s
