"""Test whether the dimension is lower than that of surrogate trials which share everything linear with the real ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.correlation_sum import count_pairs
from rscnav.analyses.dimension.surrogates import marginals, phase_randomise
from rscnav.analyses.statistics.null_models import exchangeable_trials
from rscnav.analyses.statistics.permutation import permutation_p

SHARES = (0.01, 0.1)  # of pairs: the slope is that of C between them
PER_OCTAVE = 16
OCTAVES = 12
MIN_TRIALS = 20
MIN_POINTS = 100
MAX_TRIALS = 300
MAX_VALUES = 2_000_000  # of one surrogate: fewer steps of each trial are taken where there would be more


@dataclass(frozen=True)
class SurrogateTest:
    """Slopes of the states of one part and of its surrogates.

    Parameters
    ----------
    slope : float
        Slope of log C on log r from C = 0.01 to C = 0.1.
    draws : dict of array, (draw,)
        That of surrogates with turned phases (`linear`), and of those that also keep each unit's own distribution (`adjusted`).
    """

    n_points: int
    slope: float
    draws: dict[str, NDArray[np.float64]]

    @property
    def p(self) -> dict[str, float]:
        """One-sided, by kind: share of surrogates with a slope as low or lower, (1 + those) / (1 + draws)."""
        return {kind: float(permutation_p(-draws, -self.slope)) for kind, draws in self.draws.items()}


def trial_blocks(trial: NDArray[np.integer], n_units: int) -> list[NDArray[np.intp]]:
    """Choose trials, and steps of them, for surrogates: at most 300 trials, evenly over the session, with even steps.

    Give a block of samples (trial, step) for each group of trials of similar length, trials in order of time.
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
    """Test each part of a session against surrogates of its trials.

    Both null hypotheses speak of trials as a stationary sequence of draws from a process with any mean course and any covariance
    over time in the trial and units. `linear`: the process is Gaussian. `adjusted`: each unit is a monotone function of its
    own of a Gaussian one. Under both, when in a trial the part begins has nothing to do with activity.

    Parameters
    ----------
    activity : array, (time, unit)
        Low-passed.
    trial : array of int, (time,)
    parts : mapping of str to array of bool, (time,)
        Samples of each part.
    n_draws : int
        Surrogates of each kind.
    max_points : int
        States of each part, at most.

    Returns
    -------
    dict
        For each part the test, or why there is none.
    """
    blocks = trial_blocks(trial, activity.shape[1])
    n_trials = sum(map(len, blocks))
    if n_trials < MIN_TRIALS:
        return dict.fromkeys(parts, f"no surrogates: {n_trials} trials of similar length, {MIN_TRIALS} are needed")
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
        if len(at) < MIN_POINTS or not np.isfinite([slope, *draws["linear"], *draws["adjusted"]]).all():
            found[name] = f"no surrogates: {len(at)} samples in trials of similar length, {MIN_POINTS} are needed"
        else:
            found[name] = SurrogateTest(len(at), slope, draws)
    return found


def slope_at(points: NDArray[np.floating], trial: NDArray[np.integer]) -> float:
    """Slope of log C on log r between the radii within which 1 % and 10 % of the pairs of different trials lie.

    It is there, unlike a scaling region, wherever there are two trials and two such radii (else it is NaN), and a surrogate's is
    read off at the same shares of pairs.
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
