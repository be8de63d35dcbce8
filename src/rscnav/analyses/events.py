"""The angle that tuning is measured over: heading, or the displacement since the last landmark."""

import math

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.geometry import wrap
from rscnav.sessions.session import Session


def segment_start(session: Session) -> NDArray[np.int64]:
    """Give per sample the first sample of the contiguous stretch it lies in."""
    starts, stops = np.array([(stretch.start, stretch.stop) for stretch in session.segments()], int).reshape(-1, 2).T
    return np.repeat(starts, stops - starts)


def first_sample(session: Session, time_s: NDArray[np.floating]) -> NDArray[np.intp]:
    """Give the first sample that is not before each time: the first in view from an onset on."""
    rounding = 1e-6 * session.dt_s  # an onset in the very middle of a wide bin counts as in it
    return np.searchsorted(session.time, time_s - rounding)


def last_encounter(session: Session) -> NDArray[np.intp]:
    """Give per sample the row of `session.encounters` of the last landmark met, -1 where there is none.

    A landmark counts from the first sample in view on, returns too; non-encounters do not count. Only encounters in the
    same contiguous stretch count: over a gap the path is not known.
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
    """Unwrapped displacement from the last landmark on the ring (rad, counter-clockwise positive).

    It is the animal's place relative to the landmark, at the first sample in view within ± the visibility radius, and
    from there the sum of all steps, without wrapping: it starts afresh at every encounter, returns included, and goes on
    counting while the landmark is in view.

    Parameters
    ----------
    session : Session
        On a ring, with encounters and landmarks.

    Returns
    -------
    array, (time,)
        NaN before the trial's first landmark (LM0), and after a gap in time until the next landmark.
    """
    row = last_encounter(session)
    met = row >= 0
    table = session.require("encounters")[row[met]]
    onset = first_sample(session, table["onset_s"])
    angle = session.require("position")[:, 0]
    steps = wrap(np.diff(angle, prepend=angle[:1]))
    path = np.cumsum(np.where(np.isfinite(steps), steps, 0.0))
    known = np.cumsum(~np.isfinite(steps))  # a step that is not known makes the rest unknown
    by_name = np.argsort(np.array(session.landmark_names))
    landmark = by_name[np.searchsorted(np.array(session.landmark_names), table["landmark"], sorter=by_name)]
    place = session.require("landmarks")[table["trial"], landmark, 0]
    moved = np.full(len(angle), np.nan)
    moved[met] = wrap(angle[onset] - place) + path[met] - path[onset]
    moved[met] = np.where(known[met] == known[onset], moved[met], np.nan)
    return moved


def tuning_angle(session: Session) -> tuple[NDArray[np.float64] | None, str, int]:
    """Choose the angle that tuning is measured over.

    Returns
    -------
    angle : array, (time,), or None
        Heading where the session has one, else on the ring the displacement since the last landmark, NaN beyond ±π.
    words : str
        Which it is; without one, why.
    n_beyond : int
        Samples left out because their displacement lies beyond ±π.
    """
    if session.heading is not None and np.isfinite(session.heading).any():
        return wrap(session.heading).astype(np.float64), "heading", 0
    if not session.is_circular:
        return None, "the session has no heading, and its positions are not on a ring", 0
    missing = session.missing_fields(("encounters", "landmarks"))
    if missing:
        return None, f"{missing} to measure displacement from, and no heading", 0
    moved = displacement_since_landmark(session)
    beyond = np.abs(moved) > math.pi
    return np.where(beyond, np.nan, moved), "displacement since the last landmark", int(beyond.sum())
