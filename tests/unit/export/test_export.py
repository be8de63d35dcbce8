"""Sessions in NWB and tables: equal when read back, nothing critical for the inspector, opened by pynapple."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from helpers.nwb import walk, write_nwb
from rscnav.cli.main import main
from rscnav.export import export_nwb, export_tables, read_exported
from rscnav.export.tables import table_files
from rscnav.recordings.read import read_recording
from rscnav.sessions import Session, write_session
from rscnav.sessions.schema import ARRAYS, CURVE, ENCOUNTERS, TABLES, TRIALS

SIZES = {"time": 40, "unit": 3, "dim": 1, "bin": 5, "head": 2, "observer": 2, "trials": 4, "landmark": 2}


def network(**changes):
    """Every field filled, with numbers drawn at random; times with a gap between trials."""
    rng = np.random.default_rng(1)
    arrays = {}
    for spec in ARRAYS:
        shape = tuple(SIZES[dim] for dim in spec.dims)
        floats = rng.normal(size=shape).astype(spec.dtype)
        arrays[spec.name] = rng.integers(0, 3, shape).astype(spec.dtype) if spec.dtype[0] in "iu" else floats
    arrays["trial"] = np.repeat(np.arange(4), 10).astype(np.int32)
    arrays["time"] = 0.05 + 0.1 * np.arange(40) + 0.7 * arrays["trial"]
    arrays["heading"][::7] = np.nan
    trials = np.zeros(4, TRIALS)
    trials["start_s"] = arrays["time"][::10] - 0.05
    trials["stop_s"] = trials["start_s"] + 1.0
    trials["split"], trials["outcome"] = ["train", "test"] * 2, ["correct", "incorrect", "none", "correct"]
    encounters = np.zeros(3, ENCOUNTERS)
    encounters["trial"], encounters["onset_s"], encounters["offset_s"] = [0, 0, 2], [0.2, 0.3, 3.5], [0.4, 0.9, 3.8]
    encounters["landmark"], encounters["kind"] = ["a", "b", "a"], ["encounter", "encounter", "non-encounter"]
    encounters["order"], encounters["is_new"], encounters["outcome"] = [1, 2, 0], [True, True, False], "correct"
    curve = np.zeros(6, CURVE)
    curve["loss"], curve["gap_se"] = rng.normal(size=6), np.nan
    units = np.empty(3, [("id", "i8"), ("layer", "U6"), ("good", "?"), ("gain", "f4")])
    units["id"], units["layer"], units["good"], units["gain"] = [5, 7, 9], ["één", "", "ω2"], [True, False, True], 0.1
    fields = {
        "name": "net-s1", "kind": "network", "subject": "net", "dt_s": 0.1, "trials": trials, "units": units,
        "encounters": encounters, "training_curve": curve, "landmark_names": ("a", "b"), "head_names": ("place", "choice"),
        "observer_names": ("filter", "other"), "visibility_radius": 0.25, "position_unit": "rad",
        "attributes": {
            "reference_observer": "bayes", "seed": np.int64(3), "gap": np.float64(0.1), "cut": np.bool_(False), "nan": float("nan"),
            "list": np.array([1.5, 2.5]), "note": "größer",
        },
        **arrays,
    }  # fmt: skip
    return Session(**(fields | changes))


def same(one, other):
    """Tell whether two values are equal to the last bit, in type too; NaN equals NaN."""
    if isinstance(one, np.ndarray):
        if not isinstance(other, np.ndarray) or one.dtype != other.dtype or one.shape != other.shape:
            return False
        if one.dtype.names:
            return all(same(one[name], other[name]) for name in one.dtype.names)
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float | np.floating) and np.isnan(one):
        return type(one) is type(other) and np.isnan(other)
    return type(one) is type(other) and one == other


def assert_round_trip(session, path):
    export_nwb(session, path)
    back = read_exported(path)
    different = [
        f.name for f in dataclasses.fields(Session) if not same(getattr(session, f.name), getattr(back, f.name))
    ]
    assert not different


def recording(folder, **changes):
    trials = [
        {"start_time": 0.0, "stop_time": 4.0, "choice": "hit"},
        {"start_time": 5.0, "stop_time": 9.0, "choice": "miss"},
    ]
    spikes = [np.arange(0.1, 9, 0.3), [], [2.0, 2.5, 8.7]]
    path = write_nwb(
        folder / "source.nwb", spikes, {"xy": walk()}, trials, unit_columns={"quality": ["good", "mua", "good"]}
    )
    mapping = {
        "position": {"series": "xy", "unit": "m", "heading": "movement"},
        "trials": {"outcome": "choice", "correct": ["hit"], "incorrect": ["miss"]},
        "landmarks": {"places": {"a": [1.0, 0.5], "b": [7.0, 3.5]}, "visibility_radius": 0.5},
    }
    return read_recording(path, mapping | changes)


def test_the_made_up_network_has_every_field():
    session = network()
    empty = [f.name for f in dataclasses.fields(Session) if getattr(session, f.name) is None and f.name != "spikes"]
    assert not empty
    assert {spec.name for spec in ARRAYS} | {*TABLES} <= {f.name for f in dataclasses.fields(Session)}


def test_a_network_comes_back_equal(tmp_path):
    assert_round_trip(network(), tmp_path / "x.nwb")


def test_a_network_without_a_gap_names_its_rate_and_comes_back_equal(tmp_path):
    from pynwb import NWBHDF5IO

    assert_round_trip(network(time=0.05 + 0.1 * np.arange(40)), tmp_path / "x.nwb")
    with NWBHDF5IO(str(tmp_path / "x.nwb"), "r") as io:
        assert io.read().processing["activity"]["activity"].rate == 10.0


def test_a_recording_comes_back_equal(tmp_path):
    session = recording(tmp_path)
    assert len(session.spikes[1]) == 0
    assert len(session.encounters)
    assert_round_trip(session, tmp_path / "x.nwb")


def test_units_with_names_for_ids_come_back_equal(tmp_path):
    """NWB's ids are whole numbers; others stand in a column of their own."""
    session = recording(tmp_path)
    named = np.array([(f"tt{k}", k / 2) for k in range(len(session.units))], [("id", "U4"), ("depth", "f8")])
    assert_round_trip(dataclasses.replace(session, units=named), tmp_path / "x.nwb")
    other = np.array([(k + 5, k / 2) for k in range(len(session.units))], [("unit_id", "i8"), ("depth", "f8")])
    assert_round_trip(dataclasses.replace(session, units=other), tmp_path / "y.nwb")


