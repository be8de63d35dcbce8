"""Run time and peak memory of every command for a long recording, from its NWB file on.

1,000 place cells on a ring, 3 Hz on average, trials of 10 s, position at 50 Hz, time bins of 10 ms. The activity of 10 hours is
13.4 GiB. The file is simulated and written in pieces. Each command runs in its own process, one at a time.
``python benchmarks/large_file.py --folder /tmp/large --hours 2``
"""

import argparse
import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np
import yaml
from large_recording import PERMUTATIONS, settings

from rscnav.analyses.registry import ANALYSES
from rscnav.calibration.random_walks import PLACES, RADIUS
from rscnav.figures.registry import FIGURES, figure_module
from rscnav.sessions.geometry import wrap

TRIAL_S, POSITION_HZ, BIN_S, STEP_S = 10.0, 50.0, 0.01, 0.02
PIECE_S = 600.0
NAME = "large"


def main() -> None:
    """Simulate the recording if its file does not exist, then run the commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="folder for files and results (1.2 GB per hour)")
    parser.add_argument("--hours", type=float, default=2.0, help="duration of the recording")
    parser.add_argument("--units", type=int, default=1000, help="count of units")
    parser.add_argument(
        "--stages", nargs="+", help="run only these (inspect, import-recording, dimension, ...); default: all"
    )
    options = parser.parse_args()
    folder = options.folder / f"{options.hours:g}h-{options.units}"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "large.nwb"
    if not file.exists():
        started = time.perf_counter()
        simulate(file, options.hours, options.units)
        print(f"simulated and written in {time.perf_counter() - started:.0f} s", flush=True)
    print(f"{file}: {file.stat().st_size / 2**30:.2f} GiB; at most {PERMUTATIONS} draws of every null distribution")
    (folder / "config.yaml").write_text(yaml.safe_dump(mapping(file, folder)))
    print(f"{'stage':20s}{'seconds':>9s}{'GiB':>7s}")
    peaks = [run(name, command, folder) for name, command in commands(file, folder, options.stages)]
    session = folder / "sessions" / f"{NAME}.h5"
    print(f"largest process {max(peaks, default=0):.2f} GiB; session file {session.stat().st_size / 2**30:.2f} GiB")


def mapping(file: Path, folder: Path) -> dict:
    """Return the configuration: the mapping of the file, and the default analyses with few draws."""
    places = {name: [float(place)] for name, place in zip("ab", PLACES, strict=True)}
    recording = {
        "name": NAME,
        "file": str(file),
        "bin_s": BIN_S,
        "position": {"series": "angle", "unit": "rad"},
        "trials": {"outcome": "outcome"},
        "landmarks": {"places": places, "visibility_radius": float(RADIUS)},
    }
    return {**settings(), "results_dir": str(folder), "recordings": [recording]}


def commands(file: Path, folder: Path, stages: list[str] | None) -> list[tuple[str, list[str]]]:
    """Return name and arguments of each command, in the order of the workflow; `stages` selects some by name."""
    config = ["--config", str(folder / "config.yaml")]
    session = str(folder / "sessions" / f"{NAME}.h5")
    for part in ("sessions", "export", *(f"analyses/{name}" for name in (*ANALYSES, "dynamics"))):
        (folder / part).mkdir(parents=True, exist_ok=True)
    found = [
        ("inspect", ["inspect", str(file), *config, "--session", NAME]),
        ("inspect, drafted", ["inspect", str(file)]),
        ("validate", ["validate", *config]),
        ("import-recording", ["import-recording", *config, "--session", NAME, "--output", session]),
    ]
    for name in ANALYSES:
        output = str(folder / "analyses" / name / f"{NAME}.h5")
        found.append((name, ["analyse", *config, "--analysis", name, "--session", session, "--output", output]))
    dynamics = str(folder / "analyses" / "dynamics" / f"{NAME}.h5")
    found.append(
        (
            "network-dynamics",
            ["network-dynamics", *config, "--session", NAME, "--session-file", session, "--output", dynamics],
        )
    )
    for name in FIGURES:
        if figure_module(name).FIELDS:
            drawn = ["--sessions", NAME, "--results", str(folder), "--output", str(folder / f"{name}.pdf")]
            found.append((f"figure {name}", ["plot", *config, "--figure", name, *drawn]))
    found += [
        ("export, NWB", ["export", "--session", session, "--nwb", str(folder / "export" / "large.nwb")]),
        ("export, tables", ["export", "--session", session, "--tables", str(folder / "export" / "tables")]),
        ("summary", ["summary", *config, "--results", str(folder), "--output", str(folder / "summary.json")]),
    ]
    return [(name, command) for name, command in found if stages is None or name in stages]


def run(name: str, command: list[str], folder: Path) -> float:
    """Run one command; print its CPU time (s), which other load on the machine hardly affects, and return its peak memory (GiB)."""
    log = folder / f"{name.replace(', ', '-').replace(' ', '-')}.log"
    with open(log, "w", encoding="utf-8") as output:
        process = subprocess.Popen(["rscnav", *command], stdout=output, stderr=output)
    _, status, usage = os.wait4(process.pid, 0)
    peak = usage.ru_maxrss / 2**20
    seconds = usage.ru_utime + usage.ru_stime
    words = "" if status == 0 else f"  failed: {log.read_text()[-300:]}"
    print(f"{name:20s}{seconds:9.1f}{peak:7.2f}{words}", flush=True)
    return peak


def simulate(path: Path, hours: float, n_units: int) -> None:
    """Write an NWB file, unit by unit; one hour is simulated, in pieces of ten minutes, and then repeated."""
    rng = np.random.default_rng(0)
    hours_drawn = min(hours, 1.0)
    repeats = round(hours / hours_drawn)
    n_trials, per_trial = round(hours_drawn * 3600 / TRIAL_S), round(TRIAL_S / STEP_S)
    steps = rng.choice([-1.0, 1.0], (n_trials, 1)) * STEP_S + rng.normal(0, 0.04, (n_trials, per_trial))
    angle = wrap(rng.uniform(-np.pi, np.pi, (n_trials, 1)) + np.cumsum(steps, axis=1)).ravel()
    preferred, peak = rng.uniform(-np.pi, np.pi, n_units), rng.lognormal(np.log(12), 0.5, n_units)
    with h5py.File(path.with_suffix(".spikes"), "w") as pieces:
        counts = _draw_spikes(pieces, angle, preferred, peak, rng)
        outcome = np.where(rng.random(n_trials) < 0.3, "incorrect", "correct")
        totals = counts.sum(axis=0) * repeats
        _write_nwb(path, np.tile(angle, repeats), totals, np.tile(outcome, repeats))
        with h5py.File(path, "r+") as file:
            start = np.append(0, np.cumsum(totals))
            for unit in range(n_units):
                hour = np.concatenate([pieces[str(k)][slice(*ends)] for k, ends in _of_unit(counts, unit)])
                times = (hour + 3600 * hours_drawn * np.arange(repeats)[:, None]).ravel()
                file["units/spike_times"][start[unit] : start[unit + 1]] = times
    path.with_suffix(".spikes").unlink()


def _draw_spikes(
    pieces: h5py.File, angle: np.ndarray, preferred: np.ndarray, peak: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw Poisson spikes into `pieces`, by piece of time and unit; return their counts (piece, unit)."""
    per_piece = round(PIECE_S / STEP_S)
    counts = []
    for k, first in enumerate(range(0, len(angle), per_piece)):
        here = angle[first : first + per_piece]
        found = []
        for unit in range(len(preferred)):
            rate = 0.5 + peak[unit] * np.exp((np.cos(here - preferred[unit]) - 1) / 0.4**2)
            at = np.repeat(np.arange(len(here)), rng.poisson(rate * STEP_S))
            found.append(np.sort((first + at + rng.random(len(at))) * STEP_S))
        pieces[str(k)] = np.concatenate(found)
        counts.append([len(times) for times in found])
    return np.array(counts)


