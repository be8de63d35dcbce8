"""Entropies of tuning curves and of rates, in bits."""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.checks import as_activity, same_length

_BLOCK = 1024  # samples in one matrix product


def tuning_entropy(
    activity: ArrayLike, angle: ArrayLike, n_bins: int = 6, *, floor: Literal["min"] | None = None
) -> NDArray[np.float64]:
    """Entropy of each unit's tuning to an angle: low where a unit is tuned, log₂ n_bins where it is flat.

    H = -Σ p_k log₂ p_k, where p_k is the unit's mean rate in bin k of `n_bins` equal bins over (-π, π], divided by the sum
    of its mean rates over the visited bins. Bins without a sample are left out, so with v visited bins H is at most log₂ v.

    Parameters
    ----------
    activity : array, (time, unit)
        Rates, not negative unless `floor` says what to do.
    angle : array, (time,)
        Radians within [-π, π] (-π counts as π); samples whose angle is NaN are left out.
    n_bins : int
        At least 2.
    floor : {'min'}, optional
        Of a unit that is negative somewhere, take its lowest value in `activity` off first. Default: refuse it.

    Returns
    -------
    array, (unit,)
        Bits; NaN for a unit whose mean rates do not have a positive sum.

    Raises
    ------
    ValueError
        For shapes that do not fit, angles beyond ±π, activity that is not finite, or negative without `floor`.

    References
    ----------
    Voigts et al., Nat. Neurosci. 28, 1293 (2025), doi:10.1038/s41593-025-01944-z.
    """
    array = as_activity(activity)
    if floor == "min":
        array, _ = raised(array)
    elif floor is not None:
        raise ValueError(f"floor: '{floor}' will not do; 'min' or None")
    elif array.min() < 0:
        row, unit = np.argwhere(array < 0)[0]
        raise ValueError(
            f"activity: {array[row, unit]} at sample {row}, unit {unit} is negative, and no rate is; "
            "floor='min' takes each such unit's lowest value off first"
        )
    rates, _ = tuning_curves(array, angle, n_bins)
    return curve_entropy(rates)


def raised(activity: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    """Take its lowest value off every unit that is negative somewhere; give the result and which units these were."""
    lowest = activity.min(axis=0)
    negative = lowest < 0
    return (activity - np.where(negative, lowest, 0) if negative.any() else activity), negative


def angle_bin(angle: ArrayLike, n_bins: int) -> NDArray[np.int64]:
    """Give the bin of `n_bins` over (-π, π] that each angle falls in, -1 for NaN.

    Raises
    ------
    ValueError
        For less than two bins, or an angle beyond ±π.
    """
    if n_bins < 2:
        raise ValueError(f"n_bins: {n_bins} will not do; at least 2 are needed")
    values = np.asarray(angle, dtype=np.float64)
    beyond = np.abs(values) > math.pi + 1e-6  # float32's π is a little more than π
    if beyond.any():
        place = int(np.argmax(beyond))
        raise ValueError(
            f"angle: {values.flat[place]:g} rad at sample {place} lies beyond ±π; wrap it, or make it NaN to leave it out"
        )
    known = np.isfinite(values)
    bins = np.ceil((np.where(known, values, 0) + math.pi) * (n_bins / (2 * math.pi)) - 1e-9).astype(np.int64) - 1
    bins[bins == -1] = n_bins - 1  # -π is π
    return np.where(known, np.minimum(bins, n_bins - 1), -1)


def tuning_curves(
    activity: ArrayLike, angle: ArrayLike, n_bins: int = 6
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Mean rate in equal bins of an angle over (-π, π].

    Parameters
    ----------
    activity : array, (time, unit)
    angle : array, (time,)
        Radians; NaN is left out.
    n_bins : int

    Returns
    -------
    rates : array, (unit, bin)
        NaN where no sample fell in the bin.
    occupancy : array, (bin,)
        Number of samples.
    """
    array = as_activity(activity)
    bins = angle_bin(angle, n_bins)
    same_length(activity=array, angle=bins)
    sums, counts = binned_sums(array, bins[None], n_bins)
    return means(sums, counts)[0].T, counts[0]


def binned_sums(
    activity: NDArray[np.floating], labels: NDArray[np.integer], n_bins: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sum activity by label, for many labellings at once.

    Parameters
    ----------
    activity : array, (time, unit)
    labels : array, (draw, time)
        0 to n_bins - 1; a negative one leaves the sample out.
    n_bins : int

    Returns
    -------
    sums : array, (draw, bin, unit)
    counts : array, (draw, bin)
        Number of samples.
    """
    n_draws, n_samples = labels.shape
    sums = np.zeros((n_draws * n_bins, activity.shape[1]))
    counts = np.zeros((n_draws, n_bins), np.int64)
    each = np.arange(n_bins, dtype=labels.dtype)
    for start in range(0, n_samples, _BLOCK):
        block = slice(start, start + _BLOCK)
        member = labels[:, None, block] == each[:, None]  # (draw, bin, time)
        counts += np.count_nonzero(member, axis=2)
        sums += member.reshape(n_draws * n_bins, -1).astype(np.float64) @ activity[block].astype(np.float64)
    return sums.reshape(n_draws, n_bins, -1), counts


def means(sums: NDArray[np.float64], counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """Divide sums (..., bin, unit) by counts (..., bin); NaN where there is no sample."""
    n = counts[..., None].astype(np.float64)
    return np.divide(sums, n, out=np.full(sums.shape, np.nan), where=n > 0)


def curve_entropy(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy (bits) of tuning curves (..., bin) scaled to sum 1; NaN rates are left out, no positive sum gives NaN."""
    known = np.where(np.isfinite(rates), rates, 0.0)
    total = known.sum(axis=-1, keepdims=True)
    p = np.divide(known, total, out=np.full(rates.shape, np.nan), where=total > 0)
    return _minus_p_log_p(p)


def histogram_entropy(counts: NDArray[np.integer], *, miller_madow: bool = False) -> NDArray[np.float64]:
    """Entropy (bits) of histograms (..., bin), plug-in or with the Miller-Madow correction; NaN for an empty one.

    H = -Σ p_k log₂ p_k with p_k = n_k / N; Miller and Madow add (K - 1) / (2 N ln 2), K the number of bins with a count.

    References
    ----------
    Miller, in Information Theory in Psychology (ed. Quastler), 95 (1955); Paninski, Neural Comput. 15, 1191 (2003),
    doi:10.1162/089976603321780272.
    """
    total = counts.sum(axis=-1, keepdims=True).astype(np.float64)
    entropy = _minus_p_log_p(np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0))
    if miller_madow:
        occupied = np.count_nonzero(counts, axis=-1)
        entropy += (occupied - 1) / (2 * math.log(2) * np.maximum(total[..., 0], 1))
    return entropy


def _minus_p_log_p(p: NDArray[np.float64]) -> NDArray[np.float64]:
    logs = np.log2(p, out=np.zeros(p.shape), where=p > 0)
    return np.where(np.isnan(p).any(axis=-1), np.nan, -np.sum(p * logs, axis=-1)) + 0.0
