"""Representational similarity analysis (RSA): similarity, interval, noise ceiling and nulls.

Similarity is the correlation of two sets of distances, whitened by the covariance of their estimates (``corr_cov`` of rsatoolbox):
1 for geometries that differ by rotation, reflection and scale only, 0 for unrelated distances. It is computed within each phase
and averaged over phases. Distances between phases depend mostly on the time in the trial and would dominate the distances between
positions. The similarity over all pairs of conditions is given in addition.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.intervals import null_band
from rscnav.analyses.statistics.jackknife import subsample_interval
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.comparison.rdm import Geometry
from rscnav.comparison.settings import MIN_INTERVAL_GROUPS
from rscnav.errors import extra
from rscnav.sessions.schema import PHASES

MIN_PHASE_CONDITIONS = 4  # conditions that a phase needs
NAN = float("nan")


@dataclass(frozen=True)
class RSAResult:
    """Similarity of two geometries.

    Parameters
    ----------
    conditions : array, (condition,)
        Indices of the conditions that both have.
    similarity, low, high : float
        Mean over phases, with its 95 % interval over trials.
    overall : (float, float, float)
        Similarity over all pairs of conditions, also of different phases, with its interval.
    ceiling : float
        Noise ceiling: expected similarity of two sessions with the same geometry and this noise.
    by_phase : dict of str to (float, float, float)
        Similarity and interval within each phase.
    p_places : float
        Position permutation: conditions of each phase are permuted in one session.
    p_trials : float
        Trial shuffle: one of the sessions contains nothing about phase and position beyond the time in the trial.
    places_null : tuple of float
        Mean, 2.5 % and 97.5 % of the similarity under the position permutation.
    trials_null : tuple of float
        Mean, 2.5 % and 97.5 % with whole trials permuted in both sessions: the similarity from phase and time in the trial only.
    """

    conditions: NDArray[np.intp]
    similarity: float
    low: float = NAN
    high: float = NAN
    overall: tuple[float, float, float] = (NAN, NAN, NAN)
    ceiling: float = NAN
    by_phase: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    p_places: float = NAN
    p_trials: float = NAN
    places_null: tuple[float, float, float] = (NAN, NAN, NAN)
    trials_null: tuple[float, float, float] = (NAN, NAN, NAN)

    @property
    def p(self) -> float:
        """The larger of both p-values, so that both nulls must be rejected."""
        return max(self.p_places, self.p_trials) if np.isfinite([self.p_places, self.p_trials]).all() else NAN


def compare_geometries(
    one: Geometry, other: Geometry, min_conditions: int, generator: np.random.Generator
) -> RSAResult | str:
    """Compute the similarity of two geometries over the conditions that both have, or return the reason why not, as text.

    `generator` is used for the position permutation.

    References
    ----------
    Kriegeskorte, Mur & Bandettini, Front. Syst. Neurosci. 2, 4 (2008), doi:10.3389/neuro.06.004.2008; Diedrichsen et al.,
    Neurons Behav. Data Anal. Theory 5, 3 (2021), doi:10.51628/001c.27664; Schütt et al., eLife 12, e82566 (2023),
    doi:10.7554/eLife.82566.
    """
    parts = phases_of(one.known & other.known, one.phase)
    both = np.concatenate([*parts.values(), np.empty(0, np.intp)])
    if len(both) < min_conditions:
        return f"{len(both)} conditions are visited enough in both; at least {min_conditions} are needed"
    within = list(parts.values())
    value, low, high = _with_interval(one, other, within)
    by_phase = {phase: _with_interval(one, other, [part]) for phase, part in parts.items()}
    ceiling = float(np.sqrt(reliability(one, within) * reliability(other, within)))
    n_draws = max(len(one.permuted), len(other.permuted), 19)
    null = _places_permuted(one.distances, other.distances, within, n_draws, generator)
    p_places = float(permutation_p(null, value)) if np.isfinite(null).all() else NAN
    p_trials, trials_null = _against_trials(one, other, min_conditions)
    overall, places_null = _with_interval(one, other, [both]), tuple(null_band(null).tolist())
    return RSAResult(both, value, low, high, overall, ceiling, by_phase, p_places, p_trials, places_null, trials_null)


def phases_of(known: NDArray[np.bool_], phase: NDArray[np.int64]) -> dict[str, NDArray[np.intp]]:
    """Return the known conditions of each phase with enough of them."""
    parts = {name: np.flatnonzero(known & (phase == number)) for number, name in enumerate(PHASES)}
    return {name: part for name, part in parts.items() if len(part) >= MIN_PHASE_CONDITIONS}


def within_parts(
    these: NDArray[np.float64], those: NDArray[np.float64], parts: Sequence[NDArray[np.intp]]
) -> NDArray[np.float64]:
    """Return the correlations of sets of distances (set, condition, condition), each with each: mean over parts of the conditions."""
    return np.asarray(np.mean([correlations(vectors(these, part), vectors(those, part)) for part in parts], axis=0))


def reliability(one: Geometry, parts: Sequence[NDArray[np.intp]] | None = None) -> float:
    """Return the reliability of the distances: expected correlation with those of as many new trials; never below 0.

    Correlation r of random halves of the trials, mean over splits, then 2 r / (1 + r) (Spearman-Brown: Spearman, Br. J. Psychol. 3, 271, 1910,
    doi:10.1111/j.2044-8295.1910.tb00206.x; Brown, ibid. 296, doi:10.1111/j.2044-8295.1910.tb00207.x).
    """
    within = list(phases_of(one.known, one.phase).values()) if parts is None else parts
    if not within:
        return NAN
    found = [within_parts(a, b, within)[0, 0] for a, b in one.halves]
    r = max(float(np.mean(found)), 0.0)
    return 2 * r / (1 + r)


def correlations(these: NDArray[np.float64], those: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the whitened correlations of sets of distances (set, pair of conditions), each with each, by rsatoolbox."""
    with extra("compare"):
        from rsatoolbox.rdm import RDMs, compare

    with np.errstate(invalid="ignore", divide="ignore"):
        found: NDArray[np.float64] = compare(RDMs(these), RDMs(those), method="corr_cov")
    return found


