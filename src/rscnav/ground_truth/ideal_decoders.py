"""Ideal decoders: smallest error that a decoder of the Bayes posterior, which the simulated neurons follow, can have."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.events import first_sample
from rscnav.sessions.geometry import wrap
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session

_BLOCK = 50_000
# Approximate movement per time bin: the region around a landmark grows with the time since its onset.
A_BIN_RAD = 0.1


def position_errors(session: Session) -> dict[str, float]:
    """Return the mean position error (rad) by phase of the estimate with the least expected error under the belief.

    No other decoder of the momentary belief has a smaller mean error, if the belief is the exact posterior.
    """
    centres, belief = session.require("bin_centres")[:, 0], session.require("bayes_posterior")
    separation = np.abs(wrap(centres[:, None] - centres))
    place = np.concatenate(
        [centres[np.argmin(belief[k : k + _BLOCK] @ separation, axis=1)] for k in range(0, len(belief), _BLOCK)]
    )
    error = np.abs(wrap(place - session.require("position")[:, 0]))
    phase = session.require("phase")
    return {name: float(error[phase == k].mean()) if np.any(phase == k) else np.nan for k, name in enumerate(PHASES)}


def landmark_read(session: Session, lag: int) -> float:
    """Return the balanced accuracy of the second landmark, decoded from the belief around a and b, `lag` bins from onset."""
    of_b, is_b, _ = _second(session, lag)
    return balanced(of_b > 0.5, is_b)


def outcome_read(session: Session, lag: int) -> float:
    """Return the balanced accuracy of the outcome, decoded from how undecided the belief between a and b is.

    A trial is classified as incorrect if the smaller of both fractions exceeds the fraction of incorrect trials. This rule
    maximises balanced accuracy if the fractions are probabilities. It is not linear in the belief, so a linear decoder can
    be worse.
    """
    of_b, _, incorrect = _second(session, lag)
    return balanced(np.minimum(of_b, 1 - of_b) > incorrect.mean(), incorrect)


def balanced(decoded: NDArray[np.bool_], actual: NDArray[np.bool_]) -> float:
    """Return the balanced accuracy: mean of the fractions correct of both classes; NaN if one is empty."""
    if actual.all() or not actual.any():
        return float("nan")
    return float(0.5 * (decoded[actual].mean() + (~decoded[~actual]).mean()))


def _second(session: Session, lag: int) -> tuple[NDArray, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return b's fraction of the belief around both landmarks, whether it is b, whether the outcome is incorrect."""
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
