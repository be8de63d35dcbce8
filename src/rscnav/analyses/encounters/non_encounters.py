"""Analysis `non_encounters`: state and belief at non-encounters, compared with matched passages."""

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
    """Settings of non-encounters and matched passages."""

    before_s: float = Field(
        1.0, gt=0, le=1_000, description="window before the time at which the landmark would come into view (s)"
    )
    after_s: float = Field(
        1.5, ge=0, le=1_000, description="window after the time at which the landmark would come into view (s)"
    )
    readout_s: float = Field(
        0.5,
        ge=0,
        le=1_000,
        description="time after the landmark would have left view at which results are evaluated (s)",
    )
    position_tolerance_rad: float = Field(
        0.2, gt=0, description="largest distance between the positions of matched passages (rad)"
    )
    path_tolerance_rad: float = Field(
        0.3, gt=0, description="largest difference in the angle moved between non-encounter and other passage (rad)"
    )
    time_tolerance_s: float = Field(
        2.0, gt=0, description="largest difference in the time in the trial between matched passages (s)"
    )
    min_sets: int = Field(6, ge=3, le=100_000, description="sets of four passages that the analysis needs")
    max_sets: int = Field(400, ge=3, le=100_000, description="maximum of non-encounters, drawn at random")
    n_null: int = Field(200, ge=1, description="permutations: non-encounter and other passage are exchanged")


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compare state and belief at non-encounters with those in matched passages of other trials.

    `find_passages` defines the sets of four. Activity is low-pass filtered, each unit is z-scored, and the part that
    the time in the trial predicts is removed by linear regression. `moved`, the state displacement, is the distance of
    the state from its value just before the landmark would come into view (root mean square over units), minus that of
    the twin, which passes the same positions in LM2. `shown` is the alternative evidence of a linear decoder. `network`
    and `bayes` are the mass within the visibility radius of the alternative positions, in the belief of the network and
    of the exact filter. Null distribution: non-encounter and other passage are exchanged within a set.
    """
    if undefined := why_no_non_encounters(session):
        return Result.not_applicable(undefined)
    chosen, words = chosen_trials(session, common.trials)
    steps = round(settings.readout_s / session.dt_s)
    tolerance = MatchTolerance(settings.position_tolerance_rad, settings.path_tolerance_rad, settings.time_tolerance_s)
    sets = find_passages(session, chosen, steps, tolerance, settings.max_sets, seeds.generator("passages"))
    if not sets.n_missed:
        return Result.not_applicable(
            f"no non-encounter is followed by {settings.readout_s:g} s (readout_s) without a landmark in view"
        )
    prepared = prepare(session, common)
    z = zscore(prepared.activity, out=prepared.activity)
    if z.shape[1] == 0:
        return Result.not_applicable("every unit is constant")
    result = Result(notes={"trials": words})
    result.add("n_non_encounters", sets.n_missed)
    result.add("n_sets", len(sets.length))
    if len(sets.length) < settings.min_sets:
        found = f"{len(sets.length)} of {sets.n_missed} non-encounters have matched passages"
        result.notes["sets"] = f"{found}; {settings.min_sets} are needed (min_sets)"
        return result
    lags = np.arange(-max(1, round(settings.before_s / session.dt_s)), round(settings.after_s / session.dt_s) + 1)
    result.add("time", lags * session.dt_s, "s", ("lag",))
    z = regress_out_time(z, prepared.step * session.dt_s, out=z)
    signs = random_sign_flips(len(sets.length), settings.n_null, seeds.generator("permutations"))
    index = np.full(len(session.time) + 1, -1)  # the last element is for index -1
    index[prepared.samples] = np.arange(len(prepared.samples))
    around, last = sets.event_samples(lags), sets.start + sets.length - 1 + steps
    moved = [_moved(z, index, sets.start, at) for at in (around, last[..., None])]
    _add_compared(result, ("moved", "moved"), _beyond_twins(moved[0]), _beyond_twins(moved[1])[..., 0], signs, settings)
    generator = seeds.generator("readout")
    if readout := _readout(session, z, prepared, sets.start[[1, 3]], generator):
        # Twins are evaluated at the alternative positions of their passages.
        whose = [0, 0, 2, 2]
        shown = [
            decoded_alternative_evidence(session, readout, z, index, at, at[whose])
            for at in (around, (sets.start - 1)[..., None], last[..., None])
        ]
        drop = _beyond_twins(shown[1] - shown[2])[..., 0]
        _add_compared(result, ("shown", "shown_drop"), _beyond_twins(shown[0]), drop, signs, settings)
    else:
        result.notes["shown"] = (
            f"fewer than {MIN_SAMPLES} samples in LM2, outside of the twins' trials, to fit the position decoder"
        )
    for name, field in BELIEFS.items():
        if (belief := getattr(session, field)) is None:
            if name == "network":
                result.notes["belief"] = "the session has no belief to compare with the state"
            continue
        pair = [0, 2]
        mass = mass_at_wrong_places(session, belief, around[pair])
        ends = [mass_at_wrong_places(session, belief, at[pair]) for at in (sets.start - 1, last)]
        _add_compared(result, (name, f"{name}_drop"), mass, ends[0] - ends[1], signs, settings)
    return result


def _moved(
    z: NDArray[np.float32], index: NDArray[np.intp], start: NDArray[np.intp], at: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Compute the state displacement at samples `at` (role, set, lag), from the states one sample before `start` (role, set).

    It is the root mean square over units of the difference. `index` are the rows of `z` of the session's samples.
    """
    result = np.empty(at.shape)
    for role in range(len(start)):
        before = states_at(z, index, start[role] - 1).astype(np.float64)
        for lag in range(at.shape[2]):
            result[role, :, lag] = np.sqrt(np.mean((states_at(z, index, at[role, :, lag]) - before) ** 2, axis=1))
    return result


