"""What a file holds, listed without its data."""

import numpy as np
import pytest
from pynwb import NWBHDF5IO, TimeSeries

from helpers.nwb import new_nwb, walk, write_nwb
from rscnav.recordings.files.nwb_listing import list_series, list_tables


class Untouchable(np.ndarray):
    """Data that may be looked at but not read."""

    def __getitem__(self, key):
        if key == slice(None):
            raise AssertionError("all data were read")
        return super().__getitem__(key)


def test_series_with_times_and_with_a_rate(tmp_path):
    path = write_nwb(tmp_path / "x.nwb", series={"xy": walk(500, 50.0)})
    with NWBHDF5IO(str(path), "r+") as io:
        file = io.read()
        file.add_acquisition(TimeSeries(name="lick", data=np.zeros(21, "i2"), unit="V", rate=10.0, starting_time=5.0))
        io.write(file)
    with NWBHDF5IO(str(path), "r") as io:
        xy, lick = list_series(io.read())
    assert (xy.path, xy.type, xy.shape, xy.unit) == ("behavior/Position/xy", "SpatialSeries", (500, 2), "meters")
    assert not xy.regular
    assert xy.rate == pytest.approx(50.0)
    assert xy.extent == pytest.approx((0.0, 9.98))
    assert lick.path.endswith("lick")
    assert lick.shape == (21,)
    assert lick.dtype == "int16"
    assert lick.regular
    assert lick.rate == 10.0
    assert lick.extent == (5.0, 7.0)


def test_data_are_not_read():
    file = new_nwb()
    data = np.zeros((10, 3)).view(Untouchable)
    file.add_acquisition(TimeSeries(name="big", data=data, unit="V", rate=10.0))
    assert [series.shape for series in list_series(file)] == [(10, 3)]


def test_a_series_without_samples_and_one_with_one(tmp_path):
    file = new_nwb()
    file.add_acquisition(TimeSeries(name="none", data=np.zeros(0), unit="V", timestamps=np.zeros(0)))
    file.add_acquisition(TimeSeries(name="one", data=np.zeros(1), unit="V", timestamps=[3.0]))
    none, one = list_series(file)
    assert np.isnan(none.extent).all()
    assert np.isnan(none.rate)
    assert one.extent == (3.0, 3.0)
    assert np.isnan(one.rate)


def test_tables_with_what_their_columns_hold(tmp_path):
    rows = [
        {"start_time": 1.0 + 2 * k, "stop_time": 2.5 + 2 * k, "port": [1.0, 2.0], "choice": "left"} for k in range(4)
    ]
    path = write_nwb(tmp_path / "x.nwb", trials=rows, unit_columns={"quality": ["good", "mua"]})
    with NWBHDF5IO(str(path), "r") as io:
        tables = {table.path.split("/")[-1]: table for table in list_tables(io.read())}
    trials, units = tables["trials"], tables["units"]
    assert trials.n_rows == 4
    assert trials.type == "TimeIntervals"
    assert trials.extent == (1.0, 8.5)
    assert trials.columns == {
        "start_time": "float64", "stop_time": "float64", "port": "float64 (2,)", "choice": "text",
    }  # fmt: skip
    assert units.n_rows == 2
    assert units.extent is None
    assert units.columns == {"spike_times": "ragged", "quality": "text"}
