"""Pairs of moments that are alike in all but one respect: who goes with whom, and what sets the two of a pair apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.intervals import t_quantile

_FORBIDDEN = 1e9


def matched_pairs(
    first: NDArray[np.floating], second: NDArray[np.floating], widest: Sequence[float]
) -> NDArray[np.intp]:
    """Pair as many of one set as can be with one each of the other, as alike as can be.

    The sum over pairs of the squared distance is least, each feature in units of how far apart it may be at most.

    Parameters
    ----------
    first, second : array, (case, feature)
        NaN goes with NaN only.
    widest : sequence of float, (feature,)
        A pair differs by at most this in a feature; 0 for features that must be equal.

    Returns
    -------
    array, (pair, 2)
        Rows of `first` and of `second`.

    References
    ----------
    Rosenbaum, J. Am. Stat. Assoc. 84, 1024 (1989), doi:10.1080/01621459.1989.10478868 (optimal matching).
    """
    cost = np.zeros((len(first), len(second)))
    allowed = np.ones(cost.shape, bool)
    for k, most in enumerate(widest):
        apart = np.abs(first[:, None, k] - second[None, :, k])
        lacking = np.isnan(first[:, None, k]), np.isnan(second[None, :, k])
        apart = np.where(lacking[0] | lacking[1], np.where(lacking[0] & lacking[1], 0.0, np.inf), apart)
        allowed &= apart <= most
        if most > 0:
            cost += np.where(np.isfinite(apart), apart / most, 0.0) ** 2
    return optimal_assignment(np.where(allowed, cost, np.inf))


def optimal_assignment(cost: NDArray[np.floating]) -> NDArray[np.intp]:
    """Choose pairs (pair, 2) of a row and a column each, as many as there can be, of least total cost; inf is no pair."""
    from scipy.optimize import linear_sum_assignment

    if not cost.size:
        return np.empty((0, 2), np.intp)
    rows, columns = linear_sum_assignment(np.where(np.isfinite(cost), cost, _FORBIDDEN))
    fits = np.isfinite(cost[rows, columns])
    return np.stack([rows[fits], columns[fits]], axis=1)


def random_sign_flips(n_pairs: int, n_draws: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Draw, for each permutation and pair, whether the two change places: ±1, (draw, pair)."""
    return generator.choice([-1.0, 1.0], size=(n_draws, n_pairs))


def unbiased_squared_distance(
    apart: NDArray[np.floating], signs: NDArray[np.float64]
) -> tuple[tuple[float, float, float], NDArray[np.float64]]:
    """Squared distance between two means, without the part that noise makes, from the differences within pairs.

    The mean over all two different pairs of the product of their differences, summed over units: the noise of two
    pairs is independent, so noise alone gives 0 on average, and less than 0 about as often as more. It is the cross-validated
    distance of all ways to leave out a pair, without weights for the units.

    Its variance is 4 ΔᵀΣΔ / m + 2 tr Σ² / (m (m - 1)), with Δ the mean and Σ the covariance of the differences of m pairs.
    The interval holds the distances δ whose own standard error, with ΔᵀΣΔ = δ λ and λ the variance along the mean
    difference, lies within Student's t of `value`: so it is right at 0, too, where the first term is not there.

    Parameters
    ----------
    apart : array, (pair, unit)
    signs : array, (draw, pair)
        See `random_sign_flips`.

    Returns
    -------
    value, low, high : float
        With the 95 % interval over pairs, in squared units of `apart`; all is NaN with fewer than three pairs.
    null : array, (draw,)
        The value when pairs change places.

    References
    ----------
    Walther et al., NeuroImage 137, 188 (2016), doi:10.1016/j.neuroimage.2015.12.012 (cross-validated distances);
    Chen & Qin, Ann. Stat. 38, 808 (2010), doi:10.1214/09-AOS716 (the sum without equal pairs, and its variance).
    """
    m = len(apart)
    if m < 3:
        return (np.nan, np.nan, np.nan), np.full(len(signs), np.nan)
    d = np.asarray(apart, np.float64)
    own = float(np.sum(d**2))
    mean = d.mean(axis=0)
    length2 = float(mean @ mean)
    value = (m**2 * length2 - own) / (m * (m - 1))
    null = (np.sum((signs @ d) ** 2, axis=1) - own) / (m * (m - 1))
    centred = d - mean
    products = centred @ centred.T if m < d.shape[1] else centred.T @ centred
    trace, of_square = float(np.trace(products)) / (m - 1), float(np.sum(products**2)) / (m - 1) ** 2
    spread2 = max((m - 1) ** 2 / ((m + 1) * (m - 2)) * (of_square - trace**2 / (m - 1)), 0.0)  # tr Σ², unbiased
    along = float(np.var(centred @ mean, ddof=1)) / length2 if length2 > 0 else 0.0  # λ
    t2 = float(t_quantile(m)) ** 2
    centre = value + 2 * t2 * along / m
    half = np.sqrt(max(centre**2 - value**2 + 2 * t2 * spread2 / (m * (m - 1)), 0.0))
    return (value, centre - half, centre + half), null