def test_a_network_seen_as_a_recording_comes_back_equal(tmp_path):
    net, attributes = (
        recording(tmp_path),
        {"match_recording": "rat", "activity_unit": "Hz", "occupancy_distance": float("nan")},
    )
    sampled = dataclasses.replace(net, kind="sampled network", attributes=attributes)
    assert_round_trip(sampled, tmp_path / "x.nwb")


@pytest.mark.parametrize(
    "changes",
    [
        {"position": None, "heading": None, "velocity": None, "landmarks": None, "encounters": None, "phase": None},
        {"encounters": np.empty(0, ENCOUNTERS), "training_curve": np.empty(0, CURVE)},
        {"bin_centres": None, "belief": None, "bayes_posterior": None, "observer_correct": None, "attributes": {}},
        {
            "trial": np.full(40, -1, np.int32),
            "trials": np.empty(0, TRIALS),
            "landmarks": None,
            "observer_correct": None,
        },
        {
            "landmarks": np.random.default_rng(0).normal(size=(4, 2, 3)),
            "position": np.zeros((40, 3)),
            "bin_centres": None,
        },
    ],
    ids=["activity only", "empty tables", "no belief", "no trials", "three coordinates"],
)
def test_poorer_sessions_come_back_equal(tmp_path, changes):
    assert_round_trip(network(**changes), tmp_path / "x.nwb")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["network", "recording"])
def test_the_inspector_finds_nothing_critical(tmp_path, kind):
    from nwbinspector import Importance, inspect_nwbfile

    export_nwb(network() if kind == "network" else recording(tmp_path), tmp_path / "x.nwb")
    found = list(inspect_nwbfile(nwbfile_path=str(tmp_path / "x.nwb")))
    severe = [m.check_function_name for m in found if m.importance.value >= Importance.BEST_PRACTICE_VIOLATION.value]
    assert {m.importance for m in found} <= {Importance.BEST_PRACTICE_VIOLATION, Importance.BEST_PRACTICE_SUGGESTION}
    assert set(severe) <= {
        "check_subject_species_exists",
        "check_units_resolution_is_set",
        "check_subject_species_form",
    }


