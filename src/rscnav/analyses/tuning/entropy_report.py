"""Results that tuning entropy and spatial entropy share: curves, bias-corrected entropies, interval, null distributions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.result import BAND, INTERVAL, Result
from rscnav.analyses.statistics.intervals import finite_mean, null_band
from rscnav.analyses.statistics.jackknife import delete_d_subsets, random_trial_groups, subsample_interval
from rscnav.analyses.statistics.permutation import adjusted_p, permutation_p
from rscnav.analyses.tuning.behaviour_nulls import ShuffledLabels, no_labels, permuted_trials, resampled_behaviour_null
from rscnav.analyses.tuning.entropy import curve_entropy, jackknife_corrected, shuffle_corrected
from rscnav.analyses.tuning.tuning_curves import binned_sums, means
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

LEVEL = 0.05  # significance level of p, and false discovery rate
NULLS = {"control": "", "fresh": "_fresh"}  # beginning of the keys of entropies: ending of the keys of p-values
_DRAWS = 25  # labellings in one matrix product
_SUBSAMPLES = 100
_LEAST = 5e-6  # rounding error of single precision, as a fraction of a unit's range


class CurveSettings(StrictSettings):
    """Settings that tuning entropy and spatial entropy share."""

    n_null: int = Field(499, ge=1, description="draws of each null distribution: permuted trials, resampled behaviour")
    max_samples: int = Field(50_000, ge=1, description="maximum of samples for the null distributions, in whole trials")
    n_groups: int = Field(
        20, ge=2, description="groups of trials of the interval (delete-d jackknife, d = n_groups / 5)"
    )


@dataclass(frozen=True)
class BinnedActivity:
    """Activity (time, unit), the bin (time,) of each sample (-1: none), its trial (time,), and the count of bins."""

    activity: NDArray[np.floating]
    labels: NDArray[np.integer]
    trial: NDArray[np.integer]
    n_bins: int


def no_resampled_behaviour(session: Session, trials: str) -> str:
    """Return the reason why behaviour of a session cannot be resampled; '' if it can."""
    if session.kind != "network":
        return (
            "no resampled behaviour: it needs trials that are drawn independently, which holds in simulated tasks only"
        )
    if trials != "all":
        return f"no resampled behaviour: trials are selected by their behaviour (trials: {trials}); set analyses.common.trials: all"
    return ""


def add_entropy_results(
    result: Result, binned: BinnedActivity, settings: CurveSettings, seeds: Seeds, no_fresh: str
) -> None:
    """Add to a result everything that is computed in the same way for an angle and for spatial bins.

    Parameters
    ----------
    result : Result
    binned : BinnedActivity
    settings : CurveSettings
    seeds : Seeds
    no_fresh : str
        See `no_resampled_behaviour`.
    """
    activity, n_units = binned.activity, binned.activity.shape[1]
    floor = np.minimum(activity.min(axis=0), 0)
    constant = np.ptp(activity, axis=0) == 0
    entropy = _observed(result, binned, floor, settings, seeds)
    for null, suffix in NULLS.items():
        generator = seeds.generator("permutations" if null == "control" else null)
        if null == "fresh" and no_fresh:
            labellings = no_labels(no_fresh)
        else:
            make = permuted_trials if null == "control" else resampled_behaviour_null
            labellings = make(binned.labels, binned.trial, settings.max_samples, generator)
        if labellings.why:
            result.notes[f"p{suffix}"] = labellings.why
            compared, draws, n_visited = np.full(n_units, np.nan), np.empty((0, n_units)), 0
        else:
            compared, draws, n_visited = _drawn(binned, labellings, floor, settings.n_null, generator)
        _add_null(result, null, suffix, compared, draws)
        _add_p(result, suffix, compared, draws, constant)
        if null == "control":
            reference = np.log2(n_visited) if n_visited else np.nan
            corrected = shuffle_corrected(compared, draws, reference)
            result.add("entropy_shuffle", corrected, "bits", ("unit",))
            result.add("mean_entropy_shuffle", finite_mean(corrected), "bits")
    if not np.isfinite(entropy).any():
        result.notes["entropy"] = "no unit has a rate above 0 in any bin"
    result.add("n_undefined", int(np.sum(~np.isfinite(entropy))))
    result.add("n_raised", int(np.sum(floor < 0)))
    result.add("n_constant", int(constant.sum()))


def _observed(
    result: Result, binned: BinnedActivity, floor: NDArray[np.floating], settings: CurveSettings, seeds: Seeds
) -> NDArray[np.float64]:
    """Add curves, entropies and the interval of their mean to a result; return the entropies (unit,)."""
    n_bins = binned.n_bins
    group = random_trial_groups(binned.trial, settings.n_groups, seeds.generator("jackknife"))
    n_groups = int(group.max()) + 1
    sums, counts = np.zeros((n_groups, n_bins, len(floor))), np.zeros((n_groups, n_bins), np.int64)
    lowest = np.zeros((n_groups, len(floor)))
    for g in range(n_groups):
        here = binned.activity[group == g]
        (sums[g],), (counts[g],) = binned_sums(here, binned.labels[None, group == g], n_bins)
        lowest[g] = np.minimum(here.min(axis=0), 0)
    curves = means(sums.sum(axis=0), counts.sum(axis=0))
    entropy = _entropies(sums.sum(axis=0), counts.sum(axis=0), floor)
    without = _entropies(sums.sum(axis=0) - sums, counts.sum(axis=0) - counts, floor)
    corrected = jackknife_corrected(entropy, without)
    found = [
        finite_mean(_entropies(sums[kept].sum(axis=0), counts[kept].sum(axis=0), lowest[kept].min(axis=0)))
        for kept in delete_d_subsets(n_groups, _SUBSAMPLES, seeds.generator("subsamples"))
        if kept.any()
    ]
    mean = finite_mean(entropy)
    low, high = subsample_interval(mean, found, n_groups)
    result.add("preferred_bin", np.argmax(np.where(np.isfinite(curves), curves, -np.inf), axis=0), "", ("unit",))
    result.add("curves", (curves - floor).T, "", ("unit", "bin"))
    result.add("entropy", entropy, "bits", ("unit",))
    result.add("entropy_jackknife", corrected, "bits", ("unit",))
    result.add_each("mean_entropy", (*INTERVAL, "_jackknife"), (mean, low, high, finite_mean(corrected)), "bits")
    result.add("n_bins_visited", int(np.sum(counts.sum(axis=0) > 0)))
    return entropy


def _drawn(
    binned: BinnedActivity,
    labellings: ShuffledLabels,
    floor: NDArray[np.floating],
    n_draws: int,
    generator: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Compute entropies on the samples of a null distribution.

    Observed entropies (unit,), those of the draws (draw, unit), and the count of visited bins are returned.
    """
    activity = binned.activity[labellings.rows]
    least = _LEAST * np.ptp(activity, axis=0)
    middle = activity.mean(axis=0, dtype=np.float64)
    activity = (activity - middle).astype(np.float32)
    labels = [labellings.own] + [labellings.drawn(generator) for _ in range(n_draws)]
    blocks = []
    for start in range(0, len(labels), _DRAWS):
        sums, counts = binned_sums(activity, np.stack(labels[start : start + _DRAWS]), binned.n_bins, np.float32)
        blocks.append(_entropies(sums, counts, floor - middle, least))
    entropies = np.concatenate(blocks)
    return entropies[0], entropies[1:], len(np.unique(labellings.own[labellings.own >= 0]))


