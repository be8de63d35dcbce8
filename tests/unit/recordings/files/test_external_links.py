"""Recorded files that name other files, or are no files: nothing outside their folder is read, and nothing is waited for."""

import json
import os
import shutil
import socket

import h5py
import numpy as np
import pytest

from helpers import ROOT
from helpers.nwb import walk, write_nwb
from rscnav.cli.main import main
from rscnav.recordings.files.open_file import probe, refuse_unreadable
from rscnav.recordings.read import read_recording

XY = {"position": {"series": "xy", "unit": "m"}, "trial_s": 2.0}
DATA = "processing/behavior/Position/xy/data"


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    return write_nwb(folder / "rec.nwb", series={"xy": walk(), "other": walk()})


def replaced(path, put):
    """Put something in the place of the position's values."""
    with h5py.File(path, "r+") as file:
        old = file[DATA]
        attributes, values = dict(old.attrs), old[()]
        del file[DATA]
        new = put(file, values)
        if new is not None:
            new.attrs.update(attributes)
    return values


def refused(path, *words, mapping=XY):
    with pytest.raises(ValueError, match="rec") as error:
        read_recording(path, mapping, quiet=True)
    for word in ("recording 'rec'", *words):
        assert word in str(error.value), str(error.value)


def other_file(folder, values, path=DATA):
    with h5py.File(folder / "other.h5", "w") as file:
        file[path] = values
    return folder / "other.h5"


def test_values_in_another_file_are_not_read(path, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"The password is swordfish. " * 500)
    replaced(path, lambda file, v: file.create_dataset("x", v.shape, "u1", external=[(str(secret), 0, v.size)]))
    with h5py.File(path, "r+") as file:
        file.move("x", DATA)
    refused(path, f"/{DATA}", str(secret), "external storage", "h5repack")
    unused = read_recording(path, {"position": {"series": "other", "unit": "m"}, "trial_s": 2.0}, quiet=True)
    assert unused.position is not None  # what is not used does no harm


def test_a_pipe_as_storage_is_not_waited_for(path, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    replaced(
        path, lambda file, v: file.create_dataset(DATA, v.shape, "u1", external=[(str(tmp_path / "fifo"), 0, v.size)])
    )
    refused(path, "external storage")
    assert main(["inspect", str(path)]) == 0


def test_an_external_link_into_the_same_folder_is_followed_and_said(path, capsys):
    values = replaced(
        path, lambda file, v: other_file(path.parent, v) and file.__setitem__(DATA, h5py.ExternalLink("other.h5", DATA))
    )
    with h5py.File(path.parent / "other.h5", "r+") as file:
        file[DATA].attrs.update({"unit": "meters", "conversion": 1.0, "offset": 0.0, "resolution": -1.0})
    session = read_recording(path, XY, quiet=True)
    np.testing.assert_allclose(
        session.position[0], np.interp(session.time[:1], walk()["timestamps"], values[:, 0])[0], atol=1
    )
    assert f"/{DATA} is read from the linked file 'other.h5'" in session.attributes["notes"]
    assert session.attributes["linked_files"].startswith("other.h5 (")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("../other.h5", "which is in another folder; only files in the same folder are read"),
        ("ABSOLUTE", "which is in another folder"),
        ("gone.h5", "a link to 'gone.h5', which does not exist; copy that file into the same folder"),
        ("fifo", "a link to 'fifo', which is not a regular file"),
        ("symlink.h5", "which is in another folder"),
        ("/dev/zero", "which is in another folder"),
        ("text.h5", "which cannot be opened"),
    ],
)
def test_other_external_links_are_refused_by_name(path, tmp_path, target, words):
    folder = path.parent
    replaced(path, lambda file, v: other_file(tmp_path, v) and None)
    (folder / "symlink.h5").symlink_to(tmp_path / "other.h5")
    (folder / "text.h5").write_text("no HDF5")
    os.mkfifo(folder / "fifo")
    with h5py.File(path, "r+") as file:
        file[DATA] = h5py.ExternalLink(str(tmp_path / "other.h5") if target == "ABSOLUTE" else target, DATA)
    refused(path, words, "behavior/Position/xy")


