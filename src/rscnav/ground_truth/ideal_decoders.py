"""What the belief allows: the least errors of a readout of the posterior that the simulated neurons follow."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.events import first_sample
from rscnav.sessions.geometry import wrap
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session

_BLOCK = 50_000
# So far the animal moves in a bin, about: around a landmark grows with the time from its coming into view.
A_BIN_RAD = 0.1


def position_errors(session: Session) -> dict[str, float]:
    """Mean distance (rad) from the true place of the place whose expected distance under the belief is least, by phase.

    No other readout of the belief at that moment errs less on average. It is exact where the belief is.
    """
    centres, belief = session.require("bin_centres")[:, 0], session.require("bayes_posterior")
    apart = np.abs(wrap(centres[:, None] - centres))
    place = np.concatenate(
        [centres[np.argmin(belief[k : k + _BLOCK] @ apart, axis=1)] for k in range(0, len(belief), _BLOCK)]
    )
    error = np.abs(wrap(place - session.require("position")[:, 0]))
    phase = session.require("phase")
    return {name: float(error[phase == k].mean()) if np.any(phase == k) else np.nan for k, name in enumerate(PHASES)}


def landmark_read(session: Session, lag: int) -> float:
    """Balanced accuracy of naming the second landmark by the belief around a and b, `lag` bins from its first in view."""
    of_b, is_b, _ = _second(session, lag)
    return balanced(of_b > 0.5, is_b)


def outcome_read(session: Session, lag: int) -> float:
    """Balanced accuracy of telling trials that end incorrect by how undecided the belief between a and b is.

    A trial is called incorrect where the lesser of both has a larger share than incorrect trials have among all: the rule
    that maximises balanced accuracy if shares are probabilities. It is not linear in the belief: no linear readout need
    reach it.
    """
    of_b, _, incorrect = _second(session, lag)
    return balanced(np.minimum(of_b, 1 - of_b) > incorrect.mean(), incorrect)


def balanced(said: NDArray[np.bool_], is_so: NDArray[np.bool_]) -> float:
    """Mean of the shares right of the two classes; NaN where one is empty."""
    if is_so.all() or not is_so.any():
        return float("nan")
    return float(0.5 * (said[is_so].mean() + (~said[~is_so]).mean()))


def _second(session: Session, lag: int) -> tuple[NDArray, NDArray[np.bool_], NDArray[np.bool_]]:
    """Give b's share of the belief around both landmarks, whether it is b, whether the trial ends incorrect."""
    table = session.require("encounters")
    table = table[(table["kind"] == "encounter") & (table["order"] == 2) & (table["outcome"] != "none")]
    at = first_sample(session, table["onset_s"]) + lag
    there = (at >= 0) & (at < len(session.time))
    there[there] &= session.trial[at[there]] == table["trial"][there]
    table, at = table[there], at[there]
    centres = session.require("bin_centres")[:, 0]
    reach = float(session.require("visibility_radius")) + A_BIN_RAD * (1 + abs(lag))
    near = np.abs(wrap(centres[:, None] - session.require("landmarks")[0, :, 0])) < reach  # (bin, landmark)
    mass = session.require("bayes_posterior")[at] @ near.astype(np.float64) + 1e-12
    is_b = table["landmark"] == session.landmark_names[1]
    return mass[:, 1] / mass.sum(axis=1), is_b, table["outcome"] == "incorrect"
