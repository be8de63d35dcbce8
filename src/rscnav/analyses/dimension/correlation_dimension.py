"""Correlation dimension: the curve (`correlation`), the fit (`slopes`) and how sure it is, put together."""

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

PER_OCTAVE = 32  # radii in a factor of 2; so fine that also a slope of 30 has neighbours within 10 %
WIDTH = 8  # radii to either side that a local slope is fitted over: a factor of 1.4 in r
DECADES = 7  # below the largest radius
MIN_PAIRS = 300  # radii with fewer closer pairs are left out ...
PAIRS_A_POINT = 1 / 20  # ... and, of many points, radii with fewer closer pairs than this times the points
MAX_SHARE = 0.5  # a scaling region ends at the median distance
N_GROUPS = 20  # of trials, for the interval
PASSES = 2  # what noise adds depends, a little, on the dimension
NAN = float("nan")


@dataclass(frozen=True)
class Dimension:
    """A correlation dimension, and the curve that it was read from.

    Parameters
    ----------
    dimension : float
        Slope of log C on log r over the scaling region; NaN where there is none.
    interval : tuple of float
        95 % interval: that over trials, widened by what the choice of the range adds to it (`range_spread`; the squares of the
        two errors add up).
    over_trials : tuple of float
        95 % interval of the slope in that region over trials (`slope_errors`; 20 groups of trials, or stretches of time where
        trials are fewer).
    over_ranges : tuple of float
        Where 95 % of the slopes over all admissible ranges lie.
    radii, correlation_sum, local_slopes : array, (radius,)
    scaling_region : tuple of float
        Smallest and largest radius.
    reliable : bool
        Whether the scaling region reaches over a factor of 3 in r.
    takens : float
        Takens-Theiler estimate over the same region.
    noise_variance : float
        Per coordinate, on average; it was taken off (see `NoiseFloor`).
    n_directions : int
        Directions of the state space that distances were measured in.
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
    """Correlation dimension: slope of log C(r) on log r where it is steady.

    C(r) is the share of pairs closer than r (`correlation_sum`). The slope is taken over the longest stretch, in log r, below the
    median distance, whose local slopes are all within 10 % of their mean; without one over a factor of 3 in r the value is not
    `reliable`. Noise, and history that a filter adds, raise it: for measured activity it is an upper bound.

    Parameters
    ----------
    points : array, (time, dim)
    theiler, trial, step
        Which pairs are too close in time to count; see `correlation_sum`.
    noise : float, array (dim,), "floor" or None
        Variance of the noise on each coordinate. Distances are then measured in the directions that carry at least as much signal
        as noise, and what noise adds to every squared distance there is taken off (`noise_floor`); radii at which it
        blurs more than it shifts are left out. ``"floor"`` takes the median eigenvalue of the points' covariance. None: nothing is
        taken off.
    largest : float, optional
        Look at distances up to this only, in the points' unit: with many points in few dimensions the small ones are all that is
        needed, and are counted much faster. Default: all.
    device
        As for `correlation_sum`.

    Returns
    -------
    Dimension

    Raises
    ------
    InvalidValueError
        For less than two points, points that are all the same, or a window that leaves no pair.

    References
    ----------
    Grassberger & Procaccia, Physica D 9, 189 (1983), doi:10.1016/0167-2789(83)90298-1; Theiler, Phys. Rev. A 34, 2427
    (1986), doi:10.1103/PhysRevA.34.2427.
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
        raise InvalidValueError("noise: it blurs distances at every radius; there is nothing to find a dimension of")
    dimension = 0.0
    for _ in range(PASSES):
        reach = np.sqrt(radii**2 + floor.expected_offset(dimension))
        found = fit_dimension(count(array, reach), radii, float(floor.variance.mean()), array.shape[1])
        dimension = found.dimension if np.isfinite(found.dimension) else 0.0
    return found


def fit_dimension(
    counts: PairCounts, radii: NDArray[np.float64], variance: float = 0.0, n_directions: int = 0
) -> Dimension:
    """Read the dimension off counted pairs; `radii` are those of `counts`, less the noise."""
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
    """Give value ± t · error, with t the 97.5 % point of Student's t with n_groups - 1 degrees of freedom."""
    half = float(t_quantile(max(n_groups, 2))) * float(error)
    return value - half, value + half


def radii_from(points: NDArray[np.float64], largest: float | None = None) -> NDArray[np.float64]:
    """Give radii from above the largest possible distance, or from `largest`, downward, evenly spaced in log r.

    Raises
    ------
    InvalidValueError
        For less than two points, points that are all the same, or a `largest` that is not above 0.
    """
    if largest is not None and not largest > 0:
        raise InvalidValueError(f"largest: {largest} will not do; a distance above 0")
    if len(points) < 2:
        raise InvalidValueError(f"points: {len(points)} will not do; at least 2 are needed")
    reach = 2 * np.sqrt(np.max(np.sum((points - points.mean(axis=0)) ** 2, axis=1)))
    if not reach > 1e-12 * np.abs(points).max():
        raise InvalidValueError("points: all are the same; they have no dimension")
    n = int(np.ceil(DECADES * np.log2(10) * PER_OCTAVE))
    top = reach * 1.001 if largest is None else min(largest, reach * 1.001)
    return top * 2.0 ** (-np.arange(n, -1, -1) / PER_OCTAVE)
