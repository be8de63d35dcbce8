"""Local slopes of log C(r) against log r, the scaling region, and the slope and the Takens-Theiler estimate in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError

TOLERANCE = 0.1  # largest relative difference of the local slopes of a scaling region from their mean
MIN_FACTOR = 3.0  # smallest span in r of a reliable scaling region


@dataclass(frozen=True)
class ScalingRegion:
    """Range of radii with constant local slopes: radii[first] to radii[last], both included."""

    first: int
    last: int
    reliable: bool


def local_slopes(radii: ArrayLike, correlation: ArrayLike, width: int = 8) -> NDArray[np.float64]:
    """Compute the local slope of log C(r) against log r at each radius, by least squares over `width` radii on either side.

    Parameters
    ----------
    radii, correlation : array, (radius,)
        Radii are above 0 and increase.
    width : int
        Radii on either side, at least 1.

    Returns
    -------
    array, (radius,), float64
        NaN near the ends, where the window is not complete, and where C is 0 in the window.

    Raises
    ------
    InvalidValueError
        If the shapes differ, the radii are not above 0 or do not increase, or the width is below 1.
    """
    r, c = np.asarray(radii, np.float64), np.asarray(correlation, np.float64)
    if r.ndim != 1 or r.shape != c.shape:
        raise InvalidValueError(
            f"radii, correlation: shapes {r.shape} and {c.shape} are not valid; expected the same shape (radius,)"
        )
    if np.any(r <= 0) or np.any(np.diff(r) <= 0):
        raise InvalidValueError("radii: not valid; expected values above 0 in increasing order")
    if width < 1:
        raise InvalidValueError(f"width: {width} is not valid; expected at least 1")
    slopes = np.full(len(r), np.nan)
    n = 2 * width + 1
    if len(r) < n:
        return slopes
    x = np.lib.stride_tricks.sliding_window_view(np.log(r), n)
    y = np.lib.stride_tricks.sliding_window_view(_log(c), n)
    x = x - x.mean(axis=1, keepdims=True)
    slopes[width : len(r) - width] = np.sum(x * y, axis=1) / np.sum(x**2, axis=1)
    return slopes


def scaling_region(radii: ArrayLike, slopes: ArrayLike) -> ScalingRegion | None:
    """Return the scaling region: the longest range of log r in which every local slope is within 10 % of the mean.

    Of several ranges of the same length, the one with the smallest relative range of slopes is used. Slopes of 0 are in no range.

    Parameters
    ----------
    radii, slopes : array, (radius,)
        Radii evenly spaced in log r.

    Returns
    -------
    ScalingRegion or None
        Reliable if it spans at least a factor of 3 in r. None if there is no such range of at least two slopes.
    """
    r, s = np.asarray(radii, np.float64), np.asarray(slopes, np.float64)
    first, last = np.nonzero(steady_ranges(s))
    if not len(first):
        return None
    length = np.round(np.log(r[last] / r[first]), 9)
    longest = np.flatnonzero(length == length.max())
    spread = [np.ptp(s[first[k] : last[k] + 1]) / np.mean(s[first[k] : last[k] + 1]) for k in longest]
    best = longest[int(np.argmin(spread))]
    reliable = bool(r[last[best]] >= MIN_FACTOR * r[first[best]] * (1 - 1e-9))
    return ScalingRegion(int(first[best]), int(last[best]), reliable)


def steady_ranges(slopes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return a mask [first, last] of the ranges, ends included, in which all local slopes are within 10 % of their mean.

    A range has at least two slopes, none of which is 0 or NaN.
    """
    n = len(slopes)
    steady = np.zeros((n, n), bool)
    ends = np.flatnonzero(~(slopes > 0))
    for first in range(n):
        stop = ends[np.searchsorted(ends, first)] if len(ends) and first <= ends[-1] else n
        run = slopes[first:stop]
        if len(run) < 2:
            continue
        mean = np.cumsum(run) / np.arange(1, len(run) + 1)
        highest, lowest = np.maximum.accumulate(run), np.minimum.accumulate(run)
        steady[first, first:stop] = (highest <= (1 + TOLERANCE) * mean) & (lowest >= (1 - TOLERANCE) * mean)
        steady[first, first] = False
    return steady


def slope_within(radii: NDArray[np.float64], correlation: NDArray[np.float64], region: ScalingRegion) -> float:
    """Return the least-squares slope of log C against log r in a scaling region; NaN if C is 0 at any of its radii."""
    inside = slice(region.first, region.last + 1)
    x = np.log(radii[inside])
    x = x - x.mean()
    return float(np.sum(x * _log(correlation[inside])) / np.sum(x**2))


def takens_estimate(radii: NDArray[np.float64], correlation: NDArray[np.float64], region: ScalingRegion) -> float:
    """Return the Takens-Theiler estimate in a scaling region, (C(r1) - C(r0)) / ∫ C d(log r), with r0 and r1 its ends.

    The integral assumes that C is a power of r between neighbouring radii. The original estimate has r0 = 0, where noise
    dominates; this one uses the scaling region only. NaN if C is 0 or does not increase between two of its radii.

    References
    ----------
    Takens, Lecture Notes in Mathematics 1125, 99 (1985), doi:10.1007/BFb0075637; Theiler, Phys. Lett. A 133, 195
    (1988), doi:10.1016/0375-9601(88)91016-0.
    """
    inside = slice(region.first, region.last + 1)
    log_r, c = np.log(radii[inside]), correlation[inside]
    gain, log_gain = np.diff(c), np.diff(_log(c))
    if not np.all(gain > 0):
        return float("nan")
    return float(gain.sum() / np.sum(gain * np.diff(log_r) / log_gain))


def _log(c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log C, NaN where C is 0."""
    return np.log(np.where(c > 0, c, np.nan))