@pytest.mark.filterwarnings("ignore")
def test_pynapple_opens_it(tmp_path):
    import pynapple as nap

    session = recording(tmp_path)
    export_nwb(session, tmp_path / "x.nwb")
    data = nap.load_file(str(tmp_path / "x.nwb"))
    assert [len(data["units"][k]) for k in range(3)] == [30, 0, 3]
    np.testing.assert_allclose(data["units"][2].times(), [2.0, 2.5, 8.7])
    np.testing.assert_allclose(data["position"].values, session.position)
    np.testing.assert_allclose(data["activity"].values, session.activity)
    assert data["trials"].start.tolist() == [0.0, 5.0]
    assert data["trials"].get_info("outcome").tolist() == ["correct", "incorrect"]
    near_a = session.encounters[session.encounters["landmark"] == "a"]
    np.testing.assert_allclose(data["encounters_of_a"].start, near_a["onset_s"])
    phases = data["phases"]
    held = phases[phases.get_info("phase") == "LM1"]
    inside = data["position"].restrict(held).times()
    np.testing.assert_allclose(inside, session.time[session.phase == 1])


def test_another_reader_finds_the_same_recording(tmp_path):
    """The exported file is a recording like any other: read with a mapping it gives the same spikes, places and trials."""
    session = recording(tmp_path)
    export_nwb(session, tmp_path / "x.nwb")
    again = read_recording(tmp_path / "x.nwb", {"position": {"series": "position"}, "trials": {"outcome": "outcome"}})
    np.testing.assert_array_equal(again.trials["outcome"], session.trials["outcome"])
    for one, other in zip(session.spikes, again.spikes, strict=True):
        np.testing.assert_array_equal(one, other)
    at = np.isin(np.round(session.time, 6), np.round(again.time, 6))
    assert at.sum() == len(again.time) > 70
    np.testing.assert_allclose(again.position, session.position[at], atol=1e-9)
    np.testing.assert_allclose(again.activity, session.activity[at])


def test_a_file_of_someone_else_is_refused(tmp_path):
    write_nwb(tmp_path / "x.nwb")
    with pytest.raises(ValueError, match="is not a session that rscnav exported; read it as a recording"):
        read_exported(tmp_path / "x.nwb")


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_tables(tmp_path, kind):
    session = recording(tmp_path)
    export_tables(session, tmp_path / "tables", kind)

    def table(name):
        path = tmp_path / "tables" / f"{name}.{kind}"
        return (
            pd.read_parquet(path) if kind == "parquet" else pd.read_csv(path, keep_default_na=False, na_values=["nan"])
        )

    samples, activity = table("samples"), table("activity")
    np.testing.assert_allclose(samples["time"], session.time)
    np.testing.assert_allclose(samples[["position_0", "position_1"]], session.position)
    assert samples["phase"].tolist() == [("LM0", "LM1", "LM2")[p] for p in session.phase]
    np.testing.assert_allclose(activity.drop(columns="time"), session.activity, rtol=1e-6)
    assert table("trials")["outcome"].tolist() == ["correct", "incorrect"]
    assert table("units")["quality"].tolist() == ["good", "mua", "good"]
    assert table("encounters")["landmark"].tolist() == session.encounters["landmark"].tolist()
    spikes = table("spikes")
    np.testing.assert_allclose(spikes["time_s"][spikes["unit"] == 2], [2.0, 2.5, 8.7])
    about = json.loads((tmp_path / "tables/columns.json").read_text(encoding="utf-8"))
    assert about["samples"]["position_0"]["unit"] == "m"
    assert set(about["samples"]) == set(samples.columns)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_the_same_files_for_every_session(tmp_path, kind):
    """What a session lacks is a table without rows, so that the workflow knows all files beforehand."""
    full, bare = recording(tmp_path), dataclasses.replace(recording(tmp_path), encounters=None, spikes=None)
    for name, session in (("full", full), ("bare", bare)):
        written = export_tables(session, tmp_path / name, kind)
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == sorted(table_files(kind))
        assert [path.name for path in written] == table_files(kind)
    read = pd.read_parquet if kind == "parquet" else pd.read_csv
    for name in ("encounters", "spikes"):
        here, there = (read(tmp_path / folder / f"{name}.{kind}") for folder in ("full", "bare"))
        assert (len(here) > 0, len(there)) == (True, 0)
        assert list(here.columns) == list(there.columns)
    absent = [json.loads((tmp_path / folder / "columns.json").read_text())["absent"] for folder in ("full", "bare")]
    assert absent == [[], ["encounters", "spikes"]]


def test_the_command(tmp_path, capsys):
    write_session(recording(tmp_path), tmp_path / "x.h5")
    assert main(["export", "--session", str(tmp_path / "x.h5"), "--nwb", str(tmp_path / "y.nwb")]) == 0
    assert read_exported(tmp_path / "y.nwb").name == "source"
    assert main(["export", "--session", str(tmp_path / "x.h5")]) == 1
    assert "give --nwb FILE.nwb, --tables FOLDER, or both" in capsys.readouterr().err
