"""From the correlation sum to a dimension: local slopes, the scaling region, the slope and Takens' estimate in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError

TOLERANCE = 0.1  # local slopes of a scaling region stay within this share of their mean
MIN_FACTOR = 3.0  # a reliable one reaches over this factor in r


@dataclass(frozen=True)
class ScalingRegion:
    """A stretch of steady local slope: radii[first] to radii[last], both inside."""

    first: int
    last: int
    reliable: bool


def local_slopes(radii: ArrayLike, correlation: ArrayLike, width: int = 8) -> NDArray[np.float64]:
    """Slope of log C(r) on log r around each radius, by least squares over `width` radii to either side.

    Parameters
    ----------
    radii, correlation : array, (radius,)
        Radii increasing and above 0.
    width : int
        At least 1.

    Returns
    -------
    array, (radius,), float64
        NaN where the window reaches over an end, or where C is 0.

    Raises
    ------
    InvalidValueError
        For shapes that differ, radii that do not increase, or a width below 1.
    """
    r, c = np.asarray(radii, np.float64), np.asarray(correlation, np.float64)
    if r.ndim != 1 or r.shape != c.shape:
        raise InvalidValueError(f"radii and correlation need one shape (radius,), got {r.shape} and {c.shape}")
    if np.any(r <= 0) or np.any(np.diff(r) <= 0):
        raise InvalidValueError("radii: must be above 0 and increase")
    if width < 1:
        raise InvalidValueError(f"width: {width} will not do; at least 1")
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
    """Find the longest stretch, in log r, in which every local slope is within 10 % of the stretch's mean.

    Of stretches of one length the steadier one is taken. Slopes of 0 (no pair gained) belong to none.

    Parameters
    ----------
    radii, slopes : array, (radius,)
        Radii evenly spaced in log r.

    Returns
    -------
    ScalingRegion or None
        Reliable where it reaches over at least a factor of 3 in r. None where no two neighbouring slopes are known.
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
    """Mark the ranges, [first, last] both inside, in which all local slopes are within 10 % of their mean.

    Slopes of 0 or NaN belong to none, and a range holds at least two slopes.
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
    """Least-squares slope of log C on log r over a scaling region; NaN where C is 0 in it."""
    inside = slice(region.first, region.last + 1)
    x = np.log(radii[inside])
    x = x - x.mean()
    return float(np.sum(x * _log(correlation[inside])) / np.sum(x**2))


def takens_estimate(radii: NDArray[np.float64], correlation: NDArray[np.float64], region: ScalingRegion) -> float:
    """Takens-Theiler estimate between the ends of a region, (C(r1) - C(r0)) / ∫ C d(log r).

    With C a power of r between neighbouring radii the integral is a sum of C's steps over the local slopes. The usual
    estimate has r0 = 0, where noise rules; this one stays inside the scaling region. NaN where C is 0 or does not grow in it.

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
    """Logarithm, NaN where C is 0."""
    return np.log(np.where(c > 0, c, np.nan))
