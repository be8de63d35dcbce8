"""Dependence of the correlation dimension on the choice of the scaling region: slopes over all admissible ranges."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.correlation_sum import PairCounts
from rscnav.analyses.dimension.local_slopes import ScalingRegion, steady_ranges
from rscnav.analyses.dimension.pair_counts.slope_variance import slope_errors, slope_weights
from rscnav.analyses.statistics.intervals import percentile_band

FACTOR = 2.0  # smallest span of a range in r ...
SHARE = 0.5  # ... or this fraction of the length of the scaling region in log r, if that is shorter
CHECKED = 100  # ranges for which the sampling error is computed, evenly chosen


def admissible_ranges(
    radii: NDArray[np.float64], slopes: NDArray[np.float64], region: ScalingRegion
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return all ranges of radii that are admissible as scaling regions.

    In an admissible range the local slopes are within 10 % of their mean. It spans at least a factor of 2 in r, or half of the
    length of the scaling region in log r if that is shorter. The scaling region itself is admissible.

    Parameters
    ----------
    radii, slopes : array, (radius,)
        As for `rscnav.analyses.dimension.local_slopes.scaling_region`.
    region : ScalingRegion

    Returns
    -------
    first, last : array, (range,)
        Index of the first and of the last radius of each range, both included.
    """
    log_r = np.log(radii)
    longest = log_r[region.last] - log_r[region.first]
    shortest = min(SHARE * longest, np.log(FACTOR)) - 1e-9
    first, last = np.nonzero(steady_ranges(slopes) & (log_r[None, :] - log_r[:, None] >= shortest))
    return first, last


def range_spread(
    counts: PairCounts, radii: NDArray[np.float64], slopes: NDArray[np.float64], region: ScalingRegion
) -> tuple[float, float, float]:
    """Compute the spread of the slope over admissible ranges, and the part of it that sampling does not explain.

    Parameters
    ----------
    counts : PairCounts
    radii : array, (radius,)
        Noise-corrected radii of `counts`.
    slopes : array, (radius,)
        Local slopes; NaN at radii that no range may include.
    region : ScalingRegion

    Returns
    -------
    low, high : float
        Limits of the central 95 % of the slopes over all admissible ranges; they include the slope of the scaling region.
    error : float
        Root of the mean squared difference from the slope of the scaling region, minus the sampling variance of this
        difference; 0 if sampling explains all of it.
    """
    first, last = admissible_ranges(radii, slopes, region)
    found = slopes_between(radii, counts.correlation_sum(), first, last)
    own = slopes_between(radii, counts.correlation_sum(), np.array([region.first]), np.array([region.last]))[0]
    picked = np.unique(np.linspace(0, len(first) - 1, CHECKED).astype(np.intp))
    weights = np.stack([slope_weights(radii, int(first[k]), int(last[k])) for k in picked], axis=1)
    by_chance = slope_errors(counts, weights - slope_weights(radii, region.first, region.last)[:, None])
    beyond = np.mean((found - own) ** 2) - np.mean(by_chance**2)
    low, high = percentile_band(found)
    return min(float(low), own), max(float(high), own), float(np.sqrt(max(beyond, 0.0)))


def slopes_between(
    radii: NDArray[np.float64], correlation: NDArray[np.float64], first: NDArray[np.intp], last: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the least-squares slopes of log C against log r over radii[first] to radii[last], both included; C > 0 there."""
    known = correlation > 0
    x = np.log(radii)
    x = x - x[known].mean()
    y = np.log(np.where(known, correlation, 1.0))
    y = y - y[known].mean()

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.append(0.0, np.cumsum(values))
        return total[last + 1] - total[first]

    n = last - first + 1
    return (summed(x * y) - summed(x) * summed(y) / n) / (summed(x**2) - summed(x) ** 2 / n)
