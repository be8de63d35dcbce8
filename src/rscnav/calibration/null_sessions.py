"""Seven kinds of null sessions, each with a feature that can mislead a test."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from rscnav.calibration.random_walks import DT_S, ring_walk, with_activity
from rscnav.registry import lookup
from rscnav.sessions.session import Session

N_TRIALS, N_STEPS, N_UNITS = 80, 100, 20
NOISE_S = 0.5  # correlation time of the noise of each unit (s)
RARE_LENGTH = 0.44  # relative length of trials in which LM2 lasts a quarter of the time of LM1
SHARED = 0.2  # correlation of units with common input
N_BINS = 24  # bins of the belief
SURENESS = 2.0  # standard deviation of the log belief

KINDS: dict[str, str] = {
    "noise": "stationary noise, correlated over 0.5 s, independent between units",
    "drift": "noise, and a random walk of the mean of each unit over the session",
    "ramps": "noise, and a linear ramp of each unit in every trial",
    "position": "noise, and tuning of each unit to the position only",
    "rare": "noise; LM2 lasts a quarter of the time of LM1",
    "shared": "noise that is correlated by 0.2 between any two units",
    "unequal": "noise; trials last 5 to 15 s",
}


def null_session(
    kind: str,
    generator: np.random.Generator,
    *,
    n_trials: int = N_TRIALS,
    n_units: int = N_UNITS,
    n_steps: int = N_STEPS,
) -> Session:
    """Return a simulated session of one of the kinds of `KINDS`.

    The behaviour is a random walk with two landmarks (`ring_walk`) with `n_steps` samples of 0.1 s per trial (``unequal``: on
    average; ``rare``: 44 % of it). Outcomes are random. Only in the kind ``position`` does activity depend on behaviour, and only
    on the position. The belief is random and does not depend on anything.
    """
    lookup(KINDS, kind, "kind of null session")
    lengths = np.full(n_trials, n_steps)
    if kind == "unequal":
        lengths = generator.integers(n_steps // 2, n_steps + n_steps // 2 + 1, n_trials)
    if kind == "rare":
        lengths = np.full(n_trials, round(RARE_LENGTH * n_steps))
    session = ring_walk(lengths, generator)
    session.name = kind
    activity = coloured_noise(len(session.time), n_units, generator)
    if kind == "drift":
        activity += 2.0 * _random_walk(len(session.time), n_units, generator)
    if kind == "ramps":
        start = session.trials["start_s"][session.trial]
        activity += ((session.time - start) / (n_steps * DT_S))[:, None] * generator.normal(0, 3, n_units)
    if kind == "position":
        preferred = generator.uniform(-np.pi, np.pi, n_units)
        activity += 3 * np.exp((np.cos(session.require("position") - preferred) - 1) / 0.5**2)
    if kind == "shared":
        activity = np.sqrt(1 - SHARED) * activity + np.sqrt(SHARED) * coloured_noise(len(session.time), 1, generator)
    session.bin_centres = ((np.arange(N_BINS) + 0.5) * (2 * np.pi / N_BINS) - np.pi)[:, None]
    session.belief = aimless_belief(len(session.time), generator)
    return with_activity(session, activity)


def aimless_belief(n_samples: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Return random beliefs (time, bin): normalised exponentials of noise that is independent between bins."""
    weight = np.exp(SURENESS * coloured_noise(n_samples, N_BINS, generator))
    return (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)


def coloured_noise(n_samples: int, n_units: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return noise of variance 1 with an exponential autocorrelation, (time, unit)."""
    keep = np.exp(-DT_S / NOISE_S)
    shocks = generator.standard_normal((n_samples, n_units)) * np.sqrt(1 - keep**2)
    shocks[0] /= np.sqrt(1 - keep**2)
    return lfilter([1.0], [1.0, -keep], shocks, axis=0)


def _random_walk(n_samples: int, n_units: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return one random walk per unit with variance 1 over the session, (time, unit)."""
    walk = np.cumsum(generator.standard_normal((n_samples, n_units)), axis=0)
    return (walk - walk.mean(axis=0)) / walk.std(axis=0)
