"""Checks of the tracked place: frames, gaps, NaN, jumps, its unit."""

import numpy as np
from numpy.typing import NDArray

from rscnav.inspection.verdicts import Check
from rscnav.recordings.jumps import suspected
from rscnav.recordings.nwb import Series
from rscnav.recordings.tracking import turned_back


def frames(time: NDArray[np.float64]) -> Check:
    """Tell times that repeat, go back, or leave frames out.

    Parameters
    ----------
    time : array, (sample,)
        As in the file (s).
    """
    step = np.diff(time)
    usual = float(np.median(step)) if len(step) else 0.0
    back, twice = int(np.sum(step < 0)), int(np.sum(step == 0))
    wide = step > 1.5 * usual
    dropped = int(np.sum(np.round(step[wide] / usual) - 1)) if usual > 0 else 0
    words = f"{len(time)} frames, one every {1e3 * usual:.3g} ms"
    if back or twice:
        words += f"; {back} times go back, {twice} repeat the one before"
    if dropped:
        words += f"; {dropped} frames left out in {int(wide.sum())} places, the longest {step.max():.3g} s"
    if len(turned_back(time, 1.0)):
        return Check(
            "frames", "wrong", f"{words}: the clock starts again, as where recordings were put one after the other"
        )
    bad = back or twice or dropped > 0.01 * len(time) or (len(step) > 0 and step.max() > 1.0)
    return Check("frames", "look" if bad else "ok", words)


def samples(series: Series) -> list[Check]:
    """Tell NaN and jumps among a series' samples."""
    lost = float(np.mean(~np.isfinite(series.values).all(axis=1)))
    checks = [
        Check("lost frames", "look" if lost > 0.05 else "ok", f"{lost:.2%} of the samples of '{series.path}' are NaN")
    ]
    jumps = suspected(series.time, series.values, series.path)
    checks.append(Check("jumps", "look" if jumps else "ok", jumps[0] if jumps else "no step stands out"))
    return checks


def size(series: Series, unit: str) -> Check:
    """Tell whether the tracked area has a size that its unit allows."""
    low, high = np.nanpercentile(series.values, [0.5, 99.5], axis=0)
    widest = float(np.max(high - low))
    likely = {"m": (0.1, 20.0), "cm": (10.0, 2000.0), "px": (20.0, 10000.0), "rad": (0.1, 7.0), "deg": (7.0, 400.0)}[
        unit
    ]
    fits = likely[0] <= widest <= likely[1]
    words = f"the tracked area is {widest:.4g} {unit} wide"
    if not fits:
        words += f"; usual are {likely[0]:g} to {likely[1]:g}: is the unit right?"
    return Check("unit of the position", "ok" if fits else "look", words)
