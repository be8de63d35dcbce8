"""Recorded files that are damaged, compressed, or of types that are not known: read as far as that is safe, and named."""

import os
import random
import signal
import time

import h5py
import hdf5plugin
import numpy as np
import pytest

from helpers.nwb import walk, write_nwb
from rscnav.cli.main import main
from rscnav.inspection.inspect import inspect_recording
from rscnav.recordings.files.hdf5_probe import findings as module
from rscnav.recordings.files.hdf5_probe import probe as looking
from rscnav.recordings.files.open_file import explained, named, probe
from rscnav.recordings.read import read_recording
from rscnav.sessions.hdf5 import write_session

XY = {"position": {"series": "xy", "unit": "m"}, "trial_s": 2.0}
DATA = "processing/behavior/Position/xy/data"
TRIALS = [
    {"start_time": 1.0, "stop_time": 4.0, "outcome": "hit"},
    {"start_time": 5.0, "stop_time": 8.0, "outcome": "miss"},
]


@pytest.fixture
def path(tmp_path):
    return write_nwb(tmp_path / "rec.nwb", series={"xy": walk(), "other": walk()}, trials=TRIALS)


def refused(path, *words, mapping=XY):
    with pytest.raises(ValueError, match="rec") as error:
        read_recording(path, mapping, quiet=True)
    for word in ("recording 'rec'", str(path), *words):
        assert word in str(error.value), str(error.value)


@pytest.fixture
def forked(monkeypatch):
    """Look through files in a fork of this process, in a hundredth of the time, and with less patience."""

    def run(path):
        out, into = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(into, 1)
            looking.SMALL_STEP_S, looking.MEMORY = 0.5, 64 << 30
            try:
                looking.main(path)
            finally:
                os._exit(3)
        os.close(into)
        with os.fdopen(out, "rb") as lines:
            found = lines.read()
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), found, b""

    monkeypatch.setattr(module, "_run", run)


# -- What libhdf5 does not survive -------------------------------------------------------------------------------------


def test_a_block_on_which_libhdf5_loops_does_not_hang(tmp_path, forked):
    """A zeroed block of texts (HDF5's global heap) is searched for ever."""
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        for k in range(30):
            file.attrs[f"note{k}"] = "some words of a note " * 8
        file["t"] = np.arange(20.0)
    data = bytearray(path.read_bytes())
    data[4096:5120] = bytes(1024)
    path.write_bytes(data)
    began = time.process_time()
    refused(path, "damaged at '/'", "does not finish reading it", mapping={"arrays": {"spikes": {"times": "t"}}})
    assert time.process_time() - began < 3  # the loop is another process's
    began = time.monotonic()
    assert probe(path).refusal
    assert time.monotonic() - began < 0.5  # and is not gone through again


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (-signal.SIGSEGV, r"libhdf5 crashes there \(SIGSEGV\)"),
        (-signal.SIGKILL, "because memory ran out"),
        (1, "out of rope"),
    ],
)
def test_a_process_that_ends_early(tmp_path, path, monkeypatch, status, words):
    said = (status, b'{"at": "/units"}\n{"obj', b"Traceback\nout of rope\n")
    monkeypatch.setattr(module, "_run", lambda path: said)
    with pytest.raises(ValueError, match=rf"rec\.nwb: .*'/units'.*{words}"):
        read_recording(path, XY)


def test_shapes_that_no_file_can_hold(path):
    with h5py.File(path, "r+") as file:
        attributes = dict(file[DATA].attrs)
        del file[DATA]
        file.create_dataset(DATA, (10**12, 2), "f8", chunks=(1000, 2)).attrs.update(attributes)
    refused(path, f"/{DATA}", "its shape (1000000000000, 2) needs 16 TB of values in a file of")
    assert read_recording(path, {"position": {"series": "other", "unit": "m"}, "trial_s": 2.0}, quiet=True).n_units == 2
    report = inspect_recording(str(path))
    assert any(item.path == "behavior/Position/xy" for item in report.items)


def test_chunks_that_were_never_stored_are_said(path):
    with h5py.File(path, "r+") as file:
        attributes, values = dict(file[DATA].attrs), file[DATA][()]
        del file[DATA]
        data = file.create_dataset(DATA, values.shape, "f8", chunks=(100, 2))
        data[:300] = values[:300]
        data.attrs.update(attributes)
    session = read_recording(path, XY, quiet=True)
    assert f"/{DATA}: 2 of its 5 chunks are not stored, and are read as 0.0" in session.attributes["notes"]
    other = read_recording(path, {"position": {"series": "other", "unit": "m"}, "trial_s": 2.0}, quiet=True)
    assert "not stored" not in other.attributes["notes"]


def test_values_that_lie_over_each_other(tmp_path):
    path = tmp_path / "rec.h5"
    with h5py.File(path, "w") as file:
        for name in ("one", "two"):
            file[name] = np.arange(100.0)
        places = [file[name].id.get_offset() for name in ("one", "two")]
    data = bytearray(path.read_bytes())
    where = data.find(places[1].to_bytes(8, "little"))
    data[where : where + 8] = (places[0] + 8).to_bytes(8, "little")
    path.write_bytes(data)
    assert "its values overlap those of another dataset" in probe(path).refusal
    data[where : where + 8] = (10**6).to_bytes(8, "little")
    path.write_bytes(data)
    assert "damaged at '/two'" in probe(path).refusal


