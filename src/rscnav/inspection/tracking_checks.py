"""Checks of the tracked position: frames, gaps, NaN, jumps, unit."""

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.settings.position import Position
from rscnav.recordings.time_checks.clock_findings import Check
from rscnav.recordings.tracking.artifacts import ENOUGH, suspected
from rscnav.recordings.tracking.interpolation import clock_resets, pieces_at
from rscnav.recordings.tracking.laps import lap_notes
from rscnav.recordings.tracking.position_units import UNITS, known_unit

# Usual range of the width of a tracked area, by unit.
_LIKELY = {
    "m": (0.1, 20.0),
    "cm": (10.0, 2e3),
    "mm": (100.0, 2e4),
    "um": (1e5, 2e7),
    "px": (20.0, 1e4),
    "rad": (0.1, 7.0),
    "deg": (7.0, 400.0),
}


def in_order(series: Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times and samples of a series, sorted by time."""
    order = np.argsort(series.time, kind="stable")
    return series.time[order], series.values[order]


def frames(time: NDArray[np.float64]) -> Check:
    """Check for times that repeat or go back, and for missing frames.

    Parameters
    ----------
    time : array, (sample,)
        Times (s), unsorted as in the file.

    Returns
    -------
    Check
        ``wrong`` if the clock restarts; ``look`` if times repeat or go back, more than 1 % of the frames are missing, or an interval is
        longer than 1 s.
    """
    step = np.diff(time)
    if not len(step):
        return Check("frames", "not checked", f"there are {len(time)} frames, and at least 2 are needed")
    usual = float(np.median(step))
    back, twice = int(np.sum(step < 0)), int(np.sum(step == 0))
    wide = step > 1.5 * usual
    dropped = int(np.sum(np.round(step[wide] / usual) - 1)) if usual > 0 else 0
    words = f"{len(time)} frames, one every {1e3 * usual:.3g} ms"
    if back or twice:
        words += f"; {back} times go back, {twice} are equal to the one before"
    if dropped:
        words += f"; {dropped} frames missing in {int(wide.sum())} gaps, the longest {step.max():.3g} s"
    if len(clock_resets(time, 1.0)):
        words += ": the clock restarts, for example at the junction of two recordings"
        return Check("frames", "wrong", words)
    bad = back or twice or dropped > 0.01 * len(time) or step.max() > 1.0
    return Check("frames", "look" if bad else "ok", words)


def of_place(place: Series, position: Position) -> list[Check]:
    """Return the results of all checks of the tracked position."""
    checks = [frames(place.time), *samples(place, position.track_length), unit_of(place, position)]
    unit = position.unit or known_unit(place.unit)
    if unit is None:
        words = "neither the file nor the mapping names a unit"
        return [*checks, Check("size of the tracked area", "not checked", words)]
    return [*checks, size(place, unit)]


def samples(series: Series, track_length: float | None = None) -> list[Check]:
    """Check the samples of a series for NaN and for jumps.

    Parameters
    ----------
    series : Series
    track_length : float, optional
        Length of a linear track whose end leads to its beginning (unit of the series).
    """
    lost = float(np.mean(~np.isfinite(series.values).all(axis=1)))
    words = f"{lost:.2%} of the samples of '{series.path}' are NaN"
    return [Check("lost frames", "look" if lost > 0.05 else "ok", words), _jumps(series, track_length)]


def _jumps(series: Series, track_length: float | None) -> Check:
    time, values = in_order(series)
    if values.shape[1] == 1:
        usual = float(np.median(np.diff(time))) if len(time) > 1 else 0.0
        angle = UNITS.get(known_unit(series.unit) or "", ("", 1.0))[0] == "rad"
        again = [] if angle or track_length is not None else lap_notes(time, values, series.path, 2 * usual, None)
        words = again[0] if again else "jumps are detected in the plane only, and the position has one coordinate"
        return Check("jumps", "look" if again else "not checked", words)
    if len(time) <= ENOUGH:
        return Check("jumps", "not checked", f"there are only {len(time)} samples, and more than {ENOUGH} are needed")
    jumps = suspected(time, values, series.path, pieces_at(series, time))
    return Check("jumps", "look" if jumps else "ok", jumps[0] if jumps else "no step is an outlier")


def unit_of(series: Series, position: Position) -> Check:
    """Check that the unit in the mapping is the unit in the file."""
    name, unit = "unit of the position", known_unit(series.unit)
    if unit is None:
        used = f"'{position.unit}' of the mapping is used" if position.unit else "set position.unit"
        words = f"the file has no known unit for '{series.path}' (it has '{series.unit}'); {used}"
        return Check(name, "not checked" if position.unit else "wrong", words)
    if position.unit in (None, unit):
        return Check(name, "ok", f"the unit in the file is '{series.unit}'")
    words = f"position.unit is '{position.unit}', but the unit in the file is '{series.unit}'"
    if position.override_unit:
        return Check(name, "look", words)
    return Check(name, "wrong", f"{words}; correct position.unit, or set position.override_unit: true")


def size(series: Series, unit: str) -> Check:
    """Check that the width of the tracked area is in the usual range for its unit."""
    name = "size of the tracked area"
    if not np.isfinite(series.values).all(axis=1).any():
        return Check(name, "not checked", f"all samples of '{series.path}' are NaN")
    low, high = np.nanpercentile(series.values, [0.5, 99.5], axis=0)
    widest = float(np.max(high - low))
    lowest, highest = _LIKELY[unit]
    fits = lowest <= widest <= highest
    words = f"the tracked area is {widest:.4g} {unit} wide"
    if not fits:
        words += f"; the usual range is {lowest:g} to {highest:g} {unit}: is the unit correct?"
    return Check(name, "ok" if fits else "look", words)
