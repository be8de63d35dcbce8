"""Sessions in which there is something: the same units each time, new trials each time. For the coverage of intervals."""

import numpy as np

from rscnav.calibration.null_sessions import N_STEPS, N_TRIALS, N_UNITS, coloured_noise
from rscnav.calibration.walks import ring_walk, with_activity
from rscnav.sessions.session import Session

PLANTED = "planted"
AFTER_S = 3.0  # what the second landmark and the outcome do to the activity lasts this long


def planted_session(
    generator: np.random.Generator, *, n_trials: int = N_TRIALS, n_units: int = N_UNITS, n_steps: int = N_STEPS
) -> Session:
    """Simulate a session whose units are tuned to position, more in LM2, and tell landmark and outcome for a while.

    The units' properties do not depend on `generator`: an interval over the trials of one session speaks of these units.

    Parameters
    ----------
    generator : numpy.random.Generator
    n_trials, n_units, n_steps : int

    Returns
    -------
    Session
    """
    units = np.random.default_rng(20251123)
    preferred = units.uniform(-np.pi, np.pi, n_units)
    gain, of_b, of_error = units.uniform(0.5, 1.5, n_units), *units.normal(0, 0.4, (2, n_units))
    session = ring_walk(np.full(n_trials, n_steps), generator)
    session.name = PLANTED
    bump = np.exp((np.cos(session.need("position") - preferred) - 1) / 0.5**2)
    activity = 2 * bump * (1 + 0.5 * gain * (session.need("phase") == 2)[:, None])
    activity += coloured_noise(len(session.time), n_units, generator)
    table = session.need("encounters")
    for row in table[(table["kind"] == "encounter") & (table["order"] == 2)]:
        told = (
            (session.trial == row["trial"])
            & (session.time > row["onset_s"])
            & (session.time < row["onset_s"] + AFTER_S)
        )
        activity[told] += of_b * (row["landmark"] == "b") + of_error * (row["outcome"] == "incorrect")
    return with_activity(session, activity)
