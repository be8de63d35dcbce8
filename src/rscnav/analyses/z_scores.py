"""Units in units of their own spread."""

import numpy as np
from numpy.typing import NDArray


def z_scored(activity: NDArray[np.floating]) -> NDArray[np.float32]:
    """Z-score each unit of activity (time, unit) over all samples; constant units are dropped."""
    lively = activity.max(axis=0) > activity.min(axis=0)
    activity = activity if lively.all() else activity[:, lively]
    mean, sd = activity.mean(axis=0, dtype=np.float64), activity.std(axis=0, dtype=np.float64)
    z = activity - mean.astype(activity.dtype)
    z /= sd.astype(activity.dtype)
    return z.astype(np.float32, copy=False)
