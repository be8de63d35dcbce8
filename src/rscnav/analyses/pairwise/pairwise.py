"""Analysis `pairwise`: pairwise correlations of units in each phase, and structure preserved from LM1 to LM2.

Correlations are computed from differences between neighbouring trials at the same time in the trial, which are free of the time
course that all trials share and of slow drift. `structure_preserved_plain` uses the activity itself. Three questions:

- Are units correlated? `p`, sign flip: in each block of trials the sign of each unit's differences is flipped at random.
- Are the same unit pairs correlated in LM1 and in LM2? `structure_preserved_p`, Mantel test: units of LM2 are permuted,
  and LM1 and LM2 are from different trials.
- How similar are the correlations? `structure_preserved`: the correlation over unit pairs, without sampling noise, with
  its interval.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.pairwise import block_correlations as correlations
from rscnav.analyses.pairwise.block_correlations import BlockSums, as_matrix, block_sums
from rscnav.analyses.pairwise.structure_nulls import mantel_null, sign_flip_null
from rscnav.analyses.preprocessing import Prepared, prepare
from rscnav.analyses.result import BAND, INTERVAL, Result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.intervals import null_band, percentile_band
from rscnav.analyses.statistics.null_models import draw_trials
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.analyses.statistics.trial_differences import TrialPairs, neighbouring_pairs
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NEEDS: tuple[str, ...] = ()
FIELDS: tuple[str, ...] = ("phase", "position", "belief", "bin_centres")
PHASES = ("LM1", "LM2")
MIN_SAMPLES = 20
MIN_PAIRS = 4  # smallest count of trial pairs
MIN_BLOCKS = 10  # with fewer blocks the jackknife intervals are too narrow
MIN_UNITS = 5  # with fewer units there are fewer than 100 permutations for the Mantel test
EDGES = np.linspace(-1, 1, 81)  # bins of the histograms


class Settings(StrictSettings):
    """Settings of pairwise correlations."""

    cutoff_hz: float = Field(1.0, gt=0, description="low-pass cutoff of this analysis; replaces the common cutoff (Hz)")
    max_samples: int = Field(
        20000, ge=100, description="maximum of differences per phase, of whole trial pairs drawn at random"
    )
    n_blocks: int = Field(
        20, ge=MIN_BLOCKS, description="blocks of successive trials, for the jackknife and the null distributions"
    )
    n_null: int = Field(200, ge=5, description="draws of each null distribution")


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compute pairwise correlations in each phase, and compare LM1 with LM2."""
    prepared = prepare(session, common.model_copy(update={"cutoff_hz": settings.cutoff_hz}))
    pairs = neighbouring_pairs(prepared.trial)
    result = Result()
    result.notes[""] = (
        f"trials: {prepared.trials}; differences of neighbouring trials; low-pass filter: {settings.cutoff_hz:g} Hz"
    )
    found: dict[str, NDArray[np.intp]] = {}
    for name, mask in prepared.phase_masks().items():
        samples = _draw_pairs(pairs.part(mask), prepared, settings.max_samples, seeds.generator(name, "pairs"))
        n_pairs = len(np.unique(prepared.trial[samples[:, 0]]))
        if len(samples) < MIN_SAMPLES or n_pairs < MIN_PAIRS:
            result.notes[name] = (
                f"pairs of neighbouring trials: {n_pairs}, with {len(samples)} common samples; at least {MIN_PAIRS} pairs "
                f"with {MIN_SAMPLES} samples are needed"
            )
            continue
        found[name] = samples
    varying = _varying(prepared, found)
    if found and varying.sum() < 2:
        for name in found:
            result.notes[name] = f"{varying.sum()} of {len(varying)} units vary; at least 2 are needed"
        return result
    result.add("unit", np.flatnonzero(varying), "", ("unit",))
    result.add("correlation_edges", EDGES, "", ("edge",))
    blocks: dict[str, BlockSums] = {}
    for name, samples in found.items():
        blocks[name] = _part(result, name, prepared, pairs, samples, varying, settings, seeds)
    if all(name in blocks for name in PHASES):
        _compare(result, blocks["LM1"], blocks["LM2"], settings, seeds)
        plain = (_plain(prepared, prepared.phase_masks()[name], varying, settings.max_samples) for name in PHASES)
        result.add("structure_preserved_plain", correlations.pearson(*plain))
    elif "all" not in prepared.phase_masks():
        result.notes["structure_preserved"] = "; ".join(
            f"{name}: {result.notes[name]}" for name in PHASES if name not in found
        )
    else:
        result.notes["structure_preserved"] = "phases are not known"
    return result


def _draw_pairs(
    samples: NDArray[np.intp], prepared: Prepared, limit: int, generator: np.random.Generator
) -> NDArray[np.intp]:
    """Draw whole trial pairs at random, as many as fit the limit of samples (sample, 2)."""
    if len(samples) <= limit:
        return samples
    _, at, counts = np.unique(prepared.trial[samples[:, 0]], return_inverse=True, return_counts=True)
    return samples[np.isin(at, draw_trials(counts, limit, generator))]


