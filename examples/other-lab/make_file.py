"""A made-up recording in the shape of a laboratory that names and stores things its own way.

    python make_file.py OUTPUT.nwb [--trials 120] [--units 40]

The animal and its neurons are those of the built-in simulation (`rscnav simulate`); what differs is the file. A mouse runs on
a circular track filmed by a camera; 16 ports stand around it, two of which are lit in each lap and look alike.

- the place: two series in cm of the camera's frame, with a sampling rate and no times, one in acquisition, one processed
- laps (start, stop) in a table of intervals of its own; what was lit and chosen in another table, keyed by the lap's number
- landmarks by the number of their port, the scene's rotation in degrees
- units of a sorter's two groups, in no order of time, observed in one interval; an LFP and licks that no analysis reads
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.files.atomic import atomic_path
from rscnav.recordings.simulation.settings import Simulation
from rscnav.recordings.simulation.simulate import simulate
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

CENTRE_CM, RADIUS_CM = (120.0, 85.0), 40.0
FRAMES_HZ = 50.0
N_PORTS = 16
PORTS_BETWEEN = 6  # from landmark a to landmark b, counter-clockwise


def port_angle(port: int) -> float:
    """Angle of a port (rad); number 1 is east, numbers rise counter-clockwise."""
    return 2 * np.pi * (port - 1) / N_PORTS


def camera_track(truth: Session, generator: np.random.Generator) -> NDArray[np.float64]:
    """Film the whole recording, (frame, 2) in cm; between laps the mouse drifts on to where the next one begins."""
    angle = truth.require("position")[:, 0] + truth.trials["rotation_rad"][truth.trial]
    frames = np.arange(0.0, truth.trials["stop_s"][-1] + 2.0, 1 / FRAMES_HZ)
    there = np.interp(frames, truth.time, np.unwrap(angle))
    radius = RADIUS_CM + generator.normal(0.0, 0.3, len(frames))
    return np.array(CENTRE_CM) + radius[:, None] * np.stack([np.cos(there), np.sin(there)], axis=1)


def write(truth: Session, path: Path, generator: np.random.Generator) -> None:
    """Write the file, whole or not at all."""
    from pynwb import NWBHDF5IO, NWBFile, TimeSeries
    from pynwb.behavior import Position, SpatialSeries
    from pynwb.file import Subject

    started = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
    file = NWBFile("Two-port task on a circular track (made up)", "other-lab-m17-d4", started, session_id="m17_d4")
    file.subject = Subject(subject_id="m17", species="Mus musculus", sex="F", age="P120D", description="made up")
    track = camera_track(truth, generator)
    common: dict[str, Any] = {"starting_time": 0.0, "rate": FRAMES_HZ, "unit": "cm", "reference_frame": "camera, y up"}
    file.add_acquisition(SpatialSeries(name="nose_raw", data=track + generator.normal(0, 1.5, track.shape), **common))
    file.create_processing_module("pose", "pose estimation").add(
        Position(spatial_series=SpatialSeries(name="body_center", data=track, **common))
    )
    licks = generator.random(len(track)) < 0.01
    file.add_acquisition(TimeSeries(name="lick_sensor", data=licks.astype(float), rate=FRAMES_HZ, unit="a.u."))
    _add_laps(file, truth)
    _add_units(file, truth, generator)
    file.add_invalid_time_interval(start_time=float(truth.trials["stop_s"][-1]) + 1.0, stop_time=1e6)
    with atomic_path(path) as temporary, NWBHDF5IO(str(temporary), "w") as io:
        io.write(file)


def _add_laps(file: Any, truth: Session) -> None:
    """Add when laps were, what was lit and what was chosen, and where the ports stand."""
    from hdmf.common import DynamicTable
    from pynwb.epoch import TimeIntervals

    laps = TimeIntervals(name="laps", description="from the start tone to the end of the lap")
    laps.add_column("lap", "number of the lap, from 1")
    choices = DynamicTable(name="choices", description="one row a lap")
    about = {"lap": "number", "first_port": "port a", "second_port": "port b", "result": "hit, miss or no response"}
    for name, text in {**about, "scene_deg": "rotation of the scene"}.items():
        choices.add_column(name, text)
    words = {"correct": "hit", "incorrect": "miss", "none": "no response"}
    for number, row in enumerate(truth.trials, 1):
        laps.add_interval(float(row["start_s"]), float(row["stop_s"]), lap=number)
        turned = round(row["rotation_rad"] / (2 * np.pi) * N_PORTS)
        choices.add_row(
            lap=number,
            first_port=turned % N_PORTS + 1,
            second_port=(turned + PORTS_BETWEEN) % N_PORTS + 1,
            result=words[str(row["outcome"])],
            scene_deg=360.0 * (turned % N_PORTS) / N_PORTS,
        )
    ports = DynamicTable(name="ports", description="where the ports stand, in the camera's frame")
    for name, text in {"port": "number", "x_cm": "cm", "y_cm": "cm"}.items():
        ports.add_column(name, text)
    for port in range(1, N_PORTS + 1):
        x, y = np.array(CENTRE_CM) + RADIUS_CM * np.array([np.cos(port_angle(port)), np.sin(port_angle(port))])
        ports.add_row(port=port, x_cm=round(float(x), 2), y_cm=round(float(y), 2))
    file.add_time_intervals(laps)
    module = file.create_processing_module("task", "task variables")
    module.add(choices)
    module.add(ports)


def _add_units(file: Any, truth: Session, generator: np.random.Generator) -> None:
    """Add the units, and as many clusters of noise as a tenth of them."""
    seen = [[0.0, float(truth.trials["stop_s"][-1]) + 1.0]]
    file.add_unit_column("KSLabel", "the sorter's label")
    file.add_unit_column("depth_um", "below the surface")
    trains = [(times, "good") for times in truth.require("spikes")]
    for _ in range(max(1, len(trains) // 10)):
        trains.append((generator.uniform(seen[0][0], seen[0][1], 400), "mua"))
    for times, label in trains:
        depth = float(generator.integers(200, 900))
        shuffled = generator.permutation(times)
        file.add_unit(spike_times=shuffled, obs_intervals=seen, KSLabel=label, depth_um=depth)


def make(path: Path, n_trials: int = 120, n_units: int = 40) -> None:
    """Simulate and write."""
    task = {"separation_rad": port_angle(PORTS_BETWEEN + 1), "motion": {"noise_rad": 0.12}}
    settings = {"name": "other-lab", "n_trials": n_trials, "n_units": n_units, "task": task}
    seeds = Seeds(0, ("other-lab",))
    write(simulate(Simulation.model_validate(settings), seeds), path, seeds.generator("file"))
    print(f"{path}: {n_trials} laps, {n_units} units")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A made-up recording of another laboratory's shape.")
    parser.add_argument("output", type=Path, help="NWB file to write")
    parser.add_argument("--trials", type=int, default=120)
    parser.add_argument("--units", type=int, default=40)
    arguments = parser.parse_args()
    make(arguments.output, arguments.trials, arguments.units)
