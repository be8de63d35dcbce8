"""Fixed points and slow points of the flow without input, their spectra, and slow states along the ring."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import Result
from rscnav.analyses.statistics.intervals import finite_mean, mean_interval
from rscnav.analyses.tuning.entropy import entropy_bits
from rscnav.dynamics import fixed_points as points
from rscnav.dynamics import jacobian_spectra as spectra
from rscnav.dynamics.filter_dynamics import filter_time_constants
from rscnav.dynamics.settings import Settings
from rscnav.dynamics.trajectories import Trajectories
from rscnav.dynamics.trial_statistics import add_band
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.geometry import distance
from rscnav.sessions.schema import PHASES

SECTORS = 16  # sectors of the ring
MODES = 5  # modes whose time constants are stored
PIECE = 2000  # states whose distances to the session's states are computed at once


def add_landscape(result: Result, visited: Trajectories, settings: Settings, observer: Observer, seeds: Seeds) -> None:
    """Add fixed points, slow points and slow states, found from states of each phase of the test trials."""
    starts = [visited.draw(phase, settings.n_inits, seeds.generator("starts", phase)) for phase in PHASES]
    phase = np.repeat(np.arange(len(PHASES)), [len(some) for some in starts])
    given = visited.states[np.concatenate(starts)].astype(np.float64)
    cloud = visited.states[seeds.generator("cloud").permutation(visited.test)[: settings.n_manifold_states]]
    _add_slow(result, visited, settings, given, phase)

    settled = visited.system.run(given, round(settings.relax_s / visited.session.dt_s))[-1]
    from_there = np.arange(len(phase)) % 2 == 1
    box = points.box_of(visited.states[visited.test])
    found = points.minima(
        visited.system, np.where(from_there[:, None], settled, given), box, settings.tol_q, settings.max_iters
    )
    slow = 0.5 * (settings.slow_fraction * visited.speed) ** 2
    away = nearest(found.states, cloud) / visited.spread
    near, fixed = away <= settings.outlier_distance, found.q <= settings.tol_q
    result.add("n_inits", len(phase))
    for name, out in {
        "n_far": ~near,
        "n_unsettled": near & ~found.settled,
        "n_fast": near & found.settled & (found.q > slow),
    }.items():
        result.add(name, int(out.sum()))
    kept = np.flatnonzero(near & found.settled & (found.q <= slow))
    which, point = points.merge_minima(found.states[kept], found.q[kept], settings.tol_unique * visited.spread)
    rows = kept[which]
    result.add("n_fixed", int(fixed[rows].sum()))
    result.add("n_minima", int((~fixed[rows]).sum()))
    result.add("points/fixed", fixed[rows], "", ("point",))
    result.add("points/speed", np.sqrt(2 * found.q[rows]) / visited.speed, "median speed", ("point",))
    result.add("points/nearest_state", away[rows], "spread", ("point",))
    n_from = np.zeros((len(rows), len(PHASES)), np.int64)
    np.add.at(n_from, (point, phase[kept]), 1)
    result.add("points/n_inits", n_from, "", ("point", "phase"))
    _add_spectra(result, visited, found.states[rows], fixed[rows])
    result.add("filter/time_constant", filter_time_constants(visited, observer, MODES), "s", ("mode",))


def nearest(states: NDArray[np.floating], cloud: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the distance from each state (n, state) to the nearest of the states `cloud` (m, state)."""
    squares = np.sum(cloud.astype(np.float64) ** 2, axis=1)
    found = np.empty(len(states))
    for k in range(0, len(states), PIECE):
        part = states[k : k + PIECE].astype(np.float64)
        gaps = squares - 2 * (part.astype(np.float32) @ cloud.T)  # without |part|²; float32 for speed
        best = np.argmin(gaps, axis=1)
        found[k : k + PIECE] = np.linalg.norm(part - cloud[best], axis=1)
    return found


def _add_spectra(result: Result, visited: Trajectories, states: NDArray[np.float64], fixed: NDArray[np.bool_]) -> None:
    """Add projections, beliefs and eigenvalues at the points."""
    around = spectra.spectrum(visited.system.jacobian(states), visited.session.dt_s)
    result.add("points/projection", visited.shown(states), "", ("point", "component"))
    _add_belief(result, visited, "points", states, "point")
    result.add("points/eigenvalue_real", around.values.real, "", ("point", "mode"))
    result.add("points/eigenvalue_imag", around.values.imag, "", ("point", "mode"))
    result.add("points/n_unstable", around.n_unstable, "", ("point",))
    result.add("points/time_constant", around.time_constants[:, :MODES], "s", ("point", "leading_mode"))
    result.add("points/frequency", around.frequencies[:, :MODES], "Hz", ("point", "leading_mode"))
    result.add("n_stable", int(np.sum(fixed & (around.n_unstable == 0))))


def _add_belief(result: Result, visited: Trajectories, name: str, states: NDArray[np.float64], dim: str) -> None:
    belief = visited.system.report(states)
    result.add(f"{name}/place", visited.places.best(belief), visited.task.position_unit, (dim, "dim"))
    result.add(f"{name}/entropy", entropy_bits(belief), "bits", (dim,))


