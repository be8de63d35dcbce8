"""Recordings longer than memory: read, analysed and exported in blocks, with what a session in memory would have given."""

import os
import signal
import subprocess
import sys
import textwrap
import tracemalloc

import h5py
import numpy as np
import pytest
import yaml
from pynwb import TimeSeries

from helpers.nwb import new_nwb, walk, write_nwb
from helpers.recorded_files import save
from rscnav.analyses import analyse, lowpass
from rscnav.analyses.lowpass_filter import lowpass_rows
from rscnav.analyses.registry import analysis_module
from rscnav.cli.main import main
from rscnav.errors import InvalidValueError
from rscnav.export import export_nwb, export_tables, read_exported
from rscnav.files.sealed.hdf5 import accept
from rscnav.recordings import open_session, read_recording
from rscnav.recordings.activity import firing_rates as rates
from rscnav.sessions import lazy
from rscnav.sessions import rebinning as coarse
from rscnav.sessions.hdf5 import load_session, write_session

MAPPING = {"bin_s": 0.01, "position": {"series": "xy", "unit": "m"}, "trials": {}}


@pytest.fixture
def small_blocks(monkeypatch):
    """So that even small sessions go in many blocks."""
    monkeypatch.setattr(lazy, "BLOCK_BYTES", 2000)
    monkeypatch.setattr(lazy, "TILE", (16, 2))
    monkeypatch.setattr(rates, "TILE", (16, 2))
    monkeypatch.setattr(lazy, "FAR", 5)
    monkeypatch.setattr(coarse, "_ROWS", 40)


@pytest.fixture
def spikes():
    draw = np.random.default_rng(0)
    trains = [np.sort(draw.uniform(0, 10, n)) for n in (300, 0, 45, 200, 7)]
    return [draw.permutation(trains[0]), *trains[1:]]  # one is not in order


@pytest.fixture
def recorded(tmp_path, spikes):
    trials = [{"start_time": a, "stop_time": b} for a, b in ((0.0, 3.1), (3.1, 5.0), (6.0, 9.99))]
    return write_nwb(tmp_path / "x.nwb", spikes=spikes, series={"xy": walk()}, trials=trials)


