"""Files of ours that were damaged: none is read as if it were sound, each is named, and none keeps a process waiting."""

import os
import random
import shutil
import threading
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from helpers.training import CPU, killed_at, short_task, small_training
from rscnav.analyses.result import Result, read_result, write_result
from rscnav.calibration.null_sessions import null_session
from rscnav.files.sealed.hdf5 import accept
from rscnav.files.sealed.regular import DamagedError
from rscnav.networks import checkpoint
from rscnav.networks.architecture import Architecture
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train
from rscnav.observers.settings import Observer
from rscnav.recordings.files.open_file import open_recording
from rscnav.recordings.session_files import is_session
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session, write_session

N_MUTANTS = 100  # of each kind


def of_session(path):
    session = load_session(path)
    assert is_session(path)
    tables = [session.trials.tobytes(), session.units.tobytes(), session.encounters.tobytes()]
    return [session.activity.tobytes(), session.position.tobytes(), *tables, str(session.attributes), session.name]


def of_lazy_session(path):
    session = load_session(path, ("position",), lazy=True)
    return [np.asarray(session.activity).tobytes(), session.position.tobytes(), session.trials.tobytes()]


def of_result(path):
    result = read_result(path)
    arrays = {name: (array.tobytes(), array.dtype.str, array.shape) for name, array in result.arrays.items()}
    return [arrays, result.units, result.dims, result.notes, result.status, result.reason]


def of_torch(path):
    def plain(value):
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return value.numpy().tobytes() if isinstance(value, torch.Tensor) else value

    return repr(plain(checkpoint.load(path)))


