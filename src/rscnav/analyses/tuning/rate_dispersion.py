"""Analysis `rate_dispersion`: entropy of a unit's rates at one position, LM1 compared with LM2.

LM1 always precedes LM2, so that the difference between them is compared with two null distributions, not with 0; see
`dispersion_nulls`.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.events import segment_start
from rscnav.analyses.preprocessing import prepare
from rscnav.analyses.result import Result
from rscnav.analyses.settings import Common
from rscnav.analyses.spatial_bins import spatial_bin
from rscnav.analyses.statistics.jackknife import delete_d_subsets, random_trial_groups, subsample_interval
from rscnav.analyses.tuning.dispersion_nulls import add_controls, null_differences
from rscnav.analyses.tuning.place_passes import Draw, PlaceVisits, draw, find_passes, match_visit_counts
from rscnav.analyses.tuning.rate_entropy import digitize_rates, rate_entropy, rate_range, shuffled_spread
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NEEDS = ("position", "phase")
FIELDS = ("position", "phase", "belief", "bin_centres")

_SUBSAMPLES = 40
_STILL = 1e-6  # rounding error: units that vary by less than this fraction of their maximum are constant
_DRAWS_EACH = 2  # matching draws, the same for every subset, so that subsets differ only in their trials


class Settings(StrictSettings):
    """Settings of rate dispersion, in LM1 and LM2 on matched passes."""

    n_position_bins: int = Field(20, ge=1, le=4_096, description="spatial bins on the ring")
    n_position_bins_side: int = Field(4, ge=1, le=256, description="spatial bins along each side of the plane")
    n_rate_bins: int = Field(8, ge=2, le=256, description="rate bins between the lowest and highest rate of a unit")
    min_passes: int = Field(5, ge=1, description="spatial bins with fewer passes than this in LM1 or LM2 are dropped")
    min_revisit_s: float = Field(0.5, ge=0, description="returns to a bin sooner than this belong to the same pass (s)")
    filter_transient_s: float = Field(
        1.0,
        ge=0,
        description="samples within this time after a gap are dropped: filter transient (s)",
    )
    n_matching_draws: int = Field(10, ge=1, description="matching draws that are averaged")
    n_null: int = Field(100, ge=1, description="permutations of whole trials, for each null distribution")
    n_groups: int = Field(
        20, ge=2, description="groups of trials of the interval (delete-d jackknife, d = n_groups / 5)"
    )


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compare rate dispersion between LM1 and LM2 on matched passes, with an interval over trials and two null distributions."""
    prepared = prepare(session, common)
    phases = session.require("phase")[prepared.samples]
    place, n_position_bins = spatial_bin(
        session.require("position")[prepared.samples],
        session.is_circular,
        settings.n_position_bins,
        settings.n_position_bins_side,
    )
    since_gap = session.time - session.time[segment_start(session)]
    place[since_gap[prepared.samples] < settings.filter_transient_s] = -1
    used = (place >= 0) & ((phases == 1) | (phases == 2))
    if not used.any():
        return Result.not_applicable(
            f"no sample in LM1 or LM2 later than {settings.filter_transient_s:g} s after a gap (filter_transient_s)"
        )
    low, high = rate_range(prepared.activity, used)
    varying = high - low > _STILL * np.maximum(prepared.activity.max(axis=0), -prepared.activity.min(axis=0))
    if not varying.any():
        return Result.not_applicable("every unit is constant")
    if not varying.all():
        prepared = replace(prepared, activity=np.compress(varying, prepared.activity, axis=1))
    activity = prepared.activity
    time = session.time[prepared.samples]

    def find(rows: NDArray[np.intp], phase_rows: NDArray[np.intp]) -> PlaceVisits:
        phase, max_gap_s = phases[phase_rows], settings.min_revisit_s + session.dt_s
        return find_passes(place[rows], phase, prepared.trial[rows], time[rows], n_position_bins, max_gap_s)

    everything = np.arange(len(place))
    passes = find(everything, everything)
    generator = seeds.generator("matching")
    draws = [draw(passes, generator) for _ in range(settings.n_matching_draws)]
    codes = digitize_rates(activity, rate_range(activity, used), settings.n_rate_bins)
    result = Result(notes={"trials": prepared.trials})
    means = _observed(result, passes, draws, codes, settings, seeds.generator("shuffles"))
    group = random_trial_groups(prepared.trial, settings.n_groups, seeds.generator("jackknife"))
    without = _without(passes, draws[:_DRAWS_EACH], activity, used, group, settings, seeds.generator("subsamples"))
    n_groups = int(group.max()) + 1
    for k, suffix in enumerate(("", "_miller_madow")):
        for name, pick in {"LM1": (1, 0), "LM2": (0, 1), "difference": (1, -1)}.items():
            value = float(means[k] @ pick)
            low, high = subsample_interval(value, without[:, k] @ pick, n_groups)
            ends = ("low", "high") if name == "difference" else (f"{name}_low", f"{name}_high")
            for key, number in zip((name, *ends), (value, low, high), strict=True):
                result.add(f"{key}{suffix}", number, "bits")
    result.add("units", np.flatnonzero(varying), "", ("unit",))
    result.add("n_constant_units", int(np.sum(~varying)))
    nulls = null_differences(find, prepared.trial, codes, settings, seeds.generator("controls"))
    for k, suffix in enumerate(("", "_miller_madow")):
        add_controls(result, nulls, k, suffix)
    if not result["n_passes"].any():
        best = match_visit_counts(passes, draws[0], 1)[1].max()
        result.notes["LM1"] = (
            f"no spatial bin has {settings.min_passes} passes in both LM1 and LM2 (largest count: {best}); "
            "record more trials, or use fewer bins or a smaller min_passes"
        )
    elif not np.isfinite(result["low"]):
        result.notes["interval"] = "no interval: too few trials for estimates without a fifth of them"
    return result


