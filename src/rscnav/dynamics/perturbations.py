"""Perturbed states, off the manifold of the session's states and along it: what of a perturbation is left over time."""

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

NEIGHBOURS = 50  # states that span the tangent at a state ...
TANGENT = 3  # ... in this many directions
HELD = 0.95  # off the manifold: at right angles to the directions that hold this share of the variance
N_CLOUD_LAGS = 12  # lags at which distances to the session's states are taken


def add_recovery(result: Result, visited: Trajectories, settings: Settings, seeds: Seeds) -> None:
    """Perturb states of each phase in two ways, run on without input, and follow the distance to the unperturbed run."""
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
    """Give the leading directions, (state, component), that hold most of the variance of the test trials' states."""
    _, axes = visited.axes
    share = np.cumsum(explained_variance(visited.states[cloud], axes))
    return axes[:, : int(np.searchsorted(share, HELD)) + 1]


def _tangents(visited: Trajectories, samples: NDArray[np.intp], cloud: NDArray[np.intp]) -> list[NDArray[np.float64]]:
    """Give the directions (state, component) in which the nearest states, of other trials, spread around each sample's."""
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
    """Draw a direction of length 1 a state, (trial, state): in its tangent, or at right angles to it and to the main ones."""
    drawn = []
    for tangent in tangents:
        if way == "along":
            push = tangent @ generator.standard_normal(tangent.shape[1])
        else:
            basis, _ = np.linalg.qr(np.hstack([main, tangent]))
            push = generator.standard_normal(len(main))
            push -= basis @ (basis.T @ push)
            push -= basis @ (basis.T @ push)  # again: what rounding left
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
    """Add what is left of a perturbation: of the distance between states, and between the best places believed in."""
    apart = np.linalg.norm(pushed - quiet, axis=2).T  # (trial, lag)
    left = apart / apart[:, :1]
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
        result.notes[f"{name}/time_constant"] = f"the distance does not fall to a fixed share within {time[-1]:g} s"
