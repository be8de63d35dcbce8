"""Small valid files of every kind that is read, and for each a reader that gives a digest of what it read."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from pynwb import NWBHDF5IO, NWBFile
from pynwb.behavior import Position, SpatialSeries
from scipy.io import savemat

from rscnav.analyses.registry import analyse
from rscnav.analyses.result import read_result, write_result
from rscnav.calibration.null_sessions import null_session
from rscnav.inspection.inspect import inspect_recording
from rscnav.networks import checkpoint
from rscnav.networks.architecture import Architecture
from rscnav.networks.checkpoint import load_network
from rscnav.networks.settings import Training
from rscnav.networks.training import trainer as run
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train
from rscnav.observers.settings import Observer
from rscnav.recordings import read_recording
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session, write_session
from rscnav.tasks.registry import make_task

CPU = torch.device("cpu")
MAPPING = {"position": {"series": "xy", "unit": "m"}, "trials": {"table": "trials", "outcome": "outcome"}}
NWB = MAPPING | {
    "unit_filters": [{"column": "quality", "values": ["good"]}],
    "landmarks": {"places": {"a": [1.0, 0.5], "b": [20.0, 10.0]}, "visibility_radius": 2.0},
}
ARRAYS = MAPPING | {
    "arrays": {
        "spikes": {"times": "t", "unit": "u"},
        "series": {"xy": {"data": "xy", "time": "txy"}},
        "tables": {"trials": {"start_time": "on", "stop_time": "off", "outcome": "res"}},
    }
}
OURS = ("session.h5", "result.h5", "weights.pt", "checkpoint.pt")  # with a digest: no damage may pass
FOREIGN = ("rec.nwb", "arr.npz", "arr.mat", "arr73.mat", "arr.h5")


def make(folder: Path) -> None:
    """Write one file of each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    session = null_session("noise", np.random.default_rng(0), n_trials=12, n_units=5, n_steps=40)
    write_session(session, folder / "session.h5")
    write_result(analyse(session, "tuning_entropy"), folder / "result.h5")
    _networks(folder)
    rng = np.random.default_rng(0)
    time = np.arange(1500) / 50
    xy = np.stack([time, 0.5 * time], axis=1)
    trains = [np.sort(rng.uniform(0, 30, 200)) for _ in range(5)]
    on = np.arange(0.0, 30.0, 3.0)
    outcome = ["correct", "incorrect"] * 5
    _nwb(folder / "rec.nwb", trains, time, xy, on, outcome)
    values = {
        "t": np.concatenate(trains), "u": np.repeat(np.arange(5), 200), "xy": xy, "txy": time, "on": on, "off": on + 3, "res": np.array(outcome)
    }  # fmt: skip
    np.savez_compressed(folder / "arr.npz", **values)
    savemat(folder / "arr.mat", values | {"res": np.array(outcome, object)}, do_compression=True)
    with h5py.File(folder / "arr.h5", "w") as file, h5py.File(folder / "arr73.mat", "w", userblock_size=512) as matlab:
        for name, array in values.items():
            data = np.char.encode(array) if array.dtype.kind == "U" else array
            file.create_dataset(name, data=data)
            if array.dtype.kind == "U":
                refs = matlab.create_dataset(name, (len(array), 1), h5py.ref_dtype)
                refs.attrs["MATLAB_class"] = np.bytes_("cell")
                for k, text in enumerate(array.tolist()):
                    cell = matlab.create_dataset(f"#refs#/{k}", data=np.array([[ord(c)] for c in text], np.uint16))
                    cell.attrs["MATLAB_class"] = np.bytes_("char")
                    refs[k, 0] = cell.ref
            else:
                item = matlab.create_dataset(name, data=np.atleast_2d(array).T if array.ndim == 1 else array.T)
                item.attrs["MATLAB_class"] = np.bytes_("double")


