"""Positions along a track that start again in each lap, and angles that wrap around."""

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError

# A position starts again if it falls from above the first to below the second fraction of its range.
_FAR, _NEAR = 0.8, 0.2
_MIN_RESTARTS = 3  # fewer are not laps
# Smallest fraction of samples within one track length; between laps some programs move the animal off the track.
_ON_TRACK = 0.75


def unwrapped(values: NDArray[np.float64], period: float) -> NDArray[np.float64]:
    """Return unwrapped values (sample, dim) for a period; NaN stay NaN."""
    good = np.isfinite(values).all(axis=1)
    result = values.copy()
    result[good] = np.unwrap(values[good], axis=0, period=period)
    return result


def restarts(time: NDArray[np.float64], values: NDArray[np.float64], max_gap_s: float) -> NDArray[np.intp]:
    """Return the steps at which a coordinate falls from near its maximum to near its minimum (indices of the sample before).

    For a coordinate that decreases within a lap: the steps at which it rises. The result is empty if there are fewer than three such
    steps, or fewer than three times as many as in the opposite direction, because those are errors of the tracking.
    """
    good = np.flatnonzero(np.isfinite(values).all(axis=1))
    if values.shape[1] != 1 or len(good) < 2:
        return np.empty(0, np.intp)
    x, t = values[good, 0], time[good]
    low, high = np.percentile(x, [0.5, 99.5])
    if not high > low:
        return np.empty(0, np.intp)
    level = (x - low) / (high - low)
    near = np.diff(t) <= max_gap_s
    falls = np.flatnonzero((level[:-1] > _FAR) & (level[1:] < _NEAR) & near)
    rises = np.flatnonzero((level[:-1] < _NEAR) & (level[1:] > _FAR) & near)
    many, few = (falls, rises) if len(falls) >= len(rises) else (rises, falls)
    return good[many] if len(many) >= _MIN_RESTARTS and 3 * len(few) <= len(many) else np.empty(0, np.intp)


def lap_notes(
    time: NDArray[np.float64], values: NDArray[np.float64], path: str, max_gap_s: float, track_length: float | None
) -> list[str]:
    """Return notes on a coordinate that starts again without a `track_length`, or on an unlikely `track_length`.

    Raises
    ------
    InvalidValueError
        If the coordinate starts again after another length than `track_length`.
    """
    again = restarts(time, values, max_gap_s)
    known = values[np.isfinite(values).all(axis=1)]
    reach = float(np.ptp(np.percentile(known, [0.5, 99.5]))) if len(known) else 0.0
    if track_length is None:
        return [
            f"'{path}' falls back from one end of its range to the other in {len(again)} steps, the first at "
            f"{time[again[0]]:.3f} s; if its position starts again in each lap, set position.track_length to the length of the "
            f"track (about {reach:.3g})"
        ] if len(again) else []  # fmt: skip
    most = max(
        float(np.mean((known >= low) & (known <= low + 1.02 * track_length))) for low in (0.0, known.min(initial=0))
    )
    if len(again) and (most < _ON_TRACK or reach < track_length / 2):
        raise InvalidValueError(
            f"position.track_length: {track_length:g}, but '{path}' starts again {len(again)} times after about {reach:.4g}, with values "
            f"from {known.min():.4g} to {known.max():.4g}; set it to the length of the track in the unit of the series"
        )
    if len(again) and most < 1:
        return [f"{1 - most:.2%} of the samples of '{path}' are outside one position.track_length ({track_length:g})"]
    if reach < track_length / 2:
        return [
            f"'{path}' covers only {reach:.4g} of position.track_length: {track_length:g}; check that the length is in the unit of "
            "the series"
        ]
    return []
