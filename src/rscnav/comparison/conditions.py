"""Conditions of RSA: phase x spatial bin if positions of two sessions are comparable, otherwise phase x time in the phase."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.spatial_bins import spatial_bin
from rscnav.sessions.geometry import distance
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session

FIELDS = ("position", "phase", "landmarks")  # fields of a session that are read
PLACES, TIMES = "places", "times"


@dataclass(frozen=True)
class Conditions:
    """Condition of each sample.

    Parameters
    ----------
    label : array, (time,)
        Index of the condition, phase x (number of bins) + bin; -1 for none.
    n_bins : int
        Spatial or time bins of each phase.
    """

    label: NDArray[np.int64]
    n_bins: int

    @property
    def phase(self) -> NDArray[np.int64]:
        """The phase of each condition, (condition,)."""
        return np.repeat(np.arange(len(PHASES)), self.n_bins)


def place_conditions(session: Session, samples: NDArray[np.intp], settings: Any) -> Conditions:
    """Return the conditions phase x spatial bin: equal bins of the ring, or a grid over the visited plane.

    Parameters
    ----------
    session : Session
        With position and phase.
    samples : array, (time,)
        Samples of the session.
    settings : Similarity
    """
    position = session.require("position")[samples]
    place, n = spatial_bin(position, session.is_circular, settings.n_position_bins, settings.n_position_bins_side)
    phase = session.require("phase")[samples].astype(np.int64)
    return Conditions(np.where((place >= 0) & (phase < len(PHASES)), phase * n + place, -1), n)


def time_conditions(session: Session, samples: NDArray[np.intp], settings: Any) -> Conditions:
    """Return the conditions phase x time since the phase began in the trial (parameters as `place_conditions`)."""
    phase, trial = session.require("phase")[samples].astype(np.int64), session.trial[samples]
    time = session.time[samples]
    begins = np.flatnonzero(np.append(True, (np.diff(phase) != 0) | (np.diff(trial) != 0)))
    since = time - np.repeat(time[begins], np.diff(np.append(begins, len(phase)))) + 0.5 * session.dt_s
    edges = np.asarray(settings.time_edges_s)
    step = np.searchsorted(edges, since, side="right") - 1
    n = len(edges) - 1
    inside = (step >= 0) & (step < n) & (phase < len(PHASES))
    return Conditions(np.where(inside, phase * n + step, -1), n)


def places_differ(one: Session, other: Session) -> str:
    """Return why positions of two sessions are not comparable; '' if they are.

    They are comparable in the same kind of space (ring, or plane with the same unit), with landmarks at the same positions in
    all trials of both sessions.
    """
    for session in (one, other):
        if session.position is None:
            return f"{session.name} has no position"
    if one.is_circular != other.is_circular:
        ring, plane = (one, other) if one.is_circular else (other, one)
        return f"{ring.name} is on a ring, {plane.name} is not"
    spaces = [(session.require("position").shape[1], session.position_unit) for session in (one, other)]
    if spaces[0] != spaces[1]:
        return f"positions are in {one.position_unit or '?'} in {one.name}, in {other.position_unit or '?'} in {other.name}"
    tolerance = max(float(session.visibility_radius or 0.0) for session in (one, other))
    places = []
    for session in (one, other):
        if session.landmarks is None:
            return f"where the landmarks of {session.name} stand is not known"
        middle = np.nanmedian(session.landmarks, axis=0)
        if _largest_distance(session.landmarks, middle[None], session.is_circular) > tolerance:
            return f"the landmarks of {session.name} stand elsewhere in each trial"
        places.append(middle)
    if places[0].shape != places[1].shape or _largest_distance(places[0], places[1], one.is_circular) > tolerance:
        return "the landmarks of the two stand at different places"
    return ""


def _largest_distance(these: NDArray, those: NDArray, ring: bool) -> float:
    """Return the largest distance between landmarks of the same name."""
    lengths = distance(these, those, ring)
    return float(np.nanmax(lengths)) if np.isfinite(lengths).any() else 0.0
