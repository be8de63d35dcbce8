"""Contiguous stretches, last encounters, and the angle of tuning: heading, or displacement since the last landmark."""

import math

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.geometry import wrap
from rscnav.sessions.session import Session


def segment_start(session: Session) -> NDArray[np.int64]:
    """Return, for each sample, the first sample of its contiguous stretch: (time,)."""
    starts, stops = np.array([(stretch.start, stretch.stop) for stretch in session.segments()], int).reshape(-1, 2).T
    return np.repeat(starts, stops - starts)


def first_sample(session: Session, time_s: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return the first sample at or after each time (s); for an onset, the first sample in view."""
    rounding = 1e-6 * session.dt_s  # an onset at the centre of a bin belongs to that bin
    return np.searchsorted(session.time, time_s - rounding)


def last_encounter(session: Session) -> NDArray[np.intp]:
    """Return, for each sample, the row of `session.encounters` of the last encounter: (time,), -1 if there is none.

    An encounter counts from its first sample in view. Returns count, non-encounters do not. Encounters before a gap do not count,
    because the path across a gap is unknown.
    """
    encounters = session.require("encounters")
    rows = np.flatnonzero(encounters["kind"] == "encounter")
    onsets = first_sample(session, encounters["onset_s"][rows])
    rows, onsets = rows[np.argsort(onsets, kind="stable")], np.sort(onsets)
    if not len(rows):
        return np.full(len(session.time), -1)
    at = np.searchsorted(onsets, np.arange(len(session.time)), side="right") - 1
    stretch = segment_start(session)
    valid = (at >= 0) & (stretch[onsets[at]] == stretch)
    return np.where(valid, rows[at], -1)


def displacement_since_landmark(session: Session) -> NDArray[np.float64]:
    """Compute the displacement since the last landmark on the ring, unwrapped (rad, counter-clockwise positive).

    At the first sample in view it is the position relative to the landmark, within ± the visibility radius. From there all steps
    are summed, without wrapping, also while the landmark is in view. It restarts at every encounter, returns included.

    Parameters
    ----------
    session : Session
        On a ring, with encounters and landmarks.

    Returns
    -------
    array, (time,)
        NaN before the first landmark of a trial (LM0), and after a gap in time until the next landmark.
    """
    row = last_encounter(session)
    met = row >= 0
    table = session.require("encounters")[row[met]]
    onset = first_sample(session, table["onset_s"])
    angle = session.require("position")[:, 0]
    steps = wrap(np.diff(angle, prepend=angle[:1]))
    path = np.cumsum(np.where(np.isfinite(steps), steps, 0.0))
    known = np.cumsum(~np.isfinite(steps))  # after an unknown step the path is unknown
    by_name = np.argsort(np.array(session.landmark_names))
    landmark = by_name[np.searchsorted(np.array(session.landmark_names), table["landmark"], sorter=by_name)]
    place = session.require("landmarks")[table["trial"], landmark, 0]
    moved = np.full(len(angle), np.nan)
    moved[met] = wrap(angle[onset] - place) + path[met] - path[onset]
    moved[met] = np.where(known[met] == known[onset], moved[met], np.nan)
    return moved


def tuning_angle(session: Session) -> tuple[NDArray[np.float64] | None, str, int]:
    """Select the angle over which tuning is measured.

    Returns
    -------
    angle : array, (time,), or None
        Heading if the session has one. Otherwise, on the ring, the displacement since the last landmark, NaN beyond ±π.
    words : str
        Name of the angle, or the reason why there is none.
    n_beyond : int
        Samples left out because their displacement exceeds ±π.
    """
    if session.heading is not None and np.isfinite(session.heading).any():
        return wrap(session.heading).astype(np.float64), "heading", 0
    if not session.is_circular:
        return None, "the session has no heading, and its positions are not on a ring", 0
    missing = session.missing_fields(("encounters", "landmarks"))
    if missing:
        return None, f"the session has no heading, and displacement cannot be computed: {missing}", 0
    moved = displacement_since_landmark(session)
    beyond = np.abs(moved) > math.pi
    return np.where(beyond, np.nan, moved), "displacement since the last landmark", int(beyond.sum())