def answer_of(read):
    try:
        read()
    except ValueError as error:
        return str(error)
    return "read"


@pytest.mark.slow
def test_a_hundred_damaged_files(path, forked):
    """No damage leads to more than a sentence, or takes long."""
    small = path.with_name("small.nwb")  # without the specifications, which are most of the file
    with h5py.File(path) as old, h5py.File(small, "w") as new:
        new.attrs.update({name: value for name, value in old.attrs.items() if name != ".specloc"})
        for name in set(old) - {"specifications"}:
            old.copy(name, new)
    whole, rng = small.read_bytes(), random.Random(0)
    said = []
    for number in range(100):
        data = bytearray(whole)
        how = rng.choice(["bits", "head", "cut", "blank", "noise"])
        at = rng.randrange(len(data))
        if how in ("bits", "head"):
            for _ in range(rng.choice([1, 3, 20])):
                data[rng.randrange(len(data) if how == "bits" else 4096)] ^= 1 << rng.randrange(8)
        elif how == "cut":
            del data[at:]
        else:
            length = min(rng.choice([16, 256, 4096]), len(data) - at)
            data[at : at + length] = bytes(length) if how == "blank" else rng.randbytes(length)
        path.write_bytes(data)
        found = probe(path)
        if found.refusal:
            assert str(path) in found.refusal
            said.append(found.refusal)
        elif number % 10 == 0:
            answer = answer_of(lambda: read_recording(path, XY, quiet=True))
            assert answer == "read" or "rec.nwb" in answer
    assert len(said) > 30


# -- Compression -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [hdf5plugin.Blosc(cname="zstd"), hdf5plugin.Zstd(), hdf5plugin.Bitshuffle()])
def test_compression_by_plugins(path, options):
    right = read_recording(path, XY, quiet=True).position
    with h5py.File(path, "r+") as file:
        attributes, values = dict(file[DATA].attrs), file[DATA][()]
        del file[DATA]
        file.create_dataset(DATA, data=values, chunks=(100, 2), **options).attrs.update(attributes)
    np.testing.assert_array_equal(read_recording(path, XY, quiet=True).position, right)


def test_a_filter_that_is_not_there_is_named(path):
    with h5py.File(path, "r+") as file:
        attributes, values = dict(file[DATA].attrs), file[DATA][()]
        del file[DATA]
        data = file.create_dataset(DATA, data=values, chunks=values.shape, compression="gzip", compression_opts=7)
        data.attrs.update(attributes)
    raw = path.read_bytes()
    old = (1).to_bytes(2, "little") + (8).to_bytes(2, "little") + (1).to_bytes(2, "little") + (1).to_bytes(2, "little")
    at = raw.find(old + b"deflate\0" + (7).to_bytes(4, "little"))
    assert at > 0
    path.write_bytes(raw[:at] + (40_123).to_bytes(2, "little") + raw[at + 2 : at + 8] + b"lablab\0\0" + raw[at + 16 :])
    refused(
        path, f"/{DATA}", "compressed with filter 40123 ('lablab')", "the package hdf5plugin does not have", "h5repack"
    )
    assert "filter 40123" in inspect_recording(str(path)).text()


# -- Parts that cannot be read -----------------------------------------------------------------------------------------


def test_an_extension_that_is_not_there(path, capsys):
    with h5py.File(path, "r+") as file:
        group = file["processing/behavior"].create_group("thing")
        group.attrs.update({"namespace": "ndx-mylab", "neurodata_type": "Thing", "object_id": "x"})
        file["processing/behavior/again"] = h5py.SoftLink("/processing/behavior/thing")
    session = read_recording(path, XY, quiet=True)
    assert "'ndx-mylab'" in session.attributes["notes"]
    refused(path, "ndx-mylab", "the file itself is not damaged", mapping={"position": {"series": "thing", "unit": "m"}})
    assert main(["inspect", str(path)]) == 0
    said = capsys.readouterr().out
    assert "pip install ndx-mylab" in said
    assert "behavior/Position/xy: SpatialSeries" in said


