"""Analysis `dispersion`: how widely a unit's rates spread at one place, with one landmark met and with two.

A difference between LM1 and LM2 is to be read against two controls, not against zero, because LM1 always comes before
LM2. In `control` whole trials of behaviour (place and phase) stand beside whole trials of activity: nothing is left but
time in the trial. In `phase_control` only the phases come from another trial, so a unit keeps its places; where units
have both, this is the one that keeps to its false-positive rate (5 % against 30 % for the other, in 60 sessions each).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.angles import stretch_number
from rscnav.analyses.nulls import exchangeable_trials
from rscnav.analyses.passes import Draw, Passes, draw, find_passes, matched
from rscnav.analyses.places import place_bin
from rscnav.analyses.prepare import prepare
from rscnav.analyses.rate_spread import rate_codes, spread
from rscnav.analyses.result import Result
from rscnav.analyses.statistics import jackknife_interval, permutation_p, trial_groups
from rscnav.config.base import Closed
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

NEEDS = ("position", "phase")
FIELDS = ("position", "phase", "belief", "bin_centres")

CONTROLS = ("control", "phase_control")
_JACKKNIFE_DRAWS = 3  # the same ones for every group, so that the groups alone make the difference


class Settings(Closed):
    """Entropy of the rates at a place, LM1 against LM2, on matched passes."""

    n_places: int = Field(20, ge=1, description="locations on the ring")
    n_places_side: int = Field(4, ge=1, description="locations along each side of the plane")
    n_rates: int = Field(8, ge=2, le=256, description="bins of rate, between a unit's lowest and highest")
    min_passes: int = Field(5, ge=1, description="locations with fewer passes than this in LM1 or LM2 are left out")
    apart_s: float = Field(0.5, ge=0, description="back at a location sooner than this is the same pass (s)")
    settle_s: float = Field(
        1.0, ge=0, description="samples this soon after a gap are left out: the filter has not settled (s)"
    )
    n_draws: int = Field(10, ge=1, description="matching draws that are averaged")
    n_permutations: int = Field(100, ge=1, description="permutations of whole trials, for each control")
    n_groups: int = Field(20, ge=2, description="groups of trials of the jackknife")


def run(session: Session, settings: Settings, common: Any, seeds: Seeds) -> Result:
    """Compare dispersion between LM1 and LM2 after matching passes; interval over trials, two controls."""
    prepared = prepare(session, common)
    phases = session.need("phase")[prepared.samples]
    place, n_places = place_bin(
        session.need("position")[prepared.samples], session.is_ring, settings.n_places, settings.n_places_side
    )
    place[_since_gap(session)[prepared.samples] < settings.settle_s] = -1
    used = (place >= 0) & ((phases == 1) | (phases == 2))
    if not used.any():
        return Result.not_applicable(f"no sample in LM1 or LM2 later than {settings.settle_s:g} s after a gap")
    codes, lively = rate_codes(prepared.activity, used, settings.n_rates)
    if not lively.any():
        return Result.not_applicable("every unit is constant")
    time = session.time[prepared.samples]

    def passes_of(rows: NDArray[np.intp], phase_rows: NDArray[np.intp]) -> Passes:
        phase, apart = phases[phase_rows], settings.apart_s + session.dt_s
        return find_passes(place[rows], phase, prepared.trial[rows], time[rows], n_places, apart)

    everything = np.arange(len(place))
    passes = passes_of(everything, everything)
    generator = seeds.generator("matching")
    draws = [draw(passes, generator) for _ in range(settings.n_draws)]
    whole = [spread(passes, d, codes, settings.n_rates, settings.min_passes) for d in draws]
    means = np.mean([s.means() for s in whole], axis=0)  # (estimate, phase)
    group = trial_groups(prepared.trial, settings.n_groups, seeds.generator("jackknife"))[passes.first_samples()]
    without = [_without(passes, draws[:_JACKKNIFE_DRAWS], codes, settings, group != g) for g in np.unique(group)]

    result = Result(notes={"trials": prepared.trials})
    by_unit = np.mean([s.plugin for s in whole], axis=0)
    result.add("LM1_units", by_unit[0], "bit", ("unit",))
    result.add("LM2_units", by_unit[1], "bit", ("unit",))
    result.add("units", np.flatnonzero(lively), "", ("unit",))
    result.add("n_passes", matched(passes, draws[0], settings.min_passes)[1], "", ("place",))
    result.add("n_constant_units", int(np.sum(~lively)))
    for k, suffix in enumerate(("", "_mm")):
        difference = means[k, 0] - means[k, 1]
        low, high = jackknife_interval(difference, [w[k, 0] - w[k, 1] for w in without])
        values = {"LM1": means[k, 0], "LM2": means[k, 1], "difference": difference, "low": low, "high": high}
        for name, value in values.items():
            result.add(f"{name}{suffix}", value, "bit")
    for control in CONTROLS:
        observed, null = _null(control, passes_of, prepared.trial, codes, settings, seeds)
        for k, suffix in enumerate(("", "_mm")):
            _add_control(result, control, suffix, observed[k], null[:, k])
    if not result["n_passes"].any():
        best = matched(passes, draws[0], 1)[1].max()
        result.notes["LM1"] = (
            f"no location has {settings.min_passes} passes in both LM1 and LM2 (the best has {best}); "
            "more trials are needed"
        )
    return result


def _since_gap(session: Session) -> NDArray[np.float64]:
    """Give the time (s) since the contiguous stretch that each sample lies in began."""
    stretch = stretch_number(session)
    _, first = np.unique(stretch, return_index=True)
    return session.time - session.time[first][stretch]


def _without(
    passes: Passes, draws: list[Draw], codes: NDArray[np.uint8], settings: Settings, keep: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give the means (estimate, phase) from the passes to keep."""
    each = [spread(passes, d, codes, settings.n_rates, settings.min_passes, keep).means() for d in draws]
    return np.mean(each, axis=0)


