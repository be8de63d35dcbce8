"""Correlation dimension with its confidence interval (Grassberger & Procaccia 1983).

The correlation sum C(r) is from `correlation_sum`, the scaling region and the slope from `local_slopes`, the errors from
`pair_counts.slope_variance` and `scaling_ranges`.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.analyses.dimension.correlation_sum import Device, PairCounts, Window, count_pairs
from rscnav.analyses.dimension.local_slopes import local_slopes, scaling_region, slope_within, takens_estimate
from rscnav.analyses.dimension.noise_floor import Noise, noise_floor
from rscnav.analyses.dimension.pair_counts.slope_variance import slope_errors, slope_weights
from rscnav.analyses.dimension.scaling_ranges import range_spread
from rscnav.analyses.statistics.intervals import t_quantile
from rscnav.errors import InvalidValueError
from rscnav.validation import as_activity

PER_OCTAVE = 32  # radii per factor of 2; fine enough for a slope of 30
WIDTH = 8  # radii on either side in the fit of a local slope: a factor of 1.4 in r
DECADES = 7  # range of the radii, below the largest
MIN_PAIRS = 300  # radii with fewer closer pairs are excluded ...
PAIRS_A_POINT = 1 / 20  # ... and radii with fewer closer pairs than this times the count of points
MAX_SHARE = 0.5  # largest C(r) of a scaling region: the median distance
N_GROUPS = 20  # of trials, for the confidence interval
PASSES = 2  # the noise correction depends slightly on the dimension
NAN = float("nan")


@dataclass(frozen=True)
class Dimension:
    """Correlation dimension, with its correlation sum and confidence intervals.

    Parameters
    ----------
    dimension : float
        Slope of log C against log r in the scaling region; NaN without a scaling region.
    interval : tuple of float
        95 % CI: errors over trials and over scaling ranges combined (root of the sum of squares; `range_spread`).
    over_trials : tuple of float
        95 % CI over trials, for this scaling region (`slope_errors`). Groups: 20 of whole trials, or stretches of consecutive
        points with fewer than 20 trials.
    over_ranges : tuple of float
        Central 95 % of the slopes over all admissible scaling ranges; not a CI.
    radii, correlation_sum, local_slopes : array, (radius,)
    scaling_region : tuple of float
        Smallest and largest radius.
    reliable : bool
        Whether the scaling region spans at least a factor of 3 in r.
    takens : float
        Takens-Theiler estimate in the scaling region.
    noise_variance : float
        Variance of the noise that was corrected for, per coordinate, averaged over coordinates (`NoiseFloor`).
    n_directions : int
        Count of directions of the state space in which distances were measured.
    """

    dimension: float
    interval: tuple[float, float]
    over_trials: tuple[float, float]
    over_ranges: tuple[float, float]
    radii: NDArray[np.float64]
    correlation_sum: NDArray[np.float64]
    local_slopes: NDArray[np.float64]
    scaling_region: tuple[float, float]
    reliable: bool
    takens: float
    noise_variance: float
    n_directions: int


def correlation_dimension(
    points: ArrayLike,
    *,
    theiler: Window = 0,
    trial: ArrayLike | None = None,
    noise: Noise = None,
    step: ArrayLike | None = None,
    largest: float | None = None,
    device: Device = "cpu",
) -> Dimension:
    """Compute the correlation dimension: the slope of log C(r) against log r in the scaling region.

    C(r) is the fraction of pairs closer than r (`correlation_sum`). The scaling region is the longest range of log r, below the
    median distance, in which all local slopes are within 10 % of their mean. If it spans less than a factor of 3 in r, the value
    is not `reliable`. Noise and a filter's history increase the value: for measured activity it is an upper bound.

    Parameters
    ----------
    points : array, (time, dim)
    theiler, trial, step
        Theiler window, trial and time index of the points; see `correlation_sum`.
    noise : float, array (dim,), "floor" or None
        Variance of the noise of each coordinate. Distances are measured in the directions with at least as much signal as
        noise. The expected contribution of noise is subtracted from all squared distances (`noise_floor`). Radii smaller than
        the random part of this contribution are excluded. ``"floor"``: the median eigenvalue of the covariance of the points.
        None: no correction.
    largest : float, optional
        Largest radius, in the unit of the points. Small radii suffice for many points in few dimensions, and are counted
        much faster. Default: all radii.
    device : {"cpu", "cuda", "auto"}
        Device that computes the distances; see `correlation_sum`.

    Returns
    -------
    Dimension

    Raises
    ------
    InvalidValueError
        If there are fewer than two points, all points are the same, the Theiler window leaves no pair, or the noise is too
        large.

    References
    ----------
    Grassberger & Procaccia, Physica D 9, 189 (1983), doi:10.1016/0167-2789(83)90298-1; Theiler, Phys. Rev. A 34, 2427
    (1986), doi:10.1103/PhysRevA.34.2427.

    Examples
    --------
    Points on a circle, in a space of 20 dimensions, have the dimension 1:

    >>> import numpy as np
    >>> from rscnav.analyses import correlation_dimension
    >>> rng = np.random.default_rng(0)
    >>> angle, axes = rng.uniform(-np.pi, np.pi, 1000), np.linalg.qr(rng.normal(size=(20, 2)))[0]
    >>> found = correlation_dimension(np.stack([np.cos(angle), np.sin(angle)], axis=1) @ axes.T)
    >>> round(float(found.dimension), 1), found.reliable
    (1.0, True)
    """
    array = np.asarray(as_activity(points, "points"), np.float64)
    radii = radii_from(array, largest)
    floor = noise_floor(array, noise)
    count = partial(count_pairs, theiler=theiler, trial=trial, step=step, n_groups=N_GROUPS, device=device)
    if floor is None:
        return fit_dimension(count(array, radii), radii, n_directions=array.shape[1])
    array = (array - array.mean(axis=0)) @ floor.directions
    radii = radii_from(array, largest)
    radii = radii[radii >= np.sqrt(floor.blur)]
    if len(radii) < 2:
        raise InvalidValueError(
            "noise: its variance is too large; its random contribution to the distances exceeds all radii but at most one; use data "
            "with less noise, or None for an uncorrected dimension"
        )
    dimension = 0.0
    for _ in range(PASSES):
        reach = np.sqrt(radii**2 + floor.expected_offset(dimension))
        found = fit_dimension(count(array, reach), radii, float(floor.variance.mean()), array.shape[1])
        dimension = found.dimension if np.isfinite(found.dimension) else 0.0
    return found


def fit_dimension(
    counts: PairCounts, radii: NDArray[np.float64], variance: float = 0.0, n_directions: int = 0
) -> Dimension:
    """Compute the dimension from pair counts.

    Parameters
    ----------
    counts : PairCounts
    radii : array, (radius,)
        Noise-corrected radii of `counts`.
    variance : float
        Mean variance of the noise per coordinate, copied to the result.
    n_directions : int
        Count of directions in which distances were measured, copied to the result.
    """
    closer = counts.closer.sum(axis=(0, 1))
    curve = counts.correlation_sum()
    n_points = np.sqrt(2.0 * counts.pairs.sum())
    enough = np.flatnonzero((closer >= max(MIN_PAIRS, PAIRS_A_POINT * n_points)) & (curve < 1))
    kept = slice(enough[0], enough[-1] + 1) if len(enough) else slice(0, 0)
    slopes = np.full(len(radii), NAN)
    slopes[kept] = local_slopes(radii[kept], curve[kept], WIDTH)
    usable = np.where(curve <= MAX_SHARE, slopes, NAN)
    region = scaling_region(radii, usable)
    shown = (radii[kept], curve[kept], slopes[kept])
    if region is None:
        none = (NAN, NAN)
        return Dimension(NAN, none, none, none, *shown, none, False, NAN, variance, n_directions)
    value = slope_within(radii, curve, region)
    error = float(slope_errors(counts, slope_weights(radii, region.first, region.last)[:, None])[0])
    low, high, beyond = range_spread(counts, radii, usable, region)
    n_groups = len(counts.pairs)
    return Dimension(
        value, _interval(value, np.hypot(error, beyond), n_groups), _interval(value, error, n_groups),
        (low, high), *shown, (float(radii[region.first]), float(radii[region.last])), region.reliable,
        takens_estimate(radii, curve, region), variance, n_directions,
    )  # fmt: skip


def _interval(value: float, error: float, n_groups: int) -> tuple[float, float]:
    """Return value ± t · error, with t the 97.5 % quantile of Student's t with n_groups - 1 degrees of freedom."""
    half = float(t_quantile(max(n_groups, 2))) * float(error)
    return value - half, value + half


