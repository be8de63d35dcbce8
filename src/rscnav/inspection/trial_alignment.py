"""Whether trials start where behaviour says they do: places at their starts, with all trials moved in time."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.intervals import percentile_band
from rscnav.recordings.binning import merge_intervals
from rscnav.recordings.time_checks.clock_findings import Check
from rscnav.recordings.tracking.coordinates import CoordinateFrame
from rscnav.recordings.tracking.interpolation import Tracking
from rscnav.recordings.tracking.kinematics import unrotated

MAX_SHIFT_S, STEP_S = 20.0, 1.0
NEAR_S = 1.0  # starts within this of where they belong are right
TOGETHER = 0.5  # places this much closer together than at random moments are one place, or a few
LEVEL = 0.05
N_DRAWS = 39
MIN_TRIALS = 8
_MOST_TRIALS = 150  # more add time and no certainty
_TRACKED = 0.8  # share of the trials that must have a place


@dataclass(frozen=True)
class Starts:
    """How close together the places are at which trials start, and at which they stop.

    Parameters
    ----------
    shift_s : array, (shift,)
        Added to the times of all trials (s).
    starts, stops : array, (shift,)
        Median distance of a trial's place to the nearest other trial's, over that at random moments; NaN where too few
        trials are tracked.
    chance : (float, float)
        Of random moments, the middle 95 %.
    p : float
        How often the smallest of `starts` is as small at random moments, scanned in the same way; NaN where places are not
        close enough for it to matter.
    """

    shift_s: NDArray[np.float64]
    starts: NDArray[np.float64]
    stops: NDArray[np.float64]
    chance: tuple[float, float]
    p: float = float("nan")

    @property
    def best_s(self) -> float:
        """The shift at which starts are closest together (s)."""
        return float(self.shift_s[np.nanargmin(self.starts)])

    @property
    def together(self) -> float:
        """Below this places are one or a few, and not by chance."""
        return min(TOGETHER, self.chance[0])

    @property
    def suspicious(self) -> bool:
        """Whether starts and stops are anywhere, and starts come together when all trials are moved by over a second."""
        near = np.abs(self.shift_s) <= NEAR_S
        now = np.fmin.reduce([*self.starts[near], *self.stops[near], np.inf])
        return bool(np.nanmin(self.starts) < 0.5 * self.together and now >= self.together)

    @property
    def moved(self) -> bool:
        """Whether that is more than chance does."""
        return self.suspicious and self.p <= LEVEL

    def check(self) -> Check:
        """Give the verdict."""
        name, now = "starts of trials", float(self.starts[np.argmin(np.abs(self.shift_s))])
        share = f"{now:.0%}" if np.isfinite(now) else "not known (no tracking there)"
        words = f"their first places lie {share} as far from the nearest other one as places at random moments"
        if self.moved:
            lowest = float(np.nanmin(self.starts))
            words += (
                f"; with all trials moved by {self.best_s:+.1f} s it would be {lowest:.0%}: are the times of trials on the clock "
                "of the tracking, and is it the right column that starts them?"
            )
            return Check(name, "look", words)
        where = "start at one place or a few" if now < self.together else "start anywhere"
        return Check(name, "ok", f"trials {where}: {words}; is that what the task does?")


def scan_starts(
    tracking: Tracking,
    frame: CoordinateFrame,
    times: NDArray[np.float64],
    rotation: NDArray[np.float64],
    generator: np.random.Generator,
) -> Starts | None:
    """Move all trials by up to 20 s and see when the places at their starts are closest together.

    Parameters
    ----------
    tracking : Tracking
        Of the whole recording, the scene as it stood.
    frame : CoordinateFrame
    times : array, (trial, 2)
        Start and stop (s).
    rotation : array, (trial,)
        The scene's (rad). Where it turns, places in the room and in the scene are both looked at, and the closer count.
    generator : numpy.random.Generator
        Draws the random moments.

    Returns
    -------
    Starts or None
        None for fewer than 8 trials, or where nothing moves.

    Notes
    -----
    The distance to the nearest other place, and not the spread, so that trials which start at one of several places
    (both ends of a track) are seen to do so.
    """
    if len(times) > _MOST_TRIALS:
        some = np.linspace(0, len(times) - 1, _MOST_TRIALS).astype(int)
        times, rotation = times[some], rotation[some]
    moments = _around(tracking, times)
    if len(times) < MIN_TRIALS or not len(moments) or not np.ptp(tracking.values, axis=0).any():
        return None
    shifts = np.arange(-MAX_SHIFT_S, MAX_SHIFT_S + STEP_S / 2, STEP_S)
    turned = [rotation, np.zeros_like(rotation)] if np.any(rotation) else [rotation]

    def nearest(zero: NDArray[np.float64], by: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([_nearest(tracking, frame, zero[:, None] + by, turn) for turn in turned])

    draws = [generator.choice(moments, len(times)) for _ in range(N_DRAWS)]
    chance = np.array([nearest(draw, np.zeros(1))[:, 0] for draw in draws])  # (draw, frame)
    usual = chance.mean(axis=0)[:, None]
    if not np.all(usual > 0):
        return None
    starts = np.fmin.reduce(nearest(times[:, 0], shifts) / usual)
    stops = np.fmin.reduce(nearest(times[:, 1], shifts) / usual)
    if not np.isfinite(starts).any():
        return None
    low, high = percentile_band(np.min(chance / usual.T, axis=1)).tolist()
    found = Starts(shifts, starts, stops, (low, high))
    if not found.suspicious:
        return found
    lowest = [np.fmin.reduce(nearest(draw, shifts) / usual, axis=None) for draw in draws]
    return replace(found, p=(1 + int(np.sum(lowest <= np.nanmin(starts)))) / (1 + N_DRAWS))


def _around(tracking: Tracking, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the times of samples in trials and within 20 s of one: rests elsewhere say nothing of trials."""
    spans = merge_intervals(times + np.array([-MAX_SHIFT_S, MAX_SHIFT_S]))
    last = np.searchsorted(spans[:, 0], tracking.time, side="right") - 1
    return tracking.time[(last >= 0) & (tracking.time <= spans[np.maximum(last, 0), 1])]


def _nearest(
    tracking: Tracking, frame: CoordinateFrame, moments: NDArray[np.float64], rotation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the median distance to the nearest other trial's place, (shift,); `moments` (trial, shift) in s."""
    n_trials, n_shifts = moments.shape
    there = unrotated(tracking.at(moments.ravel()), np.repeat(rotation, n_shifts), frame.turns_around, frame.unit)
    there = np.stack([np.cos(there[:, 0]), np.sin(there[:, 0])], axis=1) if frame.unit == "rad" else there[:, :2]
    there[_untracked(tracking, moments.ravel())] = np.nan
    places = there.reshape(n_trials, n_shifts, -1)
    result = np.full(n_shifts, np.nan)
    for k in range(n_shifts):
        known = places[np.isfinite(places[:, k]).all(axis=1), k]
        if len(known) >= max(_TRACKED * n_trials, 2):
            result[k] = np.median(_to_nearest(known))
    return result


def _to_nearest(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each point's distance to the nearest other one."""
    from scipy.spatial import KDTree

    return np.asarray(KDTree(points).query(points, k=2)[0])[:, 1]


def _untracked(tracking: Tracking, moments: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the times in a gap or with NaN."""
    hidden = np.zeros(len(moments), bool)
    for spans in (tracking.gaps, tracking.missing):
        if len(spans):
            last = np.searchsorted(spans[:, 0], moments, side="right") - 1
            hidden |= (last >= 0) & (moments < spans[np.maximum(last, 0), 1])
    return hidden
