"""How alike two geometries are: representational similarity analysis, with its interval, its ceiling and its nulls.

The similarity is the correlation of the two sets of distances, whitened by how their estimates covary (rsatoolbox's
``corr_cov``): 1 for geometries that differ by rotation, reflection and scale only, 0 where large distances of the one say
nothing of those of the other. It is taken within each phase and averaged over phases, since distances between phases, of which
time in the trial makes the most, would drown those between places; the one over all pairs of conditions stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.intervals import null_band
from rscnav.analyses.statistics.jackknife import subsample_interval
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.comparison.rdm import Geometry
from rscnav.errors import extra
from rscnav.sessions.schema import PHASES

MIN_INTERVAL_GROUPS = 8  # groups of trials that an interval needs
MIN_PHASE_CONDITIONS = 4  # conditions that a phase of its own needs
NAN = float("nan")


@dataclass(frozen=True)
class RSAResult:
    """How alike two geometries are.

    Parameters
    ----------
    conditions : array, (condition,)
        Which conditions both have.
    similarity, low, high : float
        Mean over phases, with its 95 % interval over trials.
    overall : (float, float, float)
        Over all pairs of conditions, those of different phases too, and its interval.
    ceiling : float
        What two sessions of one geometry would give, so noisy as these are.
    by_phase : dict of str to (float, float, float)
        Similarity and interval within each phase.
    p_places : float
        Null: in each phase, which place is which is arbitrary.
    p_trials : float
        Null: one of the two sessions holds nothing of phase and place beyond what the time in the trial gives.
    places_null : tuple of float
        Mean, 2.5 % and 97.5 % of the similarity with the places of each phase permuted.
    trials_null : tuple of float
        Mean, 2.5 % and 97.5 % with whole trials permuted in both: what phase and time in the trial alone make alike.
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
        """The larger of the two: both nulls must fall."""
        return max(self.p_places, self.p_trials) if np.isfinite([self.p_places, self.p_trials]).all() else NAN


def alike(one: Geometry, other: Geometry, min_conditions: int, generator: np.random.Generator) -> RSAResult | str:
    """Compare two geometries of one kind of conditions, over those that both have; or say in words why not.

    `generator` is for the permutations of places.

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
    """Give the known conditions of each phase that has enough of them."""
    parts = {name: np.flatnonzero(known & (phase == number)) for number, name in enumerate(PHASES)}
    return {name: part for name, part in parts.items() if len(part) >= MIN_PHASE_CONDITIONS}


def within_parts(
    these: NDArray[np.float64], those: NDArray[np.float64], parts: Sequence[NDArray[np.intp]]
) -> NDArray[np.float64]:
    """Correlate sets of distances (set, condition, condition), each with each, within parts of the conditions; mean over parts."""
    return np.asarray(np.mean([correlations(vectors(these, part), vectors(those, part)) for part in parts], axis=0))


def reliability(one: Geometry, parts: Sequence[NDArray[np.intp]] | None = None) -> float:
    """Correlation of the distances from all trials with those from as many new ones; never below 0.

    From random halves of the trials, r averaged over splits, then 2 r / (1 + r) (Spearman, Br. J. Psychol. 3, 271, 1910,
    doi:10.1111/j.2044-8295.1910.tb00206.x; Brown, ibid. 296, doi:10.1111/j.2044-8295.1910.tb00207.x).
    """
    within = list(phases_of(one.known, one.phase).values()) if parts is None else parts
    if not within:
        return NAN
    found = [within_parts(a, b, within)[0, 0] for a, b in one.halves]
    r = max(float(np.mean(found)), 0.0)
    return 2 * r / (1 + r)


def correlations(these: NDArray[np.float64], those: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whitened correlations of sets of distances (set, pair of conditions), each with each, by rsatoolbox."""
    with extra("compare"):
        from rsatoolbox.rdm import RDMs, compare

    with np.errstate(invalid="ignore", divide="ignore"):
        found: NDArray[np.float64] = compare(RDMs(these), RDMs(those), method="corr_cov")
    return found


def vectors(matrix: NDArray[np.float64], conditions: NDArray[np.intp]) -> NDArray[np.float64]:
    """Give the distances between some conditions, one row a matrix: (matrix, pair of conditions)."""
    chosen = np.atleast_3d(matrix.T).T[:, conditions[:, None], conditions]
    return np.asarray(chosen[:, *np.triu_indices(len(conditions), 1)], np.float64)


def _with_interval(one: Geometry, other: Geometry, parts: Sequence[NDArray[np.intp]]) -> tuple[float, float, float]:
    """Give the similarity within some parts of the conditions and its interval, made on Fisher's z.

    Both sessions lose a fifth of their groups in each draw: the variances of the two, which are independent, add up.
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
    """Draw the similarity (draw,) with the conditions of each part in another order in the one of the two."""
    found = []
    for part in parts:
        drawn = [vectors(theirs, generator.permutation(part)) for _ in range(n_draws)]
        found.append(correlations(vectors(mine, part), np.concatenate(drawn))[0])
    return np.asarray(np.mean(found, axis=0))


def _against_trials(one: Geometry, other: Geometry, min_conditions: int) -> tuple[float, tuple[float, float, float]]:
    """Test the similarity against whole trials permuted in the one session, and in the other; the larger p counts."""
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
