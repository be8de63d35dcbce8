"""Autonomous runs from states of the test trials: speed, belief and reported position, compared with the exact filter."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import Result
from rscnav.analyses.statistics.intervals import mean_interval
from rscnav.analyses.tuning.entropy import entropy_bits
from rscnav.dynamics.filter_dynamics import autonomous_filter
from rscnav.dynamics.settings import Settings
from rscnav.dynamics.trajectories import Trajectories
from rscnav.dynamics.trial_statistics import add_band
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.geometry import distance
from rscnav.sessions.schema import PHASES


def add_autonomous_runs(
    result: Result, visited: Trajectories, settings: Settings, observer: Observer, seeds: Seeds
) -> None:
    """Add autonomous runs (without input) from states of each phase, and those of the exact filter with the same past inputs."""
    dt_s = visited.session.dt_s
    n_steps = max(1, round(settings.autonomous_s / dt_s))
    report = min(round(settings.readout_s / dt_s), n_steps)
    result.add("alone/time", np.arange(n_steps + 1) * dt_s, "s", ("lag",))
    result.add("alone/report_time", report * dt_s, "s")
    for phase, samples in visited.draw_by_phase(result, "alone", settings.n_trials, seeds):
        run = visited.system.run(visited.states[samples].astype(np.float64), n_steps)
        speed = np.linalg.norm(np.diff(run, axis=0), axis=2).T / visited.speed
        speed = np.hstack([speed, np.full((len(speed), 1), np.nan)])  # no step follows the last state
        add_band(result, f"{phase}/alone/speed", mean_interval(speed), "median speed", ("lag",))
        beliefs = {"network": visited.system.report(run)}
        held = autonomous_filter(visited, samples, n_steps, observer)
        if held is not None:
            beliefs["filter"] = held
        gains: dict[tuple[str, str], NDArray[np.floating]] = {}  # from the start to the readout
        for who, belief in beliefs.items():
            for what, (values, unit) in _measures(visited, belief).items():
                add_band(result, f"{phase}/alone/{who}/{what}", mean_interval(values), unit, ("lag",))
                gains[who, what] = values[:, report] - values[:, 0]
                add_band(result, f"{phase}/alone/{who}/{what}_gain", mean_interval(gains[who, what]), unit)
                if who == "filter":
                    less = gains["network", what] - gains["filter", what]  # paired by trial
                    add_band(result, f"{phase}/alone/difference/{what}_gain", mean_interval(less), unit)
        shown = visited.shown(run[:, : settings.n_examples]).swapaxes(0, 1)
        result.add(f"{phase}/alone/projection", shown, "", ("run", "lag", "component"))
    if not any(f"{phase}/alone/filter/entropy/value" in result for phase in PHASES):
        result.notes["filter"] = "no exact filter for this task, or its inputs are not in the session"


def _measures(visited: Trajectories, belief: NDArray[np.float64]) -> dict[str, tuple[NDArray[np.floating], str]]:
    """Return entropy (bits) and drift of the reported position, each (trial, lag), for beliefs (lag, trial, bin)."""
    best = visited.places.best(belief)
    drift = distance(best, best[:1], visited.places.ring)
    return {"entropy": (entropy_bits(belief).T, "bits"), "drift": (drift.T, visited.task.position_unit)}
