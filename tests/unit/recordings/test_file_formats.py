"""What a file may hold: intervals of observation, invalid times, calcium, counts, Zarr, plain arrays."""

import h5py
import numpy as np
import pytest
from pynwb import NWBHDF5IO, TimeSeries
from scipy.io import savemat

from helpers.nwb import new_nwb, walk, write_nwb
from helpers.recorded_files import ARRAYS, SPIKES, arrays, calcium, save
from rscnav.recordings.read import read_recording

XY = {"series": "xy", "unit": "m"}


def test_spikes_outside_obs_intervals_and_bins_that_some_unit_was_not_observed_in(tmp_path):
    file = new_nwb()
    file.add_unit(spike_times=[0.5, 1.5, 7.5], obs_intervals=[[0.0, 5.0]])  # the spike at 7.5 s lies outside
    file.add_unit(spike_times=[0.2, 9.95], obs_intervals=[[0.0, 10.0]])
    path = save(file, tmp_path / "x.nwb")
    both = read_recording(path, {"trial_s": 1.0})
    assert [len(times) for times in both.spikes] == [2, 2]
    assert both.attributes["n_spikes_unobserved"] == 1
    assert "1 spikes are outside the obs_intervals of their unit" in both.attributes["notes"]
    assert both.time.max() < 5.0
    assert both.attributes["n_bins_unobserved"] == 49  # from 5.0 s to the last whole bin, 9.9 s
    second = read_recording(path, {"trial_s": 1.0, "unit_filters": [{"column": "observed_fraction", "min": 0.9}]})
    assert second.units["id"].tolist() == [1]
    assert second.time.max() > 9.0


def test_invalid_times_are_left_out(tmp_path):
    file = new_nwb()
    file.add_unit(spike_times=np.arange(0.05, 10, 0.1))
    file.add_invalid_time_interval(start_time=2.0, stop_time=4.0)
    file.add_invalid_time_interval(start_time=3.0, stop_time=4.5)
    session = read_recording(save(file, tmp_path / "x.nwb"), {"trial_s": 1.0})
    inside = (session.time > 2.0) & (session.time < 4.5)
    assert not inside.any()
    assert session.attributes["n_bins_invalid"] == pytest.approx(25, abs=1)


def test_units_without_a_spike_are_named(tmp_path):
    session = read_recording(write_nwb(tmp_path / "x.nwb", spikes=[[0.5, 3.5], []]), {"trial_s": 1.0})
    assert session.n_units == 2
    assert "units without spikes: unit 1" in session.attributes["notes"]


def test_fluorescence_is_averaged_in_bins_and_its_table_chooses_units(tmp_path):
    data = np.arange(300.0).reshape(100, 3)
    data[:, 2] = np.nan
    path = calcium(tmp_path / "x.nwb", data)
    mapping = {"bin_s": 0.2, "trial_s": 2.0, "activity": {"series": "dff"}}
    session = read_recording(path, mapping)
    assert session.spikes is None
    assert session.attributes["activity_unit"] == "dF/F"
    assert "1 of 3 units of 'ophys/Fluorescence/dff' have only NaN" in session.attributes["notes"]
    np.testing.assert_allclose(session.activity[:, 0], np.arange(0, 300, 3).reshape(50, 2).mean(axis=1))
    np.testing.assert_allclose(session.time, np.arange(50) * 0.2 + 0.1)
    cells = read_recording(path, {**mapping, "unit_filters": [{"column": "iscell", "min": 1}]})
    assert cells.units["id"].tolist() == [0]


def test_bins_narrower_than_the_frames_are_refused(tmp_path):
    path = calcium(tmp_path / "x.nwb", np.ones((50, 2)), rate=7.0)
    with pytest.raises(
        ValueError, match=r"bin_s: 0\.1 s is shorter than the interval between samples of .*set bin_s: 0\.1429 or more"
    ):
        read_recording(path, {"activity": {"series": "dff"}})


def test_frames_with_nan_are_refused_or_dropped(tmp_path):
    data = np.ones((100, 2))
    data[40:43, 1] = np.nan
    path = calcium(tmp_path / "x.nwb", data)
    mapping = {"trial_s": 1.0, "activity": {"series": "dff"}}
    with pytest.raises(ValueError, match=r"is NaN in 3 bins, the first at 4\.050 s; set activity\.nan: drop"):
        read_recording(path, mapping)
    mapping["activity"]["nan"] = "drop"
    session = read_recording(path, mapping)
    assert session.attributes["n_bins_nan_activity"] == 3
    assert len(session.time) == 97


def test_a_matrix_of_counts_becomes_rates(tmp_path):
    file = new_nwb()
    counts = np.random.default_rng(0).poisson(2.0, (200, 4)).astype(float)
    file.add_acquisition(TimeSeries(name="counts", data=counts, rate=20.0, unit="n.a."))
    mapping = {"trial_s": 1.0, "activity": {"series": "counts", "kind": "counts"}}
    session = read_recording(save(file, tmp_path / "x.nwb"), mapping)
    np.testing.assert_allclose(session.activity, counts.reshape(100, 2, 4).sum(axis=1) / 0.1, rtol=1e-6)
    assert session.attributes["activity_unit"] == "Hz"
    assert session.position is None


