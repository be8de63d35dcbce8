"""Random walks on a ring with two landmarks, as sessions without activity."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.sessions.encounters import Trajectory, find_encounters
from rscnav.sessions.geometry import wrap
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session

DT_S = 0.1
PLACES = np.array([0.0, 0.8 * np.pi])  # positions of landmarks a and b (rad)
RADIUS = 0.25  # visibility radius (rad)


def ring_walk(
    lengths: ArrayLike, generator: np.random.Generator, *, p_incorrect: float = 0.3, drift_rad_s: float = 1.0
) -> Session:
    """Return a session of random walks on the ring: noisy velocity around a drift of either sign, a random start in each trial.

    It has one constant unit of value 0; see `with_activity`.

    Parameters
    ----------
    lengths : array of int, (trial,)
        Samples of 0.1 s in each trial; there are no gaps between trials.
    generator : numpy.random.Generator
    p_incorrect : float
        Probability of the outcome ``incorrect`` in a trial with a second landmark, independent of behaviour.
    drift_rad_s : float
        Absolute mean velocity (rad/s).
    """
    lengths = np.asarray(lengths, np.int64)
    n_trials, n = len(lengths), int(lengths.sum())
    trial = np.repeat(np.arange(n_trials), lengths)
    first = np.cumsum(lengths) - lengths
    time = (np.arange(n) + 0.5) * DT_S
    drift = np.repeat(generator.choice([-drift_rad_s, drift_rad_s], n_trials), lengths)
    steps = drift * DT_S + generator.normal(0, 0.1, n)
    start = generator.uniform(-np.pi, np.pi, n_trials)
    path = np.cumsum(steps)
    position = wrap(path - np.repeat(path[first] - steps[first] - start, lengths))[:, None]
    landmarks = np.broadcast_to(PLACES[None, :, None], (n_trials, 2, 1)).copy()
    outcome = np.full(n_trials, "none", "U9")
    behaviour = Trajectory(position, time, trial, landmarks, ("a", "b"), RADIUS, True, DT_S, outcome)
    table = find_encounters(behaviour, 0.1, 0.5).table
    second = np.unique(table["trial"][table["order"] == 2])
    outcome[second] = np.where(generator.random(len(second)) < p_incorrect, "incorrect", "correct")
    found = find_encounters(behaviour, 0.1, 0.5)  # again, with outcomes
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"], trials["stop_s"] = first * DT_S, (first + lengths) * DT_S
    trials["split"], trials["outcome"] = np.where(np.arange(n_trials) % 5 == 0, "train", "test"), outcome
    return Session(
        "planted", "network", "planted", DT_S, np.zeros((n, 1), np.float32), time, trial, trials,
        np.zeros(1, [("id", "i8")]), position=position, velocity=steps / DT_S, phase=found.phase,
        n_hypotheses=found.n_hypotheses, landmarks=landmarks, encounters=found.table, landmark_names=("a", "b"),
        visibility_radius=RADIUS, position_unit="rad",
    )  # fmt: skip


def with_activity(session: Session, activity: NDArray[np.floating]) -> Session:
    """Set the activity of a session, (time, unit), and a matching table of units; return the session."""
    session.activity = np.asarray(activity, np.float32)
    session.units = np.array([(k,) for k in range(activity.shape[1])], [("id", "i8")])
    return session
