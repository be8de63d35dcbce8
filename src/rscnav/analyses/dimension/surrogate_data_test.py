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
    n_points : int
    slope : float
        Slope of log C on log r from C = 0.01 to C = 0.1.
    linear, adjusted : array, (draw,)
        That of surrogates with turned phases, and of those that also keep each unit's own distribution.
    p_linear, p_adjusted : float
        One-sided: share of surrogates with a slope as low or lower, (1 + those) / (1 + draws).
    """

    n_points: int
    slope: float
    linear: NDArray[np.float64]
    adjusted: NDArray[np.float64]

    @property
    def p_linear(self) -> float:
        """Against surrogates with turned phases."""
        return float(permutation_p(-self.linear, -self.slope))

    @property
    def p_adjusted(self) -> float:
        """Against surrogates that also keep each unit's distribution."""
        return float(permutation_p(-self.adjusted, -self.slope))

    @property
    def p(self) -> float:
        """The larger of the two: it is small only where neither null hypothesis will do."""
        return max(self.p_linear, self.p_adjusted)


@dataclass(frozen=True)
class TrialBlocks:
    """Trials of similar length, in order of time, a block of samples (trial, step) for each group of them."""

    samples: list[NDArray[np.intp]]

    @property
    def flat(self) -> NDArray[np.intp]:
        """All samples, block by block."""
        return np.concatenate([block.ravel() for block in self.samples] or [np.empty(0, np.intp)])

    @property
    def n_trials(self) -> int:
        """Trials in all blocks."""
        return sum(len(block) for block in self.samples)


def trial_blocks(trial: NDArray[np.integer], n_units: int) -> TrialBlocks:
    """Choose trials, and steps of them, for surrogates: at most 300 trials, evenly over the session, with even steps."""
    names = np.unique(trial[trial >= 0])
    if len(names) > MAX_TRIALS:
        names = names[np.linspace(0, len(names) - 1, MAX_TRIALS).round().astype(np.intp)]
    kept = np.flatnonzero(np.isin(trial, names))
    groups = [kept[group] for group in exchangeable_trials(trial[kept]).groups]
    n_values = sum(group.size for group in groups) * n_units
    stride = max(1, int(np.ceil(n_values / MAX_VALUES)))
    return TrialBlocks([group[np.argsort(group[:, 0], kind="stable")][:, ::stride] for group in groups])


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
    generator : numpy.random.Generator

    Returns
    -------
    dict
        For each part the test, or why there is none.
    """
    blocks = trial_blocks(trial, activity.shape[1])
    flat = blocks.flat
    if blocks.n_trials < MIN_TRIALS:
        return dict.fromkeys(
            parts, f"no surrogates: {blocks.n_trials} trials of similar length, {MIN_TRIALS} are needed"
        )
    drawn: dict[str, NDArray[np.intp]] = {}
    for name, mask in parts.items():
        at = np.flatnonzero(mask[flat])
        drawn[name] = np.sort(generator.permutation(at)[:max_points])
    real = [np.asarray(activity[block], np.float32) for block in blocks.samples]
    own = marginals(activity[flat])
    scores = [own.to_normal(block).astype(np.float32) for block in real]
    slopes: dict[str, list[tuple[float, float]]] = {name: [] for name in parts}
    for _ in range(n_draws):
        linear = _flat([phase_randomise(block, generator) for block in real])
        adjusted = [phase_randomise(block, generator) for block in scores]
        values = _flat(adjusted)
        for name, at in drawn.items():
            both = linear[at], own.from_normal(values[at][:, None])[:, 0]
            slopes[name].append((slope_at(both[0], trial[flat[at]]), slope_at(both[1], trial[flat[at]])))
    found: dict[str, SurrogateTest | str] = {}
    for name, at in drawn.items():
        slope = slope_at(activity[flat[at]], trial[flat[at]])
        linear_slopes, adjusted_slopes = np.array(slopes[name]).T
        if len(at) < MIN_POINTS or not np.isfinite([slope, *linear_slopes, *adjusted_slopes]).all():
            found[name] = f"no surrogates: {len(at)} samples in trials of similar length, {MIN_POINTS} are needed"
        else:
            found[name] = SurrogateTest(len(at), slope, linear_slopes, adjusted_slopes)
    return found


def slope_at(points: NDArray[np.floating], trial: NDArray[np.integer]) -> float:
    """Slope of log C on log r between the radii within which 1 % and 10 % of the pairs of different trials lie.

    It is always there, unlike a scaling region, and a surrogate's is read off at the same shares of pairs.

    Returns
    -------
    float
        NaN with fewer than two trials or without two such radii.
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
