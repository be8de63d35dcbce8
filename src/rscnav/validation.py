"""Checks of arguments that many functions share; each message names the argument, its value and the cure."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError


def as_activity(activity: ArrayLike, name: str = "activity") -> NDArray[np.floating]:
    """Return `activity` as a float array (time, unit) without NaN.

    Raises
    ------
    InvalidValueError
        For another shape, no samples, no units, or a value that is not finite (the first one's place is named).
    """
    array = np.asarray(activity)
    if array.dtype.kind not in "fiub":
        raise InvalidValueError(f"{name}: needs numbers, got dtype {array.dtype}")
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    if array.ndim != 2:
        raise InvalidValueError(
            f"{name}: needs shape (time, unit), got {array.shape}; for one unit use {name}[:, None]"
        )
    if 0 in array.shape:
        raise InvalidValueError(f"{name}: shape {array.shape} has no samples or no units")
    if not np.isfinite(array).all():
        raise not_finite(array, name=name)
    return array


def not_finite(array: NDArray[np.floating], start: int = 0, name: str = "activity") -> InvalidValueError:
    """Return the error for samples (time, unit), from sample `start` on, of which some value is not finite."""
    bad = ~np.isfinite(array)
    row, unit = np.argwhere(bad)[0]
    return InvalidValueError(
        f"{name}: {array[row, unit]} at sample {start + row}, unit {unit} (the first of {bad.sum()}); "
        "drop or interpolate such samples first"
    )


def same_length(**arrays: NDArray) -> int:
    """Return the common length of the arrays' first axis, or raise an InvalidValueError that names each one's."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        raise InvalidValueError("arrays must have one length: " + ", ".join(f"{k} has {v}" for k, v in lengths.items()))
    return next(iter(lengths.values()))
