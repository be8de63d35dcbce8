"""Jackknife intervals over groups of trials: delete-1, and delete-d with a fifth of the groups."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.analyses.statistics.intervals import t_quantile

MIN_TRIALS = 20  # with fewer trials the intervals are too narrow


def random_trial_groups(trial: NDArray[np.integer], n_groups: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Assign trials at random to groups of equal size; return the group (time,) of each sample from its trial (time,).

    There are at most as many groups as trials.
    """
    names, at = np.unique(trial, return_inverse=True)
    group = np.arange(len(names)) % min(n_groups, max(len(names), 1))
    return generator.permutation(group)[at]


def jackknife_interval(value: float, without: ArrayLike, without_two: ArrayLike | None = None) -> tuple[float, float]:
    """Compute the 95 % jackknife interval around `value` from the values without each group.

    value ± t · se, se² = (g - 1) / g · Σ (θ_j - mean θ)², with t the quantile of Student's t with g - 1 degrees of freedom.

    For an estimate from products of two groups, this variance is up to twice too large. The correction uses the second
    differences Q_jk = g θ - (g - 1) (θ_j + θ_k) + (g - 2) θ_jk, with θ_jk the estimate without groups j and k: Σ_{j<k}
    (Q_jk - mean Q)² / (g (g - 1)) is subtracted from the variance, but at most half of the variance.

    Parameters
    ----------
    value : float
        Estimate from all groups.
    without : array, (group,)
        Estimate without each group.
    without_two : array, (group, group), optional
        Estimate without any two groups; the diagonal is ignored.

    Returns
    -------
    low, high : float
        NaN with fewer than two groups, or if a value is NaN.

    References ---------- Efron & Stein, Ann. Stat. 9, 586 (1981), doi:10.1214/aos/1176345462 (the second differences);
    Kott, J. Off. Stat. 17, 521 (2001); Shao & Tu, The Jackknife and Bootstrap (1995), doi:10.1007/978-1-4612-0795-5.
    """
    left = np.asarray(without, dtype=np.float64)
    n = len(left)
    if n < 2 or not (np.isfinite(left).all() and np.isfinite(value)):
        return np.nan, np.nan
    variance = (n - 1) / n * np.sum((left - left.mean()) ** 2)
    if without_two is not None and n > 2:
        second = n * value - (n - 1) * (left[:, None] + left) + (n - 2) * np.asarray(without_two, np.float64)
        second = second[np.triu_indices(n, 1)]
        twice = np.sum((second - second.mean()) ** 2) / (n * (n - 1))
        variance = max(variance - twice, variance / 2) if np.isfinite(twice) else variance
    half = t_quantile(n) * np.sqrt(variance)
    return float(value - half), float(value + half)


def jackknifed(
    statistic: Callable[[NDArray[np.bool_]], float], n_trials: int, n_groups: int, generator: np.random.Generator
) -> tuple[float, float, float]:
    """Compute a statistic of trials and its delete-1 jackknife interval over random groups of trials.

    Parameters
    ----------
    statistic : callable
        Takes a mask (trial,) of the trials to use.
    n_trials, n_groups : int
    generator : numpy.random.Generator
        Assigns the trials to groups.

    Returns
    -------
    value, low, high : float
    """
    group = random_trial_groups(np.arange(n_trials), n_groups, generator)
    value = statistic(np.ones(n_trials, bool))
    without = [statistic(group != k) for k in np.unique(group)]
    return (value, *jackknife_interval(value, without))


def delete_d_subsets(n_groups: int, n_draws: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Draw subsets without a random fifth of the groups (at least one): (draw, group), True for the groups that remain."""
    return np.argsort(generator.random((n_draws, n_groups)), axis=1) < n_groups - _left_out(n_groups)


def subsample_interval(value: float, found: ArrayLike, n_groups: int) -> tuple[float, float]:
    """Compute the 95 % interval around `value` by the delete-d jackknife, from values without a fifth of the groups.

    value ± t · se, se² = (g - d) / d · variance of the values without d of the g groups, with t the quantile of
    Student's t with g - 1 degrees of freedom. The delete-1 jackknife is inconsistent for extremes of the data, such as
    the lowest rate, and d = g/2 yields half of their variance. d = g/5 recovers 90 % of it.

    Parameters
    ----------
    value : float
        Estimate from all groups.
    found : array, (draw,)
        Estimate from each subset, see `delete_d_subsets`; extremes are those of the subset.
    n_groups : int

    Returns
    -------
    low, high : float
        NaN with fewer than two groups or draws, or if a value is NaN.

    References
    ----------
    Shao & Wu, Ann. Stat. 17, 1176 (1989), doi:10.1214/aos/1176347263.
    """
    values = np.asarray(found, np.float64)
    if n_groups < 2 or len(values) < 2 or not (np.isfinite(values).all() and np.isfinite(value)):
        return np.nan, np.nan
    left_out = _left_out(n_groups)
    half = t_quantile(n_groups) * np.sqrt((n_groups - left_out) / left_out * values.var(ddof=1))
    return float(value - half), float(value + half)


def _left_out(n_groups: int) -> int:
    """Return d, a fifth of the groups and at least one."""
    return max(1, n_groups // 5)
