"""Baseline features: displacement since the last landmark, and time in the trial."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.events import first_sample, last_encounter
from rscnav.sessions.session import Session

BUMP_RAD = 0.3  # width and spacing of the bumps of the displacement code (rad)
_REACH = 9.0  # largest absolute displacement of a bump's centre (rad)
_TIMES = 12  # count of bumps of the time code


def moved_since_landmark(session: Session, encounters: NDArray, at: NDArray[np.intp]) -> NDArray[np.float64] | None:
    """Integrate the velocity from the onset of the previous encounter to given samples.

    Parameters
    ----------
    session : Session
    encounters : structured array
        Rows of the session's table.
    at : array, (encounter, lag)
        Samples of the same contiguous stretch; -1 for none.

    Returns
    -------
    array, (encounter, lag), or None
        Displacement in rad; NaN without a previous encounter, or for samples before it. None outside the ring, and if
        the velocity is not known.
    """
    if not session.is_circular or session.velocity is None:
        return None
    onset = first_sample(session, encounters["onset_s"])
    before = last_encounter(session)[np.maximum(onset - 1, 0)]  # row of the previous encounter, -1 after a gap
    start = first_sample(session, session.require("encounters")["onset_s"][before])
    path = np.cumsum(np.where(np.isfinite(session.velocity), session.velocity, 0.0)) * session.dt_s
    known = (before >= 0)[:, None] & (at >= start[:, None])
    return np.where(known, path[at] - path[start][:, None], np.nan)


def displacement_code(moved: NDArray[np.floating]) -> NDArray[np.float64]:
    """Compute a population code (encounter, bump) of displacement (encounter,) in rad.

    Gaussian bumps, because a linear decoder of the displacement itself cannot represent a label that alternates along it.
    """
    return _bumps(moved, np.arange(-_REACH, _REACH + 0.01, BUMP_RAD), BUMP_RAD)


def time_code(time_s: NDArray[np.floating]) -> NDArray[np.float64]:
    """Compute a population code (encounter, bump) of times (encounter,) over their range."""
    centres = np.linspace(time_s.min(), time_s.max(), _TIMES)
    return _bumps(time_s, centres, max(float(centres[1] - centres[0]), 1e-9))


def _bumps(values: NDArray[np.floating], centres: NDArray[np.floating], width: float) -> NDArray[np.float64]:
    """Compute Gaussian bumps of height 1 at values (case,): (case, bump)."""
    return np.exp(-0.5 * ((values[:, None] - centres) / width) ** 2)
