"""Sessions on the ring whose truth is known: a walk past two landmarks, and activity that a test plants."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rscnav.calibration.random_walks import DT_S, PLACES, ring_walk, with_activity
from rscnav.sessions.session import Session

__all__ = ["DT_S", "PLACES"]


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
    session = ring_walk(np.full(n_trials, n_steps), rng, p_incorrect=p_incorrect)
    session.trials["split"] = "test"
    return with_activity(session, plant(session, rng))


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