def _observed(
    result: Result,
    passes: PlaceVisits,
    draws: list[Draw],
    codes: NDArray[np.uint8],
    settings: Settings,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Add the dispersion of each unit and the shuffle-corrected mean; return the means over units (estimate, phase)."""
    spreads, corrected = [], []
    for drawn in draws:
        chosen, quota = match_visit_counts(passes, drawn, settings.min_passes)
        of_pass = codes[drawn.sample[chosen]]
        spreads.append(rate_entropy(passes, chosen, quota, of_pass, settings.n_rate_bins))
        corrected.append(shuffled_spread(passes, chosen, quota, of_pass, settings.n_rate_bins, generator))
    by_unit = np.mean([s.plugin for s in spreads], axis=0)
    shuffled = np.mean(corrected, axis=0).mean(axis=1)
    for k, name in enumerate(("LM1", "LM2")):
        result.add(f"{name}_units", by_unit[k], "bits", ("unit",))
        result.add(f"{name}_shuffle", shuffled[k], "bits")
    result.add("difference_shuffle", shuffled[0] - shuffled[1], "bits")
    result.add("n_passes", match_visit_counts(passes, draws[0], settings.min_passes)[1], "", ("place",))
    return np.asarray(np.mean([s.means() for s in spreads], axis=0))


def _without(
    passes: PlaceVisits,
    draws: list[Draw],
    activity: NDArray[np.floating],
    used: NDArray[np.bool_],
    group: NDArray[np.integer],
    settings: Settings,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Compute the means (subset, estimate, phase) without a fifth of the groups of trials.

    The range of rates is that of each subset.
    """
    n_groups = int(group.max()) + 1
    ranges = {g: rate_range(activity, used & (group == g)) for g in np.unique(group[used])}
    of_pass = group[passes.samples[passes.start]]
    rates = [activity[drawn.sample] for drawn in draws]  # (pass, unit)
    found = []
    for kept in delete_d_subsets(n_groups, _SUBSAMPLES, generator):
        within = [r for g, r in ranges.items() if kept[g]]
        if not within:
            return np.full((_SUBSAMPLES, 2, 2), np.nan)
        between = np.stack([np.min(within, axis=0)[0], np.max(within, axis=0)[1]])
        each = []
        for drawn, rate in zip(draws, rates, strict=True):
            chosen, quota = match_visit_counts(passes, drawn, settings.min_passes, kept[of_pass])
            codes = digitize_rates(rate[chosen], between, settings.n_rate_bins)
            each.append(rate_entropy(passes, chosen, quota, codes, settings.n_rate_bins).means())
        found.append(np.mean(each, axis=0))
    return np.array(found)