def _entropies(
    sums: NDArray[np.float64], counts: NDArray[np.integer], floor: NDArray[np.floating], least: NDArray | float = 0.0
) -> NDArray[np.float64]:
    """Compute the entropies (..., unit) of curves from sums (..., bin, unit), after subtraction of each unit's floor (unit,).

    Rates below `least` (unit,) are rounding error and count as 0.
    """
    rates = np.maximum(means(sums, counts) - floor, 0)
    return curve_entropy(np.where(rates < least, 0, rates).swapaxes(-1, -2))


def _add_null(
    result: Result, null: str, suffix: str, compared: NDArray[np.float64], draws: NDArray[np.float64]
) -> None:
    """Add mean and 95 % band of a null distribution, of each unit and of the mean over units."""
    result.add(f"entropy_compared{suffix}", compared, "bits", ("unit",))
    result.add(f"mean_entropy_compared{suffix}", finite_mean(compared), "bits")
    result.add_each(f"{null}_", BAND, null_band(draws), "bits", ("unit",))
    result.add_each(f"{null}_mean_entropy", INTERVAL, null_band([finite_mean(row) for row in draws]), "bits")


def _add_p(
    result: Result,
    suffix: str,
    compared: NDArray[np.float64],
    draws: NDArray[np.float64],
    constant: NDArray[np.bool_],
) -> None:
    """Add lower-tailed p-values, adjusted p-values, and the counts and fractions of tuned units."""
    tested = np.isfinite(compared) & ~constant & (len(draws) > 0)
    low_draws = np.where(np.isfinite(draws), draws, -np.inf)  # conservative: an undefined draw counts as low
    p = np.where(tested, permutation_p(-low_draws, -np.where(tested, compared, 0)), np.nan)
    adjusted = adjusted_p(p)
    n_tested = int(tested.sum())
    n_tuned, n_fdr = int(np.sum(p <= LEVEL)), int(np.sum(adjusted <= LEVEL))
    result.add(f"p{suffix}", p, "", ("unit",))
    result.add(f"p_adjusted{suffix}", adjusted, "", ("unit",))
    result.add(f"n_tested{suffix}", n_tested)
    result.add(f"n_tuned{suffix}", n_tuned)
    result.add(f"n_tuned_fdr{suffix}", n_fdr)
    result.add(f"fraction_tuned{suffix}", n_tuned / n_tested if n_tested else np.nan)
    result.add(f"fraction_tuned_fdr{suffix}", n_fdr / n_tested if n_tested else np.nan)
    result.add(f"n_null{suffix}", len(draws))
