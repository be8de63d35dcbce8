"""Sampling variance of a slope that was read off pairs: trials come in twice, and a plain jackknife counts that double."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.correlation_sum import PairCounts

MIN_GROUPS = 4


def slope_weights(radii: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
    """Weights (radius,) by which a least-squares slope over radii[first] to radii[last], both inside, sums log C."""
    x = np.log(radii[first : last + 1])
    x = x - x.mean()
    weights = np.zeros(len(radii))
    weights[first : last + 1] = x / np.sum(x**2)
    return weights


def slope_errors(counts: PairCounts, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Estimate the standard error over trials of Σ weights · log C, for each of some weights.

    The slope is a mean over pairs of trials, so a trial adds to its variance by itself and by each pair it is in. With u_g what
    group g adds by itself and e_gh what the pair adds beyond that, the variance of the sum is (G - 1)² Σ u² + Σ e² over pairs.
    A jackknife, which leaves out one group after another, sees every e_gh twice, with g and with h; where the sample is
    even over the attractor there is nothing but e, and its variance is twice too large. Here e comes from the
    residuals of the two-way table, and what it adds too much is taken off. No trial is ever paired with a copy of itself.

    Parameters
    ----------
    counts : PairCounts
        In at least four groups.
    weights : array, (radius, slope)
        See `slope_weights`; differences of weights give the error of a difference of slopes.

    Returns
    -------
    array, (slope,)
        NaN with fewer than four groups, or where C is 0 at a radius that counts.

    References
    ----------
    Hoeffding, Ann. Math. Stat. 19, 293 (1948), doi:10.1214/aoms/1177730196; Efron & Stein, Ann. Stat. 9, 586 (1981),
    doi:10.1214/aos/1176345462 (why the jackknife is too large, and by what).
    """
    n = len(counts.pairs)
    used = np.any(weights != 0, axis=1)
    closer, weights = counts.closer[:, :, used].astype(np.float64), weights[used]
    total, pairs = closer.sum(axis=(0, 1)), counts.pairs
    if n < MIN_GROUPS or not np.all(total > 0):
        return np.full(weights.shape[1], np.nan)
    # What each pair of groups adds to the slope, [slope, g, h] for g <= h; its sum is 0.
    influence = np.moveaxis(closer @ (weights / total[:, None]), -1, 0)
    influence = influence - weights.sum(axis=0)[:, None, None] * (pairs / pairs.sum())
    group = np.arange(n)
    own = influence[:, group, group]
    between = influence + influence.transpose(0, 2, 1)
    between[:, group, group] = 0.0
    row = between.sum(axis=2)
    # Two-way table without its diagonal: mean, what each group adds, residual.
    mean = row.sum(axis=1, keepdims=True) / (n * (n - 1))
    alone = (row - (n - 1) * mean) / (n - 2)
    residual = between - mean[:, :, None] - alone[:, :, None] - alone[:, None, :]
    residual[:, group, group] = 0.0
    pair_variance = np.sum(residual**2, axis=(1, 2)) / (n * (n - 3))
    inside = _pairs_inside(pairs)
    of_pairs = n * pair_variance * (inside + (n - 1) / 2)
    scale = ((n - 1 + inside) / (n - 2 + inside)) ** 2
    whole = own + row
    jackknife = n / (n - 1) * scale * np.sum((whole - whole.mean(axis=1, keepdims=True)) ** 2, axis=1)
    too_much = n * pair_variance * (scale * (inside + n - 2) - inside - (n - 1) / 2)
    return np.sqrt(np.maximum(jackknife - too_much, of_pairs))


def _pairs_inside(pairs: NDArray[np.int64]) -> float:
    """Pairs within one group, as a share of those between two."""
    n = len(pairs)
    within = np.trace(pairs)
    return float(within / n / ((pairs.sum() - within) / (n * (n - 1) / 2)))
