"""Analysis `missed`: what it does to the state, and to the belief, that a landmark is not where it could have been."""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.encounters.alternative_positions import (
    MIN_SAMPLES,
    PlaceReadout,
    decoded_alternative_evidence,
    fit_place_readout,
    mass_at_wrong_places,
    regress_out_time,
    states_at,
)
from rscnav.analyses.encounters.categories import why_no_non_encounters
from rscnav.analyses.encounters.matched_passages import MAX_CANDIDATES, MatchTolerance, find_passages
from rscnav.analyses.preprocessing import Prepared, chosen_trials, prepare
from rscnav.analyses.result import INTERVAL, Result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.intervals import mean_interval
from rscnav.analyses.statistics.matched_pairs import random_sign_flips
from rscnav.analyses.statistics.max_statistic import max_statistic_test
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.analyses.statistics.standardise import zscore
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NEEDS = ("trials", "encounters", "position", "phase", "n_hypotheses", "landmarks")
FIELDS = ("position", "phase", "n_hypotheses", "landmarks", "encounters", "belief", "bayes_posterior", "bin_centres")

KINDS = ("non_encounter", "other", "difference")
BELIEFS = {"network": "belief", "bayes": "bayes_posterior"}


class Settings(StrictSettings):
    """State and belief around non-encounters, and around passages like them in which nothing is refuted."""

    before_s: float = Field(1.0, gt=0, le=1_000, description="window before the landmark could have come into view (s)")
    after_s: float = Field(1.5, ge=0, le=1_000, description="and after (s)")
    readout_s: float = Field(
        0.5, ge=0, le=1_000, description="numbers are of this long after it should have gone out of view (s)"
    )
    position_tolerance_rad: float = Field(
        0.2, gt=0, description="a passage and its twin are at most this far apart (rad)"
    )
    path_tolerance_rad: float = Field(
        0.3, gt=0, description="other passages go over an angle that differs by at most this (rad)"
    )
    time_tolerance_s: float = Field(
        2.0, gt=0, description="and either differs by at most this in the time in the trial (s)"
    )
    min_sets: int = Field(6, ge=3, le=100_000, description="sets of four passages that are needed")
    max_sets: int = Field(400, ge=3, le=100_000, description="non-encounters to use at most, drawn at random")
    n_null: int = Field(200, ge=1, description="permutations: missed and other change places")


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compare passages past a place where a landmark was missed with other passages in the dark.

    See `find_passages` for the sets of four. Activity is low-passed, each unit z-scored, and what goes with the time in the
    trial alone is taken off. `moved` is how far the state
    has come from where it was just before the landmark could have come into view (the root mean square over units), less how
    far it comes in the passage's twin, which goes past the same places after both landmarks were met. Of the network's and
    of the filter's belief: the mass within the radius of visibility of the wrong places that fit the last landmark met.
    Control: within a set, missed and other change places.
    """
    if undefined := why_no_non_encounters(session):
        return Result.not_applicable(undefined)
    chosen, words = chosen_trials(session, common.trials)
    steps = round(settings.readout_s / session.dt_s)
    alike = MatchTolerance(settings.position_tolerance_rad, settings.path_tolerance_rad, settings.time_tolerance_s)
    sets = find_passages(session, chosen, steps, alike, settings.max_sets, seeds.generator("passages"))
    if not sets.n_missed:
        return Result.not_applicable(f"no landmark was missed, with {settings.readout_s:g} s of dark after it")
    prepared = prepare(session, common)
    z = zscore(prepared.activity, out=prepared.activity)
    if z.shape[1] == 0:
        return Result.not_applicable("every unit is constant")
    result = Result(notes={"trials": words})
    result.add("n_non_encounters", sets.n_missed)
    result.add("n_sets", len(sets.length))
    if len(sets.length) < settings.min_sets:
        found = f"{len(sets.length)} of {sets.n_missed} non-encounters have passages to compare them with"
        result.notes["sets"] = f"{found}; {settings.min_sets} are needed"
        return result
    lags = np.arange(-max(1, round(settings.before_s / session.dt_s)), round(settings.after_s / session.dt_s) + 1)
    result.add("time", lags * session.dt_s, "s", ("lag",))
    z = regress_out_time(z, prepared.step * session.dt_s, out=z)
    signs = random_sign_flips(len(sets.length), settings.n_null, seeds.generator("permutations"))
    index = np.full(len(session.time) + 1, -1)  # the last one answers for 'not there'
    index[prepared.samples] = np.arange(len(prepared.samples))
    around, last = sets.event_samples(lags), sets.start + sets.length - 1 + steps
    moved = [_moved(z, index, sets.start, at) for at in (around, last[..., None])]
    _add_compared(result, ("moved", "moved"), _beyond_twins(moved[0]), _beyond_twins(moved[1])[..., 0], signs, settings)
    generator = seeds.generator("readout")
    if readout := _readout(session, z, prepared, sets.start[[1, 3]], generator):
        # A twin is looked at where it would be wrong to be in the passage that it is the twin of.
        whose = [0, 0, 2, 2]
        shown = [
            decoded_alternative_evidence(session, readout, z, index, at, at[whose])
            for at in (around, (sets.start - 1)[..., None], last[..., None])
        ]
        drop = _beyond_twins(shown[1] - shown[2])[..., 0]
        _add_compared(result, ("shown", "shown_drop"), _beyond_twins(shown[0]), drop, signs, settings)
    else:
        result.notes["shown"] = (
            f"fewer than {MIN_SAMPLES} samples in LM2 besides, to learn from how the state shows a place"
        )
    for name, field in BELIEFS.items():
        if (belief := getattr(session, field)) is None:
            if name == "network":
                result.notes["belief"] = "there is no belief to set beside the state"
            continue
        pair = [0, 2]
        mass = mass_at_wrong_places(session, belief, around[pair])
        ends = [mass_at_wrong_places(session, belief, at[pair]) for at in (sets.start - 1, last)]
        _add_compared(result, (name, f"{name}_drop"), mass, ends[0] - ends[1], signs, settings)
    return result


def _moved(
    z: NDArray[np.float32], index: NDArray[np.intp], start: NDArray[np.intp], at: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Root mean square over units of the states at samples (role, set, lag) less those just before the start (role, set)."""
    result = np.empty(at.shape)
    for role in range(len(start)):
        before = states_at(z, index, start[role] - 1).astype(np.float64)
        for lag in range(at.shape[2]):
            result[role, :, lag] = np.sqrt(np.mean((states_at(z, index, at[role, :, lag]) - before) ** 2, axis=1))
    return result


