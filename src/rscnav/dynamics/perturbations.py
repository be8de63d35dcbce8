"""Perturbation response: distance over time of perturbed states, off the manifold of the session's states and along it."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import Result
from rscnav.analyses.statistics.intervals import mean_interval
from rscnav.analyses.statistics.jackknife import jackknifed
from rscnav.analyses.statistics.pca import explained_variance
from rscnav.dynamics.landscape import nearest
from rscnav.dynamics.settings import Settings
from rscnav.dynamics.trajectories import Trajectories
from rscnav.dynamics.trial_statistics import add_band, fit_exponential_decay
from rscnav.seeds import Seeds
from rscnav.sessions.geometry import distance

NEIGHBOURS = 50  # nearest states that define the tangent space at a state ...
TANGENT = 3  # ... of this dimension
HELD = 0.95  # off the manifold: orthogonal to the principal directions with this fraction of the variance
N_CLOUD_LAGS = 12  # lags at which distances to the session's states are computed


def add_recovery(result: Result, visited: Trajectories, settings: Settings, seeds: Seeds) -> None:
    """Add the responses to perturbations off and along the manifold: distances of autonomous runs to the unperturbed run."""
    dt_s = visited.session.dt_s
    n_steps = max(2, round(settings.perturbation_follow_s / dt_s))
    time = np.arange(n_steps + 1) * dt_s
    lags = np.unique(np.round(np.geomspace(1, n_steps + 1, N_CLOUD_LAGS)).astype(int) - 1)
    result.add("return/time", time, "s", ("lag",))
    result.add("return/cloud_time", time[lags], "s", ("cloud_lag",))
    result.add("return/size", settings.perturbation * visited.spread, "")
    cloud = seeds.generator("cloud").permutation(visited.test)[: settings.n_manifold_states]
    main = _main_directions(visited, cloud)
    result.add("return/n_main_directions", main.shape[1])
    for phase, samples in visited.draw_by_phase(result, "return", settings.n_trials, seeds):
        states = visited.states[samples].astype(np.float64)
        tangents = _tangents(visited, samples, cloud)
        quiet = visited.system.run(states, n_steps)
        for way in ("off", "along"):
            pushes = _pushes(tangents, main, way, seeds.generator("push", phase, way))
            if pushes is None:
                result.notes[f"{phase}/return/{way}"] = "the main directions leave none that is off the manifold"
                continue
            pushed = visited.system.run(states + settings.perturbation * visited.spread * pushes, n_steps)
            _add_way(result, visited, f"{phase}/{way}", quiet, pushed, settings, seeds.generator("groups", phase, way))
            for name, run in (("", pushed), ("_unperturbed", quiet)):
                away = np.stack([nearest(run[k], visited.states[cloud]) for k in lags], axis=1) / visited.spread
                add_band(result, f"{phase}/{way}/to_cloud{name}", mean_interval(away), "spread", ("cloud_lag",))


def _main_directions(visited: Trajectories, cloud: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the leading principal directions, (state, component), with a fraction `HELD` of the variance of the test trials."""
    _, axes = visited.axes
    share = np.cumsum(explained_variance(visited.states[cloud], axes))
    return axes[:, : int(np.searchsorted(share, HELD)) + 1]


def _tangents(visited: Trajectories, samples: NDArray[np.intp], cloud: NDArray[np.intp]) -> list[NDArray[np.float64]]:
    """Return the tangent directions (state, component) at each sample: principal directions of the nearest states of other trials."""
    around = visited.states[cloud].astype(np.float64)
    squares = np.sum(around**2, axis=1)
    found = []
    for sample in samples:
        gap = squares - 2 * around @ visited.states[sample]
        gap[visited.session.trial[cloud] == visited.session.trial[sample]] = np.inf
        near = around[np.argsort(gap, kind="stable")[:NEIGHBOURS]]
        _, size, axes = np.linalg.svd(near - near.mean(axis=0), full_matrices=False)
        found.append(axes[:TANGENT][size[:TANGENT] > 1e-9 * float(size.max(initial=0))].T)
    return found


def _pushes(
    tangents: list[NDArray[np.float64]], main: NDArray[np.float64], way: str, generator: np.random.Generator
) -> NDArray[np.float64] | None:
    """Draw one direction of length 1 per state, (trial, state): in its tangent space, or orthogonal to it and to `main`."""
    drawn = []
    for tangent in tangents:
        if way == "along":
            push = tangent @ generator.standard_normal(tangent.shape[1])
        else:
            basis, _ = np.linalg.qr(np.hstack([main, tangent]))
            push = generator.standard_normal(len(main))
            push -= basis @ (basis.T @ push)
            push -= basis @ (basis.T @ push)  # a second time, against rounding errors
        drawn.append(push / max(float(np.linalg.norm(push)), 1e-300))
    pushes = np.array(drawn)
    n_directions = min(main.shape[1] + TANGENT, main.shape[0])
    empty = way == "off" and n_directions >= main.shape[0]
    return None if empty or not np.allclose(np.linalg.norm(pushes, axis=1), 1) else pushes


def _add_way(
    result: Result,
    visited: Trajectories,
    name: str,
    quiet: NDArray[np.float64],
    pushed: NDArray[np.float64],
    settings: Settings,
    generator: np.random.Generator,
) -> None:
    """Add the distances after a perturbation, between states and between reported positions, and the fit of their decay."""
    gap = np.linalg.norm(pushed - quiet, axis=2).T  # (trial, lag)
    left = gap / gap[:, :1]
    add_band(result, f"{name}/left", mean_interval(left), "", ("lag",))
    places = distance(visited.best(pushed), visited.best(quiet), visited.places.ring).T
    add_band(result, f"{name}/place", mean_interval(places), visited.task.position_unit, ("lag",))
    add_band(result, f"{name}/left_at_end", mean_interval(left[:, -1]))
    time = result["return/time"]
    group = settings.n_groups, generator

    def log_tau(kept: NDArray[np.bool_]) -> float:
        return float(np.log(fit_exponential_decay(time, left[kept].mean(axis=0))[0]))

    def stays(kept: NDArray[np.bool_]) -> float:
        return fit_exponential_decay(time, left[kept].mean(axis=0))[1]

    add_band(result, f"{name}/time_constant", np.exp(jackknifed(log_tau, len(left), *group)), "s")
    add_band(result, f"{name}/stays", np.clip(jackknifed(stays, len(left), *group), 0, 1))
    if not np.isfinite(result[f"{name}/time_constant/value"]):
        result.notes[f"{name}/time_constant"] = (
            f"the distance does not fall to a constant fraction within {time[-1]:g} s"
        )
