"""Interpolate a tracked series to any time, and find its tracking gaps and missing values.

Each sample covers ± half the median interval. Uncovered time between two samples with an interval longer than `max_gap_s` is a tracking
gap. Time covered only by samples that are NaN is missing.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.binning import TOLERANCE_S
from rscnav.recordings.files.nwb_lookup import Series, ascending
from rscnav.recordings.settings.position import Position
from rscnav.recordings.tracking.artifacts import mark_artifacts
from rscnav.recordings.tracking.laps import lap_notes, unwrapped
from rscnav.recordings.tracking.position_units import UNITS, check_unit, unit_from_file


@dataclass(frozen=True)
class Tracking:
    """Samples of a position or an angle, in the unit of the session.

    Parameters
    ----------
    time : array, (sample,)
        Times (s) of the samples that are not NaN, increasing. Between two pieces there are two more samples, so that nothing is
        interpolated from one piece to the next.
    values : array, (sample, dim)
        Angles are unwrapped.
    unit : str
        rad, m or px.
    gaps, missing : array, (interval, 2)
        Times (s) of tracking gaps, and of values that are NaN.
    extent : (float, float)
        Times of the first and the last sample (s).
    notes : tuple of str
        Corrections and warnings.
    unit_of_file : str
        A key of `UNITS`.
    counts : dict of int
        Counts of samples that were left out, by reason.
    """

    time: NDArray[np.float64]
    values: NDArray[np.float64]
    unit: str
    gaps: NDArray[np.float64]
    missing: NDArray[np.float64]
    extent: tuple[float, float]
    notes: tuple[str, ...]
    unit_of_file: str = "rad"
    counts: dict[str, int] = field(default_factory=dict)

    def at(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Interpolate linearly, (time, dim); before the first and after the last sample the value is constant."""
        return np.stack([np.interp(time, self.time, column) for column in self.values.T], axis=1)


def track(
    series: Series,
    unit: str | None,
    max_gap_s: float,
    key: str,
    override_unit: bool = False,
    place: Position | None = None,
) -> Tracking:
    """Convert a series to the unit of the session, sort it by time, and find its gaps and artifacts.

    Parameters
    ----------
    series : Series
    unit : str or None
        Unit of the values, a key of `UNITS`; None: the unit that the file names.
    max_gap_s : float
        A longer interval between two samples is a tracking gap (s).
    key : str
        Key of the configuration, for messages.
    override_unit : bool
        Whether to use `unit` although the file names another.
    place : Position, optional
        Settings of a position: samples outside its limits are left out, and with `track_length` the position is unwrapped over laps.

    Returns
    -------
    Tracking

    Raises
    ------
    InvalidValueError
        If `unit` or `track_length` contradicts the series, if no sample is left, or if the times start again.
    """
    unit = unit_from_file(series, key) if unit is None else unit
    check_unit(series, unit, key, override_unit)
    name, factor = UNITS[unit]
    time, values, notes = series.time, series.values, list(series.notes)
    again = clock_resets(time, max_gap_s)
    if len(again):
        raise InvalidValueError(
            f"{key}: the times of '{series.path}' go back at {len(again)} samples, first from {time[again[0]]:.3f} to "
            f"{time[again[0] + 1]:.3f} s at sample {again[0] + 1}; they look like several recordings, each with its own clock; save "
            "each in its own file, or add the duration of the earlier ones to its times"
        )
    if np.any(np.diff(time) < 0):
        notes.append(f"samples of '{series.path}' were not in order of time and were sorted")
    order = ascending(time)
    twice = len(time) - len(order)
    if twice:
        notes.append(f"'{series.path}' has {twice} samples at the time of another sample; the first of each was used")
    time, values = time[order], values[order]
    usual = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    track_length = None if place is None else place.track_length
    period = _period(series, unit, key, track_length)
    if name != "rad":
        notes += lap_notes(time, values, series.path, max(max_gap_s, 2 * usual), track_length)
    if track_length is not None:
        values = unwrapped(values, track_length)
    cuts = pieces_at(series, time)
    counts: dict[str, int] = {}
    if place is not None:
        smooth = values if period is None else unwrapped(values, period)  # an angle that wraps around is not a jump
        marked, counts, more = mark_artifacts(time, smooth, place, series.path, cuts)
        if marked.all():
            raise InvalidValueError(f"{key}: no sample of '{series.path}' is left ({'; '.join(more)})")
        time, values, notes = time[~marked], values[~marked], notes + more
        cuts = pieces_at(series, time)
    half = 0.5 * usual
    good: NDArray[np.bool_] = np.all(np.isfinite(values), axis=1)
    if not good.any():
        raise InvalidValueError(f"{key}: all samples of '{series.path}' are NaN")
    wide = np.union1d(np.flatnonzero(np.diff(time) > max(max_gap_s, 2 * half)), cuts - 1).astype(int)
    between = [_between(float(time[i]), float(time[i + 1]), half) for i in wide]
    gaps = np.array([(-np.inf, time[0] - half), *between, (time[-1] + half, np.inf)])
    extent = (float(time[0]), float(time[-1]))
    found = values[good] * factor
    found = np.unwrap(found, axis=0) if name == "rad" else found
    missing = _missing(time, good, half)
    time, found = _separated(time[good], found, pieces_at(series, time[good]))
    return Tracking(time, found, name, gaps, missing, extent, tuple(notes), unit, counts)


