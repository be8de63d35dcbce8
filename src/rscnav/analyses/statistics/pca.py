"""Principal components analysis, computed in blocks, so that activity may be larger than memory."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.standardise import blockwise_sum
from rscnav.sessions.lazy import row_blocks


def principal_axes(
    activity: NDArray[np.floating], n: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute the principal axes of activity: eigenvectors of the units' covariance, in double precision.

    Parameters
    ----------
    activity : array, (time, unit)
    n : int, optional
        Count of axes; default: all.

    Returns
    -------
    mean : array, (unit,)
    axes : array, (unit, component)
        Orthonormal, largest variance first. Their signs are arbitrary; see `settle_signs`.
    """
    from scipy.linalg import eigh

    mean = activity.mean(axis=0, dtype=np.float64)
    product = np.zeros((len(mean), len(mean)))
    for block in row_blocks(activity.shape, item_bytes=2):  # blocks of a quarter of a gigabyte
        centred = activity[block] - mean
        product += centred.T @ centred
    if n is None:
        vectors = np.linalg.eigh(product)[1]
    else:
        vectors = eigh(product, subset_by_index=(max(0, len(mean) - n), len(mean) - 1))[1]
    return mean, vectors[:, ::-1]


def settle_signs(axes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return axes (unit, component) with signs such that the weight of largest magnitude of each axis is positive."""
    largest = np.argmax(np.abs(axes), axis=0)
    return axes * np.sign(axes[largest, np.arange(axes.shape[1])])


def explained_variance(
    activity: NDArray[np.floating], axes: NDArray[np.float64], rows: NDArray[np.intp] | None = None
) -> NDArray[np.float64]:
    """Compute the fraction of variance of activity (time, unit) along axes (unit, component): (component,).

    Parameters
    ----------
    activity : array, (time, unit)
    axes : array, (unit, component)
        Orthonormal.
    rows : array, optional
        Samples to use; default: all.

    Returns
    -------
    array, (component,)
        NaN if no unit varies.
    """
    rows = np.arange(len(activity)) if rows is None else rows
    mean = blockwise_sum(activity, rows=rows) / len(rows)
    total, along = 0.0, np.zeros(axes.shape[1])
    for block in row_blocks((len(rows), len(mean)), item_bytes=2):
        centred = activity[rows[block]] - mean
        along += np.sum((centred @ axes) ** 2, axis=0)
        total += float(np.sum(np.square(centred, out=centred)))
    return along / total if total > 0 else np.full(axes.shape[1], np.nan)