def test_stored_extensions_that_lie_elsewhere_or_are_too_large_are_not_read(path, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with h5py.File(path, "r+") as file:
        core = next(iter(file["specifications/core"].values()))
        del core["namespace"]
        core.create_dataset("namespace", (200,), "u1", external=[(str(tmp_path / "fifo"), 0, 200)])
        common = next(iter(file["specifications/hdmf-common"].values()))
        del common["table"]
        common.create_dataset("table", (2 * 10**9,), "u1", chunks=(10**6,), compression="gzip")
    with pytest.warns(UserWarning, match="the extensions stored in the file cannot be used"):
        assert read_recording(path, XY, quiet=True).position is not None


@pytest.mark.parametrize("link", ["/nowhere", "/processing/behavior/gone", "/processing"])
def test_links_that_lead_nowhere_or_back(path, link):
    with h5py.File(path, "r+") as file:
        file["processing/behavior/lost"] = h5py.SoftLink(link)
        file["processing/behavior/self"] = h5py.SoftLink("/processing/behavior/self")
        file["processing/behavior/back"] = file["processing"]
    session = read_recording(path, XY, quiet=True)
    for name in ("lost", "self", "back"):
        assert f"processing/behavior/{name}" in session.attributes["notes"]
    refused(path, "lost", mapping={"position": {"series": "lost", "unit": "m"}})


def test_attributes_and_types_that_cannot_be_read(path):
    with h5py.File(path, "r+") as file:
        gone = file.create_group("gone")
        file["processing/behavior"].create_group("odd").attrs["x"] = gone.ref
        del file["gone"]
        file["processing/behavior/named"] = np.dtype("f8")
        kind = h5py.h5t.UNIX_D32LE.copy()
        space = h5py.h5s.create_simple((3,))
        h5py.h5d.create(file["processing/behavior"].id, b"bits", kind, space)
    assert read_recording(path, XY, quiet=True).position is not None
    assert "refers to a missing object" in probe(path).faults()["/processing/behavior/odd"]
    assert "cannot be read" in probe(path).faults()["/processing/behavior/bits"]
    assert "a named data type" in probe(path).faults()["/processing/behavior/named"]


def test_the_first_dataset_of_an_nwb_file_that_is_wrong_is_named(path):
    with h5py.File(path, "r+") as file:
        del file["session_start_time"]
        file["session_start_time"] = 5.0
    refused(path, "'/session_start_time' is missing or not text")


@pytest.mark.parametrize("what", ["conversion", "offset"])
def test_a_conversion_that_is_no_number(path, what):
    with h5py.File(path, "r+") as file:
        file[DATA].attrs[what] = np.nan
    refused(path, "xy")


def test_whatever_a_library_raises_is_explained(monkeypatch):
    monkeypatch.delenv("RSCNAV_DEBUG", raising=False)
    errors = [
        RuntimeError("a\nb"),
        TypeError("x"),
        IndexError(""),
        KeyError("k"),
        MemoryError(),
        RecursionError(),
        OverflowError(),
    ]
    errors += [UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), AttributeError("y"), OSError("h5")]
    for error in errors:
        with pytest.raises(ValueError, match="recording 'rat', file f.nwb: ") as caught, named("rat", "f.nwb"):
            raise error
        assert "\n" not in str(caught.value)
    with pytest.raises(NameError), named("rat", "f.nwb"):  # a fault of this program
        raise NameError("z")
    monkeypatch.setenv("RSCNAV_DEBUG", "1")
    with pytest.raises(RuntimeError):
        explained(RuntimeError("shown as it is"))


# -- Inspection and validation go on -----------------------------------------------------------------------------------


def test_inspection_lists_what_can_be_read_of_a_damaged_file(path, capsys):
    with h5py.File(path, "r+") as file:
        header = h5py.h5o.get_info(file["units/spike_times_index"].id).addr
    data = bytearray(path.read_bytes())
    data[header : header + 16] = bytes(16)
    path.write_bytes(data)
    assert main(["inspect", str(path), "--report", str(path.parent / "page.pdf")]) == 1
    out, err = capsys.readouterr()
    assert f"/{DATA}: dataset, 500 x 2, float64, meters" in out
    assert "damaged at '/units" in err


def test_inspection_goes_on_where_a_step_fails(path, monkeypatch):
    from rscnav.inspection import inspect as inspection

    def broken(*arguments):
        raise IndexError("list index out of range")

    for step in ("guess", "file_checks", "overview"):
        with monkeypatch.context() as patch:
            patch.setattr(inspection, step, broken)
            report = inspect_recording(str(path))
        assert report.items
        assert "IndexError: list index out of range" in report.text()


def test_inspection_of_a_session_of_our_own(path, tmp_path, capsys):
    session = read_recording(path, XY, quiet=True)
    write_session(session, tmp_path / "s.h5")
    assert main(["inspect", str(tmp_path / "s.h5")]) == 0
    said = capsys.readouterr().out
    assert "A session that rscnav wrote (rscnav session" in said
    assert f"activity: {session.activity.shape[0]} x 2" in said
    assert "possible analyses: " in said


def test_warnings_of_libraries_come_once_and_without_their_source(path, capsys):
    with h5py.File(path, "r+") as file:
        file[DATA.replace("data", "timestamps")].attrs["interval"] = 1
        data = file[DATA][()][:-5]
        attributes = dict(file[DATA].attrs)
        del file[DATA]
        file[DATA] = data
        file[DATA].attrs.update(attributes)
    assert main(["inspect", str(path)]) == 0
    out, err = capsys.readouterr()
    assert "warn(" not in out + err
    warned = [
        line for line in out.split("Warnings of the library that reads the file:")[-1].splitlines() if "xy" in line
    ]
    assert len(warned) == 1
