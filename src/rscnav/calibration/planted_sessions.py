"""Simulated sessions with a known effect, for the coverage of intervals: the same units, new trials."""

from collections.abc import Callable

import numpy as np

from rscnav.calibration.null_sessions import N_STEPS, N_TRIALS, N_UNITS, coloured_noise
from rscnav.calibration.random_walks import ring_walk, with_activity
from rscnav.sessions.session import Session

PLANTED, SURFACE = "planted", "surface"
AFTER_S = 3.0  # duration of the effects of second landmark and outcome on the activity (s)


def planted_session(
    generator: np.random.Generator, *, n_trials: int = N_TRIALS, n_units: int = N_UNITS, n_steps: int = N_STEPS
) -> Session:
    """Return a session with units tuned to position (more in LM2), and to second landmark and outcome for 3 s.

    Parameters of the units do not depend on `generator`, because an interval over trials applies to the units of the session.
    """
    units = np.random.default_rng(20251123)
    preferred = units.uniform(-np.pi, np.pi, n_units)
    gain, of_b, of_error = units.uniform(0.5, 1.5, n_units), *units.normal(0, 0.4, (2, n_units))
    session = ring_walk(np.full(n_trials, n_steps), generator)
    session.name = PLANTED
    bump = np.exp((np.cos(session.require("position") - preferred) - 1) / 0.5**2)
    activity = 2 * bump * (1 + 0.5 * gain * (session.require("phase") == 2)[:, None])
    activity += coloured_noise(len(session.time), n_units, generator)
    table = session.require("encounters")
    for row in table[(table["kind"] == "encounter") & (table["order"] == 2)]:
        lasting = (session.time > row["onset_s"]) & (session.time < row["onset_s"] + AFTER_S)
        affected = (session.trial == row["trial"]) & lasting
        activity[affected] += of_b * (row["landmark"] == "b") + of_error * (row["outcome"] == "incorrect")
    return with_activity(session, activity)


def surface_session(
    generator: np.random.Generator, *, n_trials: int = N_TRIALS, n_units: int = N_UNITS, n_steps: int = N_STEPS
) -> Session:
    """Return a session with states on a torus: each unit is a mixture of sines and cosines of position and of a second angle.

    The mixture does not depend on `generator`. In each trial the second angle starts at random and turns at about 0.7 rad/s in
    either direction. The noise of each unit has a standard deviation of 0.03, the signal of about 1.
    """
    mixture = np.random.default_rng(20251124).standard_normal((4, n_units)) / np.sqrt(2)
    session = ring_walk(np.full(n_trials, n_steps), generator)
    session.name = SURFACE
    steps = 0.07 * generator.choice([-1.0, 1.0], (n_trials, 1)) + 0.05 * generator.standard_normal((n_trials, n_steps))
    second = (generator.uniform(-np.pi, np.pi, (n_trials, 1)) + np.cumsum(steps, axis=1)).ravel()
    angles = np.stack([session.require("position")[:, 0], second], axis=1)
    waves = np.concatenate([np.cos(angles), np.sin(angles)], axis=1)
    return with_activity(session, waves @ mixture + 0.03 * generator.standard_normal((len(second), n_units)))


PLANTED_KINDS: dict[str, Callable[..., Session]] = {PLANTED: planted_session, SURFACE: surface_session}