def _networks(folder: Path) -> None:
    torch.set_num_threads(1)
    keep, task = checkpoint.save, make_task("ring-fixed", trial_s=3.0)
    training = Training(
        n_batches=6,
        validate_every_batches=3,
        batch_size=8,
        validation_trials=20,
        checkpoint_every_s=0.0,
        target_gap=None,
    )
    plan = TrainingPlan(
        name="x",
        architecture=Architecture(hidden_size=4),
        training=training,
        observer=Observer(grid_bins=128),
        settings_json="{}",
        code="c",
    )

    def copied(values: dict[str, Any], path: Any) -> None:
        keep(values, path)
        if str(path).endswith("checkpoint.pt"):
            shutil.copy(path, folder / "checkpoint.pt")

    run.checkpoint.save = copied
    try:
        train(task, plan, Seeds(0, ("n",)), CPU, folder / "network")
    finally:
        run.checkpoint.save = keep
    shutil.copy(folder / "network" / "weights.pt", folder)
    shutil.rmtree(folder / "network")


def _nwb(path: Path, trains: list[Any], time: Any, xy: Any, on: Any, outcome: list[str]) -> None:
    file = NWBFile("fuzz", "fuzz", datetime(2025, 1, 1, tzinfo=UTC))
    file.add_unit_column("quality", "quality")
    for train_ in trains:
        file.add_unit(spike_times=train_, quality="good")
    place = Position(name="Position")
    file.create_processing_module("behavior", "tracked").add(place)
    place.add_spatial_series(SpatialSeries(name="xy", data=xy, timestamps=time, unit="meters", reference_frame="room"))
    file.add_trial_column("outcome", "outcome")
    for start, what in zip(on.tolist(), outcome, strict=True):
        file.add_trial(start_time=start, stop_time=start + 3.0, outcome=what)
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)


def digest(*values: Any) -> str:
    """Give a digest of nested values."""
    total = hashlib.sha256()

    def add(value: Any) -> None:
        if isinstance(value, dict):
            for key in sorted(value, key=str):
                total.update(str(key).encode())
                add(value[key])
        elif isinstance(value, list | tuple):
            for item in value:
                add(item)
        elif isinstance(value, torch.Tensor):
            add(value.detach().numpy())
        elif isinstance(value, np.ndarray):
            total.update(f"{value.dtype}{value.shape}".encode() + np.ascontiguousarray(value).tobytes())
        else:
            total.update(str(value).encode("utf-8", "surrogatepass"))

    for value in values:
        add(value)
    return total.hexdigest()


def of_session(session: Any) -> str:
    """Give a digest of a session's content."""
    values = {name: value for name, value in vars(session).items() if not name.startswith("_")}
    values["activity"] = np.asarray(session.activity)
    values["spikes"] = None if session.spikes is None else [np.asarray(times) for times in session.spikes]
    values["attributes"] = {key: value for key, value in session.attributes.items() if key != "source"}
    return digest(values)


def _result(path: Path) -> str:
    result = read_result(path)
    return digest(result.arrays, result.units, result.dims, result.notes, result.status, result.reason)


def _recorded(mapping: dict[str, Any]) -> Callable[[Path], str]:
    return lambda path: of_session(read_recording(path, mapping, quiet=True))


def _weights(path: Path) -> str:
    return digest(dict(load_network(path, make_task("ring-fixed", trial_s=3.0)).state_dict()))


def _inspected(path: Path) -> str:
    return digest(inspect_recording(str(path), None).text().replace(str(path), "FILE"))


READERS: dict[str, list[tuple[str, Callable[[Path], str]]]] = {
    "session.h5": [
        ("load_session", lambda path: of_session(load_session(path))),
        ("load_session, lazy", lambda path: of_session(load_session(path, lazy=True))),
        ("as a recording", _recorded({})),
    ],
    "result.h5": [("read_result", _result)],
    "weights.pt": [("load_network", _weights)],
    "checkpoint.pt": [("load", lambda path: digest(checkpoint.load(path)))],
    "rec.nwb": [("read_recording", _recorded(NWB)), ("inspect", _inspected)],
    "arr.npz": [("read_recording", _recorded(ARRAYS))],
    "arr.mat": [("read_recording", _recorded(ARRAYS))],
    "arr73.mat": [("read_recording", _recorded(ARRAYS))],
    "arr.h5": [("read_recording", _recorded(ARRAYS))],
}
