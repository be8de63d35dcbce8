"""Delete-a-group jackknife over trials: an interval for any number computed from one session.

It says how well the trials of this session pin the number down; it says nothing about other sessions.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def trial_groups(trial: NDArray[np.integer], n_groups: int, generator: np.random.Generator) -> NDArray[np.int64]:
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


def jackknife_interval(value: float, without: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Interval around `value` from the values with each group left out.

    value ± t · se, se² = (g - 1) / g · Σ (θ_j - mean θ)², with t the quantile of Student's t with g - 1 degrees of freedom.

    Parameters
    ----------
    value : float
        With all groups.
    without : array, (group,)
        With each group left out in turn.
    level : float
        Coverage.

    Returns
    -------
    low, high : float
        NaN with fewer than two groups, or where a value is NaN.

    References
    ----------
    Kott, J. Off. Stat. 17, 521 (2001); Shao & Tu, The Jackknife and Bootstrap (1995), doi:10.1007/978-1-4612-0795-5.
    """
    from scipy.special import stdtrit

    left = np.asarray(without, dtype=np.float64)
    n = len(left)
    if n < 2 or not (np.isfinite(left).all() and np.isfinite(value)):
        return np.nan, np.nan
    se = np.sqrt((n - 1) / n * np.sum((left - left.mean()) ** 2))
    t = float(stdtrit(n - 1, 0.5 + level / 2))
    return float(value - t * se), float(value + t * se)
