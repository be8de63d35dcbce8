"""Eigenvalue spectrum of activity."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.analyses.statistics.pca import principal_axes
from rscnav.errors import InvalidValueError
from rscnav.validation import as_activity

SMALL = 256  # units up to which all eigenvalues are as quick as the first few
ROUNDING = 1e-5  # shares of variance closer to each other than this (relative) count as equal


def eigenspectrum(activity: ArrayLike, n: int = 45) -> NDArray[np.float64]:
    """Share of the variance along each principal direction, λ_k / Σ λ, largest first.

    λ are the eigenvalues of the units' covariance. The sum runs over all of them, also those that are not returned.

    Parameters
    ----------
    activity : array, (time, unit)
    n : int
        How many to return, at least 1.

    Returns
    -------
    array, (min(n, unit),), float64

    Raises
    ------
    InvalidValueError
        For less than two samples, a value that is not finite, or units that are all constant.
    """
    array = as_activity(activity)
    if n < 1:
        raise InvalidValueError(f"n: {n} components will not do; at least 1")
    if len(array) < 2:
        raise InvalidValueError("activity: one sample has no variance; at least 2 are needed")
    return spectrum_of(np.asarray(array.T, np.float64), n)


def spectrum_of(series: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Do what `eigenspectrum` does on checked values that lie unit by unit in memory, (unit, time)."""
    centred = series - series.mean(axis=1, keepdims=True)
    # The smaller of the two products has all eigenvalues that are not zero.
    product = centred @ centred.T if len(centred) <= centred.shape[1] else centred.T @ centred
    values = np.clip(np.linalg.eigvalsh(product)[::-1], 0, None)
    # Rounding in the mean leaves crumbs of variance in units that are constant.
    crumbs = np.sum((np.finfo(np.float64).eps * np.abs(series).max(axis=1)) ** 2) * series.shape[1]
    if values.sum() <= 4 * crumbs:
        raise InvalidValueError("activity: all units are constant; there is no variance to share out")
    spectrum = np.zeros(min(n, len(series)))
    kept = min(len(spectrum), len(values))
    spectrum[:kept] = values[:kept] / values.sum()
    return spectrum


def leading_spectrum(series: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Do what `spectrum_of` does in single precision, for the many draws of a control: (unit, time), about 0 in time.

    Only the first `n` eigenvalues are computed; the rest is in the trace. Those above a hundredth of the first agree with
    `spectrum_of` to 1e-4 of themselves.
    """
    from scipy.linalg import eigh

    values = np.ascontiguousarray(series, np.float32)
    mean = values.mean(axis=1, dtype=np.float64).astype(np.float32)
    if len(values) <= values.shape[1]:
        product = values @ values.T
        product -= values.shape[1] * np.outer(mean, mean)
    else:
        values = values - mean[:, None]
        product = values.T @ values
    total = float(np.trace(product, dtype=np.float64))
    if not total > 0:
        raise InvalidValueError("activity: all units are constant; there is no variance to share out")
    size, kept = len(product), min(n, len(product))
    if size <= max(SMALL, 2 * n):
        leading = np.linalg.eigvalsh(product.astype(np.float64))[::-1][:kept]
    else:
        leading = eigh(product, eigvals_only=True, subset_by_index=(size - kept, size - 1), check_finite=False)[::-1]
    spectrum = np.zeros(min(n, len(series)))
    spectrum[: len(leading)] = np.clip(leading, 0, None) / total
    return spectrum


def held_out_spectrum(activity: NDArray[np.floating], fold: NDArray[np.integer], n: int) -> NDArray[np.float64]:
    """Share of the held-out variance along the principal directions of the other folds, averaged over folds.

    A sample's principal directions follow its own noise, so that the variance along the first ones is too large for that
    sample, the more so the fewer samples there are; for other samples it is not. The shares need not fall from one component to the next.

    Parameters
    ----------
    activity : array, (time, unit)
    fold : array, (time,)
        Each fold is held out once; whole trials, at least two folds.
    n : int
        Components.

    Returns
    -------
    array, (min(n, unit),)
        v_kᵀ C v_k / tr C summed over folds above and below, with C the held-out samples' covariance around the other folds'
        mean; NaN where nothing varies.
    """
    kept = min(n, activity.shape[1])
    along, total = np.zeros(kept), 0.0
    for number in np.unique(fold):
        mean, axes = principal_axes(activity[fold != number], kept)
        test = activity[fold == number] - mean
        along += np.sum((test @ axes) ** 2, axis=0)
        total += float(np.sum(test**2))
    return along / total if total > 0 else np.full(kept, np.nan)


def participation_ratio(spectrum: ArrayLike) -> float:
    """Effective number of components, (Σ λ)² / Σ λ²: 1 for a line, the number of units for a round cloud.

    Parameters
    ----------
    spectrum : array, (component,)
        All eigenvalues, in any unit.

    Returns
    -------
    float

    Raises
    ------
    InvalidValueError
        For a spectrum without variance.

    References
    ----------
    Gao et al., bioRxiv 214262 (2017), doi:10.1101/214262.
    """
    values = np.asarray(spectrum, np.float64)
    if not values.sum() > 0:
        raise InvalidValueError("spectrum: its sum must be above 0")
    return float(values.sum() ** 2 / np.sum(values**2))


def n_significant_components(spectrum: NDArray[np.floating], level: NDArray[np.floating]) -> int:
    """Count the components, from the first on, that lie above a level: the first that does not ends the count."""
    below = np.flatnonzero(~(spectrum > level * (1 + ROUNDING)))
    return int(below[0]) if len(below) else len(spectrum)
