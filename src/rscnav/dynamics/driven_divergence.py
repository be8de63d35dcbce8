"""Driven divergence: states before the second landmark, of a- and of b-trials, under the same input."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import Result
from rscnav.dynamics.distance_ratio import StatePairs, add_ratio, pairwise
from rscnav.dynamics.settings import Settings
from rscnav.dynamics.trajectories import Trajectories
from rscnav.seeds import Seeds


def add_driven_divergence(result: Result, visited: Trajectories, settings: Settings, seeds: Seeds) -> None:
    """Add the distance ratio of a- and b-trials under the same input, by distances of states and by distances of beliefs."""
    if visited.inputs is None:
        result.notes["apart"] = (
            "the session does not contain the inputs of this task, so that runs cannot be continued with the input of another trial"
        )
        return
    if getattr(visited.task, "map_shown", False):
        result.notes["apart"] = (
            "landmarks have new places in each trial, so that a and b do not mean the same in all trials"
        )
        return
    if len(visited.task.landmark_names) < 2:
        result.notes["apart"] = "the task has one landmark; two are needed"
        return
    n_steps = max(1, round(settings.driven_s / visited.session.dt_s))
    samples, is_a, approach = _before_second(visited, settings, seeds)
    result.add("apart/n_a", int(is_a.sum()))
    result.add("apart/n_b", int(np.sum(~is_a)))
    if min(is_a.sum(), np.sum(~is_a)) < settings.min_trials:
        result.notes["apart"] = (
            f"{is_a.sum()} second encounters with a and {np.sum(~is_a)} with b in the test trials, after an approach from another location; "
            f"{settings.min_trials} of each are needed"
        )
        return
    inputs = {
        stratum: _continuations(
            visited, samples[approach == stratum], n_steps, settings, seeds.generator("input", str(stratum))
        )
        for stratum in np.unique(approach)
    }
    if not all(len(some) for some in inputs.values()):
        result.notes["apart"] = (
            f"no trial continues for {settings.driven_s:g} s (driven_s) after its second landmark came into view"
        )
        return
    result.add("apart/time", np.arange(-1, n_steps) * visited.session.dt_s, "s", ("lag",))
    states = visited.states[samples].astype(np.float64)
    distances = {what: np.zeros((n_steps + 1, len(states), len(states))) for what in ("state", "belief")}
    for stratum, some in inputs.items():
        here = np.flatnonzero(approach == stratum)
        for one in some:
            run = visited.system.run(states[here], n_steps, one)
            root = np.sqrt(visited.system.report(run) / 2)
            for what, points in (("state", run), ("belief", root)):
                distances[what][:, here[:, None], here] += pairwise(points) / len(some)
    for what, distance in distances.items():
        add_ratio(result, what, StatePairs(distance, approach), is_a, settings, seeds.spawn("compare", what))


def _before_second(
    visited: Trajectories, settings: Settings, seeds: Seeds
) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.integer]]:
    """Return the last sample before the second landmark of test trials, whether it is a, and the category of its approach.

    Landmarks in view from the start of a trial are dropped, because no sample precedes them. Categories of approach with fewer
    than two trials of a or of b are dropped.
    """
    session = visited.session
    a, b = visited.task.landmark_names[:2]
    table = session.require("encounters")
    rows = table[(table["kind"] == "encounter") & (table["order"] == 2) & ~table["from_start"]]
    rows = rows[(session.trials["split"][rows["trial"]] == "test") & np.isin(rows["landmark"], (a, b))]
    onset = np.searchsorted(session.time, rows["onset_s"])
    inside = (onset > 0) & (session.trial[np.maximum(onset - 1, 0)] == rows["trial"])
    rows, onset = rows[inside], onset[inside]
    chosen: list[int] = []
    for name in (a, b):
        those = np.flatnonzero(rows["landmark"] == name)
        chosen += seeds.generator("encounters", name).permutation(those)[: settings.n_encounters].tolist()
    order = np.sort(np.array(chosen, np.intp))
    rows, onset = rows[order], onset[order]
    is_a, approach = rows["landmark"] == a, np.unique(rows["approach"], return_inverse=True)[1].astype(np.int64)
    enough = np.ones(len(rows), bool)
    for stratum in np.unique(approach):
        here = approach == stratum
        if min(np.sum(is_a & here), np.sum(~is_a & here)) < 2:
            enough[here] = False
    return onset[enough] - 1, is_a[enough], approach[enough]


def _continuations(
    visited: Trajectories, samples: NDArray[np.intp], n_steps: int, settings: Settings, generator: np.random.Generator
) -> NDArray[np.float32]:
    """Draw inputs that follow some of the samples, (continuation, step, channel), from trials that are long enough."""
    assert visited.inputs is not None  # checked by the caller
    trial, at = np.divmod(samples, visited.inputs.shape[1])
    long = np.flatnonzero(at + n_steps < visited.inputs.shape[1])
    drawn = generator.permutation(long)[: settings.n_continuations, None]
    return visited.inputs[trial[drawn], at[drawn] + np.arange(1, n_steps + 1)]
