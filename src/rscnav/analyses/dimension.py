"""Correlation dimension: the curve (`correlation`) and the fit (`slopes`), put together."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.analyses.correlation import PairCounts, Window, count_pairs
from rscnav.analyses.slopes import local_slopes, scaling_region, slope_within, takens_estimate
from rscnav.analyses.statistics import jackknife_interval
from rscnav.checks import as_activity

PER_OCTAVE = 32  # radii in a factor of 2; so fine that also a slope of 30 has neighbours within 10 %
WIDTH = 8  # radii to either side that a local slope is fitted over: a factor of 1.4 in r
DECADES = 7  # below the largest radius
MIN_PAIRS = 300  # radii with fewer closer pairs are left out
N_GROUPS = 20  # of the jackknife
MIN_DIMS_FLOOR = 10


@dataclass(frozen=True)
class Dimension:
    """A correlation dimension, and the curve that it was read from.

    Parameters
    ----------
    dimension : float
        Slope of log C on log r over the scaling region; NaN where there is none.
    interval : tuple of float
        95 % interval of the slope in that region, by a jackknife over 20 groups of trials (stretches of time where trials
        are fewer). It does not hold the choice of the region. No trial is ever paired with a copy of itself. On random
        walks on a torus it held the truth in 94-100 % of cases and was at most 1.8 times as wide as needed.
    radii, correlation_sum, local_slopes : array, (radius,)
    scaling_region : tuple of float
        Smallest and largest radius.
    reliable : bool
        Whether the scaling region reaches over a factor of 3 in r.
    takens : float
        Takens-Theiler estimate over the same region.
    noise_variance : float
        Per coordinate; 2 x dim x this was taken off every squared distance.
    """

    dimension: float
    interval: tuple[float, float]
    radii: NDArray[np.float64]
    correlation_sum: NDArray[np.float64]
    local_slopes: NDArray[np.float64]
    scaling_region: tuple[float, float]
    reliable: bool
    takens: float
    noise_variance: float


def correlation_dimension(
    points: ArrayLike,
    *,
    theiler: Window = 0,
    trial: ArrayLike | None = None,
    noise: float | Literal["floor"] | None = None,
    step: ArrayLike | None = None,
) -> Dimension:
    """Correlation dimension: slope of log C(r) on log r where it is steady.

    C(r) is the share of pairs closer than r (`correlation_sum`). The slope is taken over the longest stretch, in log r,
    whose local slopes are all within 10 % of their mean; without one over a factor of 3 in r the value is not `reliable`.
    Noise, and history that a filter adds, raise it: for measured activity it is an upper bound.

    Parameters
    ----------
    points : array, (time, dim)
    theiler, trial, step
        Which pairs are too close in time to count; see `correlation_sum`.
    noise : float, "floor" or None
        Variance s² of the noise on each coordinate: 2 dim s² is taken off every squared distance. ``"floor"`` takes the
        median eigenvalue of the points' covariance for s², which it is where less than half of the directions carry
        anything else. None: nothing is taken off.

    Returns
    -------
    Dimension

    Raises
    ------
    ValueError
        For less than two points, points that are all the same, or a window that leaves no pair.

    References
    ----------
    Grassberger & Procaccia, Physica D 9, 189 (1983), doi:10.1016/0167-2789(83)90298-1; Theiler, Phys. Rev. A 34, 2427
    (1986), doi:10.1103/PhysRevA.34.2427.
    """
    array = np.asarray(as_activity(points, "points"), np.float64)
    variance = noise_variance(array, noise)
    radii = _radii(array)
    with_noise = np.sqrt(radii**2 + 2 * array.shape[1] * variance)
    counts = count_pairs(array, with_noise, theiler=theiler, trial=trial, step=step, n_groups=N_GROUPS)
    return fit_dimension(counts, radii, variance)


def fit_dimension(counts: PairCounts, radii: NDArray[np.float64], variance: float = 0.0) -> Dimension:
    """Read the dimension off counted pairs; `radii` are those of `counts`, less the noise."""
    closer = counts.closer.sum(axis=(0, 1))
    curve = counts.correlation_sum()
    enough = np.flatnonzero((closer >= MIN_PAIRS) & (curve < 1))
    kept = slice(enough[0], enough[-1] + 1) if len(enough) else slice(0, 0)
    r, c = radii[kept], curve[kept]
    slopes = local_slopes(r, c, WIDTH)
    region = scaling_region(r, slopes)
    nan = float("nan")
    if region is None:
        return Dimension(nan, (nan, nan), r, c, slopes, (nan, nan), False, nan, variance)
    value = slope_within(r, c, region)
    interval = jackknife_interval(value, [slope_within(r, left[kept], region) for left in counts.without_each()])
    ends = (float(r[region.first]), float(r[region.last]))
    return Dimension(value, interval, r, c, slopes, ends, region.reliable, takens_estimate(r, c, region), variance)


def noise_variance(points: NDArray[np.float64], noise: float | str | None) -> float:
    """Give the variance per coordinate that `noise` stands for (see `correlation_dimension`)."""
    if noise is None:
        return 0.0
    if isinstance(noise, str):
        if noise != "floor":
            raise ValueError(f"noise: '{noise}' will not do; None, a variance per coordinate, or 'floor'")
        if points.shape[1] < MIN_DIMS_FLOOR:
            raise ValueError(
                f"noise='floor' needs at least {MIN_DIMS_FLOOR} coordinates to find the noise in the small "
                f"eigenvalues, got {points.shape[1]}; give a variance instead"
            )
        return float(np.median(np.clip(np.linalg.eigvalsh(np.cov(points.T)), 0, None)))
    if not (np.isfinite(noise) and noise >= 0):
        raise ValueError(f"noise: {noise} will not do; a variance is at least 0")
    return float(noise)


def _radii(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give radii from above the largest possible distance downward, evenly spaced in log r."""
    if len(points) < 2:
        raise ValueError(f"points: {len(points)} will not do; at least 2 are needed")
    largest = 2 * np.sqrt(np.max(np.sum((points - points.mean(axis=0)) ** 2, axis=1)))
    if not largest > 1e-12 * np.abs(points).max():
        raise ValueError("points: all are the same; they have no dimension")
    n = int(np.ceil(DECADES * np.log2(10) * PER_OCTAVE))
    return largest * 1.001 * 2.0 ** (-np.arange(n, -1, -1) / PER_OCTAVE)