def pieces_at(series: Series, time: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the indices of the first sample of each piece except the first, for ascending times."""
    cuts = np.unique(np.searchsorted(time, np.array(series.starts, float), side="left"))
    return cuts[(cuts > 0) & (cuts < len(time))]


def clock_resets(time: NDArray[np.float64], max_gap_s: float) -> NDArray[np.intp]:
    """Return the samples after which the clock starts again, as indices of the last sample before.

    Such samples must not be sorted, because that would mix several recordings. The result is empty if times go back often (more than 20
    times, or after more than 1 % of the samples) or by at most `max_gap_s`: such samples are only in no order.
    """
    step = np.diff(time)
    far = np.flatnonzero(step < -max_gap_s)
    return far if len(far) == np.sum(step < 0) and len(far) <= min(20, 0.01 * len(time) + 1) else np.empty(0, np.intp)


def _period(series: Series, unit: str, key: str, track_length: float | None) -> float | None:
    """Return the period of a circular coordinate (unit of the series); None for a coordinate that is not circular."""
    if UNITS[unit][0] == "rad":
        if track_length is not None:
            raise InvalidValueError(
                f"{key}.track_length: '{series.path}' is an angle, which is circular already; remove track_length"
            )
        return 2 * np.pi / UNITS[unit][1]
    if track_length is not None and series.values.shape[1] != 1:
        raise InvalidValueError(
            f"{key}.track_length is for one coordinate along a track, but '{series.path}' has {series.values.shape[1]}; select "
            f"one, for example {key}.columns: [0]"
        )
    return track_length


def _between(before: float, after: float, half: float) -> tuple[float, float]:
    """Return the gap between two samples (s); at least 4 `TOLERANCE_S` wide, if the samples cover all time between them."""
    start, stop = before + half, after - half
    middle = 0.5 * (before + after)
    return min(start, middle - 2 * TOLERANCE_S), max(stop, middle + 2 * TOLERANCE_S)


def _separated(
    time: NDArray[np.float64], values: NDArray[np.float64], cuts: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Add two samples between pieces, so that values are constant up to the middle and not interpolated between pieces."""
    if not len(cuts):
        return time, values
    middle = 0.5 * (time[cuts - 1] + time[cuts])
    at = np.repeat(cuts, 2)
    edges = np.stack([middle - TOLERANCE_S, middle + TOLERANCE_S], axis=1).ravel()
    added = np.stack([values[cuts - 1], values[cuts]], axis=1).reshape(-1, values.shape[1])
    return np.insert(time, at, edges), np.insert(values, at, added, axis=0)


def _missing(time: NDArray[np.float64], good: NDArray[np.bool_], half: float) -> NDArray[np.float64]:
    """Return the intervals covered only by samples that are NaN, (interval, 2) in s."""
    edges = np.diff(np.concatenate([[False], ~good, [False]]).astype(int))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)  # first bad, first good after
    rows = [
        (time[a - 1] + half if a > 0 else time[0] - half, time[b] - half if b < len(time) else time[-1] + half)
        for a, b in zip(starts, stops, strict=True)
    ]
    return np.array(rows, float).reshape(-1, 2)