def fields(path):
    """Give all datasets and attributes of a session file."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
        return found, {key: np.asarray(value).tolist() for key, value in file.attrs.items()}


def assert_same_files(one, other):
    (data, attributes), (wanted, wanted_attributes) = fields(one), fields(other)
    assert attributes == wanted_attributes
    assert data.keys() == wanted.keys()
    for name, values in wanted.items():
        np.testing.assert_array_equal(data[name], values, strict=True, err_msg=name)


def written_both_ways(path, mapping, folder):
    """Write a recording as `rscnav import-recording` does, and all at once; give both files."""
    with open_session(path, mapping, quiet=True) as session:
        assert isinstance(session.activity, lazy.LazyRows)
        write_session(session, folder / "blocks.h5")
    write_session(read_recording(path, mapping, quiet=True), folder / "whole.h5")
    return folder / "blocks.h5", folder / "whole.h5"


def test_a_file_written_in_blocks_is_the_file_written_at_once(recorded, spikes, tmp_path, small_blocks):
    one, other = written_both_ways(recorded, MAPPING, tmp_path)
    assert_same_files(one, other)
    data, _ = fields(one)
    for unit, times in enumerate(spikes):  # counted without our code
        inside = sum(np.sum((times >= a) & (times < b)) for a, b in ((0.0, 3.1), (3.1, 5.0), (6.0, 9.99)))
        assert data["activity"][:, unit].sum() * 0.01 == pytest.approx(inside, rel=1e-6)
    np.testing.assert_array_equal(data["spikes/times"], np.concatenate([np.sort(times) for times in spikes]))


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("kind", ["continuous", "counts"])
def test_a_series_read_in_blocks_is_the_series_read_at_once(kind, in_order, tmp_path, small_blocks):
    draw = np.random.default_rng(1)
    data, time = draw.poisson(2.0, (400, 5)).astype(float), np.arange(400) / 40
    data[:, 3] = np.nan  # a unit that is dead
    data[123, 1] = np.nan
    order = np.arange(400) if in_order else np.r_[200:400, 0:200]
    file = new_nwb()
    file.add_acquisition(TimeSeries(name="s", data=data[order], timestamps=time[order], unit="a.u.", conversion=0.5))
    mapping = {"trial_s": 1.0, "activity": {"series": "s", "kind": kind, "nan": "drop"}}
    one, other = written_both_ways(save(file, tmp_path / "x.nwb"), mapping, tmp_path)
    assert_same_files(one, other)
    by_hand = 0.5 * data[:, [0, 1, 2, 4]].reshape(100, 4, 4)
    by_hand = by_hand.sum(axis=1) / 0.1 if kind == "counts" else by_hand.mean(axis=1)
    np.testing.assert_allclose(fields(one)[0]["activity"], np.delete(by_hand, 123 // 4, axis=0), rtol=1e-6)


def test_lazy_rows_are_indexed_as_an_array_is(recorded, tmp_path, small_blocks):
    whole, _ = written_both_ways(recorded, MAPPING, tmp_path)
    plain = load_session(whole)
    with open_session(recorded, MAPPING, quiet=True) as counted:
        for session in (counted, load_session(whole, lazy=True)):
            rows, array = session.activity, plain.activity
            assert (rows.shape, rows.ndim, len(rows), rows.dtype) == (array.shape, 2, len(array), array.dtype)
            mask = np.random.default_rng(0).random(len(array)) < 0.1
            for index in (
                slice(None),
                slice(7, 50),
                slice(-20, None),
                slice(3, 3),
                slice(0, 90, 7),
                mask,
                [400, 3, 3, 880],
            ):
                np.testing.assert_array_equal(rows[index], array[index])
            np.testing.assert_array_equal(rows.units(slice(1, 4)), array[:, 1:4])
            assert [list(t) for t in session.spikes] == [list(t) for t in plain.spikes]
            assert [list(t) for t in session.spikes[1:3]] == [list(t) for t in plain.spikes[1:3]]
    with pytest.raises(TypeError, match="indexed along time only"):
        rows[:, 0]


def test_a_session_read_lazily_in_wide_bins(recorded, tmp_path, small_blocks):
    whole, _ = written_both_ways(recorded, MAPPING, tmp_path)
    plain, lazily = load_session(whole, dt_s=0.1), load_session(whole, dt_s=0.1, lazy=True)
    assert isinstance(lazily.activity, lazy.LazyRows)
    loaded = lazily.load()
    np.testing.assert_array_equal(loaded.activity, plain.activity, strict=True)
    np.testing.assert_array_equal(lazily.activity[[60, 2, 41]], plain.activity[[60, 2, 41]])
    assert lazily.dt_s == plain.dt_s


@pytest.mark.parametrize("causal", [True, False])
def test_the_filter_in_blocks_is_the_filter(causal, recorded, tmp_path, small_blocks):
    """Stretches of 310, 190 and 399 bins, each longer than a block of 50: filtered some units at a time."""
    whole, _ = written_both_ways(recorded, MAPPING, tmp_path)
    session = load_session(whole, lazy=True)
    kept = np.flatnonzero(np.random.default_rng(0).random(len(session.time)) < 0.3)
    stretches = session.segments()
    found = lowpass_rows(session.activity, 0.01, 0.5, causal=causal, stretches=stretches, kept=kept)
    wanted = np.concatenate([lowpass(session.activity[s], 0.01, 0.5, causal=causal) for s in stretches])[kept]
    np.testing.assert_array_equal(found, wanted, strict=True)


def test_a_value_that_is_not_finite_is_named_with_its_place_in_the_session(recorded, tmp_path, small_blocks):
    whole, _ = written_both_ways(recorded, MAPPING, tmp_path)
    with h5py.File(whole, "r+") as file:
        file["activity"][701, 3] = np.nan
    accept(whole)
    session = load_session(whole, lazy=True)
    with pytest.raises(ValueError, match="activity: nan at sample 701, unit 3"):
        lowpass_rows(
            session.activity, 0.01, 0.5, causal=True, stretches=session.segments(), kept=np.arange(len(session.time))
        )


@pytest.mark.parametrize(
    "name",
    ["tuning_entropy", "rate_dispersion", "eigenspectrum", "dimension", "state_space", "encounters", "non_encounters"],
)
def test_analyses_of_lazy_sessions_are_those_of_sessions_in_memory(name, tmp_path, monkeypatch):
    from rscnav.calibration.random_walks import ring_walk, with_activity

    draw = np.random.default_rng(2)
    session = ring_walk(np.full(40, 60), draw)
    counts = draw.poisson(2 * np.exp(np.cos(session.position - np.linspace(-3, 3, 12))))
    session = with_activity(session, counts / session.dt_s)
    session.kind, session.spikes = "recording", [np.zeros(0)] * 12
    write_session(session, tmp_path / "s.h5")
    few = {"n_null": 0 if name == "dimension" else 20, "n_subsets": 0}
    settings = analysis_module(name).Settings
    settings = settings(**{key: value for key, value in few.items() if key in settings.model_fields})
    wanted = analyse(load_session(tmp_path / "s.h5"), name, settings)
    monkeypatch.setattr(lazy, "BLOCK_BYTES", 20_000)
    found = analyse(load_session(tmp_path / "s.h5", lazy=True), name, settings)
    assert found.applicable, found.reason
    assert found.notes == wanted.notes
    for key, values in wanted.arrays.items():
        same = np.testing.assert_allclose if values.dtype.kind == "f" else np.testing.assert_array_equal
        same(found[key], values, err_msg=key, **({"rtol": 1e-5, "atol": 1e-6} if values.dtype.kind == "f" else {}))


def test_exports_in_pieces_hold_the_same(recorded, tmp_path, small_blocks, monkeypatch):
    import pandas as pd

    from rscnav.export import tables
    from rscnav.export.nwb import chunks

    monkeypatch.setattr(chunks, "CHUNK_BYTES", 400)
    monkeypatch.setattr(tables, "_SPIKES", 100)
    whole, _ = written_both_ways(recorded, MAPPING, tmp_path)
    plain, lazily = load_session(whole), load_session(whole, lazy=True)
    export_nwb(lazily, tmp_path / "out.nwb")
    back = read_exported(tmp_path / "out.nwb")
    np.testing.assert_array_equal(back.activity, plain.activity, strict=True)
    assert [list(t) for t in back.spikes] == [list(t) for t in plain.spikes]
    for kind, read in (("parquet", pd.read_parquet), ("csv", pd.read_csv)):
        export_tables(lazily, tmp_path / kind, kind)
        spikes, activity = (read(tmp_path / kind / f"{name}.{kind}") for name in ("spikes", "activity"))
        np.testing.assert_allclose(spikes["time_s"], np.concatenate(plain.spikes), rtol=1e-12)
        assert spikes["unit"].tolist() == np.repeat(np.arange(5), [len(t) for t in plain.spikes]).tolist()
        np.testing.assert_allclose(activity.to_numpy()[:, 1:], plain.activity, rtol=1e-6)
        np.testing.assert_allclose(activity["time"], plain.time)


def config(path, folder, **changes):
    """Write a configuration that reads one recording."""
    content = {"recordings": [{"name": "r", "file": str(path), **MAPPING, **changes}]}
    (folder / "c.yaml").write_text(yaml.safe_dump(content))
    return [
        "import-recording",
        "--config",
        str(folder / "c.yaml"),
        "--session",
        "r",
        "--output",
        str(folder / "out" / "r.h5"),
    ]


def test_a_read_that_fails_half_way_leaves_the_old_file_and_nothing_else(recorded, tmp_path, monkeypatch, small_blocks):
    command = config(recorded, tmp_path)
    assert main(command) == 0
    before, calls = (tmp_path / "out" / "r.h5").read_bytes(), []

    def stops(self, *arguments, plain=rates.SpikeRates._rates):
        calls.append(1)
        if len(calls) > 3:
            raise InvalidValueError("the file went away")
        return plain(self, *arguments)

    monkeypatch.setattr(rates.SpikeRates, "_rates", stops)
    assert main(command) == 1
    assert len(calls) == 4
    assert os.listdir(tmp_path / "out") == ["r.h5"]
    assert (tmp_path / "out" / "r.h5").read_bytes() == before


def in_child(code, *arguments):
    """Run a program in a process of its own."""
    program = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, check=False)


def test_a_killed_read_leaves_no_session(recorded, tmp_path):
    killed = in_child(
        """
        import os, signal, sys
        from rscnav.cli.main import main
        from rscnav.recordings.activity.firing_rates import SpikeRates
        SpikeRates._rates = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        main(sys.argv[1:])
        """,
        *config(recorded, tmp_path),
    )
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "out" / "r.h5").exists()


def test_a_full_disk_names_the_file(recorded, tmp_path):
    """A limit on the size of files stands for the disk."""
    full = in_child(
        """
        import resource, sys
        from rscnav.cli.main import main
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
        sys.exit(main(sys.argv[1:]))
        """,
        *config(recorded, tmp_path),
    )
    assert full.returncode == 1
    assert f"{tmp_path / 'out' / 'r.h5'}" in full.stderr
    assert "File too large" in full.stderr
    assert os.listdir(tmp_path / "out") == []


@pytest.mark.slow
def test_no_command_holds_the_activity(tmp_path, monkeypatch):
    """Two minutes of 120 units in bins of 2 ms are 29 MB: no command may allocate half of that."""
    monkeypatch.setattr(lazy, "BLOCK_BYTES", 1 << 19)
    monkeypatch.setattr(coarse, "_ROWS", 1000)
    draw = np.random.default_rng(0)
    trials = [{"start_time": 10.0 * k, "stop_time": 10.0 * (k + 1)} for k in range(12)]
    trains = [np.sort(draw.uniform(0, 120, 300)) for _ in range(120)]
    path = write_nwb(tmp_path / "x.nwb", spikes=trains, series={"xy": walk(1201, 10.0)}, trials=trials)
    *read, _ = config(path, tmp_path, bin_s=0.002)
    config_only, session_file = read[1:3], str(tmp_path / "r.h5")
    commands = (
        ["validate", *config_only],
        ["inspect", str(path), *config_only, "--session", "r"],
        [*read, session_file],
        *(["analyse", *config_only, "--analysis", name, "--session", session_file, "--output", str(tmp_path / "a.h5")]
          for name in ("state_space", "tuning_entropy")),
        ["export", "--session", session_file, "--nwb", str(tmp_path / "e.nwb"), "--tables", str(tmp_path / "tables")],
    )  # fmt: skip
    peaks = {}
    assert main(["validate", *config_only]) == 0
    session = load_session(written_both_ways(path, {**MAPPING, "bin_s": 1.0}, tmp_path)[0])
    lowpass(session.activity, 1.0, 0.4)
    export_nwb(session, tmp_path / "e.nwb")
    tracemalloc.start()  # when everything has been imported
    try:
        for command in commands:
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            assert main(command) == 0
            peaks[" ".join(command[:5])] = (tracemalloc.get_traced_memory()[1] - before) / 1e6
    finally:
        tracemalloc.stop()
    assert max(peaks.values()) < 14, peaks
    assert load_session(session_file, lazy=True).activity.shape == (60_000, 120)
