"""Z-scores and sums over time, computed in blocks."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.lazy import row_blocks


def zscore(activity: NDArray[np.floating], out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """Z-score each unit of activity (time, unit) over all samples; constant units are dropped: (time, varying unit).

    Parameters
    ----------
    activity : array, (time, unit)
    out : array of float32, (time, unit), optional
        Output array; it may be `activity`, to save memory. It is not used if units are dropped.

    Returns
    -------
    array of float32, (time, varying unit)
    """
    varying = activity.max(axis=0) > activity.min(axis=0)
    mean_all = blockwise_sum(activity) / len(activity)
    sd_all = np.sqrt(blockwise_sum(activity, lambda values: np.square(values - mean_all)) / len(activity))
    mean, sd = mean_all[varying].astype(activity.dtype), sd_all[varying].astype(activity.dtype)
    z = np.empty((len(activity), len(mean)), np.float32) if out is None or not varying.all() else out
    for block in row_blocks(activity.shape):
        values = activity[block][:, varying]
        values -= mean
        values /= sd
        z[block] = values
    return z


def blockwise_sum(
    activity: NDArray[np.floating],
    of: Callable[[NDArray[np.floating]], NDArray[np.floating]] | None = None,
    rows: NDArray[np.intp] | None = None,
) -> NDArray[np.float64]:
    """Sum activity (time, unit), or a function of it, over time in double precision: (unit,).

    Parameters
    ----------
    activity : array, (time, unit)
    of : callable, optional
        Function of a block (time, unit) of activity, of the same shape; default: identity.
    rows : array, optional
        Samples to use; default: all.

    Returns
    -------
    array, (unit,)
    """
    total = np.zeros(activity.shape[1])
    n_rows = len(activity) if rows is None else len(rows)
    for block in row_blocks((n_rows, activity.shape[1]), item_bytes=8):
        values: NDArray[np.floating] = np.array(activity[block if rows is None else rows[block]], np.float64)
        values = values if of is None else of(values)
        values[0] += total
        total = values.sum(axis=0, dtype=np.float64)
    return total
