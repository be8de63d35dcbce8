"""Check of the trial times: nearest-neighbour distances of the positions at trial starts, with all trials shifted in time."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.intervals import percentile_band
from rscnav.recordings.binning import in_spans, merge_intervals
from rscnav.recordings.time_checks.clock_findings import Check
from rscnav.recordings.tracking.coordinates import CoordinateFrame
from rscnav.recordings.tracking.interpolation import Tracking
from rscnav.recordings.tracking.kinematics import unrotated

MAX_SHIFT_S, STEP_S = 20.0, 1.0
NEAR_S = 1.0  # tolerance of trial times
TOGETHER = 0.5  # distance, relative to random times, below which trials start at one position or a few
LEVEL = 0.05
N_DRAWS = 39
MIN_TRIALS = 8
_MOST_TRIALS = 150  # a subset of so many trials is enough
_TRACKED = 0.8  # fraction of the trials that must be tracked


@dataclass(frozen=True)
class Starts:
    """Clustering of the positions at trial starts and stops, as a function of a shift of all trials in time.

    Parameters
    ----------
    shift_s : array, (shift,)
        Shift that is added to the times of all trials (s).
    starts, stops : array, (shift,)
        Median distance of a trial's position to the nearest one of another trial, divided by its mean at random times; NaN if too few
        trials are tracked.
    chance : (float, float)
        95 % band at random times.
    p : float
        p-value of the minimum of `starts` over shifts, against the minimum at random times; NaN if it was not needed.
    """

    shift_s: NDArray[np.float64]
    starts: NDArray[np.float64]
    stops: NDArray[np.float64]
    chance: tuple[float, float]
    p: float = float("nan")

    @property
    def best_s(self) -> float:
        """Shift at which the positions at trial starts are closest together (s)."""
        return float(self.shift_s[np.nanargmin(self.starts)])

    @property
    def together(self) -> float:
        """Relative distance below which trials start at one position or a few, and not by chance."""
        return min(TOGETHER, self.chance[0])

    @property
    def suspicious(self) -> bool:
        """Whether starts and stops are not clustered, but starts are with all trials shifted by more than a second."""
        near = np.abs(self.shift_s) <= NEAR_S
        now = np.fmin.reduce([*self.starts[near], *self.stops[near], np.inf])
        return bool(np.nanmin(self.starts) < 0.5 * self.together and now >= self.together)

    @property
    def moved(self) -> bool:
        """Whether the trial times are suspicious and the clustering at the shift is significant at 0.05."""
        return self.suspicious and self.p <= LEVEL

    def check(self) -> Check:
        """Return the verdict on the trial times."""
        name, now = "starts of trials", float(self.starts[np.argmin(np.abs(self.shift_s))])
        percent = f"{now:.0%} of that" if np.isfinite(now) else "unknown (no tracking there), relative to that"
        words = f"the distance of a start position to the nearest other one is {percent} at random times"
        if self.moved:
            lowest = float(np.nanmin(self.starts))
            words += (
                f"; with all trials shifted by {self.best_s:+.1f} s it is {lowest:.0%}: are the trial times on the clock of the "
                "tracking, and is it the right column of start times?"
            )
            return Check(name, "look", words)
        where = "start at one position or a few" if now < self.together else "do not start at certain positions"
        return Check(name, "ok", f"trials {where}: {words}; is this as expected for the task?")


def scan_starts(
    tracking: Tracking,
    frame: CoordinateFrame,
    times: NDArray[np.float64],
    rotation: NDArray[np.float64],
    generator: np.random.Generator,
) -> Starts | None:
    """Compute the clustering of the positions at trial starts and stops, with all trials shifted by up to 20 s.

    Parameters
    ----------
    tracking : Tracking
        Position of the whole recording, without correction for the rotation of the scene.
    frame : CoordinateFrame
    times : array, (trial, 2)
        Start and stop (s).
    rotation : array, (trial,)
        Rotation of the scene (rad). If it changes, distances are computed in the frame of the room and in the landmark frame, and the
        smaller one is used.
    generator : numpy.random.Generator
        For the random times.

    Returns
    -------
    Starts or None
        None with fewer than 8 trials, without tracking around the trials, or if the animal does not move.

    Notes
    -----
    The measure is the nearest-neighbour distance, not the spread of the positions, because trials may start at one of several positions
    (both ends of a track).
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
    """Return the times of samples in trials or within 20 s of one; rest at other times is not comparable with trials."""
    spans = merge_intervals(times + np.array([-MAX_SHIFT_S, MAX_SHIFT_S]))
    return tracking.time[in_spans(tracking.time, spans)]


def _nearest(
    tracking: Tracking, frame: CoordinateFrame, moments: NDArray[np.float64], rotation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the median nearest-neighbour distance of positions at times `moments` (trial, shift), (shift,)."""
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
    """Return each point's distance to its nearest neighbour."""
    from scipy.spatial import KDTree

    return np.asarray(KDTree(points).query(points, k=2)[0])[:, 1]


def _untracked(tracking: Tracking, moments: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return a mask of the times in a tracking gap or with NaN."""
    hidden = np.zeros(len(moments), bool)
    for spans in (tracking.gaps, tracking.missing):
        if len(spans):
            last = np.searchsorted(spans[:, 0], moments, side="right") - 1
            hidden |= (last >= 0) & (moments < spans[np.maximum(last, 0), 1])
    return hidden
