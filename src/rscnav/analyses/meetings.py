"""Analysis `encounters`: how many of each category, activity around them, and how far a and b are apart."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.encounter_categories import (
    MISSED,
    ORDERS,
    all_categories,
    categorise_encounters,
    samples_around,
    why_no_misses,
)
from rscnav.analyses.prepare import Prepared, prepare
from rscnav.analyses.result import Result
from rscnav.analyses.statistics import permutation_p
from rscnav.config.base import Closed
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

NEEDS = ("trials", "encounters")
FIELDS = ("position", "phase", "belief", "bin_centres", "encounters")


class Settings(Closed):
    """Activity around encounters, and the distance between the mean states of a and b."""

    before_s: float = Field(2.0, ge=0, description="window before the first sample in view (s)")
    after_s: float = Field(2.0, ge=0, description="window after it (s)")
    n_permutations: int = Field(200, ge=1, description="permutations of the labels a and b")
    min_encounters: int = Field(2, ge=2, description="fewer encounters with a or b than this give no distance")


def run(session: Session, settings: Settings, common: Any, seeds: Seeds) -> Result:
    """Count encounters by category, average activity around them, and compare a with b.

    Activity is low-passed and each unit z-scored over all samples of the chosen trials; constant units are left out.
    The distance between the mean states around a- and b-encounters is the root mean square over units of the difference
    of their means (in sd of a unit). Its control permutes the labels a and b among the encounters of that order; noise
    alone makes a distance, and the control shows how large.
    """
    prepared = prepare(session, common)
    chosen = np.isin(session.need("encounters")["trial"], prepared.trial)
    table = categorise_encounters(session)[chosen]
    result = Result(notes={"trials": prepared.trials})
    if not len(table):
        return Result.not_applicable(f"no encounter in the trials chosen ({prepared.trials})")
    z = _z_scored(prepared)
    result.add("n_constant_units", session.n_units - z.shape[1])
    if z.shape[1] == 0:
        return Result.not_applicable("every unit is constant")
    lags = np.arange(-round(settings.before_s / session.dt_s), round(settings.after_s / session.dt_s) + 1)
    around = samples_around(session, table, lags, prepared.samples)
    result.add("time", lags * session.dt_s, "s", ("lag",))

    names = all_categories(session)
    names += sorted(set(table["category"]) - set(names))  # third landmarks, where there are any
    masks = [table["category"] == name for name in names]
    _add_average(result, "category", names, masks, z, around)
    groups = {
        f"{ORDERS[order]} {landmark}": (table["order"] == order) & (table["landmark"] == landmark)
        for order in (1, 2)
        for landmark in session.landmark_names
    }
    groups |= {
        f"{ORDERS[2]} {outcome}": (table["order"] == 2) & (table["outcome"] == outcome)
        for outcome in ("correct", "incorrect")
    }
    groups[MISSED] = table["kind"] == MISSED
    _add_average(result, "group", list(groups), list(groups.values()), z, around)
    result.add("n_encounters", int(np.sum(table["kind"] == "encounter")))
    for name in ("1st", "2nd", MISSED):
        result.add(f"n_{name}", int(np.sum(np.char.startswith(table["category"], name))))

    if undefined := why_no_misses(session):
        result.notes[MISSED] = undefined

    a, b = (*session.landmark_names, "", "")[:2]
    for order in (1, 2):
        label = ORDERS[order]
        pair = (table["order"] == order) & np.isin(table["landmark"], (a, b))
        is_a = table["landmark"][pair] == a
        counts = (int(is_a.sum()), int(np.sum(~is_a)))
        if min(counts) < settings.min_encounters:
            result.notes[label] = (
                f"{counts[0]} encounters with a and {counts[1]} with b; {settings.min_encounters} of each are needed"
            )
        _add_distance(result, label, z, around[pair], is_a, settings, seeds.generator("labels", label))
    return result


def _z_scored(prepared: Prepared) -> NDArray[np.float32]:
    """Z-score each unit over all samples; constant units are dropped."""
    activity = prepared.activity
    mean, sd = activity.mean(axis=0, dtype=np.float64), activity.std(axis=0, dtype=np.float64)
    lively = activity.max(axis=0) > activity.min(axis=0)
    return ((activity[:, lively] - mean[lively]) / sd[lively]).astype(np.float32)


def _add_average(
    result: Result,
    what: str,
    names: list[str],
    masks: list[NDArray[np.bool_]],
    z: NDArray[np.float32],
    around: NDArray[np.intp],
) -> None:
    """Add count, and mean and sem over encounters of the population mean, for each of the named sets of encounters."""
    population = np.append(z.mean(axis=1, dtype=np.float64), np.nan)  # the last one answers for -1
    traces = population[around]  # (encounter, lag)
    shape = (len(names), around.shape[1])
    mean, sem, n = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, np.int64)
    for k, mask in enumerate(masks):
        known = np.isfinite(traces[mask])
        n[k] = known.sum(axis=0)
        some, many = n[k] > 0, n[k] > 1
        values = np.where(known, traces[mask], 0.0)
        mean[k, some] = values.sum(axis=0)[some] / n[k, some]
        squares = np.where(known, values - np.where(some, mean[k], 0.0), 0.0) ** 2
        sem[k, many] = np.sqrt(squares.sum(axis=0)[many] / (n[k, many] - 1) / n[k, many])
    result.add(what, np.array(names), "", (what,))
    result.add(f"{what}_count", [int(mask.sum()) for mask in masks], "", (what,))
    result.add(f"{what}_activity", mean, "sd", (what, "lag"))
    result.add(f"{what}_activity_sem", sem, "sd", (what, "lag"))
    result.add(f"{what}_activity_n", n, "", (what, "lag"))


def _add_distance(
    result: Result,
    label: str,
    z: NDArray[np.float32],
    around: NDArray[np.intp],
    is_a: NDArray[np.bool_],
    settings: Settings,
    generator: np.random.Generator,
) -> None:
    """Add the distance between the mean states of a and b at each lag, with its control, from label permutations."""
    labels = np.stack([is_a, *(generator.permutation(is_a) for _ in range(settings.n_permutations))])
    distance = np.full((len(labels), around.shape[1]), np.nan)
    for lag in range(around.shape[1]):
        there = around[:, lag] >= 0
        in_a = labels[:, there].astype(np.float64)  # (draw, encounter)
        n_a, n_b = in_a.sum(axis=1), (1 - in_a).sum(axis=1)
        enough = np.minimum(n_a, n_b) >= settings.min_encounters
        if not enough[0]:
            continue
        states = z[around[there, lag]].astype(np.float64)
        in_a, n_a, n_b = in_a[enough], n_a[enough, None], n_b[enough, None]
        sums = in_a @ states
        apart = sums / n_a - (states.sum(axis=0) - sums) / n_b
        distance[enough, lag] = np.sqrt(np.mean(apart**2, axis=1))
    known = np.isfinite(distance[0])
    control = np.full((3, len(known)), np.nan)
    p = np.full(len(known), np.nan)
    for lag in np.flatnonzero(known).tolist():
        null = distance[1:, lag][np.isfinite(distance[1:, lag])]
        if len(null):
            control[:, lag] = null.mean(), *np.percentile(null, [2.5, 97.5])
            p[lag] = permutation_p(null, distance[0, lag])
    result.add(f"{label}/distance", distance[0], "sd", ("lag",))
    for name, values in zip(("mean", "low", "high"), control, strict=True):
        result.add(f"{label}/control_{name}", values, "sd", ("lag",))
    result.add(f"{label}/p", p, "", ("lag",))