def test_zarr_holds_what_hdf5_holds(tmp_path):
    from hdmf_zarr import NWBZarrIO

    first = write_nwb(tmp_path / "x.nwb", series={"xy": walk()}, trials=[{"start_time": 1.0, "stop_time": 4.0}])
    with NWBHDF5IO(str(first), "r") as source, NWBZarrIO(str(tmp_path / "x.zarr"), "w") as target:
        target.export(src_io=source, write_args={"link_data": False})
    mapping = {"position": XY, "trials": {}}
    hdf5, zarr = read_recording(first, mapping), read_recording(tmp_path / "x.zarr", mapping)
    for name in ("activity", "time", "position", "trials"):
        np.testing.assert_array_equal(getattr(hdf5, name), getattr(zarr, name))


@pytest.mark.parametrize("kind", ["npz", "mat", "h5"])
def test_plain_arrays(tmp_path, kind):
    path = tmp_path / f"x.{kind}"
    if kind == "npz":
        np.savez(path, **arrays(), **{f"spk/{name}": value for name, value in SPIKES.items()})
    elif kind == "mat":
        savemat(path, {**arrays(), "spk": SPIKES})
    else:
        with h5py.File(path, "w") as file:
            for name, value in arrays().items():
                if name == "pos":
                    value = value.T  # as MATLAB writes it
                file[name] = value.astype("S4") if value.dtype.kind == "U" else value
            for name, value in SPIKES.items():
                file[f"spk/{name}"] = value[None]
    trials = {"outcome": "choice", "correct": ["hit"], "incorrect": ["miss"]}
    mapping = {"arrays": ARRAYS, "position": {"series": "xy"}, "trials": trials}
    session = read_recording(path, mapping)
    assert session.trials["outcome"].tolist() == ["correct", "incorrect"]
    assert session.trials["start_s"].tolist() == [1.0, 5.0]
    assert [times.tolist() for times in session.spikes] == [[1.05, 1.15], [2.5, 6.0]]
    assert session.units["label"].tolist() == ["good", "mua"]
    assert session.units["name_in_file"].tolist() == ["7.0", "9.0"]
    np.testing.assert_allclose(session.position[0], [0.105, 0.0525])  # at 1.05 s, in m
    assert session.activity.sum() * session.dt_s == pytest.approx(4)


def test_a_cell_array_of_spike_trains(tmp_path):
    trains = np.empty(3, object)
    trains[:] = [np.array([0.5, 1.5]), np.array([]), np.array([2.5, 9.0, 9.5])]
    savemat(tmp_path / "x.mat", {"trains": trains})
    session = read_recording(tmp_path / "x.mat", {"arrays": {"spikes": {"times": "trains"}}, "trial_s": 1.0})
    assert [len(times) for times in session.spikes] == [2, 0, 3]


def test_arrays_that_are_not_there_are_listed(tmp_path):
    np.savez(tmp_path / "x.npz", spike_times=[0.5], cluster=[1])
    with pytest.raises(
        ValueError, match=r"arrays\.spikes\.times: there is no array 't' in .*; there are: cluster, spike_times"
    ):
        read_recording(tmp_path / "x.npz", {"arrays": {"spikes": {"times": "t", "unit": "cluster"}}})
    with pytest.raises(ValueError, match="describe them with the recording's key `arrays`"):
        read_recording(tmp_path / "x.npz", {})


def test_objects_in_npz_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "x.npz", trains=np.array([[1.0], [1.0, 2.0]], object))
    with pytest.raises(
        ValueError,
        match="'trains' in .* is an array of Python objects, which can't be read; such objects could run code",
    ):
        read_recording(tmp_path / "x.npz", {"arrays": {"spikes": {"times": "trains"}}})


def test_clocks_that_do_not_overlap(tmp_path):
    path = write_nwb(tmp_path / "x.nwb", spikes=[[1000.5, 1001.5]], series={"xy": walk()})
    with pytest.raises(
        ValueError, match=r"clocks do not overlap: spikes from 1000\.500 to 1001\.500 s, position from 0\.000"
    ):
        read_recording(path, {"position": XY})


def test_position_by_rate_in_acquisition_with_conversion_and_offset(tmp_path):
    file = new_nwb()
    file.add_unit(spike_times=[0.5, 4.5])
    data = np.stack([np.arange(100.0), np.zeros(100)], axis=1)
    file.add_acquisition(
        TimeSeries(name="xy", data=data, rate=20.0, starting_time=1.0, unit="meters", conversion=0.01, offset=2.0)
    )
    session = read_recording(save(file, tmp_path / "x.nwb"), {"position": XY, "trial_s": 1.0})
    expected = 2.0 + 0.01 * 20.0 * (session.time - 1.0)
    np.testing.assert_allclose(session.position[:, 0], expected)
