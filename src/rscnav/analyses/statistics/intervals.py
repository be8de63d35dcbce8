"""Means with standard errors and 95 % intervals by Student's t, and percentile bands of null distributions."""

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray


def t_quantile(n: ArrayLike) -> NDArray[np.float64]:
    """Return the 97.5 % quantile of Student's t with n - 1 degrees of freedom, in the shape of `n`; NaN for n below 2."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.asarray(n) - 1.0, 0.975), np.float64)


def finite_mean(values: NDArray[np.floating]) -> float:
    """Return the mean of the finite values; NaN if there is none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def mean_sd_count(
    values: NDArray[np.floating], axis: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Compute mean, standard deviation (with n - 1) and count n along an axis; values that are not finite are left out.

    The mean is NaN without a value, the standard deviation with fewer than two.
    """
    known = np.isfinite(values)
    array = np.where(known, values, np.nan).astype(np.float64)
    n = known.sum(axis=axis)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # numpy warns where the result is NaN
        return np.nanmean(array, axis), np.nanstd(array, axis, ddof=1), n


def mean_and_se(
    values: NDArray[np.floating], axis: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Compute mean, standard error sd / √n and count n along an axis; see `mean_sd_count`."""
    mean, sd, n = mean_sd_count(values, axis)
    return mean, sd / np.sqrt(n), n


def mean_interval(values: NDArray[np.floating], min_count: int = 1) -> NDArray[np.float64]:
    """Compute the mean and its 95 % interval by Student's t, over the first axis; values that are not finite are left out.

    Parameters
    ----------
    values : array, (case, ...)
    min_count : int
        With fewer values, mean and interval are NaN.

    Returns
    -------
    array, (mean/low/high, ...)
        The interval is NaN with fewer than two values.
    """
    mean, se, n = mean_and_se(values)
    half = t_quantile(n) * se
    return np.where(n >= min_count, np.stack([mean, mean - half, mean + half]), np.nan)


def percentile_band(draws: ArrayLike) -> NDArray[np.float64]:
    """Compute the 2.5 and 97.5 percentiles of draws (draw, ...): (low/high, ...); NaN without draws."""
    array = np.asarray(draws, np.float64)
    return np.percentile(array, [2.5, 97.5], axis=0) if len(array) else np.full((2, *array.shape[1:]), np.nan)


def null_band(draws: ArrayLike) -> NDArray[np.float64]:
    """Compute mean, 2.5 and 97.5 percentiles of the draws (draw, ...) of a null distribution: (mean/low/high, ...).

    NaN without draws.
    """
    array = np.asarray(draws, np.float64)
    low, high = percentile_band(array)
    return np.stack([array.mean(axis=0) if len(array) else low, low, high])