def _null(
    control: str, passes_of: Any, trial: NDArray[np.integer], codes: NDArray[np.uint8], settings: Settings, seeds: Seeds
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the difference (estimate,) on trials cut to like lengths, and those under the null (draw, estimate)."""
    exchangeable = exchangeable_trials(trial)
    rows = exchangeable.samples()
    if not len(rows):
        return np.full(2, np.nan), np.empty((0, 2))
    generator = seeds.generator(control)
    own = passes_of(rows, rows)

    def difference(passes: Passes, activity_rows: NDArray[np.intp]) -> NDArray[np.float64]:
        drawn = draw(passes, generator)
        drawn = Draw(activity_rows[drawn.sample], drawn.order)
        means = spread(passes, drawn, codes, settings.n_rates, settings.min_passes).means()
        return means[:, 0] - means[:, 1]

    null = []
    for _ in range(settings.n_permutations):
        permuted = exchangeable.permuted(generator)
        null.append(difference(own, permuted) if control == "control" else difference(passes_of(rows, permuted), rows))
    return np.mean([difference(own, rows) for _ in range(settings.n_draws)], axis=0), np.array(null)


def _add_control(result: Result, control: str, suffix: str, observed: float, null: NDArray[np.float64]) -> None:
    """Add the control's mean and band, and the two-sided p of the observed difference."""
    mean = low = high = p = np.nan
    null = null[np.isfinite(null)]
    if len(null) and np.isfinite(observed):
        mean = null.mean()
        low, high = np.percentile(null, [2.5, 97.5])
        p = float(permutation_p(np.abs(null - mean), abs(observed - mean)))
    elif not len(null):
        result.notes[control] = "no control: no two trials have similar lengths (within 20 %), or too few passes"
    result.add(f"{control}_mean{suffix}", mean, "bit")
    result.add(f"{control}_low{suffix}", low, "bit")
    result.add(f"{control}_high{suffix}", high, "bit")
    result.add(f"{control}_p{suffix}", p)
