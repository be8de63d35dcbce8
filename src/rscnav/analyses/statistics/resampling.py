"""Statistics that all analyses share: p from permutations, intervals over trials, tests over sessions, many units at once.

What scipy does is left to scipy: `adjusted_p` and `over_sessions` only say which of its methods is used, and refuse what
it cannot carry.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

MIN_SESSIONS = 6  # with fewer, the smallest two-sided p of a sign test lies above 0.05


def random_trial_groups(trial: NDArray[np.integer], n_groups: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Deal the trials out to groups of equal size, at random.

    Parameters
    ----------
    trial : array, (time,)
        The trial of each sample.
    n_groups : int
        At most as many groups as there are trials.
    generator : numpy.random.Generator

    Returns
    -------
    array, (time,)
        The group of each sample.
    """
    names, at = np.unique(trial, return_inverse=True)
    group = np.arange(len(names)) % min(n_groups, max(len(names), 1))
    return generator.permutation(group)[at]


def jackknife_interval(
    value: float, without: ArrayLike, without_two: ArrayLike | None = None, level: float = 0.95
) -> tuple[float, float]:
    """Interval around `value` from the values with each group left out.

    value ± t · se, se² = (g - 1) / g · Σ (θ_j - mean θ)², with t the quantile of Student's t with g - 1 degrees of freedom.

    Where the value is made of products of two groups, that finds up to twice the variance. The part it counts double is in the
    second differences Q_jk = g θ - (g - 1) (θ_j + θ_k) + (g - 2) θ_jk, with θ_jk that without groups j and k:
    Σ_{j<k} (Q_jk - mean Q)² / (g (g - 1)) is taken off, never more than half.

    Parameters
    ----------
    value : float
        With all groups.
    without : array, (group,)
        With each group left out in turn.
    without_two : array, (group, group), optional
        With any two left out; the diagonal is not looked at.
    level : float
        Coverage.

    Returns
    -------
    low, high : float
        NaN with fewer than two groups, or where a value is NaN.

    References
    ----------
    Efron & Stein, Ann. Stat. 9, 586 (1981), doi:10.1214/aos/1176345462 (the second differences); Kott, J. Off. Stat. 17, 521 (2001); Shao & Tu, The Jackknife and Bootstrap (1995), doi:10.1007/978-1-4612-0795-5.
    """
    from scipy.special import stdtrit

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
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * np.sqrt(variance)
    return float(value - half), float(value + half)


def delete_d_subsets(n_groups: int, n_draws: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Leave a fifth of the groups out at random, one at least: (draw, group), True for those that are kept."""
    kept = np.argsort(generator.random((n_draws, n_groups)), axis=1) < n_groups - _left_out(n_groups)
    return np.asarray(kept)


def subsample_interval(value: float, found: ArrayLike, n_groups: int, level: float = 0.95) -> tuple[float, float]:
    """Interval around `value` from the values without a fifth of the groups: the delete-d jackknife.

    value ± t · se, se² = (g - d) / d · variance of the values without d of the g groups, with t the quantile of Student's t with
    g - 1 degrees of freedom. Where the value rests on extremes of the data (a lowest rate), leaving out one group at a time
    says nothing dependable of its variance, and leaving out half of them finds half of it: the lowest of half of the samples is
    the lowest of all every other time. A fifth finds nine tenths of it.

    Parameters
    ----------
    value : float
        With all groups.
    found : array, (draw,)
        On subsamples, see `delete_d_subsets`; each with the extremes of that subsample.
    n_groups : int
    level : float
        Coverage.

    Returns
    -------
    low, high : float
        NaN with fewer than two groups or draws, or where a value is NaN.

    References
    ----------
    Shao & Wu, Ann. Stat. 17, 1176 (1989), doi:10.1214/aos/1176347263.
    """
    from scipy.special import stdtrit

    values = np.asarray(found, np.float64)
    if n_groups < 2 or len(values) < 2 or not (np.isfinite(values).all() and np.isfinite(value)):
        return np.nan, np.nan
    left_out = _left_out(n_groups)
    se = np.sqrt((n_groups - left_out) / left_out * values.var(ddof=1))
    t = float(stdtrit(n_groups - 1, 0.5 + level / 2))
    return float(value - t * se), float(value + t * se)


def _left_out(n_groups: int) -> int:
    return max(1, n_groups // 5)


def permutation_p(null: NDArray[np.floating], observed: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Share of draws at least as large as what was observed, (1 + exceedances) / (1 + draws).

    Parameters
    ----------
    null : array, (draw, ...)
        For a test of small values give both with the sign turned round.
    observed : array, (...)

    Returns
    -------
    array, (...)
        Never 0: with n draws at least 1 / (1 + n).

    References
    ----------
    Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9, 39 (2010), doi:10.2202/1544-6115.1585.
    """
    exceed = np.sum(null >= observed - 1e-12, axis=0)  # a draw that equals the observed value but for rounding counts
    return np.asarray((1 + exceed) / (1 + len(null)), np.float64)


def adjusted_p(p: ArrayLike) -> NDArray[np.float64]:
    """Adjust the p-values of many units so that those at most q have a false-discovery rate of at most q.

    Parameters
    ----------
    p : array, (unit,)
        NaN where a unit was not tested; it stays NaN and does not count.

    Returns
    -------
    array, (unit,)

    References
    ----------
    Benjamini & Hochberg, J. R. Stat. Soc. B 57, 289 (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    from scipy.stats import false_discovery_control

    values = np.asarray(p, np.float64)
    tested = np.isfinite(values)
    adjusted = np.full(values.shape, np.nan)
    if tested.any():
        adjusted[tested] = false_discovery_control(values[tested], method="bh")
    return adjusted


@dataclass(frozen=True)
class GroupTest:
    """One number a session, tested against 0 over sessions.

    Parameters
    ----------
    n : int
        Sessions with a value.
    mean : float
    low, high : float
        95 % interval of the mean, by Student's t; NaN with fewer than `MIN_SESSIONS`.
    p : float
        Two-sided, from turning round the signs of the sessions; NaN with fewer than `MIN_SESSIONS`.
    """

    n: int
    mean: float
    low: float
    high: float
    p: float


def over_sessions(values: ArrayLike, generator: np.random.Generator) -> GroupTest:
    """Test whether a number that each session gives once (a difference, mostly) is 0 on average.

    The test turns round signs at random (all 2ⁿ ways where n is at most 13), so it holds for values that are as likely to lie as
    far above 0 as below. With fewer than six sessions no p below 0.05 is possible and none is given.

    Parameters
    ----------
    values : array, (session,)
        Sessions whose value is NaN are left out.
    generator : numpy.random.Generator

    Returns
    -------
    GroupTest

    References
    ----------
    Fisher, The Design of Experiments (1935), §21.
    """
    from scipy import stats

    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    nan = float("nan")
    mean = float(known.mean()) if len(known) else nan
    if len(known) < MIN_SESSIONS:
        return GroupTest(len(known), mean, nan, nan, nan)
    test = stats.permutation_test(
        (known,), np.mean, permutation_type="samples", n_resamples=9999, vectorized=True, rng=generator
    )
    half = float(stats.t.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))
    return GroupTest(len(known), mean, mean - half, mean + half, float(test.pvalue))
