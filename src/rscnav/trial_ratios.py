"""Ratios of sums over trials with standard errors over trials.

They give means over steps where trials have different numbers of steps.
"""

import numpy as np
from numpy.typing import NDArray


def ratio_of_sums(sums: NDArray, counts: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute the ratio Σ s / Σ n over trials and its standard error over trials.

    se = √(g / (g - 1) · Σ (s - n · ratio)²) / Σ n, with g the count of trials with n > 0.

    Parameters
    ----------
    sums, counts : array, (trial, ...)
        Sum s and count n of each trial. A trial with n = 0 must have s = 0.

    Returns
    -------
    ratio, se : array, (...)
        The ratio is NaN if Σ n is 0, the standard error with fewer than two trials.

    References
    ----------
    Cochran, Sampling Techniques, 3rd ed. (1977), section 6.3.
    """
    n, groups = counts.sum(axis=0), (counts > 0).sum(axis=0)
    ratio = np.divide(sums.sum(axis=0), n, out=np.full(np.shape(n), np.nan), where=n > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.sum((sums - counts * np.nan_to_num(ratio)) ** 2, axis=0)
        se = np.sqrt(squares * groups / (groups - 1)) / n
    return ratio, np.where(groups > 1, se, np.nan)


def mean_over_steps(values: NDArray[np.floating], trial: NDArray[np.integer]) -> tuple[float, float]:
    """Compute the mean of values (time,) over steps and its standard error over trials.

    `trial` (time,) is the index of each step's trial, not negative. See `ratio_of_sums`.
    """
    counts = np.bincount(trial)
    some = counts > 0
    ratio, se = ratio_of_sums(np.bincount(trial, weights=values)[some], counts[some])
    return float(ratio), float(se)
