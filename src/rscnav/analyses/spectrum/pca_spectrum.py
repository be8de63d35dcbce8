"""PCA eigenspectrum of activity, and summary statistics of it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.analyses.statistics.pca import principal_axes
from rscnav.errors import InvalidValueError
from rscnav.validation import as_activity

SMALL = 256  # count of units up to which computing all eigenvalues is as fast as computing the first few
ROUNDING = 1e-5  # relative difference below which two fractions of variance count as equal


def eigenspectrum(activity: ArrayLike, n: int = 45) -> NDArray[np.float64]:
    """Compute the eigenspectrum: the fraction of variance along each principal component, λ_k / Σ λ, largest first.

    λ are the eigenvalues of the units' covariance. The sum runs over all of them, including those that are not returned.

    Parameters
    ----------
    activity : array, (time, unit)
    n : int
        Count of components to return, at least 1.

    Returns
    -------
    array, (min(n, unit),), float64

    Raises
    ------
    InvalidValueError
        If there are fewer than two samples, a value is not finite, or all units are constant.

    Examples
    --------
    Isotropic activity of four units has four equal components; perfectly correlated units have one:

    >>> import numpy as np
    >>> from rscnav.analyses import eigenspectrum
    >>> isotropic = np.concatenate([np.eye(4), -np.eye(4)])
    >>> eigenspectrum(isotropic).round(3).tolist()
    [0.25, 0.25, 0.25, 0.25]
    >>> rate = np.arange(10.0)
    >>> eigenspectrum(np.stack([rate, 2 * rate], axis=1), n=1).round(3).tolist()
    [1.0]
    """
    array = as_activity(activity)
    if n < 1:
        raise InvalidValueError(f"n: {n} is not valid; expected at least 1 component")
    if len(array) < 2:
        raise InvalidValueError("activity: one sample has no variance; at least 2 are needed")
    return spectrum_of(np.asarray(array.T, np.float64), n)


def spectrum_of(series: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Compute the eigenspectrum, as in `eigenspectrum`, of validated values (unit, time).

    The samples of a unit are contiguous in memory.
    """
    centred = series - series.mean(axis=1, keepdims=True)
    # Both products have the same nonzero eigenvalues; the smaller one is used.
    product = centred @ centred.T if len(centred) <= centred.shape[1] else centred.T @ centred
    values = np.clip(np.linalg.eigvalsh(product)[::-1], 0, None)
    # Upper limit of the variance that rounding error of the mean causes in constant units.
    rounding = np.sum((np.finfo(np.float64).eps * np.abs(series).max(axis=1)) ** 2) * series.shape[1]
    if values.sum() <= 4 * rounding:
        raise InvalidValueError("activity: all units are constant; at least one unit must vary")
    spectrum = np.zeros(min(n, len(series)))
    kept = min(len(spectrum), len(values))
    spectrum[:kept] = values[:kept] / values.sum()
    return spectrum


def leading_spectrum(series: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Compute the eigenspectrum as in `spectrum_of` in single precision, of (unit, time) with a mean near 0, for draws of null distributions.

    Only the first `n` eigenvalues are computed; the trace provides the sum. Eigenvalues above a hundredth of the first agree with
    `spectrum_of` to a relative error of 1e-4.
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
        raise InvalidValueError("activity: all units are constant; at least one unit must vary")
    size, kept = len(product), min(n, len(product))
    if size <= max(SMALL, 2 * n):
        leading = np.linalg.eigvalsh(product.astype(np.float64))[::-1][:kept]
    else:
        leading = eigh(product, eigvals_only=True, subset_by_index=(size - kept, size - 1), check_finite=False)[::-1]
    spectrum = np.zeros(min(n, len(series)))
    spectrum[: len(leading)] = np.clip(leading, 0, None) / total
    return spectrum


def held_out_spectrum(activity: NDArray[np.floating], fold: NDArray[np.integer], n: int) -> NDArray[np.float64]:
    """Compute the cross-validated spectrum: the fraction of held-out variance along the principal components of the other folds.

    Principal components fit the noise of their own samples, so that the variance along the first ones is overestimated
    in these samples, the more so the fewer there are. It is not in held-out samples. The fractions need not decrease
    from one component to the next.

    Parameters
    ----------
    activity : array, (time, unit)
    fold : array, (time,)
        Each fold is held out once; whole trials, at least two folds.
    n : int
        Count of components.

    Returns
    -------
    array, (min(n, unit),)
        v_kᵀ C v_k / tr C, with numerator and denominator summed over folds, and C the covariance of the held-out
        samples around the mean of the other folds; NaN if no unit varies.
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
    """Compute the participation ratio, the effective number of components: (Σ λ)² / Σ λ².

    It is 1 if all variance is along one component, and the count of units if all eigenvalues are equal.

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
        If the sum of the eigenvalues is not positive.

    References
    ----------
    Gao et al., bioRxiv 214262 (2017), doi:10.1101/214262.

    Examples
    --------
    >>> from rscnav.analyses import participation_ratio
    >>> participation_ratio([1, 1, 1])
    3.0
    >>> participation_ratio([1, 0, 0])
    1.0
    >>> round(participation_ratio([2, 1, 1]), 2)
    2.67
    """
    values = np.asarray(spectrum, np.float64)
    if not values.sum() > 0:
        raise InvalidValueError(f"spectrum: its sum is {values.sum():g}; it must be above 0")
    return float(values.sum() ** 2 / np.sum(values**2))


def n_significant_components(spectrum: NDArray[np.floating], level: NDArray[np.floating]) -> int:
    """Return the count of leading components above a level, up to the first one that is not."""
    below = np.flatnonzero(~(spectrum > level * (1 + ROUNDING)))
    return int(below[0]) if len(below) else len(spectrum)
