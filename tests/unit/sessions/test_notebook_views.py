"""Sessions as xarray, pynapple and pandas objects have the values of the session."""

import sys
import warnings

import numpy as np
import pytest

from helpers.sessions import uneven_session
from rscnav.errors import MissingPackageError
from rscnav.sessions.hdf5 import load_session, write_session
from rscnav.sessions.schema import ARRAYS, ENCOUNTERS, PHASES
from rscnav.sessions.session import Session


def session(**changes) -> Session:
    """Trials with an onset and end at the edges of their bins; trials 1 and 2 touch; NaN in the heading."""
    trials = uneven_session().trials.copy()
    trials["start_s"], trials["stop_s"] = [-0.05, 0.55, 0.75], [0.35, 0.75, 1.05]
    table = np.zeros(3, ENCOUNTERS)
    table["trial"], table["landmark"], table["order"] = [0, 1, 1], ["a", "b", "a"], [1, 1, 2]
    table["kind"] = ["encounter", "encounter", "non-encounter"]
    table["onset_s"], table["offset_s"] = [0.05, 0.55, 0.65], [0.25, 0.65, 0.75]
    heading = np.linspace(0, 1, 11)
    heading[3] = np.nan
    phase = np.array([0, 0, 1, 1, 255, 255, 1, 2, 0, 0, 1], "u1")
    units = np.array([("α1", 3.5), ("u2", -1.0)], [("id", "U4"), ("rate", "f8")])
    values = dict(trials=trials, encounters=table, heading=heading, phase=phase, time=np.arange(11) * 0.1, units=units)
    return uneven_session(**(values | changes))


def test_xarray_holds_every_array():
    here = session(observer_loss=np.ones((11, 2), "f4"), observer_names=("bayes", "odometry"))
    data = here.to_xarray()
    for spec in ARRAYS:
        values = getattr(here, spec.name)
        assert (spec.name in data.variables) == (values is not None), spec.name
        if values is not None:
            np.testing.assert_array_equal(data[spec.name].values, values, strict=True)
            assert data[spec.name].dims == spec.dims
            assert data[spec.name].attrs["long_name"] == spec.about
    assert data["unit"].values.tolist() == ["α1", "u2"]
    assert data["observer"].values.tolist() == ["bayes", "odometry"]
    assert data["landmark"].values.tolist() == ["a", "b"]
    assert "head" not in data.coords
    assert (data["activity"].attrs["units"], data["position"].attrs["units"]) == ("Hz", "rad")
    assert data["velocity"].attrs["units"] == "rad/s"
    assert data.attrs == {"name": "rat", "kind": "recording", "subject": "Ratte 1", "dt_s": 0.1, "position_unit": "rad"}
    np.testing.assert_array_equal(data["activity"].sel(unit="u2", time=0.2), here.activity[2, 1])


def test_a_lazy_session_gives_the_same(tmp_path):
    write_session(session(), tmp_path / "s.h5")
    lazy = load_session(tmp_path / "s.h5", lazy=True)
    assert lazy.to_xarray().identical(session().to_xarray())
    ours, theirs = lazy.to_pynapple(), session().to_pynapple()
    assert list(ours) == list(theirs)
    np.testing.assert_array_equal(ours["activity"].values, theirs["activity"].values)
    np.testing.assert_array_equal(ours["units"][0].times(), theirs["units"][0].times())


def test_tables_are_data_frames():
    here = session()
    for name, index in (("trials", "trial"), ("units", "unit"), ("encounters", "encounter")):
        frame, table = here.to_dataframe(name), getattr(here, name)
        assert list(frame.columns) == list(table.dtype.names)
        assert frame.index.name == index
        for column in table.dtype.names:
            np.testing.assert_array_equal(frame[column].to_numpy(), table[column])
    with pytest.raises(ValueError, match="table: 'trails' is not valid; expected one of .*; did you mean 'trials'"):
        here.to_dataframe("trails")
    with pytest.raises(ValueError, match="session 'rat' has no encounters"):
        session(encounters=None).to_dataframe("encounters")


@pytest.mark.filterwarnings("ignore:Metadata name 'split'")  # of pynapple, when one trial is selected
def test_pynapple_restricts_as_masks_do():
    here = session()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = here.to_pynapple()
    np.testing.assert_array_equal(data["activity"].values, here.activity)
    np.testing.assert_allclose(data["heading"].values, here.heading)  # NaN stays
    for number, name in enumerate(PHASES):
        found = data["activity"].restrict(data[name])
        np.testing.assert_array_equal(found.values, here.activity[here.phase == number], err_msg=name)
        np.testing.assert_allclose(found.times(), here.time[here.phase == number])
    for number in range(3):
        found = data["position"].restrict(data["trials"][number])
        np.testing.assert_array_equal(found.values, here.position[here.trial == number, 0])
    assert data["trials"].get_info("split").tolist() == ["train", "test", "test"]
    assert data["LM1"].get_info("trial").tolist() == [0, 1, 2]
    np.testing.assert_allclose(data["trials"].start, here.trials["start_s"])
    np.testing.assert_allclose(data["trials"].end, here.trials["stop_s"], atol=2e-6)


def test_pynapple_has_the_encounters_of_each_landmark():
    data = session().to_pynapple()
    np.testing.assert_allclose(data["encounters_of_a"].values, [[0.05, 0.25]])
    np.testing.assert_allclose(data["encounters_of_b"].values, [[0.55, 0.65]])
    np.testing.assert_allclose(data["non_encounters_of_a"].values, [[0.65, 0.75]])
    assert data["non_encounters_of_a"].get_info("order").tolist() == [2]
    assert len(data["non_encounters_of_b"]) == 0
    assert not [name for name in session(encounters=None).to_pynapple() if "encounters" in name]


def test_pynapple_has_spikes_by_unit():
    data = session(spikes=[np.array([0.1, 0.7, 80.0]), np.array([])]).to_pynapple()
    assert data["units"][0].times().tolist() == [0.1, 0.7]  # 80 s is after the end
    assert len(data["units"][1]) == 0
    assert data["units"].get_info("id").tolist() == ["α1", "u2"]
    assert data["units"].get_info("table_rate").tolist() == [3.5, -1.0]
    assert "units" not in session(spikes=None).to_pynapple()


def test_the_time_support_has_the_gaps():
    here = uneven_session()  # a gap before the last three bins
    support = here.to_pynapple()["activity"].time_support
    np.testing.assert_allclose(support.values, [[-0.05, 0.75], [5.75, 6.05]])


def test_positions_in_the_plane_have_columns():
    here = session(position=np.ones((11, 2)), landmarks=None, position_unit="m", heading=None)
    data = here.to_pynapple()
    assert list(data["position"].columns) == ["x", "y"]
    assert "heading" not in data


def test_a_session_without_phases_has_no_phases():
    data = session(phase=None).to_pynapple()
    assert not set(PHASES) & set(data)
    nowhere = session(phase=np.full(11, 255, "u1")).to_pynapple()
    assert [len(nowhere[name]) for name in PHASES] == [0, 0, 0]


def test_a_missing_pynapple_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynapple", None)
    with pytest.raises(MissingPackageError, match=r"'pynapple' is not installed; .* 'rscnav\[pynapple\]'"):
        session().to_pynapple()