def _of_unit(counts: np.ndarray, unit: int) -> list[tuple[int, tuple[int, int]]]:
    """Return the index of each piece, and first and last + 1 of a unit's spikes in it."""
    stop = np.cumsum(counts, axis=1)[:, unit]
    return [(k, (int(stop[k] - counts[k, unit]), int(stop[k]))) for k in range(len(counts))]


def _write_nwb(path: Path, angle: np.ndarray, total: np.ndarray, outcome: np.ndarray) -> None:
    """Write the NWB file with empty spike times of the right size."""
    from hdmf.backends.hdf5.h5_utils import H5DataIO
    from hdmf.common import VectorData, VectorIndex
    from pynwb import NWBHDF5IO, NWBFile
    from pynwb.behavior import SpatialSeries
    from pynwb.misc import Units

    file = NWBFile("simulated", "large", datetime(2025, 1, 1, tzinfo=UTC))
    series = SpatialSeries(
        name="angle", data=angle, rate=POSITION_HZ, starting_time=STEP_S / 2, unit="radians", reference_frame="ring"
    )
    file.create_processing_module("behavior", "tracked").add(series)
    file.add_trial_column("outcome", "of the trial")
    for k, word in enumerate(outcome):
        file.add_trial(start_time=k * TRIAL_S, stop_time=(k + 1) * TRIAL_S, outcome=str(word))
    empty = H5DataIO(shape=(int(total.sum()),), dtype=np.dtype("f8"))
    times = VectorData(name="spike_times", description="s", data=empty)
    stops = VectorIndex(name="spike_times_index", target=times, data=np.cumsum(total))
    file.units = Units(
        name="units", description="simulated", id=list(range(len(total))), columns=[times, stops], colnames=["spike_times"]
    )  # fmt: skip
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)


if __name__ == "__main__":
    main()
