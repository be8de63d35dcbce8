"""Tuning curves: mean rates in bins of an angle or of position, for one or many labellings of the samples."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError
from rscnav.validation import as_activity, same_length

_BLOCK = 1024  # samples in one matrix product


def angle_bin(angle: ArrayLike, n_bins: int) -> NDArray[np.int64]:
    """Return the bin of each angle (rad), of `n_bins` equal bins over (-π, π]; -1 for NaN.

    Raises
    ------
    InvalidValueError
        If `n_bins` is below 2, or an angle is beyond ±π.
    """
    if n_bins < 2:
        raise InvalidValueError(f"n_bins: {n_bins} is not valid; expected at least 2")
    values = np.asarray(angle, dtype=np.float64)
    beyond = np.abs(values) > math.pi + 1e-6  # float32's π is a little more than π
    if beyond.any():
        place = int(np.argmax(beyond))
        raise InvalidValueError(
            f"angle: {values.flat[place]:g} rad at sample {place} lies beyond ±π; wrap it, or set it to NaN to leave it out"
        )
    known = np.isfinite(values)
    bins = np.ceil((np.where(known, values, 0) + math.pi) * (n_bins / (2 * math.pi)) - 1e-9).astype(np.int64) - 1
    bins[bins == -1] = n_bins - 1  # -π is π
    return np.where(known, np.minimum(bins, n_bins - 1), -1)


def tuning_curves(
    activity: ArrayLike, angle: ArrayLike, n_bins: int = 6
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Compute the mean rate in equal bins of an angle over (-π, π].

    Parameters
    ----------
    activity : array, (time, unit)
    angle : array, (time,)
        Radians; samples with NaN are left out.
    n_bins : int

    Returns
    -------
    rates : array, (unit, bin)
        NaN for bins without samples.
    occupancy : array, (bin,)
        Count of samples.
    """
    array = as_activity(activity)
    bins = angle_bin(angle, n_bins)
    same_length(activity=array, angle=bins)
    sums, counts = binned_sums(array, bins[None], n_bins)
    return means(sums, counts)[0].T, counts[0]


def binned_sums(
    activity: NDArray[np.floating], labels: NDArray[np.integer], n_bins: int, precision: type = np.float64
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Compute sums of activity by label, for many labellings at once.

    Parameters
    ----------
    activity : array, (time, unit)
    labels : array, (draw, time)
        0 to n_bins - 1; samples with a negative label are left out.
    n_bins : int
    precision : type
        float32 is twice as fast. Blocks of 1,024 samples are summed in this precision, so that activity should be centred on 0.

    Returns
    -------
    sums : array, (draw, bin, unit)
    counts : array, (draw, bin)
        Count of samples.
    """
    n_draws, n_samples = labels.shape
    sums = np.zeros((n_draws * n_bins, activity.shape[1]))
    counts = np.zeros((n_draws, n_bins), np.int64)
    each = np.arange(n_bins, dtype=labels.dtype)
    for start in range(0, n_samples, _BLOCK):
        block = slice(start, start + _BLOCK)
        member = labels[:, None, block] == each[:, None]  # (draw, bin, time)
        counts += np.count_nonzero(member, axis=2)
        sums += member.reshape(n_draws * n_bins, -1).astype(precision) @ activity[block].astype(precision)
    return sums.reshape(n_draws, n_bins, -1), counts


def means(sums: NDArray[np.float64], counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Divide sums (..., bin, unit) by counts (..., bin); NaN for bins without samples."""
    n = counts[..., None].astype(np.float64)
    return np.divide(sums, n, out=np.full(sums.shape, np.nan), where=n > 0)
