"""A disk that is full, or may not be written: one message that names the file, nothing half-written, no noise from libraries.

A limit on the size of files stands for the full disk: writes fail in the same way.
"""

import gc
import os
import resource
import signal
from pathlib import Path

import numpy as np
import pytest

from rscnav.analyses.result import Result, write_result
from rscnav.calibration.null_sessions import null_session
from rscnav.export import export_nwb, export_tables
from rscnav.figures.style import Canvas
from rscnav.files import writable
from rscnav.files.atomic import atomic_path
from rscnav.files.numba_cache import keeps_compiled
from rscnav.files.sealed.rows import write_rows
from rscnav.ground_truth.estimates import EstimateRow
from rscnav.sessions.hdf5 import load_session, write_session


@pytest.fixture(scope="module")
def session():
    rng = np.random.default_rng(0)
    session = null_session("noise", rng, n_trials=20, n_units=30, n_steps=100)
    session.kind, session.spikes = "recording", [np.sort(rng.uniform(0, 60, 3000)) for _ in range(30)]
    return session


@pytest.fixture
def lazy(session, tmp_path_factory):
    path = tmp_path_factory.mktemp("lazy") / "s.h5"
    write_session(session, path)
    return load_session(path, lazy=True)


def result():
    made = Result()
    for k in range(40):
        made.add(f"part/{k}", np.arange(50.0 * k), "m", ("bin",))
    return made


def figure(folder):
    canvas = Canvas()
    drawn, axes = canvas.figure(1, 3, 40)
    axes[0][0].imshow(np.random.default_rng(0).random((300, 300)))
    canvas.save(drawn, folder / "f")


WRITERS = {
    "session": lambda folder, session, lazy: write_session(session, folder / "s.h5"),
    "lazy session": lambda folder, session, lazy: write_session(lazy, folder / "s.h5"),
    "result": lambda folder, session, lazy: write_result(result(), folder / "r.h5"),
    "nwb": lambda folder, session, lazy: export_nwb(lazy, folder / "s.nwb"),
    "parquet": lambda folder, session, lazy: export_tables(lazy, folder / "t", "parquet"),
    "csv": lambda folder, session, lazy: export_tables(lazy, folder / "t", "csv"),
    "figure": lambda folder, session, lazy: figure(folder),
    "rows": lambda folder, session, lazy: write_rows(
        [EstimateRow(1, 2, 3, "", "x", "", 1.0, 0, 0)] * 9000, folder / "r.csv"
    ),
}


@pytest.fixture
def no_room():
    """Limit the size of files, within the test and not beyond it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda n_bytes: resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.slow
@pytest.mark.parametrize("n_bytes", [100, 5000, 60_000, 150_000])
@pytest.mark.parametrize("kind", WRITERS)
def test_a_full_disk_is_one_message_and_leaves_nothing(
    kind, n_bytes, session, lazy, tmp_path, no_room, capfd, monkeypatch
):
    unraisable = []
    monkeypatch.setattr("sys.unraisablehook", unraisable.append)
    with pytest.raises(OSError, match="File too large; nothing was written") as caught:
        no_room(n_bytes)
        WRITERS[kind](tmp_path, session, lazy)
    assert str(tmp_path) in str(caught.value)
    assert ".part" not in str(caught.value)
    del caught
    gc.collect()
    assert not unraisable
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


@pytest.mark.parametrize("kind", WRITERS)
def test_what_was_there_before_stays_on_a_full_disk(kind, session, lazy, tmp_path, no_room):
    WRITERS[kind](tmp_path, session, lazy)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    other = lazy if kind in ("nwb", "parquet", "csv", "lazy session") else session
    other.attributes = other.attributes | {"note": "another one"}
    changed = {"figure": lambda: write_session(other, tmp_path / "g.h5")}.get(
        kind, lambda: WRITERS[kind](tmp_path, other, other)
    )
    no_room(5000)
    try:
        changed()
    except OSError:
        pass
    else:
        assert kind in ("result", "rows")  # the same bytes are left alone
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_place_that_cannot_be_a_folder_is_named_with_the_cure(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"x\.h5: File exists; nothing was written; a part of its path is a file"):
        write_result(Result(), tmp_path / "file" / "x.h5")
    with pytest.raises(OSError, match="nothing was written; a part of its path is a file"):
        writable.refuse_unwritable(tmp_path / "file" / "networks")


@pytest.mark.parametrize(("number", "name"), [(13, "Permission denied"), (30, "Read-only file system")])
def test_a_folder_that_may_not_be_written_has_its_cure(number, name, tmp_path):
    with (
        pytest.raises(
            OSError, match=rf"{name}; nothing was written; make the folder writable, or choose another folder"
        ) as caught,
        atomic_path(tmp_path / "x.h5") as temporary,
    ):
        raise OSError(number, name, str(temporary))
    assert caught.value.filename == str(tmp_path / "x.h5")


def test_compiled_code_goes_where_it_can_be_written(tmp_path, monkeypatch, caplog):
    source = tmp_path / "package" / "kernels.py"
    source.parent.mkdir()
    monkeypatch.setattr("numba.config.CACHE_DIR", "")
    assert keeps_compiled(str(source))
    import numba

    assert numba.config.CACHE_DIR == ""  # beside the source, where numba looks first

    usable = writable.is_usable
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(
        "rscnav.files.numba_cache.is_usable", lambda folder: "package" not in str(folder) and usable(folder)
    )
    assert keeps_compiled(str(source))
    assert Path(numba.config.CACHE_DIR) == tmp_path / "home" / "numba"

    numba.config.CACHE_DIR = ""
    blocked = ("package", "home")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(
        "rscnav.files.numba_cache.is_usable",
        lambda folder: not any(b in str(folder) for b in blocked) and usable(folder),
    )
    assert keeps_compiled(str(source))
    private = tmp_path / "tmp" / f"rscnav-numba-{os.geteuid()}"
    assert Path(numba.config.CACHE_DIR) == private
    assert private.stat().st_mode & 0o777 == 0o700

    numba.config.CACHE_DIR = ""
    monkeypatch.setattr("rscnav.files.numba_cache.is_usable", lambda folder: False)
    assert not keeps_compiled(str(source))
    assert "set NUMBA_CACHE_DIR" in caplog.text


def test_a_folder_that_others_can_write_is_not_trusted_with_code(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    name = f"rscnav-numba-{os.geteuid()}"
    (tmp_path / name).mkdir()
    (tmp_path / name).chmod(0o777)
    assert tmp_path / name not in list(writable.private_folders("numba"))
    (tmp_path / name).rmdir()
    (tmp_path / name).symlink_to("/tmp")
    assert tmp_path / name not in list(writable.private_folders("numba"))


def test_snakemake_gets_a_cache_where_home_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/proc/no")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    writable.settle_cache()
    assert os.environ["XDG_CACHE_HOME"] == str(tmp_path / f"rscnav-cache-{os.geteuid()}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    writable.settle_cache()
    assert os.environ["XDG_CACHE_HOME"] == str(tmp_path / "own")
