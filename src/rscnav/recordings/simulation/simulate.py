"""Simulate a mouse on the ring: behaviour, belief of the exact Bayes filter, Poisson spikes.

The animal moves as in the task `ring-fixed`, and its belief is the posterior of the exact Bayes filter. Its neurons are Poisson. With
``encodes: belief`` a neuron's rate follows the posterior around its preferred position, so that two hypotheses activate two groups of
neurons. With ``encodes: position`` the rate follows only the true position (negative control).
"""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.simulation.nwb_file import write_recording
from rscnav.recordings.simulation.settings import Simulation
from rscnav.seeds import Seeds
from rscnav.sessions.encounters import Trajectory, find_encounters
from rscnav.sessions.geometry import ring_bin_centres, wrap
from rscnav.sessions.hdf5 import write_session
from rscnav.sessions.outcomes import OUTCOMES, ring_choices
from rscnav.sessions.poisson import poisson_spikes
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session
from rscnav.sessions.settings import Encounters
from rscnav.tasks.ring_fixed import Task

FIRST_S = 5.0  # start of the first trial
ROTATIONS = 16  # the scene is rotated in each trial by a random multiple of 2π / 16
RATE_SPREAD = 0.5  # standard deviation of the logarithm of the units' peak rates


def simulate_recording(
    settings: Simulation, path: str | os.PathLike[str], seeds: Seeds, grid_bins: int = 512
) -> Session:
    """Simulate a recording and write it as an NWB file, with the ground truth as a session file in the same folder.

    A unit with preferred position p and peak rate r has the firing rate

        rate(t) = g(phase(t)) · [b + (r - b) · Σ_x belief(t, x) exp(-(x - p)² / 2 w²)],

    with the baseline b, the tuning width w and the gain g of the phase. With ``encodes: position`` the belief has all its mass at the
    true position, and g = 1. Spike counts in each bin are Poisson. Between trials units fire at the baseline. At the first step of the
    second new landmark the animal chooses b if its belief has more mass in view of b than of a. The outcome is whether this choice is
    correct.

    Parameters
    ----------
    settings : Simulation
    path : path-like
        NWB file ``NAME.nwb``; the ground truth is written to ``NAME_truth.h5``.
    seeds : Seeds
        Seeds of all random draws.
    grid_bins : int
        Bins of the filter's grid.

    Returns
    -------
    Session
        Ground truth: `activity` is the expected rate (Hz), `bayes_posterior` the belief, `units` has the columns `preferred_rad` and
        `peak_rate_hz`, and phases and encounters are those of the simulated animal.

    Raises
    ------
    InvalidValueError
        If the grid is too coarse for the task.
    FileError
        If a file cannot be written; no incomplete file is left.
    """
    truth = simulate(settings, seeds, grid_bins)
    target = Path(path)
    write_session(truth, truth_path(target))
    try:
        write_recording(truth, target, settings.gap_s)
    except OSError:
        truth_path(target).unlink(missing_ok=True)
        raise
    judged = truth.trials["outcome"][truth.trials["outcome"] != "none"]
    print(
        f"simulation '{truth.name}': {truth.n_units} units that encode {settings.encodes}, {len(truth.trials)} trials; "
        f"outcome incorrect in {np.sum(judged == 'incorrect')} of {len(judged)} trials with a second landmark"
    )
    return truth


def truth_path(path: str | os.PathLike[str]) -> Path:
    """Return the path of the ground truth of a simulated NWB file."""
    return Path(path).with_name(f"{Path(path).stem}_truth.h5")


