"""Simulation of one recording of the example, and estimates of its subsets."""

import tempfile
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np

from rscnav.config.job_settings import recording, simulation
from rscnav.config.schema import Config
from rscnav.ground_truth.estimates import EXAMPLE, FEW, EstimateRow, estimated
from rscnav.ground_truth.subsampling import random_subset
from rscnav.recordings.read import read_recording
from rscnav.recordings.simulation.simulate import simulate_recording
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session


def simulate_and_read(config: Config, seed: int, n_units: int, n_trials: int) -> tuple[Session, Session]:
    """Simulate the example of a configuration with this size, write it as NWB, and read it like any recording.

    Returns
    -------
    read, truth : Session
        The session from the file, and the simulated session with the expected rates as activity.
    """
    settings = simulation(config, EXAMPLE).model_copy(update={"n_units": n_units, "n_trials": n_trials})
    seeds = Seeds(config.seed, ("ground truth", seed))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{EXAMPLE}.nwb"
        truth = simulate_recording(settings, path, seeds.spawn("simulate"), config.observer.grid_bins)
        read = read_recording(path, recording(config, EXAMPLE), config.encounters, seeds.spawn("read"))
    return read, truth


def expected(read: Session, truth: Session) -> Session:
    """Return the session with expected rates instead of spike counts: neurons without Poisson noise."""
    if not np.array_equal(read.trial, truth.trial):
        raise ValueError(
            "the time bins of the file differ from the simulated ones; read and simulate with the same `bin_s`"
        )
    return replace(read, activity=truth.activity, spikes=None)


def measured(
    session: Session, config: Config, seed: int, n_units: int, n_trials: int, activity: str
) -> Iterator[EstimateRow]:
    """Run the analyses on a random subset of units and trials of a session, and yield all estimates.

    Parameters
    ----------
    session : Session
    config : Config
    seed, n_units, n_trials : int
    activity : str
        ``spikes`` for a session of `simulate_and_read`, ``rates`` for one of `expected`.
    """
    seeds = Seeds(config.seed, ("ground truth", seed))
    part = random_subset(session, n_units, n_trials, seeds)
    analyses: Any = config.analyses
    settings = {name: getattr(analyses, name) for name in FEW}
    for found in estimated(part, settings, analyses.common, seeds.spawn(n_units, n_trials)):
        yield EstimateRow(seed, n_units, n_trials, activity, *astuple(found))
