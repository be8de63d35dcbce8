"""Sessions on the ring whose truth is known: a walk past two landmarks, and activity that a test plants."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.encounters import Behaviour, find_encounters
from rscnav.sessions.geometry import wrap
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session

DT_S = 0.1
PLACES = np.array([0.0, 0.8 * np.pi])


def ring_session(
    plant: Callable[[Session, np.random.Generator], NDArray],
    n_trials: int = 80,
    n_steps: int = 100,
    seed: int = 0,
    p_incorrect: float = 0.3,
) -> Session:
    """Walk along the ring with noisy speed and a drift of either sign; activity is what `plant(session, generator)` gives.

    Outcomes are drawn at random with the stated chance of an error in every trial that has a second landmark.
    """
    rng = np.random.default_rng(seed)
    n = n_trials * n_steps
    trial = np.repeat(np.arange(n_trials), n_steps)
    time = (np.arange(n) + 0.5) * DT_S
    drift = np.repeat(rng.choice([-1.0, 1.0], n_trials), n_steps)
    steps = (drift * DT_S + rng.normal(0, 0.1, n)).reshape(n_trials, n_steps)
    position = wrap(rng.uniform(-np.pi, np.pi, (n_trials, 1)) + np.cumsum(steps, axis=1)).reshape(-1, 1)
    landmarks = np.broadcast_to(PLACES[None, :, None], (n_trials, 2, 1)).copy()
    outcome = np.full(n_trials, "none", "U9")

    def met():
        behaviour = Behaviour(position, time, trial, landmarks, ("a", "b"), 0.25, True, DT_S, outcome)
        return find_encounters(behaviour, 0.1, 0.5)

    second = np.unique(met().table["trial"][met().table["order"] == 2])
    outcome[second] = np.where(rng.random(len(second)) < p_incorrect, "incorrect", "correct")
    found = met()
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"] = np.arange(n_trials) * n_steps * DT_S
    trials["stop_s"] = trials["start_s"] + n_steps * DT_S
    trials["split"], trials["outcome"] = "test", outcome
    session = Session(
        "planted", "network", "planted", DT_S, np.zeros((n, 1)), time, trial, trials, np.zeros(1, [("id", "i8")]),
        position=position, velocity=steps.reshape(-1) / DT_S, phase=found.phase, hypotheses=found.hypotheses,
        landmarks=landmarks, encounters=found.table, landmark_names=("a", "b"), visibility_radius=0.25,
        position_unit="rad",
    )  # fmt: skip
    session.activity = np.asarray(plant(session, rng), np.float32)
    session.units = np.array([(k,) for k in range(session.activity.shape[1])], [("id", "i8")])
    return session


def step_in_trial(session: Session) -> NDArray:
    """Share of the trial that has passed, 0 to 1."""
    start = session.trials["start_s"][session.trial]
    length = (session.trials["stop_s"] - session.trials["start_s"])[session.trial]
    return (session.time - start) / length


def smooth_noise(session: Session, rng: np.random.Generator, n_units: int) -> NDArray:
    """Noise that is correlated over 0.5 s, and nothing else."""
    shocks = rng.normal(size=(len(session.time), n_units))
    values = np.empty_like(shocks)
    values[0] = shocks[0]
    for k in range(1, len(values)):
        values[k] = 0.8 * values[k - 1] + 0.6 * shocks[k]
    return values


def ramps(session: Session, rng: np.random.Generator, n_units: int) -> NDArray:
    """Rise or fall through the trial, the same in every trial."""
    return step_in_trial(session)[:, None] * rng.normal(0, 3, n_units)


def place_bumps(position: NDArray, preferred: NDArray, width: float = 0.5) -> NDArray:
    """Bumps of height 1 around each unit's preferred place."""
    return np.exp((np.cos(position[:, None] - preferred) - 1) / width**2)