READERS = {
    "session.h5": (of_session, of_lazy_session), "result.h5": (of_result,), "weights.pt": (of_torch,), "checkpoint.pt": (of_torch,)
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A folder with one file of each kind."""
    folder = tmp_path_factory.mktemp("sound")
    write_session(
        null_session("noise", np.random.default_rng(0), n_trials=6, n_units=4, n_steps=30), folder / "session.h5"
    )
    result = Result(notes={"LM1/curve": "a note"})
    result.add("LM1/curve", np.linspace(0, 1, 50), "Hz", ("bin",))
    result.add("names", np.array(["a", "bé"]), "", ("name",))
    result.add("number", 3.5)
    write_result(result, folder / "result.h5", {"settings": "{}"})
    plan = TrainingPlan("x", Architecture(hidden_size=4), small_training(6, 3), Observer(grid_bins=128), "{}", "c")
    with killed_at(5):
        train(short_task(3.0), plan, Seeds(0), CPU, folder)
    shutil.move(folder / "checkpoint.pt", folder / "kept.pt")
    train(short_task(3.0), plan, Seeds(0), CPU, folder)
    shutil.move(folder / "kept.pt", folder / "checkpoint.pt")
    return folder


def damaged(rng, data):
    """Damage some bytes."""
    new, at = bytearray(data), rng.randrange(len(data))
    how = rng.choice(["flip", "flip", "head", "cut", "zeros", "noise", "repeat", "insert", "delete", "append"])
    if how in ("flip", "head"):
        for _ in range(rng.choice([1, 1, 3, 20])):
            new[rng.randrange(min(len(new), 1024) if how == "head" else len(new))] ^= 1 << rng.randrange(8)
    elif how == "cut":
        del new[rng.choice([0, 1, 100, len(new) // 2, len(new) - 1, at]) :]
    elif how in ("zeros", "noise"):
        n = min(rng.choice([1, 16, 4096]), len(new) - at)
        new[at : at + n] = bytes(n) if how == "zeros" else rng.randbytes(n)
    elif how == "repeat":
        new[at:at] = new[at : at + 64]
    elif how == "delete":
        del new[at : at + rng.choice([1, 8, 512])]
    else:
        place = at if how == "insert" else len(new)
        new[place:place] = rng.randbytes(7)
    return bytes(new)


@pytest.mark.parametrize("name", READERS)
def test_damaged_bytes_are_refused_by_name_or_change_nothing(sound, tmp_path, name):
    whole, path, refused = (sound / name).read_bytes(), tmp_path / name, 0
    for number in range(N_MUTANTS):
        mutant = damaged(random.Random(number), whole)
        path.write_bytes(mutant)
        for read in READERS[name]:
            try:
                found = read(path)
            except ValueError as error:
                found, said = None, str(error)
            if found is None:
                assert name in said
                assert "delete it" in said
                refused += 1
            else:
                assert found == read(sound / name)
    assert refused > 0.8 * N_MUTANTS


@pytest.mark.parametrize("name", READERS)
def test_no_byte_can_change_unseen(sound, tmp_path, name):
    """One bit of every 50th byte, and of all of the first 600 and last 600."""
    whole, path = (sound / name).read_bytes(), tmp_path / name
    places = sorted({*range(0, len(whole), 50), *range(0, 600, 7), *range(len(whole) - 600, len(whole), 7)})
    for at in places[:: max(1, len(places) // 300)]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        try:
            found, said = READERS[name][0](path), ""
        except ValueError as error:
            found, said = None, str(error)
        assert name in said if found is None else found == READERS[name][0](sound / name)  # what is not read may differ


def structures(name):
    """Changes with h5py that leave a sound HDF5 file."""

    def drop(file, at):
        del file[at]

    def rename(file, at):
        file.move(at, f"{at}_")

    def away(file, at):
        values, attributes = file[at][()], dict(file[at].attrs)
        del file[at]
        new = file.create_dataset(at, np.shape(values), "u1", external=[("/etc/passwd", 0, np.size(values))])
        new.attrs.update(attributes)

    def elsewhere(file, at):
        del file[at]
        file[at] = h5py.ExternalLink("other.h5", at)

    def soft(file, at):
        del file[at]
        file[at] = h5py.SoftLink(f"/{at}")

    def retyped(file, at):
        values, attributes = file[at][()], dict(file[at].attrs)
        del file[at]
        file[at] = np.zeros(np.shape(values), "c16")
        file[at].attrs.update(attributes)

    def shorter(file, at):
        values, attributes = file[at][()], dict(file[at].attrs)
        del file[at]
        file[at] = values[:-1]
        file[at].attrs.update(attributes)

    def group(file, at):
        del file[at]
        file.create_group(at)

    def unnamed(file, at):
        for key in list(file[at].attrs):
            del file[at].attrs[key]

    places = ["activity", "time", "position", "trials/outcome", "units/id", "phase", "encounters/onset_s"]
    changes = [drop, rename, away, elsewhere, soft, retyped, shorter, group]
    if name == "result.h5":
        places, changes = ["LM1/curve", "names"], [*changes, unnamed]
    return [(change, place) for place in places for change in changes]


@pytest.mark.parametrize(
    ("name", "change", "place"), [(name, *both) for name in ("session.h5", "result.h5") for both in structures(name)]
)
def test_changed_structures_are_refused_with_and_without_their_digest(sound, tmp_path, name, change, place):
    """A digest that was renewed does not help a file that is not of the schema."""
    path = shutil.copy(sound / name, tmp_path / name)
    with h5py.File(path, "r+") as file:
        change(file, place)
    for _ in range(2):
        with pytest.raises(ValueError, match=name):
            READERS[name][0](path)
        accept(path)


def test_a_whole_table_or_array_is_missed(sound, tmp_path):
    path = shutil.copy(sound / "session.h5", tmp_path / "session.h5")
    with h5py.File(path, "r+") as file:
        del file["encounters"]
    accept(path)
    with pytest.raises(ValueError, match=r"its fields are .*; .*encounters.* were written"):
        load_session(path)


def test_an_edit_that_is_accepted_is_read(sound, tmp_path):
    path = shutil.copy(sound / "session.h5", tmp_path / "session.h5")
    with h5py.File(path, "r+") as file:
        file["activity"][3, 2] = 123.0
        file.attrs["attribute:note"] = "corrected by hand"
    with pytest.raises(DamagedError, match="changed after it was written"):
        load_session(path)
    accept(path)
    session = load_session(path)
    assert (session.activity[3, 2], session.attributes["note"]) == (123.0, "corrected by hand")


@pytest.mark.parametrize("name", READERS)
def test_pipes_folders_and_devices_are_refused_at_once(tmp_path, name):
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    said = []

    def read_all():
        for path in (pipe, folder, Path("/dev/zero")):
            with pytest.raises(ValueError, match="expected a file") as caught:
                READERS[name][0](path)
            said.append(str(caught.value))

    thread = threading.Thread(target=read_all, daemon=True)
    thread.start()
    thread.join(20)
    assert [text.split(": ")[1].split(";")[0].split(",")[0] for text in said] == [
        "a named pipe",
        "a folder",
        "a device or a socket",
    ]


def test_only_what_is_read_is_checked(tmp_path):
    """A damaged byte of the activity stops whoever reads the activity there, and nobody else."""
    session = null_session("noise", np.random.default_rng(0), n_trials=40, n_units=200, n_steps=100)
    write_session(session, tmp_path / "s.h5")
    data = bytearray((tmp_path / "s.h5").read_bytes())
    at = data.index(session.activity[3000].astype("f4").tobytes())
    data[at] ^= 1
    (tmp_path / "s.h5").write_bytes(data)
    found = load_session(tmp_path / "s.h5", ("position",), lazy=True)
    np.testing.assert_array_equal(found.position, session.position)
    np.testing.assert_array_equal(found.activity[:100], session.activity[:100])
    with pytest.raises(DamagedError, match="s.h5: damaged"):
        found.activity[3000:3001]
    with pytest.raises(DamagedError, match="s.h5: damaged"):
        load_session(tmp_path / "s.h5")


def test_a_session_that_is_written_anew_while_it_is_read_is_noticed(tmp_path):
    first, second = (null_session("noise", np.random.default_rng(k), n_trials=4, n_units=3, n_steps=20) for k in (0, 1))
    write_session(first, tmp_path / "s.h5")
    lazy = load_session(tmp_path / "s.h5", lazy=True)
    np.testing.assert_array_equal(lazy.activity[:5], first.activity[:5])
    write_session(second, tmp_path / "s.h5")
    with pytest.raises(ValueError, match="written again while it was being read; run the command again"):
        lazy.activity[:5]


def test_files_of_another_version_or_program_are_refused(sound, tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.attrs["format"] = "rscnav session 2"
    with pytest.raises(
        ValueError, match=r"x\.h5: not valid; expected format 'rscnav session 4', found another program's file"
    ):
        load_session(tmp_path / "x.h5")
    with pytest.raises(
        ValueError, match="not valid; expected format 'rscnav result 3', found format 'rscnav session 4'"
    ):
        read_result(sound / "session.h5")
    torch.save({"weights": {}}, tmp_path / "w.pt")
    with pytest.raises(DamagedError, match=r"w\.pt: .*its sha256 differs"):
        checkpoint.load(tmp_path / "w.pt")


def test_a_simulated_recording_is_checked_when_it_is_opened(tmp_path):
    from rscnav.recordings.simulation.simulate import Simulation, simulate_recording

    path = tmp_path / "mouse.nwb"
    simulate_recording(Simulation(name="mouse", n_trials=4, n_units=3), path, Seeds(0), grid_bins=128)
    with open_recording(path) as file:
        assert len(file.units) == 3
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"mouse\.nwb: damaged.*rscnav check --accept"), open_recording(path):
        pass
