"""Eigenvalue spectrum of activity."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.checks import as_activity


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
    ValueError
        For less than two samples, a value that is not finite, or units that are all constant.
    """
    array = as_activity(activity)
    if n < 1:
        raise ValueError(f"n: {n} components will not do; at least 1")
    if len(array) < 2:
        raise ValueError("activity: one sample has no variance; at least 2 are needed")
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
        raise ValueError("activity: all units are constant; there is no variance to share out")
    spectrum = np.zeros(min(n, len(series)))
    kept = min(len(spectrum), len(values))
    spectrum[:kept] = values[:kept] / values.sum()
    return spectrum


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
    ValueError
        For a spectrum without variance.

    References
    ----------
    Gao et al., bioRxiv 214262 (2017), doi:10.1101/214262.
    """
    values = np.asarray(spectrum, np.float64)
    if not values.sum() > 0:
        raise ValueError("spectrum: its sum must be above 0")
    return float(values.sum() ** 2 / np.sum(values**2))


def leading_above(spectrum: NDArray[np.floating], level: NDArray[np.floating]) -> int:
    """Count the components, from the first on, that lie above a level: the first that does not ends the count."""
    below = np.flatnonzero(~(spectrum > level))
    return int(below[0]) if len(below) else len(spectrum)
