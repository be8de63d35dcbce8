"""What the estimates should be: sums over all units and a long walk, none of which uses the estimators.

Kinds of truth:

- ``rates``    of the neurons' expected rates: no counting noise, and without `units` as many of them as one likes
- ``neurons``  of as many neurons as given, their counting noise included, in very many trials
- ``belief``   what the belief that the neurons follow allows a readout (`rscnav.ground_truth.ideal_decoders`)
- ``world``    of the animal's behaviour
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

PARTS, LEAST = 10, 20  # of the walk, for the standard error; trials in each of them
DRAWS, DRAWN_WITH = 200, 20251128  # draws of so many units, the same ones for every covariance
RATES, NEURONS, BELIEF, WORLD = "rates", "neurons", "belief", "world"


@dataclass(frozen=True)
class Truth:
    """One true value: `units` is 0 where it does not depend on their number; `se` is that of the walk's trials."""

    estimate: str
    phase: str
    units: int
    kind: str
    value: float
    se: float = float("nan")


def all_truths(config: Config, n_trials: int, units: Sequence[int]) -> list[Truth]:
    """Compute all truths of the example; the standard error is that of ten parts of the walk.

    Parameters
    ----------
    config : Config
        With a simulation called ``example``.
    n_trials : int
        Of the walk, at least 200.
    units : sequence of int
        Numbers of units, for what depends on them.
    """
    if n_trials < LEAST * PARTS:
        raise InvalidValueError(f"trials: {n_trials} will not do; at least {LEAST * PARTS}, for the standard error")
    settings = simulation(config, EXAMPLE).model_copy(update={"n_units": 1, "n_trials": n_trials})
    session = simulate(settings, Seeds(config.seed, ("ground truth", "truth")), config.observer.grid_bins)
    walk = walk_of(session, settings)
    units_of = population(settings, session.require("bin_centres")[:, 0])
    whole = truths_of(walk, units_of, config.analyses, units)
    parts = np.array([[t.value for t in truths_of(p, units_of, config.analyses, units)] for p in walk.parts(PARTS)])
    errors = parts.std(axis=0, ddof=1) / np.sqrt(PARTS)
    return [replace(truth, se=float(se)) for truth, se in zip(whole, errors, strict=True)]


def truths_of(walk: LongWalk, units_of: Population, analyses: Any, units: Sequence[int]) -> Iterator[Truth]:
    """Give the truths of one walk; `analyses` is the configuration's section."""
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
    """Give the entropies of the tuning to the angle moved and to the place."""
    moved = displacement_since_landmark(walk.session)
    moved = np.where(np.abs(moved) <= np.pi, moved, np.nan)
    place = walk.session.require("position")[:, 0]
    for name, angle, n_bins in (
        ("tuning_entropy", moved, analyses.tuning_entropy.n_bins),
        ("spatial_entropy", place, analyses.spatial_entropy.n_position_bins),
    ):
        yield Truth(name, "", 0, RATES, curve_entropy_truth(walk, units_of, angle, n_bins))


def _of_spectra(walk: LongWalk, units_of: Population, common: Common, units: Sequence[int]) -> Iterator[Truth]:
    """Give the participation ratios of each phase, of the rates and of so many noisy neurons."""
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
    """Give the size of correlations in each phase, and what LM2 keeps of LM1's."""
    fast, noise = (make(cutoff_hz, common.causal) for make in (walk.filtered, walk.counting))
    matrices = [correlations_truth(fast, noise, walk.phase == number, units_of) for number in range(len(PHASES))]
    share = units_of.share
    for phase, matrix in zip(PHASES, matrices, strict=True):
        yield Truth("correlation_rms", phase, 0, NEURONS, float(np.sqrt(share @ matrix**2 @ share)))
    yield Truth("correlations_kept", "", 0, NEURONS, kept_truth(matrices[1], matrices[2], share))


def curve_entropy_truth(walk: LongWalk, units_of: Population, angle: NDArray[np.floating], n_bins: int) -> float:
    """Mean over units of the entropy (bit) of their true mean rates in equal bins of an angle over (-π, π]; NaN left out."""
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
    """Participation ratio of the true covariance, averaged over draws of `n_units` units, or in the limit of many.

    With Σ the covariance of the drive, C_uv = w_u Σ w_v. Over many units both tr(C)² and tr(C²) grow with their number squared, and
    their ratio goes to tr(ΣW)² / tr(ΣWΣW), where W is the mean of w wᵀ over units.

    Parameters
    ----------
    covariance : array, (feature, feature)
        Σ, of one phase.
    units_of : Population
    n_units : int
        0: the limit of many.
    counting : array, (feature,), optional
        w times it is what counting adds to a unit's variance; see `LongWalk.counting`.
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
    """Correlations of any two units' low-passed activity in one phase, at the same time in the trial: (node, node).

    Of two trials at one step, both in the phase, the difference has twice the covariance over trials at that step, and there are
    as many such pairs as the square of the trials. What counting adds is on each unit alone.

    Parameters
    ----------
    slow, counting : array, (trial, step, feature)
        Of `LongWalk.filtered` and `LongWalk.counting`.
    inside : array of bool, (trial, step)
        Samples of the phase.
    units_of : Population

    Returns
    -------
    array, (node, node)
        On the diagonal that of two units which happen to be alike.
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
    """Pearson correlation over pairs of units (node, node) of two correlation matrices."""
    a, b = one - share @ one @ share, other - share @ other @ share
    return float(share @ (a * b) @ share / np.sqrt((share @ a**2 @ share) * (share @ b**2 @ share)))
