"""Variance of a U-statistic slope by a two-way jackknife over groups of trials.

The slope of log C(r) is a mean over pairs of trials. A jackknife over single groups counts the variance of pairs twice.
"""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.correlation_sum import PairCounts

MIN_GROUPS = 4


def slope_weights(radii: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
    """Return weights (radius,) with Σ weights · log C the least-squares slope over radii[first] to radii[last], both included."""
    x = np.log(radii[first : last + 1])
    x = x - x.mean()
    weights = np.zeros(len(radii))
    weights[first : last + 1] = x / np.sum(x**2)
    return weights


def slope_errors(counts: PairCounts, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the standard error over trials of slopes Σ weights · log C, by a two-way jackknife.

    Hoeffding decomposition: group g contributes u_g by itself, and the pair of groups g, h contributes e_gh in addition. With G
    groups the variance of the sum over pairs is (G - 1)² Σ u² + Σ e². A jackknife over single groups counts every e_gh twice,
    with g and with h. If u = 0, as for an even sample of the attractor, its variance is therefore twice too large. Here the
    variance of e is estimated from the residuals of the two-way table of groups, and the excess is subtracted. Unlike in a
    bootstrap, no trial is paired with a copy of itself.

    Parameters
    ----------
    counts : PairCounts
        Of at least four groups.
    weights : array, (radius, slope)
        From `slope_weights`; a difference of weights gives the error of a difference of slopes.

    Returns
    -------
    array, (slope,)
        NaN with fewer than four groups, or if C is 0 at a radius whose weight is not 0.

    References
    ----------
    Hoeffding, Ann. Math. Stat. 19, 293 (1948), doi:10.1214/aoms/1177730196; Efron & Stein, Ann. Stat. 9, 586 (1981),
    doi:10.1214/aos/1176345462 (bias of the jackknife variance).
    """
    n = len(counts.pairs)
    used = np.any(weights != 0, axis=1)
    closer, weights = counts.closer[:, :, used].astype(np.float64), weights[used]
    total, pairs = closer.sum(axis=(0, 1)), counts.pairs
    if n < MIN_GROUPS or not np.all(total > 0):
        return np.full(weights.shape[1], np.nan)
    # Contribution of each pair of groups to the slope, [slope, g, h] for g <= h; the sum is 0.
    influence = np.moveaxis(closer @ (weights / total[:, None]), -1, 0)
    influence = influence - weights.sum(axis=0)[:, None, None] * (pairs / pairs.sum())
    group = np.arange(n)
    own = influence[:, group, group]
    between = influence + influence.transpose(0, 2, 1)
    between[:, group, group] = 0.0
    row = between.sum(axis=2)
    # Two-way table without its diagonal: mean, effect of each group, residual.
    mean = row.sum(axis=1, keepdims=True) / (n * (n - 1))
    effect = (row - (n - 1) * mean) / (n - 2)
    residual = between - mean[:, :, None] - effect[:, :, None] - effect[:, None, :]
    residual[:, group, group] = 0.0
    pair_variance = np.sum(residual**2, axis=(1, 2)) / (n * (n - 3))
    inside = _pairs_inside(pairs)
    of_pairs = n * pair_variance * (inside + (n - 1) / 2)
    scale = ((n - 1 + inside) / (n - 2 + inside)) ** 2
    whole = own + row
    jackknife = n / (n - 1) * scale * np.sum((whole - whole.mean(axis=1, keepdims=True)) ** 2, axis=1)
    excess = n * pair_variance * (scale * (inside + n - 2) - inside - (n - 1) / 2)
    return np.sqrt(np.maximum(jackknife - excess, of_pairs))


def _pairs_inside(pairs: NDArray[np.int64]) -> float:
    """Return the mean count of pairs within a group, divided by that between two groups."""
    n = len(pairs)
    within = np.trace(pairs)
    return float(within / n / ((pairs.sum() - within) / (n * (n - 1) / 2)))