def _beyond_twins(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Subtract the values of the twins: values (role, ...) of the four passages become (2, ...), non-encounter and other."""
    return values[[0, 2]] - values[[1, 3]]


def _readout(
    session: Session,
    z: NDArray[np.float32],
    prepared: Prepared,
    twins: NDArray[np.intp],
    generator: np.random.Generator,
) -> PlaceReadout | None:
    """Fit the position decoder in LM2, in trials that contain no twin; None if there are too few samples."""
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
    """Add the means of non-encounter and other passages, their difference and its p.

    `curves` (2, set, lag) are values by lag, `numbers` (2, set) one value per set.
    """
    of_lag, of_number = names
    unit = "sd" if of_lag == "moved" else ""
    both = np.isfinite(curves).all(axis=0)
    since = (
        curves - curves[:, :, [int(np.searchsorted(result["time"], -1e-9)) - 1]]
    )  # change since the last sample before time 0
    difference = np.where(np.isfinite(since).all(axis=0), since[0] - since[1], np.nan)
    n = np.isfinite(difference).sum(axis=0)
    for what, values in zip(KINDS, (*np.where(both, curves, np.nan), difference), strict=True):
        result.add_each(f"{of_lag}/{what}", INTERVAL, mean_interval(values, settings.min_sets), unit, ("lag",))
    null = np.abs(signs @ np.where(np.isfinite(difference), difference, 0.0)) / np.maximum(n, 1)
    tests = max_statistic_test(np.abs(result[f"{of_lag}/difference"]), null)
    result.add(f"{of_lag}/n", n, "", ("lag",))
    result.add(f"{of_lag}/p", tests.p, "", ("lag",))
    result.add(f"{of_lag}/p_corrected", tests.p_corrected, "", ("lag",))
    for what, values in zip(KINDS, (*numbers, numbers[0] - numbers[1]), strict=True):
        result.add_each(f"{of_number}_{what}", INTERVAL, mean_interval(values, settings.min_sets), unit)
    drop = np.nan_to_num(numbers[0] - numbers[1])
    result.add(f"{of_number}_p", permutation_p(np.abs(signs @ drop), np.abs(drop.sum())))