def _beyond_twins(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take from missed and other ones, (2, ...), what their twins have; `values` are (role, ...)."""
    return values[[0, 2]] - values[[1, 3]]


def _readout(
    session: Session,
    z: NDArray[np.float32],
    prepared: Prepared,
    twins: NDArray[np.intp],
    generator: np.random.Generator,
) -> PlaceReadout | None:
    """Fit the readout of the place in LM2, to trials that have no twin; None where there are too few samples."""
    other = (session.require("phase")[prepared.samples] == 2) & ~np.isin(prepared.trial, session.trial[twins])
    at = np.flatnonzero(other)
    if len(at) < MIN_SAMPLES:
        return None
    at = np.sort(generator.permutation(at)[:MAX_CANDIDATES])
    return fit_place_readout(z[at], session.require("position")[prepared.samples[at], 0])


def _add_compared(
    result: Result,
    names: tuple[str, str],
    curves: NDArray[np.float64],
    numbers: NDArray[np.float64],
    signs: NDArray[np.float64],
    settings: Settings,
) -> None:
    """Add means of missed and other ones (2, set, lag) and their difference: at each lag, and as a number; p of that."""
    of_lag, of_number = names
    unit = "sd" if of_lag == "moved" else ""
    both = np.isfinite(curves).all(axis=0)
    since = curves - curves[:, :, [int(np.searchsorted(result["time"], -1e-9)) - 1]]  # what has changed since then
    apart = np.where(np.isfinite(since).all(axis=0), since[0] - since[1], np.nan)
    n = np.isfinite(apart).sum(axis=0)
    for what, values in zip(KINDS, (*np.where(both, curves, np.nan), apart), strict=True):
        result.add_each(f"{of_lag}/{what}", INTERVAL, mean_interval(values, settings.min_sets), unit, ("lag",))
    null = np.abs(signs @ np.where(np.isfinite(apart), apart, 0.0)) / np.maximum(n, 1)
    tests = max_statistic_test(np.abs(result[f"{of_lag}/difference"]), null)
    result.add(f"{of_lag}/n", n, "", ("lag",))
    result.add(f"{of_lag}/p", tests.p, "", ("lag",))
    result.add(f"{of_lag}/p_corrected", tests.p_corrected, "", ("lag",))
    for what, values in zip(KINDS, (*numbers, numbers[0] - numbers[1]), strict=True):
        result.add_each(f"{of_number}_{what}", INTERVAL, mean_interval(values, settings.min_sets), unit)
    lost = np.nan_to_num(numbers[0] - numbers[1])
    result.add(f"{of_number}_p", permutation_p(np.abs(signs @ lost), np.abs(lost.sum())))
