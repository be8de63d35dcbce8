"""Raw files of the W-track session -> one NWB file.

    RSCNAV_RECORDINGS=/folder/that/contains/w-maze python convert.py OUTPUT.nwb

`w-maze/` holds `spikes.mat` and `trajectory.videoPositionTracking`, from github.com/nelpy/example-data. Both keep one clock.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.files.atomic import atomic_path

CLOCK_HZ = 30000
WELLS = {"left": (253.0, 395.0), "centre": (365.0, 395.0), "right": (478.0, 395.0)}  # px
VISIT_PX = 28.0  # nearer than this counts as a visit
RUNS_S = ((60.0, 1180.0), (2215.0, 3410.0))  # since the first position; before, between and after the rat rests
SAMPLE = np.dtype([("time", "<u4"), ("x", "<u2"), ("y", "<u2"), ("x2", "<u2"), ("y2", "<u2")])
HEADER_END = b"<End settings>\n"


@dataclass(frozen=True)
class Journey:
    """From leaving one well to leaving the next; `alternates` tells whether an outbound one obeys the rule."""

    start_s: float
    stop_s: float
    origin: str
    target: str
    run: int
    alternates: bool = True

    @property
    def outbound(self) -> bool:
        """From the centre to a side."""
        return self.origin == "centre"


def raw_folder() -> Path:
    """Return the folder of the raw files, which the environment variable RSCNAV_RECORDINGS leads to."""
    if "RSCNAV_RECORDINGS" not in os.environ:
        sys.exit("RSCNAV_RECORDINGS is not set: give the folder that contains w-maze/ (see examples/w-maze/README.md)")
    folder = Path(os.environ["RSCNAV_RECORDINGS"]) / "w-maze"
    for name in ("spikes.mat", "trajectory.videoPositionTracking"):
        if not (folder / name).is_file():
            sys.exit(f"{folder / name}: no such file; RSCNAV_RECORDINGS must be the folder that contains w-maze/")
    return folder


def read_tracking(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read times (sample,) in s and places (sample, 2) in px."""
    raw = path.read_bytes()
    if HEADER_END not in raw[:4096]:
        raise ValueError(f"{path}: no header that ends with {HEADER_END!r}; is it a videoPositionTracking file?")
    samples = np.frombuffer(raw[raw.index(HEADER_END) + len(HEADER_END) :], SAMPLE)
    return samples["time"] / CLOCK_HZ, np.stack([samples["x"], samples["y"]], axis=1).astype(float)


def read_spikes(path: Path) -> list[tuple[int, int, NDArray[np.float64]]]:
    """Read tetrode, cluster and spike times (s) of every cluster that has spikes."""
    from scipy.io import loadmat

    found = []
    for tetrode, clusters in enumerate(loadmat(path, squeeze_me=True)["spikes"]):
        for cluster, entry in enumerate(np.asarray(clusters).ravel()):
            record = np.asarray(entry)
            times = np.atleast_1d(record["time"].item()) if record.dtype.names and record.size else np.empty(0)
            if len(times):
                found.append((tetrode, cluster, times.astype(float)))
    return found


def visits(time: NDArray, place: NDArray, start_s: float, stop_s: float) -> Iterator[tuple[str, float, float]]:
    """Give well, arrival and departure of each visit in a run; coming back to the same well goes on with the visit."""
    inside = (time >= start_s) & (time <= stop_s)
    time, place = time[inside], place[inside]
    at = np.full(len(time), "", dtype="U6")
    for well, centre in WELLS.items():
        at[np.linalg.norm(place - centre, axis=1) < VISIT_PX] = well
    somewhere = np.flatnonzero(at != "")
    changes = np.flatnonzero(at[somewhere[1:]] != at[somewhere[:-1]]) + 1
    for stay in np.split(somewhere, changes):
        yield str(at[stay[0]]), float(time[stay[0]]), float(time[stay[-1]])


