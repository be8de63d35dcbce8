"""Surrogate data test of the correlation dimension, against surrogates with the same linear statistics.

The test statistic is the slope of log C against log r from C = 1 % to C = 10 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.correlation_sum import count_pairs
from rscnav.analyses.dimension.surrogates import marginals, phase_randomise
from rscnav.analyses.statistics.null_models import exchangeable_trials
from rscnav.analyses.statistics.permutation import permutation_p

SHARES = (0.01, 0.1)  # values of C between which the slope is measured
PER_OCTAVE = 16
OCTAVES = 12
MIN_TRIALS = 20
MIN_POINTS = 100
MAX_TRIALS = 300
MAX_VALUES = 2_000_000  # of one surrogate; above, every k-th step of each trial is used


@dataclass(frozen=True)
class SurrogateTest:
    """Slope of the states of one part of a session, and slopes of its surrogates.

    Parameters
    ----------
    n_points : int
        Count of states.
    slope : float
        Slope of log C against log r from C = 0.01 to C = 0.1.
    draws : dict of array, (draw,)
        Slopes of phase-randomised surrogates (`linear`), and of those with each unit's distribution as in the data (`adjusted`).
    """

    n_points: int
    slope: float
    draws: dict[str, NDArray[np.float64]]

    @property
    def p(self) -> dict[str, float]:
        """One-sided p-values by kind: (1 + count of surrogates with a slope as low or lower) / (1 + count of surrogates)."""
        return {kind: float(permutation_p(-draws, -self.slope)) for kind, draws in self.draws.items()}


def trial_blocks(trial: NDArray[np.integer], n_units: int) -> list[NDArray[np.intp]]:
    """Choose at most 300 trials, evenly over the session, and evenly spaced steps of them, for surrogates.

    Parameters
    ----------
    trial : array of int, (time,)
        Trial of each sample; negative outside trials.
    n_units : int
        Count of units; a surrogate has at most 2,000,000 values.

    Returns
    -------
    list of array, (trial, step)
        Samples of each group of trials of similar length, with trials in order of time.
    """
    names = np.unique(trial[trial >= 0])
    if len(names) > MAX_TRIALS:
        names = names[np.linspace(0, len(names) - 1, MAX_TRIALS).round().astype(np.intp)]
    kept = np.flatnonzero(np.isin(trial, names))
    groups = [kept[group] for group in exchangeable_trials(trial[kept]).groups]
    n_values = sum(group.size for group in groups) * n_units
    stride = max(1, int(np.ceil(n_values / MAX_VALUES)))
    return [group[np.argsort(group[:, 0], kind="stable")][:, ::stride] for group in groups]


def surrogate_tests(
    activity: NDArray[np.floating],
    trial: NDArray[np.integer],
    parts: Mapping[str, NDArray[np.bool_]],
    n_draws: int,
    max_points: int,
    generator: np.random.Generator,
) -> dict[str, SurrogateTest | str]:
    """Test each part of a session against phase-randomised surrogates of its trials.

    Null hypotheses: trials are a stationary sequence of draws from a process with any mean time course and any covariance over
    units and steps. `linear`: the process is Gaussian. `adjusted`: each unit is a monotone function of a Gaussian process. Both
    assume that the part begins at a time in the trial that is independent of the activity.

    Parameters
    ----------
    activity : array, (time, unit)
        Low-passed activity.
    trial : array of int, (time,)
        Trial of each sample.
    parts : mapping of str to array of bool, (time,)
        Samples of each part, for example of each phase.
    n_draws : int
        Count of surrogates of each kind.
    max_points : int
        Largest count of states of each part.
    generator : numpy.random.Generator

    Returns
    -------
    dict
        For each part the test, or a note with the reason why there is none.

    References
    ----------
    Prichard & Theiler, Phys. Rev. Lett. 73, 951 (1994), doi:10.1103/PhysRevLett.73.951.
    """
    blocks = trial_blocks(trial, activity.shape[1])
    n_trials = sum(map(len, blocks))
    if n_trials < MIN_TRIALS:
        return dict.fromkeys(
            parts, f"no surrogate data test: {n_trials} trials of similar length; at least {MIN_TRIALS} are needed"
        )
    flat = np.concatenate([block.ravel() for block in blocks])
    drawn: dict[str, NDArray[np.intp]] = {}
    for name, mask in parts.items():
        at = np.flatnonzero(mask[flat])
        drawn[name] = np.sort(generator.permutation(at)[:max_points])
    real = [np.asarray(activity[block], np.float32) for block in blocks]
    own = marginals(activity[flat])
    scores = [own.to_normal(block).astype(np.float32) for block in real]
    slopes: dict[str, list[tuple[float, float]]] = {name: [] for name in parts}
    for _ in range(n_draws):
        linear = _flat([phase_randomise(block, generator) for block in real])
        adjusted = _flat([phase_randomise(block, generator) for block in scores])
        for name, at in drawn.items():
            both = linear[at], own.from_normal(adjusted[at][:, None])[:, 0]
            slopes[name].append((slope_at(both[0], trial[flat[at]]), slope_at(both[1], trial[flat[at]])))
    found: dict[str, SurrogateTest | str] = {}
    for name, at in drawn.items():
        slope = slope_at(activity[flat[at]], trial[flat[at]])
        draws = dict(zip(("linear", "adjusted"), np.array(slopes[name]).T, strict=True))
        if len(at) < MIN_POINTS:
            found[name] = (
                f"no surrogate data test: {len(at)} samples in trials of similar length; at least {MIN_POINTS} are needed"
            )
        elif not np.isfinite([slope, *draws["linear"], *draws["adjusted"]]).all():
            found[name] = (
                "no surrogate data test: the slope from C = 1 % to C = 10 % is not defined, in the data or in a surrogate; states of "
                "at least 2 trials are needed, few of them equal"
            )
        else:
            found[name] = SurrogateTest(len(at), slope, draws)
    return found


def slope_at(points: NDArray[np.floating], trial: NDArray[np.integer]) -> float:
    """Return the slope of log C against log r from C = 1 % to C = 10 %, over pairs of different trials.

    It needs no scaling region. NaN if there are fewer than two trials or these radii are not defined (many equal states).
    """
    centred = np.asarray(points, np.float64) - np.mean(points, axis=0)
    largest = 2.001 * np.sqrt(np.max(np.sum(centred**2, axis=1), initial=0.0))
    if not largest > 0 or len(np.unique(trial)) < 2:
        return float("nan")
    radii = largest * 2.0 ** (np.arange(-OCTAVES * PER_OCTAVE, 1) / PER_OCTAVE)
    share = count_pairs(centred, radii, theiler="trial", trial=trial).correlation_sum()
    known = share > 0
    low, high = np.interp(np.log(SHARES), np.log(share[known]), np.log(radii[known]))
    if share[known][0] > SHARES[0] or not high > low:
        return float("nan")
    return float(np.log(SHARES[1] / SHARES[0]) / (high - low))


def _flat(blocks: list[NDArray]) -> NDArray:
    return np.concatenate([block.reshape(-1, block.shape[-1]) for block in blocks])