def vectors(matrix: NDArray[np.float64], conditions: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the distances between some conditions, (matrix, pair of conditions)."""
    chosen = np.atleast_3d(matrix.T).T[:, conditions[:, None], conditions]
    return np.asarray(chosen[:, *np.triu_indices(len(conditions), 1)], np.float64)


def _with_interval(one: Geometry, other: Geometry, parts: Sequence[NDArray[np.intp]]) -> tuple[float, float, float]:
    """Return the similarity within parts of the conditions, and its interval on the scale of Fisher's z.

    In each draw a fifth of the groups of both sessions is left out, so the independent variances of both add up.
    """
    value = float(within_parts(one.distances, other.distances, parts)[0, 0])
    n_groups = min(one.n_groups, other.n_groups)
    if n_groups < MIN_INTERVAL_GROUPS:
        return value, NAN, NAN
    found = np.array([within_parts(a, b, parts)[0, 0] for a, b in zip(one.draws, other.draws, strict=False)])
    low, high = subsample_interval(float(_z(value)), _z(found), n_groups)
    return value, float(np.tanh(low)), float(np.tanh(high))


def _z(r: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))


def _places_permuted(
    mine: NDArray[np.float64],
    theirs: NDArray[np.float64],
    parts: Sequence[NDArray[np.intp]],
    n_draws: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the similarity, (draw,), with the conditions of each part permuted in one session."""
    found = []
    for part in parts:
        drawn = [vectors(theirs, generator.permutation(part)) for _ in range(n_draws)]
        found.append(correlations(vectors(mine, part), np.concatenate(drawn))[0])
    return np.asarray(np.mean(found, axis=0))


def _against_trials(one: Geometry, other: Geometry, min_conditions: int) -> tuple[float, tuple[float, float, float]]:
    """Return p (the larger for trials permuted in either session) and the null with trials permuted in both."""
    left = np.isfinite(np.diag(one.compared)) & np.isfinite(np.diag(other.compared))
    parts = list(phases_of(left, one.phase).values())
    if sum(map(len, parts)) < min_conditions or min(len(one.permuted), len(other.permuted)) == 0:
        return NAN, (NAN, NAN, NAN)
    observed = float(within_parts(one.compared, other.compared, parts)[0, 0])
    nulls = (
        within_parts(one.compared, other.permuted, parts)[0],
        within_parts(one.permuted, other.compared, parts)[:, 0],
    )
    p = max(float(permutation_p(null, observed)) for null in nulls)
    both = [within_parts(a, b, parts)[0, 0] for a, b in zip(one.permuted, other.permuted, strict=False)]
    return p, tuple(null_band(both).tolist())