def radii_from(points: NDArray[np.float64], largest: float | None = None) -> NDArray[np.float64]:
    """Return radii evenly spaced in log r, from 7 decades below the largest one: 32 per factor of 2.

    Parameters
    ----------
    points : array, (time, dim)
    largest : float, optional
        Largest radius. Default, and maximum: twice the largest distance from the mean, which no distance exceeds.

    Returns
    -------
    array, (radius,)
        In increasing order.

    Raises
    ------
    InvalidValueError
        If there are fewer than two points, all points are the same, or `largest` is not above 0.
    """
    if largest is not None and not largest > 0:
        raise InvalidValueError(f"largest: {largest} is not valid; expected a distance above 0")
    if len(points) < 2:
        raise InvalidValueError(f"points: {len(points)} points are too few; at least 2 are needed")
    reach = 2 * np.sqrt(np.max(np.sum((points - points.mean(axis=0)) ** 2, axis=1)))
    if not reach > 1e-12 * np.abs(points).max():
        raise InvalidValueError("points: all are the same, so that they have no dimension; expected points that differ")
    n = int(np.ceil(DECADES * np.log2(10) * PER_OCTAVE))
    top = reach * 1.001 if largest is None else min(largest, reach * 1.001)
    return top * 2.0 ** (-np.arange(n, -1, -1) / PER_OCTAVE)