def find_journeys(time: NDArray, place: NDArray) -> list[Journey]:
    """Find the journeys between wells; an outbound one alternates unless it leads to the side well that was visited last."""
    journeys = []
    for run, bounds in enumerate(RUNS_S):
        stays = list(visits(time, place, *(time[0] + np.array(bounds))))
        last_side = None
        for (origin, _, left), (target, _, stop) in pairwise(stays):
            last_side = origin if origin != "centre" else last_side
            alternates = origin != "centre" or target != last_side
            journeys.append(Journey(left, stop, origin, target, run, alternates))
    return journeys


def pair_trials(journeys: list[Journey]) -> list[dict[str, Any]]:
    """Make trials of the outbound journeys of each run, two by two; one that is left over is not used."""
    trials = []
    for run in range(len(RUNS_S)):
        outbound = [journey for journey in journeys if journey.outbound and journey.run == run]
        for first, second in zip(outbound[0:-1:2], outbound[1::2], strict=True):
            trials.append(
                {
                    "start_time": first.start_s,
                    "stop_time": second.stop_s,
                    "outcome": "correct" if second.alternates else "incorrect",
                    "first_well": first.target,
                    "second_well": second.target,
                    "is_return": first.target == second.target,
                }
            )
    return trials


def convert(folder: Path, output: Path) -> None:
    """Write the NWB file, whole or not at all."""
    from pynwb import NWBHDF5IO, NWBFile
    from pynwb.behavior import Position, SpatialSeries
    from pynwb.epoch import TimeIntervals
    from pynwb.file import Subject

    time, place = read_tracking(folder / "trajectory.videoPositionTracking")
    journeys = find_journeys(time, place)
    unknown = datetime(2000, 1, 1, tzinfo=UTC)  # the raw files carry no date
    file = NWBFile("Rat on a W-track: run, rest, run, rest (date unknown)", "nelpy-example-data-w-maze", unknown)
    file.subject = Subject(subject_id="w-maze-rat", species="Rattus norvegicus", sex="U", age="P0D/")
    series = SpatialSeries(name="led", data=place, timestamps=time, unit="px", reference_frame="camera, y down")
    file.create_processing_module("behavior", "tracked position").add(Position(spatial_series=series))

    file.add_unit_column("tetrode", "number of the tetrode, from 0")
    file.add_unit_column("cluster", "number of the cluster on its tetrode, from 0")
    for tetrode, cluster, times in read_spikes(folder / "spikes.mat"):
        file.add_unit(spike_times=times, tetrode=tetrode, cluster=cluster)

    file.add_epoch_column("kind", "run or rest")
    edges = [time[0], *(time[0] + np.ravel(RUNS_S)), time[-1]]
    for number, (start, stop) in enumerate(pairwise(edges)):
        file.add_epoch(float(start), float(stop), kind="run" if number % 2 else "rest")

    table = TimeIntervals(name="journeys", description="from leaving one well to leaving the next")
    for name, about in (("kind", "outbound: from the centre to a side"), ("origin", "well"), ("target", "well")):
        table.add_column(name, about)
    table.add_column("alternates", "false for an outbound journey to the side well that was visited last")
    for j in journeys:
        kind = "outbound" if j.outbound else "inbound"
        table.add_interval(j.start_s, j.stop_s, kind=kind, origin=j.origin, target=j.target, alternates=j.alternates)
    file.add_time_intervals(table)

    trials = pair_trials(journeys)
    columns = {
        "outcome": "whether the second outbound journey alternates",
        "first_well": "where the first outbound journey leads",
        "second_well": "where the second one leads",
        "is_return": "whether that is the same well",
    }
    for name, text in columns.items():
        file.add_trial_column(name, text)
    for trial in trials:
        file.add_trial(**trial)
    with atomic_path(output) as temporary, NWBHDF5IO(str(temporary), "w") as io:
        io.write(file)
    print(f"{output}: {len(file.units)} units, {len(journeys)} journeys, {len(trials)} trials")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Raw files of the W-track session -> one NWB file.")
    parser.add_argument("output", type=Path, help="NWB file to write")
    convert(raw_folder(), parser.parse_args().output)
