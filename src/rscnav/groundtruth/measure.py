"""One recording of the example -> rows of estimates, and their CSV file."""

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from rscnav.config.schema import Config
from rscnav.config.stages import recording, simulation
from rscnav.files import atomic_path
from rscnav.groundtruth.estimates import FEW, estimated
from rscnav.groundtruth.subsets import random_subset
from rscnav.recordings.read import read_recording
from rscnav.recordings.simulation import simulate_recording
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

EXAMPLE = "example"
SPIKES, RATES = "spikes", "rates"


@dataclass(frozen=True)
class Row:
    """One estimate of one recording: the simulation's seed, the size, and whether of spikes or of expected rates."""

    seed: int
    units: int
    trials: int
    activity: str
    estimate: str
    phase: str
    value: float
    low: float
    high: float


COLUMNS = tuple(field.name for field in fields(Row))


def seeds_of(config: Config, seed: int) -> Seeds:
    """Give the seeds of one simulated animal."""
    return Seeds(config.seed, ("ground truth", seed))


def simulate_and_read(config: Config, seed: int, n_units: int, n_trials: int) -> tuple[Session, Session]:
    """Simulate the example at this size, write it as NWB, and read it as any recording is read.

    Parameters
    ----------
    config : Config
        With a simulation and a recording called ``example``.
    seed : int
    n_units, n_trials : int

    Returns
    -------
    read, truth : Session
        What was read, and the truth that it was made from, whose activity is the expected rate.
    """
    settings = simulation(config, EXAMPLE).model_copy(update={"n_units": n_units, "n_trials": n_trials})
    seeds = seeds_of(config, seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{EXAMPLE}.nwb"
        truth = simulate_recording(settings, path, seeds.child("simulate"), config.observer.grid_bins)
        read = read_recording(path, recording(config, EXAMPLE), config.encounters, seeds.child("read"))
    return read, truth


def expected(read: Session, truth: Session) -> Session:
    """Give the session that was read with the expected rates in place of counts: neurons without noise."""
    if not np.array_equal(read.trial, truth.trial):
        raise ValueError("the bins that were read are not those that were simulated")
    return replace(read, activity=truth.activity, spikes=None)


def measured(session: Session, config: Config, seed: int, n_units: int, n_trials: int, activity: str) -> Iterator[Row]:
    """Run the analyses on a random subset of units and trials, and give all estimates.

    Parameters
    ----------
    session : Session
        Of `simulate_and_read`, or of `expected`.
    config : Config
        The analyses' settings.
    seed, n_units, n_trials : int
    activity : str
        ``spikes`` or ``rates``.

    Yields
    ------
    Row
    """
    seeds = seeds_of(config, seed)
    part = random_subset(session, n_units, n_trials, seeds)
    analyses: Any = config.analyses
    settings = {name: getattr(analyses, name) for name in FEW}
    for found in estimated(part, settings, analyses.common, seeds.child(n_units, n_trials)):
        yield Row(seed, n_units, n_trials, activity, *astuple(found))


def write_rows(rows: Iterable[Any], path: str | os.PathLike[str]) -> None:
    """Write rows (dataclasses of one kind) as CSV, whole or not at all; NaN is left empty.

    Raises
    ------
    ValueError
        Where there are none.
    """
    table = list(rows)
    if not table:
        raise ValueError(f"{os.fspath(path)}: there are no rows to write")
    with atomic_path(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(table[0])])
        writer.writerows([["" if value != value else value for value in astuple(row)] for row in table])


def read_rows(path: str | os.PathLike[str]) -> list[Row]:
    """Read rows of estimates that `write_rows` wrote."""
    with open(path, newline="", encoding="utf-8") as file:
        return [
            Row(
                int(r["seed"]), int(r["units"]), int(r["trials"]), r["activity"], r["estimate"], r["phase"],
                *(float(r[key] or "nan") for key in ("value", "low", "high")),
            )
            for r in csv.DictReader(file)
        ]  # fmt: skip
