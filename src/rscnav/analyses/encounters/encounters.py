"""Analysis `encounters`: counts and mean activity of each encounter category."""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.encounters.categories import (
    MISSED,
    ORDERS,
    RETURN,
    all_categories,
    categorise_encounters,
    samples_around,
    why_no_non_encounters,
)
from rscnav.analyses.preprocessing import prepare
from rscnav.analyses.result import INTERVAL, Result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.intervals import t_quantile
from rscnav.analyses.statistics.standardise import zscore
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings
from rscnav.trial_ratios import ratio_of_sums

NEEDS = ("trials", "encounters")
FIELDS = ("position", "phase", "belief", "bin_centres", "encounters")


class Settings(StrictSettings):
    """Event window around encounters."""

    before_s: float = Field(2.0, ge=0, le=1_000, description="event window before the first sample in view (s)")
    after_s: float = Field(2.0, ge=0, le=1_000, description="event window after the first sample in view (s)")


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Count encounters by category, and average activity around them.

    Activity is low-pass filtered, and each unit is z-scored over all samples of the selected trials; constant units are
    left out. The mean over units is averaged over the encounters of each category (order, landmark, outcome; return;
    non-encounter) and of each group (order and landmark; second landmarks by outcome; return; non-encounter), with a
    95 % interval over trials.
    """
    prepared = prepare(session, common)
    chosen = np.isin(session.require("encounters")["trial"], prepared.trial)
    table = categorise_encounters(session)[chosen]
    result = Result(notes={"trials": prepared.trials})
    if not len(table):
        return Result.not_applicable(f"no encounter in the selected trials (trials: {prepared.trials})")
    z = zscore(prepared.activity, out=prepared.activity)
    result.add("n_constant_units", session.n_units - z.shape[1])
    if z.shape[1] == 0:
        return Result.not_applicable("every unit is constant")
    lags = np.arange(-round(settings.before_s / session.dt_s), round(settings.after_s / session.dt_s) + 1)
    around = samples_around(session, table["onset_s"], lags, prepared.samples)
    result.add("time", lags * session.dt_s, "s", ("lag",))
    population = np.append(z.mean(axis=1, dtype=np.float64), np.nan)  # the last element is for index -1
    traces = population[around]  # (encounter, lag)

    names = all_categories(session)
    names += sorted(set(table["category"]) - set(names))  # third and later landmarks
    _add_average(result, "category", {name: table["category"] == name for name in names}, traces, table["trial"])
    groups = {
        f"{ORDERS[order]} {landmark}": (table["order"] == order) & (table["landmark"] == landmark)
        for order in (1, 2)
        for landmark in session.landmark_names
    }
    groups |= {
        f"{ORDERS[2]} {outcome}": (table["order"] == 2) & (table["outcome"] == outcome)
        for outcome in ("correct", "incorrect")
    }
    groups |= {name: table["category"] == name for name in (RETURN, MISSED)}
    _add_average(result, "group", groups, traces, table["trial"])
    result.add("n_encounters", int(np.sum(table["kind"] == "encounter")))
    for name in ("1st", "2nd", MISSED):
        result.add(f"n_{name}", int(np.sum(np.char.startswith(table["category"], name))))
    if undefined := why_no_non_encounters(session):
        result.notes[MISSED] = undefined
    return result


def mean_over_trials(
    traces: NDArray[np.floating], trial: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Compute the mean of traces over encounters, with an interval in which the encounters of one trial count together.

    The mean is a ratio of sums over trials, see `rscnav.trial_ratios.ratio_of_sums`. The interval uses Student's t with
    g - 1 degrees of freedom, with g the count of trials.

    Parameters
    ----------
    traces : array, (encounter, lag)
        NaN is left out.
    trial : array, (encounter,)

    Returns
    -------
    mean, se, half : array, (lag,)
        Mean, standard error and half of the 95 % interval; the mean is NaN without an encounter, the others with fewer than two
        trials.
    n : array, (lag,)
        Count of encounters.
    """
    known = np.isfinite(traces)
    names, at = np.unique(trial, return_inverse=True)
    shape = (len(names), traces.shape[1])
    sums, counts = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, at, np.where(known, traces, 0.0))
    np.add.at(counts, at, known)
    mean, se = ratio_of_sums(sums, counts)
    return mean, se, se * t_quantile((counts > 0).sum(axis=0)), counts.sum(axis=0).astype(np.int64)


def _add_average(
    result: Result,
    what: str,
    sets: dict[str, NDArray[np.bool_]],
    traces: NDArray[np.float64],
    trial: NDArray[np.integer],
) -> None:
    """Add count, mean, standard error and interval of each set of encounters."""
    found = [mean_over_trials(traces[use], trial[use]) for use in sets.values()]
    mean, se, half, n = (np.stack(values) for values in zip(*found, strict=True))
    result.add(what, np.array(list(sets)), "", (what,))
    result.add(f"{what}_count", [int(use.sum()) for use in sets.values()], "", (what,))
    ends = *INTERVAL, "_sem"
    result.add_each(f"{what}_activity", ends, (mean, mean - half, mean + half, se), "sd", (what, "lag"))
    result.add(f"{what}_activity_n", n, "", (what, "lag"))
