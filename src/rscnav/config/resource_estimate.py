"""Estimate of memory and disk space of a run from its configuration; accurate to about a third for runs like the default run.

The memory of each stage was fitted to measured runs: the default run's rollout (1.28 GiB), training (0.74 GiB), and analyses (1.1 GiB; of a
recording of 72,000 samples of 1,000 units 2.0 GiB), and its files (284 MB a session, 458 MB of exports).
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psutil

from rscnav.config.job_settings import network_sessions, sampled_sessions, simulated_file
from rscnav.config.schema import Config
from rscnav.networks.settings import NetworkSettings

BASE = 0.4e9  # bytes of a process with torch and this package
GATES = {"gru": 3, "lstm": 4}  # weight matrices of a unit; of other cells 1
SAMPLED_TRIALS = 300  # of a sampled network whose count of trials is not known
SESSION_FILES = 5e6  # analyses and figures of a session at 300 dots per inch
NWB, PARQUET, CSV = 0.8, 0.81, 3.0  # size of exports, as a multiple of the session's


@dataclass(frozen=True)
class Part:
    """Memory of one job, by the keys that it grows with."""

    job: str
    by_key: Mapping[str, float] = field(default_factory=dict)

    @property
    def size(self) -> float:
        """Bytes of memory."""
        return BASE + sum(self.by_key.values())

    @property
    def keys(self) -> str:
        """The keys with the largest parts."""
        most = max(self.by_key.values(), default=0)
        return "; or ".join(key for key, size in self.by_key.items() if size > most / 4)


@dataclass(frozen=True)
class ResourceEstimate:
    """The largest job of a run, and the size of its results (bytes)."""

    largest: Part
    disk: float

    def words(self) -> str:
        """Return both as one line of text."""
        return f"largest job: about {_size(self.largest.size)} of memory ({self.largest.job}); results: about {_size(self.disk)}"


def estimate(config: Config, recorded: Mapping[str, tuple[int, int]] | None = None) -> ResourceEstimate:
    """Estimate memory and disk space of a run; `recorded` are counts of samples and units by recording, if known."""
    parts = [Part("small jobs")]
    sizes: dict[str, float] = {}  # of the sessions, in bytes
    checked: set[int] = set()
    networks = network_sessions(config)
    for name, (network, _) in networks.items():
        samples, units, classes = _network_shape(config, network)
        if id(network) not in checked:
            checked.add(id(network))
            parts += [_training(config, network, name), _rollout(samples, units, classes, name)]
            parts.append(_analyses(samples, units, name, "rollout.test_trials, networks.hidden_size, tasks.*.trial_s"))
        sizes[name] = samples * (4.0 * units + 4 * classes + 370)
    shapes = dict(recorded or {})
    by_file: dict[str, list[Any]] = {}
    for recording in config.recordings:
        by_file.setdefault(recording.file, []).append(recording)
    for simulation in config.simulations:
        task = simulation.task
        samples = simulation.n_trials * (task.n_steps + round(simulation.gap_s / task.dt_s))
        keys = f"simulations.{simulation.name}.n_units, n_trials, task.trial_s, gap_s"
        held = samples * (16.0 * simulation.n_units + 16 * task.n_bins + 100)
        parts.append(Part(f"simulation '{simulation.name}'", {keys: held}))
        for recording in by_file.get(simulated_file(config, simulation.name), []):
            shapes.setdefault(recording.name, (round(samples * task.dt_s / recording.bin_s), simulation.n_units))
    bins_s = {recording.name: recording.bin_s for recording in config.recordings}
    for name, (samples, units) in shapes.items():
        sizes[name] = samples * (4.0 * units + 400)
        thinned = max(1.0, config.analyses.common.analysis_dt_s / bins_s.get(name, 0.1))  # type: ignore[attr-defined]
        keys = f"recordings.{name}.unit_filters, bin_s, analyses.common.analysis_dt_s"
        parts.append(_analyses(round(samples / thinned), units, name, keys))
    for name, (entry, source) in sampled_sessions(config).items():
        network = networks[source][0]
        steps = config.tasks[network.task].n_steps
        there, like = _network_shape(config, network)[1], shapes.get(str(entry.match_recording))
        units = entry.n_units or (like[1] if like else there)
        sizes[name] = (entry.n_trials or SAMPLED_TRIALS) * steps * (4.0 * units + 400)
    exported = NWB * config.export.nwb + {"parquet": PARQUET, "csv": CSV, None: 0.0}[config.export.tables]
    files = SESSION_FILES * max(1.0, (config.figures.dpi / 300) ** 2)
    disk = sum(sizes.values()) * (1 + exported) + len(sizes) * files
    return ResourceEstimate(max(parts, key=lambda part: part.size), disk)


def too_large(config: Config, found: ResourceEstimate) -> list[str]:
    """Return a message for memory and for disk space if this machine has too little, with the keys to change."""
    lines = []
    memory = psutil.virtual_memory().total
    if found.largest.size > memory:
        lines.append(
            f"memory: the {found.largest.job} needs about {_size(found.largest.size)}, and this machine has {_size(memory)}; lower "
            f"{found.largest.keys}"
        )
    free = shutil.disk_usage(_there(config.results_dir)).free + _held(config.results_dir)
    if found.disk > free:
        lines.append(
            f"disk: the results need about {_size(found.disk)}, and {config.results_dir} has {_size(free)} of free space; lower "
            "rollout.test_trials, networks.seeds, export (nwb: false, tables: null), or set results_dir to a folder on another disk"
        )
    return lines


def _network_shape(config: Config, network: NetworkSettings) -> tuple[int, int, int]:
    """Return the counts of samples, units and classes of all heads of a session of a network."""
    task = config.tasks[network.task]
    trials = network.rollout.train_trials + network.rollout.test_trials
    states = 2 if network.record == "all" and network.cell == "lstm" else 1
    units = network.hidden_size * network.layers * (1 + network.bidirectional) * states
    return trials * task.n_steps, units, _classes(task)


def _classes(task: Any) -> int:
    side = getattr(task, "n_bins_side", None)
    return side**2 + task.n_ports if side else task.n_bins + getattr(task, "n_separation_bins", 0)


def _training(config: Config, network: NetworkSettings, name: str) -> Part:
    training, task, classes = network.training, config.tasks[network.task], _classes(config.tasks[network.task])
    width = network.hidden_size * (1 + network.bidirectional)
    gates = GATES.get(network.cell, 1)
    n_inputs = getattr(task, "map_units", 1) + task.velocity_units + 4
    recurrent = 0 if network.cell == "diagonal" else network.hidden_size
    inputs = n_inputs + (network.layers - 1) * width  # of all layers
    weights = gates * width * (inputs + network.layers * (recurrent + 2))
    batch = max([training.batch_size, *(lesson.batch_size or 0 for lesson in training.curriculum)])
    steps = max([task.n_steps, *(_lesson_steps(task, lesson.task) for lesson in training.curriculum)])
    held = steps * (width * network.layers * 4.0 * (gates + 13) + 24 * classes + 4 * n_inputs)
    by_key = {
        "training.batch_size, networks.hidden_size, layers, tasks.*.trial_s (or raise dt_s)": batch * held,
        "networks.hidden_size, layers": 20.0 * weights,
        "training.validation_trials, tasks.*.trial_s (or raise dt_s)": task.n_steps
        * (training.validation_trials * (8.0 * classes + 60) + 500 * (8.0 * width * network.layers + 12 * classes)),
        "training.batch_size": 4.0 * batch * weights if training.learning_rule.name in ("snap", "e-prop") else 0.0,
    }
    return Part(f"training of '{name}'", by_key)


def _lesson_steps(task: Any, changes: Mapping[str, Any]) -> int:
    return round(changes.get("trial_s", task.trial_s) / changes.get("dt_s", task.dt_s))


def _rollout(samples: int, units: int, classes: int, name: str) -> Part:
    trials = "rollout.test_trials, train_trials, tasks.*.trial_s (or raise dt_s)"
    states, beliefs = 8.0 * samples * units, samples * (40.0 * classes + 400)
    by_key = {f"{trials}, networks.hidden_size": states, f"{trials}, n_bins": beliefs}
    return Part(f"rollout of '{name}'", by_key)


def _analyses(samples: int, units: int, name: str, keys: str) -> Part:
    return Part(f"analyses of '{name}'", {keys: 24.0 * samples * units})


def _there(folder: str) -> str:
    """Return the folder, or its nearest existing parent."""
    here = os.path.abspath(folder)
    while not os.path.isdir(here) and here != os.path.dirname(here):
        here = os.path.dirname(here)
    return here


def _held(folder: str) -> int:
    """Return the size (bytes) of existing files, which a run replaces."""
    return sum(
        os.lstat(os.path.join(here, file)).st_size
        for here, _, files in os.walk(folder)
        for file in files
        if os.path.lexists(os.path.join(here, file))
    )


def _size(n_bytes: float) -> str:
    """Return bytes as text in MB, GB or TB."""
    for unit, size in (("TB", 1e12), ("GB", 1e9)):
        if n_bytes >= size:
            return f"{n_bytes / size:,.1f} {unit}"
    return f"{n_bytes / 1e6:,.0f} MB"
