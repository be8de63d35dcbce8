"""Columns that hold no plain values, and shapes that are held against what they belong to."""

import warnings

import h5py
import numpy as np
import pytest
from hdmf.common import VectorData
from pynwb import NWBHDF5IO, TimeSeries
from pynwb.epoch import TimeIntervals

from helpers.imaging import add_planes
from helpers.nwb import new_nwb, walk, write_nwb
from rscnav.cli.main import main
from rscnav.recordings.files.nwb_lookup import find_series
from rscnav.recordings.files.table_columns import column_of, plain_columns
from rscnav.recordings.read import read_recording

TRIALS = [{"start_time": 1.0 + 2 * k, "stop_time": 2.5 + 2 * k, "outcome": "ab"[k % 2]} for k in range(4)]
DRAW = np.random.default_rng(0)


def write(path, file):
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def replaced(path, name, values):
    """Write other values at a place of a file, as no library would."""
    with h5py.File(path, "r+") as file:
        about = dict(file[name].attrs)
        kind = h5py.string_dtype() if np.asarray(values).dtype.kind in "OU" else None
        del file[name]
        file.create_dataset(name, data=values, dtype=kind).attrs.update(about)
    return path


def odd_trials(codes=(0, 1, 0, 1)):
    """A table with labels stored as numbers, a ragged column, one of references, and one that has its own number of rows."""
    table = TimeIntervals(name="trials", description="trials")
    for row in TRIALS:
        table.add_interval(start_time=row["start_time"], stop_time=row["stop_time"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table.add_column(name="came", description="x", data=np.array(codes, "u1"), enum=["hit", "miss"])
    table.add_column(name="licks", description="x", data=[1.0, 2.0, 3.0, 4.0, 5.0], index=[1, 2, 3, 5])
    return table


def test_labels_stored_as_numbers_are_read_as_names_and_ragged_columns_are_named(tmp_path):
    file = new_nwb()
    file.add_unit(spike_times=[0.5, 9.0])
    file.trials = odd_trials()
    path = write(tmp_path / "x.nwb", file)
    mapping = {"trials": {"outcome": "came", "correct": ["hit"], "incorrect": ["miss"]}}
    session = read_recording(path, mapping)
    assert session.trials["outcome"].tolist() == ["correct", "incorrect"] * 2
    assert "licks (ragged: several values for each row)" in session.attributes["notes"]
    with pytest.raises(ValueError, match=r"trials\.outcome: column 'licks' can't be used: ragged"):
        read_recording(path, {"trials": {"outcome": "licks"}})


def test_labels_without_a_name_are_left_out():
    columns = plain_columns(odd_trials((0, 1, 5, 1)))
    assert "came" not in columns
    with pytest.raises(
        ValueError, match="'came' can't be used: some of its values are not an index of its 2 label names"
    ):
        column_of(columns, "came", "trials.outcome")


@pytest.mark.parametrize("column", ["outcome", "start_time", "id"])
def test_a_column_has_as_many_rows_as_its_table(tmp_path, column):
    path = write_nwb(tmp_path / "x.nwb", spikes=[[0.5, 9.0]], trials=TRIALS)
    replaced(path, f"intervals/trials/{column}", {"outcome": ["a", "b", "a"]}.get(column, np.arange(3)))
    if column == "outcome":
        session = read_recording(path, {"trials": {}})
        assert len(session.trials) == 4
        assert r"outcome (shape (3,) in a table of 4 rows)" in session.attributes["notes"]
    words = r"shape \(3,\) in a table of 4 rows" if column != "id" else r"shape \(4,\) in a table of 3 rows"
    with pytest.raises(ValueError, match=words):
        read_recording(path, {"trials": {"outcome": "outcome"}})


def imaged(path, data, iscell=None, n_rois=None, **timing):
    file = new_nwb()
    add_planes(file, {"plane0": {"data": data, **(timing or {"rate": 10.0})}}, iscell, n_rois)
    return write(path, file)


DATA = DRAW.gamma(1, 1, (200, 5)).astype(np.float32)
MAPPING = {"activity": {"series": "plane0"}, "trial_s": 1.0}


@pytest.mark.parametrize("timing", [{"rate": 10.0}, {"timestamps": np.arange(200) / 10}])
def test_fluorescence_that_lies_across_is_turned(tmp_path, timing):
    straight = read_recording(imaged(tmp_path / "a.nwb", DATA, n_rois=5, **timing), MAPPING)
    path = replaced(imaged(tmp_path / "b.nwb", DATA, **timing), "processing/ophys/plane0/data", DATA.T)
    turned = read_recording(path, MAPPING)
    np.testing.assert_array_equal(straight.activity, DATA[: len(straight.time)])
    np.testing.assert_array_equal(turned.activity, straight.activity)
    assert (
        "'ophys/plane0' is stored as (column, sample), shape (5, 200), and was transposed" in turned.attributes["notes"]
    )
    assert main(["inspect", str(path)]) == 0


def test_fluorescence_that_fits_its_regions_neither_way_is_refused(tmp_path, capsys):
    path = imaged(tmp_path / "x.nwb", DATA, n_rois=4)
    with pytest.raises(ValueError, match=r"shape \(200, 5\) .* 4 regions of interest"):
        read_recording(path, MAPPING)
    assert main(["inspect", str(path)]) == 0
    assert "4 regions of interest" in capsys.readouterr().out


def test_a_flag_in_two_columns(tmp_path):
    iscell = [[1.0, 0.2], [0.0, 0.9], [1.0, 0.8], [0.0, 0.1], [1.0, 0.4]]
    path = imaged(tmp_path / "x.nwb", DATA, iscell)
    flags = read_recording(path, {**MAPPING, "unit_filters": [{"column": "iscell", "min": 0.5}]})
    assert flags.units["id"].tolist() == [0, 2, 4]
    assert "the rule uses the first" in flags.attributes["notes"]
    sure = read_recording(path, {**MAPPING, "unit_filters": [{"column": "iscell[:, 1]", "min": 0.5}]})
    assert sure.units["id"].tolist() == [1, 2]
    with pytest.raises(ValueError, match=r"'iscell\[:, 2\]' is not a column, because 'iscell' has shape \(5, 2\)"):
        read_recording(path, {**MAPPING, "unit_filters": [{"column": "iscell[:, 2]", "min": 0.5}]})


def test_a_rule_on_a_wide_column_names_its_part(tmp_path):
    path = imaged(tmp_path / "x.nwb", DATA, [[k, 1.0, 2.0] for k in range(5)])
    with pytest.raises(ValueError, match=r"a rule needs one; select it, for example 'iscell\[:, 0\]'"):
        read_recording(path, {**MAPPING, "unit_filters": [{"column": "iscell", "min": 3}]})
    session = read_recording(path, {**MAPPING, "unit_filters": [{"column": "iscell[:, 0]", "min": 3}]})
    assert session.units["id"].tolist() == [3, 4]


def test_counts_with_more_units_than_samples_are_refused(tmp_path):
    file = new_nwb()
    file.add_acquisition(TimeSeries(name="counts", data=np.ones((6, 300)), rate=10.0, unit="spikes"))
    time = np.arange(6) / 10
    file.add_acquisition(TimeSeries(name="timed", data=np.ones((6, 300)), timestamps=time, unit="spikes"))
    path = write(tmp_path / "x.nwb", file)
    activity = {"kind": "counts"}
    with pytest.raises(ValueError, match=r"shape \(6, 300\), which is 6 samples of 300 units; .* here \(300, 6\)"):
        read_recording(path, {"activity": {**activity, "series": "counts"}})
    assert read_recording(path, {"activity": {**activity, "series": "timed"}, "trial_s": 0.3}).n_units == 300


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"data": np.ones((50, 2)), "timestamps": np.arange(50) / 10}, r"shape \(50, 2\) and 47 timestamps"),
        ({"data": np.ones((10, 5, 2)), "rate": 10.0}, r"data of shape \(10, 5, 2\)"),
        (
            {"data": np.ones(50), "timestamps": np.append(np.arange(49), np.nan)},
            "time that is not finite, at sample 49",
        ),
        ({"data": np.ones(50), "rate": 10.0, "conversion": np.nan}, "the conversion of 'odd' is nan"),
        ({"data": np.array(["a"] * 50), "rate": 10.0}, "does not hold numbers"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_series_that_can_not_be_used_is_named_where_it_is_used_and_nowhere_else(tmp_path, capsys, arguments, words):
    file = new_nwb()
    file.add_unit(spike_times=[0.5, 9.0])
    file.add_acquisition(TimeSeries(name="odd", unit="m", **arguments))
    path = write(tmp_path / "x.nwb", file)
    if "47 times" in words:
        replaced(path, "acquisition/odd/timestamps", np.arange(47) / 10)
    with pytest.raises(ValueError, match=words):
        read_recording(path, {"activity": {"series": "odd"}})
    assert read_recording(path, {"trial_s": 1.0}).n_units == 1
    assert main(["inspect", str(path)]) == 0
    assert "odd: TimeSeries" in capsys.readouterr().out


def test_a_place_that_lies_across_is_turned(tmp_path):
    by_rate = {"data": walk()["data"].T, "unit": "meters", "rate": 50.0}
    path = write_nwb(tmp_path / "x.nwb", series={"timed": walk(), "steady": by_rate})
    replaced(path, "processing/behavior/Position/timed/data", walk()["data"].T)
    with NWBHDF5IO(str(path), "r") as io:
        for name in ("timed", "steady"):
            found = find_series(io.read(), name, "position.series")
            np.testing.assert_allclose(found.values, walk()["data"])
            np.testing.assert_allclose(found.time, walk()["timestamps"])


def test_columns_of_references_are_named(tmp_path):
    file = new_nwb()
    file.add_unit(spike_times=[0.5, 9.0])
    series = TimeSeries(name="lick", data=np.zeros(5), rate=1.0, unit="V")
    file.add_acquisition(series)
    table = TimeIntervals(name="trials", description="trials")
    for row in TRIALS:
        table.add_interval(start_time=row["start_time"], stop_time=row["stop_time"])
    table.add_column(name="film", description="x", data=[series] * 4)
    assert table["film"].__class__ is VectorData
    file.trials = table
    session = read_recording(write(tmp_path / "x.nwb", file), {"trials": {}})
    assert "film (it refers to objects (TimeSeries 'lick'))" in session.attributes["notes"]


def damaged(path, *gone):
    """A file with two series and a table of invalid times, of which some parts are deleted."""
    file = new_nwb()
    file.add_unit(spike_times=[0.5, 9.0])
    for name in ("lick", "door"):
        file.add_acquisition(TimeSeries(name=name, data=np.zeros(5), timestamps=np.arange(5.0), unit="V"))
    file.add_invalid_time_interval(start_time=2.0, stop_time=3.0)
    write(path, file)
    with h5py.File(path, "r+") as stored:
        for name in gone:
            del stored[name]
    return path


def test_a_damaged_object_that_is_not_used_is_left_out_by_name(tmp_path, capsys):
    path = damaged(tmp_path / "x.nwb", "acquisition/lick/timestamps")
    session = read_recording(path, {"trial_s": 1.0})
    assert session.attributes["n_bins_invalid"] == 10
    assert "'acquisition/lick' can't be read and was left out" in session.attributes["notes"]
    with pytest.raises(ValueError, match="there is no series 'lick' in the file .'acquisition/lick' can't be read: "):
        read_recording(path, {"activity": {"series": "lick"}})
    assert main(["inspect", str(path)]) == 0
    said = capsys.readouterr().out
    assert "acquisition/lick: it can't be read" in said
    assert "door: TimeSeries, 5" in said


@pytest.mark.parametrize("broken", ["column", "table"])
def test_invalid_times_that_can_not_be_read_are_not_passed_over(tmp_path, broken):
    path = damaged(tmp_path / "x.nwb")
    if broken == "column":
        replaced(path, "intervals/invalid_times/start_time", np.zeros(3))  # the table has one row
    else:
        with h5py.File(path, "r+") as stored:
            stored["intervals/invalid_times"].attrs["colnames"] = 3  # the whole table can't be made
    with pytest.raises(ValueError, match="invalid_times"):
        read_recording(path, {"trial_s": 1.0})
