"""Poisson noise: variance of low-passed spike counts at a constant firing rate, estimated from the counts.

The variance of a unit is Σ h² · counts / dt², with h the impulse response of the filter. It equals the expected result of
binomial thinning: each spike is assigned to one of two halves at random, and the filtered difference of the halves has mean 0 and
this variance. Neurons more regular than Poisson have less noise, so that the correction is too large. For less regular neurons the
noise in excess of Poisson is not corrected.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.lowpass_filter import lowpass, settling_s
from rscnav.sessions.lazy import Activity, row_blocks

LONG = 1000  # samples; longer stretches are processed in pieces


def is_spike_counts(activity: Activity, dt_s: float) -> bool:
    """Return whether activity (time, unit), in Hz, is spike counts in bins of `dt_s`: integers of at least 0, not all 0."""
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
    """Compute the Poisson noise of each unit's low-passed firing rate, averaged over some samples.

    Parameters
    ----------
    activity : array, (time, unit)
        Spike counts divided by the width of the time bins (Hz), before the filter.
    dt_s, cutoff_hz, causal, stretches
        Arguments of `rscnav.analyses.lowpass_filter.lowpass`.
    used : array of bool, (time,)
        Samples over which the variance is averaged; each is in a stretch.

    Returns
    -------
    array, (unit,)
        Variance (Hz²).

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
            # The piece, extended by the length of the impulse response.
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
