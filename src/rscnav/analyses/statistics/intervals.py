"""Means with standard errors and 95 % intervals by Student's t, and percentile bands of null distributions."""

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray


def t_quantile(n: ArrayLike) -> NDArray[np.float64]:
    """Return the quantile t (shape of `n`) of Student's t with n - 1 degrees of freedom such that ±t holds 95 %.

    It is NaN for fewer than two cases.
    """
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.asarray(n) - 1.0, 0.975), np.float64)


def mean_sd_count(
    values: NDArray[np.floating], axis: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Compute mean, standard deviation (of n - 1) and count n along the cases' axis; values that are not finite are left out.

    The mean is NaN without a value, the standard deviation with fewer than two.
    """
    known = np.isfinite(values)
    array = np.where(known, values, np.nan).astype(np.float64)
    n = known.sum(axis=axis)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of too few values, whose mean or standard deviation is NaN
        return np.nanmean(array, axis), np.nanstd(array, axis, ddof=1), n


def mean_and_se(
    values: NDArray[np.floating], axis: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Do what `mean_sd_count` does, with the standard error sd / √n in place of the standard deviation."""
    mean, sd, n = mean_sd_count(values, axis)
    return mean, sd / np.sqrt(n), n


def mean_interval(values: NDArray[np.floating], min_count: int = 1) -> NDArray[np.float64]:
    """Compute the mean and its 95 % interval by Student's t, over the first axis; values that are not finite are left out.

    Parameters
    ----------
    values : array, (case, ...)
    min_count : int
        With fewer values than this all is NaN.

    Returns
    -------
    array, (mean/low/high, ...)
        The interval is NaN with fewer than two values.
    """
    mean, se, n = mean_and_se(values)
    half = t_quantile(n) * se
    return np.where(n >= min_count, np.stack([mean, mean - half, mean + half]), np.nan)


def percentile_band(draws: ArrayLike) -> NDArray[np.float64]:
    """Compute the 2.5 and 97.5 percentiles of draws (draw, ...): (low/high, ...); NaN without a draw."""
    array = np.asarray(draws, np.float64)
    return np.percentile(array, [2.5, 97.5], axis=0) if len(array) else np.full((2, *array.shape[1:]), np.nan)


def null_band(draws: ArrayLike) -> NDArray[np.float64]:
    """Compute mean, 2.5 and 97.5 percentile of draws (draw, ...) of a null distribution: (mean/low/high, ...); NaN without a draw."""
    array = np.asarray(draws, np.float64)
    low, high = percentile_band(array)
    return np.stack([array.mean(axis=0) if len(array) else low, low, high])