def simulate(settings: Simulation, seeds: Seeds, grid_bins: int = 512) -> Session:
    """Return the ground truth of a simulation, without writing files; see `simulate_recording`."""
    position, velocity, belief, phase = _behaviour(settings, seeds, grid_bins)
    n_trials, n_steps = position.shape
    dt_s = settings.task.dt_s
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"] = FIRST_S + np.arange(n_trials) * (n_steps * dt_s + settings.gap_s)
    trials["stop_s"] = trials["start_s"] + n_steps * dt_s
    trials["split"] = "test"
    turns = seeds.generator("rotation").integers(0, ROTATIONS, n_trials)
    trials["rotation_rad"] = wrap(turns * 2 * np.pi / ROTATIONS)
    places = np.array([0.0, float(wrap(settings.task.separation_rad))])
    trials["outcome"] = "none"
    edges = trials["start_s"][:, None] + dt_s * np.arange(n_steps + 1)
    time = (0.5 * (edges[:, :-1] + edges[:, 1:])).ravel()
    trial = np.repeat(np.arange(n_trials, dtype=np.int32), n_steps)
    landmarks = np.broadcast_to(places[None, :, None], (n_trials, 2, 1)).copy()
    behaviour = Trajectory(
        position=position.reshape(-1, 1),
        time=time,
        trial=trial,
        landmarks=landmarks,
        names=("a", "b"),
        radius=settings.task.visibility_radius_rad,
        ring=True,
        dt_s=dt_s,
        outcome=trials["outcome"],
    )
    rule = Encounters()
    found = find_encounters(behaviour, min(rule.min_duration_s, dt_s), rule.merge_within_s)
    trials["outcome"] = OUTCOMES[1 + ring_choices(found.table, belief.reshape(len(time), -1), behaviour)]
    found.table["outcome"] = trials["outcome"][found.table["trial"]]
    units = _draw_units(settings, seeds)
    rates = expected_rates(settings, units, position.ravel(), belief.reshape(len(time), -1), phase.ravel())
    return Session(
        name=settings.name,
        kind="recording",
        subject=f"simulated-{settings.name}",
        dt_s=dt_s,
        activity=rates.astype(np.float32),
        time=time,
        trial=trial,
        trials=trials,
        units=units,
        position=behaviour.position,
        velocity=velocity.ravel(),
        phase=phase.ravel().astype(np.uint8),
        n_hypotheses=found.n_hypotheses,
        bayes_posterior=belief.reshape(len(time), -1).astype(np.float32),
        bin_centres=Task(settings.task).bin_centres,
        landmarks=landmarks,
        encounters=found.table,
        spikes=_draw_spikes(rates, edges, settings, seeds),
        landmark_names=("a", "b"),
        visibility_radius=settings.task.visibility_radius_rad,
        position_unit="rad",
        attributes={"encodes": settings.encodes, "settings": settings.model_dump_json(), "seed": seeds.root},
    )


def _behaviour(settings: Simulation, seeds: Seeds, grid_bins: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Simulate trials of the task; return position, velocity, belief (trial, step, bin) and phase, else (trial, step)."""
    import torch

    from rscnav.observers.registry import bayes_filter

    task = Task(settings.task)
    generator = torch.Generator().manual_seed(seeds.integer("trials"))
    batch = task.sample(settings.n_trials, task.n_steps, generator)
    belief = bayes_filter(task, batch, grid_bins=grid_bins)
    return batch.position[:, :, 0].numpy(), batch.velocity.numpy(), belief.numpy(), batch.landmarks_encountered.numpy()


def _draw_units(settings: Simulation, seeds: Seeds) -> NDArray:
    """Draw each unit's preferred position (uniform) and peak rate (log-normal)."""
    draw = seeds.generator("units")
    columns = [("id", "i8"), ("preferred_rad", "f8"), ("peak_rate_hz", "f8"), ("quality", "U4"), ("region", "U3")]
    units = np.zeros(settings.n_units, columns)
    units["id"] = np.arange(settings.n_units)
    units["preferred_rad"] = draw.uniform(-np.pi, np.pi, settings.n_units)
    units["peak_rate_hz"] = settings.peak_rate_hz * np.exp(RATE_SPREAD * draw.standard_normal(settings.n_units))
    units["quality"], units["region"] = "good", "RSC"
    return units


def expected_rates(
    settings: Simulation, units: NDArray, position: NDArray, belief: NDArray, phase: NDArray
) -> NDArray[np.floating]:
    """Return the expected firing rates (Hz), (time, unit), from position (time,), belief (time, bin), phase (time,)."""
    preferred = units["preferred_rad"]
    gain = np.ones((len(position), 1))
    if settings.encodes == "belief":
        centre = ring_bin_centres(belief.shape[1])
        drive = belief @ np.exp(-0.5 * (wrap(centre[:, None] - preferred) / settings.tuning_width_rad) ** 2)
        gain = np.array(settings.phase_gain)[phase][:, None]
    else:
        drive = np.exp(-0.5 * (wrap(position[:, None] - preferred) / settings.tuning_width_rad) ** 2)
    base = settings.baseline_rate_hz
    return gain * (base + np.maximum(units["peak_rate_hz"] - base, 0) * drive)


def _draw_spikes(rates: NDArray, edges: NDArray, settings: Simulation, seeds: Seeds) -> list[NDArray[np.floating]]:
    """Draw Poisson spikes, uniform within each bin of `edges` (trial, step + 1), and between trials at the baseline rate."""
    draw = seeds.generator("spikes")
    gaps = np.column_stack([np.append(edges[0, 0] - settings.gap_s, edges[:, -1]), np.append(edges[:, 0], np.inf)])
    gaps[-1, 1] = edges[-1, -1] + settings.gap_s
    left = np.concatenate([edges[:, :-1].ravel(), gaps[:, 0]])
    right = np.concatenate([edges[:, 1:].ravel(), gaps[:, 1]])
    between = np.full(len(gaps), settings.baseline_rate_hz)
    return [poisson_spikes(np.concatenate([unit_rates, between]), left, right, draw) for unit_rates in rates.T]