def _add_slow(
    result: Result, visited: Trajectories, settings: Settings, given: NDArray[np.float64], phase: NDArray[np.integer]
) -> None:
    """Add the first slow state of each autonomous run, and by phase the arrangement of slow states along the ring."""
    dt_s = visited.session.dt_s
    run = visited.system.run(given, round(settings.autonomous_s / dt_s))  # (step, start, state)
    speed = np.linalg.norm(np.diff(run, axis=0), axis=2)
    is_slow = speed <= settings.slow_fraction * visited.speed
    slow, when = is_slow.any(axis=0), np.argmax(is_slow, axis=0)
    states, of_phase = run[when, np.arange(len(given))][slow], phase[slow]
    around = spectra.spectrum(visited.system.jacobian(states), dt_s)
    result.add("slow/time", when[slow] * dt_s, "s", ("state",))
    result.add("slow/projection", visited.shown(states), "", ("state", "component"))
    result.add("slow/phase", of_phase, "", ("state",))
    _add_belief(result, visited, "slow", states, "state")
    result.add("slow/leading_eigenvalue", np.abs(around.values[:, 0]), "", ("state",))
    result.add("slow/n_unstable", around.n_unstable, "", ("state",))
    slow_modes = around.slow_modes(settings.slow_mode_s)
    n_modes = np.array([basis.shape[1] for basis in slow_modes], np.int64)
    result.add("slow/n_slow_modes", n_modes, "", ("state",))
    before, after = visited.best(given[slow]), visited.best(states)
    moved = distance(after, before, visited.places.ring)
    along, elsewhere = np.full(len(states), np.nan), np.full(len(states), np.nan)
    for number, name in enumerate(PHASES):
        here = of_phase == number
        result.add(f"{name}/slow/n", int(here.sum()))
        result.add(
            f"{name}/slow/fraction", float(np.mean(slow[phase == number])) if np.any(phase == number) else np.nan
        )
        add_band(result, f"{name}/slow/time", mean_interval(when[slow][here] * dt_s), "s")
        add_band(result, f"{name}/slow/n_slow_modes", mean_interval(n_modes[here].astype(float)))
        add_band(result, f"{name}/slow/moved", mean_interval(moved[here]), visited.task.position_unit)
        chance = distance(after[here][:, None], before[here][None], visited.places.ring)
        result.add(f"{name}/slow/moved_control", chance.mean() if here.any() else np.nan, visited.task.position_unit)
        if not visited.places.ring:
            continue
        result.add(f"{name}/slow/coverage", _coverage(after[here, 0], visited))
        result.add(f"{name}/slow/coverage_of_starts", _coverage(before[here, 0], visited))
        result.add(f"{name}/slow/gap", _largest_gap(after[here, 0]), "rad")
        tangents, bases = _tangents(visited, number), [slow_modes[k] for k in np.flatnonzero(here)]
        at = _sector(after[here, 0])
        each = np.stack([spectra.alignment(bases, tangents[(at + k) % SECTORS]) for k in range(SECTORS)], axis=1)
        along[here] = each[:, 0]
        counts = np.isfinite(each[:, 1:]).sum(axis=1)
        elsewhere[here] = np.nansum(each[:, 1:], axis=1) / np.where(counts, counts, np.nan)
        add_band(result, f"{name}/slow/alignment", mean_interval(along[here]))
        result.add(f"{name}/slow/alignment_control", finite_mean(elsewhere[here]))
        result.add(f"{name}/slow/alignment_chance", finite_mean(np.sqrt(n_modes[here] / given.shape[1])))
        add_band(result, f"{name}/slow/alignment_excess", mean_interval((along - elsewhere)[here]))


def _tangents(visited: Trajectories, phase: int) -> NDArray[np.float64]:
    """Return the direction of change of the mean state of a phase along the reported position, (sector, state)."""
    samples = visited.test[visited.session.require("phase")[visited.test] == phase]
    samples = samples[:: max(1, len(samples) // 20_000)]
    states = visited.states[samples].astype(np.float64)
    at = _sector(visited.best(states)[:, 0])
    mean = np.full((SECTORS, states.shape[1]), np.nan)
    for sector in np.unique(at):
        mean[sector] = states[at == sector].mean(axis=0)
    return np.roll(mean, -1, axis=0) - np.roll(mean, 1, axis=0)


def _sector(angle: NDArray[np.floating]) -> NDArray[np.intp]:
    return np.floor((angle + np.pi) / (2 * np.pi) * SECTORS).astype(np.intp) % SECTORS


def _coverage(angle: NDArray[np.float64], visited: Trajectories) -> float:
    """Return the fraction of the ring's sectors with at least one angle, among sectors with a bin of the belief."""
    return len(np.unique(_sector(angle))) / len(np.unique(_sector(visited.places.centres[:, 0])))


def _largest_gap(angle: NDArray[np.float64]) -> float:
    """Return the largest angle between neighbours on the ring (rad)."""
    around = np.sort(angle)
    return float(np.diff([*around, around[0] + 2 * np.pi]).max()) if len(around) else float("nan")
