"""A tracked series -> values at any time, and where there are none.

A sample speaks for half the usual distance between samples on either side. What no sample speaks for, where neighbours lie
further apart than allowed, is a gap; what lies between two good samples with NaN between them is missing.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.jumps import Limits, stray
from rscnav.recordings.nwb import Series

UNITS = {"rad": ("rad", 1.0), "deg": ("rad", np.pi / 180), "m": ("m", 1.0), "cm": ("m", 0.01), "px": ("px", 1.0)}
_SPELLINGS = {
    "rad": ("rad", "radian", "radians"),
    "deg": ("deg", "degree", "degrees", "°"),
    "m": ("m", "meter", "meters", "metre", "metres"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
    "px": ("px", "pixel", "pixels"),
}


@dataclass(frozen=True)
class Tracking:
    """Samples of a place or an angle, in a session's unit.

    Parameters
    ----------
    time : array, (sample,)
        Of the samples that are not NaN (s), increasing.
    values : array, (sample, dim)
        Angles are unwrapped.
    unit : str
        rad, m or px.
    gaps, missing : array, (interval, 2)
        Times (s) without samples, and with NaN.
    extent : (float, float)
        Times of the first and the last sample (s).
    notes : tuple of str
        What had to be put right.
    unit_of_file : str
        A key of `UNITS`.
    counts : dict of int
        Samples that were left out, by reason.
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
        """Interpolate linearly (time, dim); before the first and after the last sample their values hold."""
        return np.stack([np.interp(time, self.time, column) for column in self.values.T], axis=1)


def track(
    series: Series,
    unit: str | None,
    max_gap_s: float,
    key: str,
    override_unit: bool = False,
    limits: Limits | None = None,
) -> Tracking:
    """Bring a series into a session's unit and find its gaps.

    Parameters
    ----------
    series : Series
    unit : str or None
        A key of `UNITS`: what the values are in; None: what the file says.
    max_gap_s : float
        Neighbouring samples further apart than this leave a gap (s).
    key : str
        The configuration's key, for messages.
    override_unit : bool
        Take `unit` whatever the file says.
    limits : Limits, optional
        What no sample may exceed. Default: nothing is left out.

    Returns
    -------
    Tracking

    Raises
    ------
    ValueError
        Where `unit` cannot be right, all samples are NaN, or a clock starts again.
    """
    unit = said_unit(series, key) if unit is None else unit
    _check_unit(series, unit, key, override_unit)
    name, factor = UNITS[unit]
    time, values, notes = series.time, series.values * factor, []
    again = turned_back(time, max_gap_s)
    if len(again):
        raise ValueError(
            f"{key}: the times of '{series.path}' go back in {len(again)} places, first from {time[again[0]]:.3f} to "
            f"{time[again[0] + 1]:.3f} s at sample {again[0] + 1}: several recordings one after the other, each on its own "
            "clock? Give each its own file, or add what went before to its times"
        )
    if np.any(np.diff(time) < 0):
        notes.append(f"samples of '{series.path}' were not in order of time and have been sorted")
        order = np.argsort(time, kind="stable")
        time, values = time[order], values[order]
    first = np.append(True, np.diff(time) > 0)
    if not first.all():
        notes.append(f"'{series.path}' has {np.sum(~first)} samples at the time of another; the first of each was kept")
        time, values = time[first], values[first]
    usual = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
    counts: dict[str, int] = {}
    if limits is not None:
        marked, counts, more = stray(time, values / factor, limits, series.path)
        if marked.all():
            raise ValueError(f"{key}: no sample of '{series.path}' is left ({'; '.join(more)})")
        time, values, notes = time[~marked], values[~marked], notes + more
    half = 0.5 * usual
    good: NDArray[np.bool_] = np.all(np.isfinite(values), axis=1)
    if not good.any():
        raise ValueError(f"{key}: all samples of '{series.path}' are NaN")
    wide = np.flatnonzero(np.diff(time) > max(max_gap_s, 2 * half))
    between = [(time[i] + half, time[i + 1] - half) for i in wide]
    gaps = np.array([(-np.inf, time[0] - half), *between, (time[-1] + half, np.inf)])
    values = np.unwrap(values[good], axis=0) if name == "rad" else values[good]
    extent = (float(time[0]), float(time[-1]))
    return Tracking(time[good], values, name, gaps, _missing(time, good, half), extent, tuple(notes), unit, counts)


def turned_back(time: NDArray[np.float64], max_gap_s: float) -> NDArray[np.intp]:
    """Give the few samples after which a clock starts again (index of the last before): sorting would mix two recordings.

    Samples that are in no order go back in many places, or by little; none are given then.
    """
    step = np.diff(time)
    far = np.flatnonzero(step < -max_gap_s)
    return far if len(far) == np.sum(step < 0) and len(far) <= min(20, 0.01 * len(time) + 1) else np.empty(0, np.intp)


def said_unit(series: Series, key: str) -> str:
    """Give the unit that the file names, as a key of `UNITS`; a ValueError where it names none that is known."""
    said = next((known for known, words in _SPELLINGS.items() if series.unit.strip().lower() in words), None)
    if said is None:
        raise ValueError(
            f"{key}.unit: the file does not say what '{series.path}' is in (its unit is '{series.unit}'); "
            f"give one of {', '.join(UNITS)}"
        )
    return said


def _missing(time: NDArray[np.float64], good: NDArray[np.bool_], half: float) -> NDArray[np.float64]:
    """Give the times for which the only samples are NaN."""
    edges = np.diff(np.concatenate([[False], ~good, [False]]).astype(int))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)  # first bad, first good after
    rows = [
        (time[a - 1] + half if a > 0 else time[0] - half, time[b] - half if b < len(time) else time[-1] + half)
        for a, b in zip(starts, stops, strict=True)
    ]
    return np.array(rows, float).reshape(-1, 2)


def _check_unit(series: Series, unit: str, key: str, override: bool) -> None:
    """Refuse a unit that contradicts the file, the number of coordinates, or the values."""
    n_dims = series.values.shape[1]
    if UNITS[unit][0] == "rad" and n_dims != 1:
        raise ValueError(
            f"{key}.unit: '{unit}' is for one angle, but '{series.path}' has {n_dims} coordinates; use m, cm or px"
        )
    if override:
        return
    said = next((known for known, words in _SPELLINGS.items() if series.unit.strip().lower() in words), None)
    if said is not None and said != unit:
        raise ValueError(
            f"{key}.unit: '{unit}', but the file says that '{series.path}' is in '{series.unit}'; "
            f"write unit: {said}, or, where the file is wrong, override_unit: true"
        )
    largest = float(np.nanmax(np.abs(series.values), initial=0.0, where=np.isfinite(series.values)))
    if unit == "rad" and said is None and largest > 2 * np.pi + 1e-6:
        raise ValueError(
            f"{key}.unit: 'rad', but '{series.path}' reaches {largest:.4g}, more than a turn; "
            "write unit: deg if these are degrees, or override_unit: true"
        )