def test_a_soft_link_through_an_external_one_is_not_followed(path, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with h5py.File(path, "r+") as file:
        file["scratch/out"] = h5py.ExternalLink(str(tmp_path / "fifo"), "/")
        file["scratch/soft"] = h5py.SoftLink("/scratch/out/x")
    assert "which is in another folder" in probe(path).faults()["/scratch/soft"]
    assert read_recording(path, XY, quiet=True).position is not None


@pytest.mark.parametrize("source", ["gone.h5", "../other.h5"])
def test_virtual_datasets_of_files_elsewhere(path, tmp_path, source):
    def put(file, values):
        other_file(tmp_path, values)
        layout = h5py.VirtualLayout(values.shape, values.dtype)
        layout[...] = h5py.VirtualSource(source, DATA, values.shape)
        return file.create_virtual_dataset(DATA, layout)

    replaced(path, put)
    refused(path, "virtual dataset", source)


def test_a_virtual_dataset_of_the_same_folder(path):
    def put(file, values):
        other_file(path.parent, values)
        layout = h5py.VirtualLayout(values.shape, values.dtype)
        layout[...] = h5py.VirtualSource("other.h5", DATA, values.shape)
        return file.create_virtual_dataset(DATA, layout)

    right = read_recording(path, XY, quiet=True).position
    replaced(path, put)
    session = read_recording(path, XY, quiet=True)
    np.testing.assert_array_equal(session.position, right)
    assert "is read from the linked file 'other.h5'" in session.attributes["notes"]


def test_plain_arrays_do_not_reach_out_either(tmp_path):
    (tmp_path / "secret.txt").write_bytes(b"swordfish" * 20)
    os.mkfifo(tmp_path / "fifo")
    with h5py.File(tmp_path / "rec.h5", "w") as file:
        file.create_dataset("t", (20,), "u1", external=[(str(tmp_path / "secret.txt"), 0, 20)])
        file["same"] = file["t"]
        file["u"] = np.arange(20)
        file.create_dataset("waits", (20,), "u1", external=[(str(tmp_path / "fifo"), 0, 20)])
        file["cell"] = np.array([file["t"].ref, file["u"].ref], h5py.ref_dtype)
    for name in ("t", "same", "waits"):
        mapping = {"arrays": {"spikes": {"times": name, "unit": "u"}}}
        refused(tmp_path / "rec.h5", f"'{name}'", "external storage", mapping=mapping)
    refused(tmp_path / "rec.h5", "external storage", mapping={"arrays": {"spikes": {"times": "cell"}}})


@pytest.mark.parametrize("kind", ["fifo", "socket", "/dev/zero", "/proc/self/mem", "/proc/version", "/proc/self/fd/0"])
def test_what_is_no_file_is_refused_unread(tmp_path, monkeypatch, kind, capsys):
    monkeypatch.chdir(tmp_path)
    name = kind
    if kind == "fifo":
        os.mkfifo("fifo")
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket")
    with pytest.raises((ValueError, OSError), match=name):
        refuse_unreadable(name)
    assert main(["inspect", name]) == 1
    (tmp_path / "c.yaml").write_text(f"recordings:\n  - {{name: rat, file: '{name}'}}\n", encoding="utf-8")
    assert main(["validate", "--config", "c.yaml"]) == 1
    assert "WRONG: recording 'rat'" in capsys.readouterr().out


@pytest.fixture(params=["format 2", "as written here"])
def store(tmp_path, request):
    """A store as hdmf_zarr 0.13 wrote it (Zarr format 2), and one as the installed hdmf_zarr writes it (2 or 3)."""
    folder = tmp_path / "rec.zarr"
    if request.param == "format 2":
        shutil.unpack_archive(ROOT / "tests" / "data" / "zarr_format_2.zip", tmp_path)
        return folder
    from hdmf_zarr import NWBZarrIO
    from pynwb import NWBHDF5IO

    first = write_nwb(
        tmp_path / "x.nwb", series={"xy": walk()}, trials=[{"start_time": 1.0, "stop_time": 4.0, "outcome": "hit"}]
    )
    with NWBHDF5IO(str(first), "r") as source, NWBZarrIO(str(folder), "w") as target:
        target.export(src_io=source, write_args={"link_data": False})
    return folder


def edit(store, path, change, kind=".zarray"):
    """Change the description of one object: `kind` and the attributes are files of format 2, parts of zarr.json in format 3."""
    (store / ".zmetadata").unlink(missing_ok=True)
    file = store / path / "zarr.json"
    if file.exists():
        said = json.loads(file.read_text())
        change(said["attributes"] if kind == ".zattrs" else said)
    else:
        file = store / path / kind
        said = json.loads(file.read_text())
        change(said)
    file.write_text(json.dumps(said))


def test_a_zarr_store_holds_all_that_it_names(store, tmp_path):
    session = read_recording(
        store, XY | {"trials": {"table": "trials", "outcome": "outcome", "correct": ["hit"]}}, quiet=True
    )
    assert session.position is not None
    assert session.trials["outcome"].tolist() == ["correct"]
    (tmp_path / "text").write_text("x")
    (store / "more").symlink_to(tmp_path / "text")
    refused(store, "'more' is a link; a store must contain only files and folders")
    (store / "more").unlink()
    os.mkfifo(store / "more")
    refused(store, "'more' is neither file nor folder")


@pytest.mark.parametrize("source", ["../other.zarr", "s3://bucket/other.zarr"])
def test_links_of_a_zarr_store_stay_inside(store, source):
    link = {"name": "x", "source": source, "path": "/processing"}
    edit(store, "processing/behavior/Position/xy", lambda said: said.update(zarr_link=[link]), ".zattrs")
    refused(store, f"points outside the store, to '{source}'")


def test_a_damaged_description_of_a_zarr_store_is_named(store):
    def enlarge(said):
        said["shape"] = [10**12, *said["shape"][1:]]

    edit(store, "processing/behavior/Position/xy/data", enlarge)
    refused(store, "processing/behavior/Position/xy/data", "for 1.6e+13 bytes")
    file = next(store.glob("processing/behavior/Position/xy/data/*z*ar*"))
    file.write_text("{")
    refused(store, f"'processing/behavior/Position/xy/data/{file.name}' is not JSON")


def test_copies_of_descriptions_are_looked_through_too(store):
    copies = {"x": {"zarr_link": [{"name": "x", "source": "../other.zarr", "path": "/"}]}}
    if (store / "zarr.json").exists():
        said = json.loads((store / "zarr.json").read_text())
        said["consolidated_metadata"] = {"metadata": {"x": {"node_type": "group", "attributes": copies["x"]}}}
        (store / "zarr.json").write_text(json.dumps(said))
    else:
        (store / ".zmetadata").write_text(json.dumps({"metadata": {"x/.zattrs": copies["x"]}}))
    refused(store, "points outside the store, to '../other.zarr'")


def test_a_zarr_store_runs_no_code(tmp_path):
    from numcodecs.pickles import Pickle

    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    shutil.unpack_archive(ROOT / "tests" / "data" / "zarr_format_2.zip", tmp_path)
    store = tmp_path / "rec.zarr"
    edit(
        store,
        "intervals/trials/outcome",
        lambda said: said.update(compressor=None, filters=[{"id": "pickle", "protocol": 5}]),
    )
    texts = store / "intervals" / "trials" / "outcome"
    harmful = np.array([Evil()], object)
    for chunk in [p for p in texts.iterdir() if not p.name.startswith(".")]:
        chunk.write_bytes(Pickle().encode(harmful))
    mapping = XY | {"trials": {"table": "trials", "outcome": "outcome", "correct": ["hit"]}}
    refused(store, "outcome", mapping=mapping)
    assert not (tmp_path / "ran").exists()


def test_format_3_is_read_or_names_the_cure(tmp_path):
    """A store of format 3, whatever Python writes the others."""
    import zarr

    (tmp_path / "rec.zarr").mkdir()
    (tmp_path / "rec.zarr" / "zarr.json").write_text('{"zarr_format": 3, "node_type": "group", "attributes": {}}')
    cure = "use rscnav with Python 3.12 or newer" if zarr.__version__.startswith("2.") else "rec.zarr"
    refused(tmp_path / "rec.zarr", cure)
