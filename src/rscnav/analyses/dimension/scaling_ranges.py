"""How much a dimension depends on where it is read: slopes over all scaling ranges that would do as well."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.correlation_sum import PairCounts
from rscnav.analyses.dimension.local_slopes import ScalingRegion, steady_ranges
from rscnav.analyses.dimension.pair_counts.slope_variance import slope_errors, slope_weights
from rscnav.analyses.statistics.intervals import percentile_band

FACTOR = 2.0  # in r, that a range reaches over ...
SHARE = 0.5  # ... or this part of the length of the scaling region, in log r, if that is less
CHECKED = 100  # ranges whose sampling error is worked out, evenly among all


def admissible_ranges(
    radii: NDArray[np.float64], slopes: NDArray[np.float64], region: ScalingRegion
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find every range that would do as a scaling region: its first and its last radius, both inside.

    Its local slopes stay within 10 % of their mean, and it reaches over at least a factor of 2 in r, or is half as long in log r
    as the scaling region if that is less. The scaling region itself is one of them. Radii and slopes are as
    `rscnav.analyses.dimension.local_slopes.scaling_region` took them.

    Returns
    -------
    first, last : array, (range,)
    """
    log_r = np.log(radii)
    longest = log_r[region.last] - log_r[region.first]
    shortest = min(SHARE * longest, np.log(FACTOR)) - 1e-9
    first, last = np.nonzero(steady_ranges(slopes) & (log_r[None, :] - log_r[:, None] >= shortest))
    return first, last


def range_spread(
    counts: PairCounts, radii: NDArray[np.float64], slopes: NDArray[np.float64], region: ScalingRegion
) -> tuple[float, float, float]:
    """Work out how much the slope depends on the range, and how much of that is sampling.

    The radii (radius,) are those of `counts`, less the noise. Local slopes (radius,) are NaN where no range may reach.

    Returns
    -------
    low, high : float
        95 % of the slopes over all admissible ranges lie between these.
    error : float
        How far they lie from the scaling region's slope (root mean square) beyond what sampling makes of it; 0 where sampling
        explains it all.
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
    """Least-squares slopes of log C on log r over radii[first] to radii[last], both inside; C is above 0 there."""
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
