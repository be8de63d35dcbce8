"""True values of the estimates: sums over all units and a long walk, without using the estimators.

Kinds of true values:

- ``rates``    for expected firing rates, without Poisson noise; with `units` = 0 in the limit of many units
- ``neurons``  for this count of neurons with Poisson noise, in the limit of many trials
- ``belief``   smallest error that a decoder of the belief can have (`rscnav.ground_truth.ideal_decoders`)
- ``world``    counted in the behaviour of the animal
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.events import displacement_since_landmark
from rscnav.analyses.settings import Common
from rscnav.analyses.tuning.entropy import curve_entropy
from rscnav.config.job_settings import simulation
from rscnav.config.schema import Config
from rscnav.errors import InvalidValueError
from rscnav.ground_truth.estimates import EXAMPLE, counted
from rscnav.ground_truth.ideal_decoders import landmark_read, outcome_read, position_errors
from rscnav.ground_truth.simulated_population import LongWalk, Population, population, walk_of
from rscnav.recordings.simulation.simulate import simulate
from rscnav.seeds import Seeds
from rscnav.sessions.schema import PHASES

PARTS, LEAST = 10, 20  # parts of the walk for the standard error; trials per part
DRAWS, DRAWN_WITH = 200, 20251128  # draws of units, and their seed: the same draws for every covariance
RATES, NEURONS, BELIEF, WORLD = "rates", "neurons", "belief", "world"


@dataclass(frozen=True)
class Truth:
    """One true value; `units` is 0 if it does not depend on their count; `se`: standard error over trials of the walk."""

    estimate: str
    phase: str
    units: int
    kind: str
    value: float
    se: float = float("nan")


def all_truths(config: Config, n_trials: int, units: Sequence[int]) -> list[Truth]:
    """Compute all true values of the example, with standard errors from ten parts of the walk.

    Parameters
    ----------
    config : Config
        With a simulation named ``example``.
    n_trials : int
        Trials of the walk, at least 200.
    units : sequence of int
        Counts of units, for values that depend on them.

    Raises
    ------
    InvalidValueError
        If there are too few trials, or no simulation with this name.
    """
    if n_trials < LEAST * PARTS:
        raise InvalidValueError(
            f"trials: {n_trials} is not valid; use at least {LEAST * PARTS}, which the standard error needs"
        )
    settings = simulation(config, EXAMPLE).model_copy(update={"n_units": 1, "n_trials": n_trials})
    session = simulate(settings, Seeds(config.seed, ("ground truth", "truth")), config.observer.grid_bins)
    walk = walk_of(session, settings)
    units_of = population(settings, session.require("bin_centres")[:, 0])
    whole = truths_of(walk, units_of, config.analyses, units)
    parts = np.array([[t.value for t in truths_of(p, units_of, config.analyses, units)] for p in walk.parts(PARTS)])
    errors = parts.std(axis=0, ddof=1) / np.sqrt(PARTS)
    return [replace(truth, se=float(se)) for truth, se in zip(whole, errors, strict=True)]


def truths_of(walk: LongWalk, units_of: Population, analyses: Any, units: Sequence[int]) -> Iterator[Truth]:
    """Yield the true values of one walk; `analyses`: section of the configuration."""
    yield from _of_curves(walk, units_of, analyses)
    yield from _of_spectra(walk, units_of, analyses.common, units)
    yield from _of_correlations(walk, units_of, analyses.common, analyses.pairwise.cutoff_hz)
    for phase, value in position_errors(walk.session).items():
        yield Truth("position_error", phase, 0, BELIEF, value)
    for when, lag in (("before", -1), ("after", round(analyses.decoding.readout_s / walk.session.dt_s))):
        yield Truth(f"identity_decoded_{when}", "", 0, BELIEF, landmark_read(walk.session, lag))
        yield Truth(f"outcome_decoded_{when}", "", 0, BELIEF, outcome_read(walk.session, lag))
    for found in counted(walk.session):
        yield Truth(found.name, found.phase, 0, WORLD, found.value)


def _of_curves(walk: LongWalk, units_of: Population, analyses: Any) -> Iterator[Truth]:
    """Yield the tuning entropy (displacement) and the spatial entropy (position)."""
    moved = displacement_since_landmark(walk.session)
    moved = np.where(np.abs(moved) <= np.pi, moved, np.nan)
    place = walk.session.require("position")[:, 0]
    for name, angle, n_bins in (
        ("tuning_entropy", moved, analyses.tuning_entropy.n_bins),
        ("spatial_entropy", place, analyses.spatial_entropy.n_position_bins),
    ):
        yield Truth(name, "", 0, RATES, curve_entropy_truth(walk, units_of, angle, n_bins))


def _of_spectra(walk: LongWalk, units_of: Population, common: Common, units: Sequence[int]) -> Iterator[Truth]:
    """Yield the participation ratios of each phase, for rates and for neurons with Poisson noise."""
    slow, noise = (make(common.cutoff_hz, common.causal) for make in (walk.filtered, walk.counting))
    for number, phase in enumerate(PHASES):
        inside = walk.phase == number
        covariance, counting = np.cov(slow[inside].T, bias=True), noise[inside].mean(axis=0)
        for n in (0, *units):
            value = participation_ratio_truth(covariance, units_of, n)
            yield Truth("participation_ratio", phase, n, RATES, value)
            if n:
                value = participation_ratio_truth(covariance, units_of, n, counting)
                yield Truth("participation_ratio", phase, n, NEURONS, value)


def _of_correlations(walk: LongWalk, units_of: Population, common: Common, cutoff_hz: float) -> Iterator[Truth]:
    """Yield the root mean square of correlations in each phase, and the structure preserved from LM1 to LM2."""
    fast, noise = (make(cutoff_hz, common.causal) for make in (walk.filtered, walk.counting))
    matrices = [correlations_truth(fast, noise, walk.phase == number, units_of) for number in range(len(PHASES))]
    share = units_of.share
    for phase, matrix in zip(PHASES, matrices, strict=True):
        yield Truth("correlation_rms", phase, 0, NEURONS, float(np.sqrt(share @ matrix**2 @ share)))
    yield Truth("correlations_kept", "", 0, NEURONS, kept_truth(matrices[1], matrices[2], share))


def curve_entropy_truth(walk: LongWalk, units_of: Population, angle: NDArray[np.floating], n_bins: int) -> float:
    """Return the mean over units of the entropy (bits) of true tuning curves, in equal bins of an angle over (-π, π]; NaN is left out."""
    edges = np.linspace(-np.pi, np.pi, n_bins + 1)
    drive = walk.drive.reshape(len(angle), -1)
    known = np.isfinite(angle)
    at = np.clip(np.searchsorted(edges, angle[known], side="left") - 1, 0, n_bins - 1)
    means = np.stack([drive[known][at == k].mean(axis=0, dtype=np.float64) for k in range(n_bins)])  # (bin, feature)
    rates = units_of.weights @ means.T  # (node, bin)
    return units_of.mean(curve_entropy(rates))


def participation_ratio_truth(
    covariance: NDArray[np.float64], units_of: Population, n_units: int = 0, counting: NDArray[np.float64] | None = None
) -> float:
    """Return the participation ratio of the true covariance: mean over draws of `n_units` units, or limit of many units.

    With Σ the covariance of the drive, C_uv = w_u Σ w_v. For many units, tr(C)² and tr(C²) grow with the squared count of units,
    and their ratio approaches tr(ΣW)² / tr(ΣWΣW), where W is the mean of w wᵀ over units.

    Parameters
    ----------
    covariance : array, (feature, feature)
        Σ of one phase.
    units_of : Population
    n_units : int
        0: limit of many units.
    counting : array, (feature,), optional
        Poisson variance: w times it is added to the variance of a unit; see `LongWalk.counting`.
    """
    w, share = units_of.weights, units_of.share
    if not n_units:
        product = covariance @ (w * share[:, None]).T @ w
        return float(np.trace(product) ** 2 / np.trace(product @ product))
    draw = np.random.default_rng(DRAWN_WITH)
    ratios = []
    for _ in range(DRAWS):
        mine = w[draw.choice(len(share), n_units, p=share)]
        own = mine @ covariance @ mine.T
        if counting is not None:
            own[np.diag_indices(n_units)] += mine @ counting
        ratios.append(np.trace(own) ** 2 / np.sum(own**2))
    return float(np.mean(ratios))


def correlations_truth(
    slow: NDArray[np.floating], counting: NDArray[np.floating], inside: NDArray[np.bool_], units_of: Population
) -> NDArray[np.float64]:
    """Return the correlations of low-passed activity over trials, at the same time in the trial, for one phase.

    The difference of two trials at one step has twice the covariance over trials at that step. The count of pairs of trials grows
    with the square of the count of trials, so steps are weighted by it. Poisson noise adds to the diagonal only.

    Parameters
    ----------
    slow, counting : array, (trial, step, feature)
        From `LongWalk.filtered` and `LongWalk.counting`.
    inside : array of bool, (trial, step)
        Samples of the phase.
    units_of : Population

    Returns
    -------
    array, (node, node)
        The diagonal is the correlation of two different units with the same parameters.
    """
    n_features = slow.shape[2]
    covariance, noise, total = np.zeros((n_features, n_features)), np.zeros(n_features), 0.0
    for step in range(slow.shape[1]):
        here = slow[inside[:, step], step].astype(np.float64)
        n = len(here)
        if n < 2:
            continue
        centred = here - here.mean(axis=0)
        covariance += n * centred.T @ centred
        noise += (n - 1) * counting[inside[:, step], step].sum(axis=0)
        total += n * (n - 1)
    w = units_of.weights
    shared = w @ (covariance / total) @ w.T
    scale = np.sqrt(np.diag(shared) + w @ (noise / total))
    return shared / np.outer(scale, scale)


def kept_truth(one: NDArray[np.float64], other: NDArray[np.float64], share: NDArray[np.float64]) -> float:
    """Return the Pearson correlation of two correlation matrices (node, node) over unit pairs."""
    a, b = one - share @ one @ share, other - share @ other @ share
    return float(share @ (a * b) @ share / np.sqrt((share @ a**2 @ share) * (share @ b**2 @ share)))