def _differences(prepared: Prepared, samples: NDArray[np.intp]) -> NDArray[np.floating]:
    """Compute the later minus the earlier trial at samples (sample, 2): (sample, unit)."""
    return prepared.activity[samples[:, 1]] - prepared.activity[samples[:, 0]]


def _varying(prepared: Prepared, found: dict[str, NDArray[np.intp]]) -> NDArray[np.bool_]:
    """Return a mask of the units whose differences vary in every phase."""
    varying = np.ones(prepared.activity.shape[1], bool)
    for samples in found.values():
        step = _differences(prepared, samples)
        varying &= np.abs(step).max(axis=0) > 1e-6 * np.maximum(
            np.abs(prepared.activity[samples]).max(axis=(0, 1)), 1e-30
        )
    return varying


def _part(
    result: Result, name: str, prepared: Prepared, pairs: TrialPairs, samples: NDArray[np.intp], varying: NDArray[np.bool_],
    settings: Settings, seeds: Seeds,
) -> BlockSums:  # fmt: skip
    """Add the correlations of one phase, their mean and root mean square, and the sign flip null; return the sums by block."""
    starts = prepared.trial[pairs.starts()]  # blocks are the same in all phases
    n_blocks = min(settings.n_blocks, len(starts))
    block = np.searchsorted(starts, prepared.trial[samples[:, 0]]) * n_blocks // len(starts)
    sums = block_sums(_differences(prepared, samples)[:, varying], block, n_blocks)
    correlation = sums.correlation()
    n_used = int(np.sum(sums.n > 0))
    result.add(f"{name}/n_samples", len(samples))
    result.add(f"{name}/n_trial_pairs", len(np.unique(prepared.trial[samples[:, 0]])))
    result.add(f"{name}/correlation", as_matrix(correlation, sums.n_units, 1.0), "", ("unit", "other unit"))
    if n_used < MIN_BLOCKS:
        result.notes[name] = f"{n_used} blocks of trials; {MIN_BLOCKS} are needed for intervals"
    estimates = {"mean": correlations.mean_correlation(sums), "rms": correlations.rms_correlation(sums)}
    for which, (value, low, high) in estimates.items():
        _add_estimate(result, f"{name}/{which}", value, low, high, n_used)
    null, draws = sign_flip_null(sums, settings.n_null, seeds.generator(name, "flipped"))
    result.add(f"{name}/p", float(permutation_p(null, correlations.self_product(sums))))
    result.add(f"{name}/histogram", _shares(correlation), "", ("bin",))
    result.add_each(f"{name}/control_histogram_", BAND, null_band([_shares(draw) for draw in draws]), "", ("bin",))
    return sums


def _add_estimate(result: Result, key: str, value: float, low: float, high: float, n_blocks: int) -> None:
    """Add an estimate with its interval; the interval is NaN with fewer than `MIN_BLOCKS` blocks."""
    result.add_each(key, INTERVAL, (value, low, high) if n_blocks >= MIN_BLOCKS else (value, np.nan, np.nan))


def _shares(correlation: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the fraction of unit pairs in each bin of correlation."""
    return np.histogram(np.clip(correlation, -1, 1), EDGES)[0] / len(correlation)


def _compare(result: Result, one: BlockSums, other: BlockSums, settings: Settings, seeds: Seeds) -> None:
    """Add the structure preserved and its Mantel test."""
    if one.n_units < MIN_UNITS:
        result.notes["structure_preserved"] = f"{one.n_units} units vary; {MIN_UNITS} are needed to compare structure"
        return
    value, low, high = correlations.structure_preserved(one, other)
    if not np.isfinite(value):
        result.notes["structure_preserved"] = (
            "correlations do not differ between unit pairs beyond chance: there is no structure to preserve"
        )
    _add_estimate(result, "structure_preserved", value, low, high, int(min(np.sum(one.n > 0), np.sum(other.n > 0))))
    observed, null = mantel_null(one, other, settings.n_null, seeds.generator("relabelled"))
    result.add("structure_preserved_observed", observed)
    result.add("structure_preserved_p", float(permutation_p(null, observed)))
    result.add_each("structure_preserved_control_", BAND[1:], percentile_band(null))


def _plain(prepared: Prepared, mask: NDArray[np.bool_], varying: NDArray[np.bool_], limit: int) -> NDArray[np.float64]:
    """Compute the correlations of the activity itself, (pair,)."""
    samples = np.flatnonzero(mask)
    samples = samples[:: max(1, -(-len(samples) // limit))]
    correlation = np.corrcoef(prepared.activity[samples][:, varying].T)
    return correlation[np.triu_indices(len(correlation), 1)]
