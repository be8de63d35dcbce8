"""Analysis `tuning`: how sharply each unit is tuned to heading, or to the displacement since the last landmark."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.angles import tuning_angle
from rscnav.analyses.entropy import angle_bin, binned_sums, curve_entropy, means, raised
from rscnav.analyses.nulls import exchangeable_trials
from rscnav.analyses.prepare import chosen_samples
from rscnav.analyses.result import Result
from rscnav.analyses.statistics import jackknife_interval, permutation_p, trial_groups
from rscnav.checks import as_activity
from rscnav.config.base import Closed
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

NEEDS = ("position",)
FIELDS = ("position", "heading", "phase", "landmarks", "encounters", "belief", "bin_centres")

TUNED = 0.05  # a unit with p at most this is called tuned
_DRAWS = 25  # permutations in one matrix product


class Settings(Closed):
    """Entropy of the tuning curves, against whole trials of behaviour permuted."""

    n_bins: int = Field(6, ge=2, description="bins of the angle over (-π, π]")
    n_permutations: int = Field(200, ge=1, description="permutations of whole trials")
    n_groups: int = Field(20, ge=2, description="groups of trials of the jackknife")


def run(session: Session, settings: Settings, common: Any, seeds: Seeds) -> Result:
    """Compute each unit's tuning entropy from its unfiltered activity, with p-values.

    The null permutes whole trials of behaviour (angle, and where it is not known) against whole trials of activity, so
    that what a unit does in the course of a trial is kept. p = (1 + permutations with an entropy as low) / (1 + permutations).
    """
    angle, words, n_beyond = tuning_angle(session)
    if angle is None:
        return Result.not_applicable(words)
    samples, which = chosen_samples(session, common.trials)
    result = Result(notes={"angle": words, "trials": which})
    if not len(samples):
        return Result.not_applicable(f"no sample is left of the trials chosen ({which})")
    activity, negative = raised(as_activity(session.activity[samples]))
    angle, trial = angle[samples], session.trial[samples]
    bins = angle_bin(angle, settings.n_bins).astype(np.int16)

    group = trial_groups(trial, settings.n_groups, seeds.generator("jackknife"))
    n_groups = int(group.max()) + 1
    by_group = np.where(bins >= 0, group * settings.n_bins + bins, -1)
    sums, counts = binned_sums(activity, by_group[None], n_groups * settings.n_bins)
    sums, counts = sums.reshape(n_groups, settings.n_bins, -1), counts.reshape(n_groups, settings.n_bins)
    curves = means(sums.sum(axis=0), counts.sum(axis=0)).T  # (unit, bin)
    entropy = curve_entropy(curves)
    without = curve_entropy(means(sums.sum(axis=0) - sums, counts.sum(axis=0) - counts).swapaxes(1, 2))

    compared, control = _control(activity, bins, trial, settings, seeds)
    p = _p_low(compared, control)
    width = 2 * math.pi / settings.n_bins
    result.add("tuning_curves", curves, _rate_unit(session), ("unit", "bin"))
    result.add("occupancy", counts.sum(axis=0) * session.dt_s, "s", ("bin",))
    result.add("bin_centres", -math.pi + (np.arange(settings.n_bins) + 0.5) * width, "rad", ("bin",))
    result.add("preferred_bin", np.argmax(np.where(np.isfinite(curves), curves, -np.inf), axis=1), "", ("unit",))
    result.add("entropy", entropy, "bit", ("unit",))
    result.add("entropy_compared", compared, "bit", ("unit",))
    band = np.percentile(control, [2.5, 97.5], axis=0) if len(control) else np.full((2, len(entropy)), np.nan)
    result.add("control_mean", control.mean(axis=0) if len(control) else band[0], "bit", ("unit",))
    result.add("control_low", band[0], "bit", ("unit",))
    result.add("control_high", band[1], "bit", ("unit",))
    result.add("p", p, "", ("unit",))
    defined = np.isfinite(p)
    mean = _mean(entropy)
    low, high = jackknife_interval(mean, [_mean(row) for row in without])
    result.add("mean_entropy", mean, "bit")
    result.add("mean_entropy_low", low, "bit")
    result.add("mean_entropy_high", high, "bit")
    means_of_draws = [_mean(row) for row in control] or [np.nan]
    result.add("control_mean_entropy", _mean(control), "bit")
    result.add("control_mean_entropy_low", np.percentile(means_of_draws, 2.5), "bit")
    result.add("control_mean_entropy_high", np.percentile(means_of_draws, 97.5), "bit")
    result.add("n_tuned", int(np.sum(p[defined] <= TUNED)))
    result.add("share_tuned", np.sum(p[defined] <= TUNED) / defined.sum() if defined.any() else np.nan)
    result.add("n_left_out", n_beyond)
    result.add("n_no_angle", int(np.sum(bins < 0)))
    result.add("n_undefined", int(np.sum(~np.isfinite(entropy))))
    result.add("n_raised", int(negative.sum()))
    result.add("n_permutations", len(control))
    _say_what_is_wrong(result, bins, counts.sum(axis=0), len(control))
    return result


def _control(
    activity: NDArray[np.floating], bins: NDArray[np.integer], trial: NDArray, settings: Settings, seeds: Seeds
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the observed entropies (unit,) on trials cut to like lengths, and those of the null (draw, unit)."""
    exchangeable = exchangeable_trials(trial)
    rows = exchangeable.samples()
    if not len(rows):
        return np.full(activity.shape[1], np.nan), np.empty((0, activity.shape[1]))
    cut = activity if np.array_equal(rows, np.arange(len(activity))) else activity[rows]
    generator = seeds.generator("permutations")
    labels = [bins[rows]] + [bins[exchangeable.permuted(generator)] for _ in range(settings.n_permutations)]
    blocks = []
    for start in range(0, len(labels), _DRAWS):
        sums, counts = binned_sums(cut, np.stack(labels[start : start + _DRAWS]), settings.n_bins)
        blocks.append(curve_entropy(means(sums, counts).swapaxes(1, 2)))
    entropies = np.concatenate(blocks)
    return entropies[0], entropies[1:]


def _p_low(observed: NDArray[np.float64], control: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the p of an entropy as low as observed; NaN for an undefined value, and without any draw."""
    return np.where(np.isfinite(observed) & (len(control) > 0), permutation_p(-control, -observed), np.nan)


def _mean(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def _rate_unit(session: Session) -> str:
    return "1" if session.kind == "network" else "Hz"


def _say_what_is_wrong(
    result: Result, bins: NDArray[np.integer], occupancy: NDArray[np.integer], n_control: int
) -> None:
    if not np.any(bins >= 0):
        result.notes["entropy"] = "no sample has an angle"
    elif np.any(occupancy == 0):
        result.notes["entropy"] = (
            f"{np.sum(occupancy == 0)} of {len(occupancy)} bins were never visited and are left out"
        )
    if n_control == 0:
        result.notes["p"] = "no control: no two trials have similar lengths (within 20 %)"
