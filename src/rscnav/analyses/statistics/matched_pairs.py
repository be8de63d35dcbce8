"""Optimal matching of cases, and unbiased distances between matched pairs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.intervals import t_quantile

_FORBIDDEN = 1e9


def matched_pairs(
    first: NDArray[np.floating], second: NDArray[np.floating], widest: Sequence[float]
) -> NDArray[np.intp]:
    """Pair cases of two sets by optimal matching: as many pairs as possible, with the smallest total distance.

    The distance of a pair is the sum over features of the squared difference, in units of the tolerance `widest`.

    Parameters
    ----------
    first, second : array, (case, feature)
        NaN matches NaN only.
    widest : sequence of float, (feature,)
        Tolerance: the largest difference within a pair; 0 for features that must be equal.

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
        difference = np.abs(first[:, None, k] - second[None, :, k])
        lacking = np.isnan(first[:, None, k]), np.isnan(second[None, :, k])
        difference = np.where(lacking[0] | lacking[1], np.where(lacking[0] & lacking[1], 0.0, np.inf), difference)
        allowed &= difference <= most
        if most > 0:
            cost += np.where(np.isfinite(difference), difference / most, 0.0) ** 2
    return optimal_assignment(np.where(allowed, cost, np.inf))


def optimal_assignment(cost: NDArray[np.floating]) -> NDArray[np.intp]:
    """Assign rows to columns: as many pairs (pair, 2) as possible, with the smallest total cost; inf marks a forbidden pair."""
    from scipy.optimize import linear_sum_assignment

    if not cost.size:
        return np.empty((0, 2), np.intp)
    rows, columns = linear_sum_assignment(np.where(np.isfinite(cost), cost, _FORBIDDEN))
    fits = np.isfinite(cost[rows, columns])
    return np.stack([rows[fits], columns[fits]], axis=1)


def random_sign_flips(n_pairs: int, n_draws: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Draw random signs ±1, (draw, pair): -1 exchanges the two cases of a pair."""
    return generator.choice(np.array([-1.0, 1.0]), size=(n_draws, n_pairs))


def unbiased_squared_distance(
    differences: NDArray[np.floating], signs: NDArray[np.float64]
) -> tuple[tuple[float, float, float], NDArray[np.float64]]:
    """Compute the unbiased squared distance between two means, from the differences within matched pairs.

    It is the mean, over all ordered pairs of different rows i ≠ j of `differences`, of the product d_i · d_j. The noise
    of different pairs is independent, so that the expectation without a difference is 0, and negative values occur.
    This is the leave-one-pair-out cross-validated distance, without weights of the units.

    Its variance is 4 ΔᵀΣΔ / m + 2 tr Σ² / (m (m - 1)), with Δ the mean and Σ the covariance of the differences of m
    pairs. The interval contains the distances δ that differ from `value` by at most t standard errors, with t the
    quantile of Student's t. The standard error is computed at δ, with ΔᵀΣΔ = δ λ and λ the variance along the mean
    difference. The interval is therefore also valid at δ = 0, where the first term vanishes.

    Parameters
    ----------
    differences : array, (pair, unit)
        Differences d.
    signs : array, (draw, pair)
        See `random_sign_flips`.

    Returns
    -------
    value, low, high : float
        Estimate and 95 % interval over pairs, in squared units of `differences`; NaN with fewer than three pairs.
    null : array, (draw,)
        Estimates after the sign flips.

    References
    ----------
    Walther et al., NeuroImage 137, 188 (2016), doi:10.1016/j.neuroimage.2015.12.012 (cross-validated distances);
    Chen & Qin, Ann. Stat. 38, 808 (2010), doi:10.1214/09-AOS716 (the sum over different pairs, and its variance).
    """
    m = len(differences)
    if m < 3:
        return (np.nan, np.nan, np.nan), np.full(len(signs), np.nan)
    d = np.asarray(differences, np.float64)
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
