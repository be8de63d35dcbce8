"""Reading NWB files: each key of the mapping does what it says."""

import re
import subprocess
import sys

import numpy as np
import pytest
import yaml

from helpers.nwb import walk, write_nwb
from rscnav.config.load import load_config, parse_config
from rscnav.recordings.read import read_recording
from rscnav.recordings.settings.landmarks import Landmarks
from rscnav.recordings.settings.mapping import Activity, Epochs, Phases, Trials
from rscnav.recordings.settings.position import Position
from rscnav.recordings.settings.recording import Recording
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session, write_session

WALK = {"series": "walk", "unit": "m"}
TRIALS = [
    {"start_time": 1.0, "stop_time": 3.0, "outcome": "hit", "turn": 0.0},
    {"start_time": 4.0, "stop_time": 6.0, "outcome": "miss", "turn": np.pi / 2},
    {"start_time": 6.0, "stop_time": 9.0, "outcome": "quit", "turn": 0.0},
]


def test_spikes_and_nothing_else(tmp_path):
    path = write_nwb(tmp_path / "bare.nwb", spikes=[np.arange(0, 60, 0.5), [3.0]])
    session = read_recording(path, {})
    assert (session.name, session.kind, session.subject) == ("bare", "recording", "bare")
    assert session.position is None
    assert session.phase is None
    assert session.encounters is None
    assert session.attributes["trials_cut"]
    assert session.missing_fields(["trials"]) == "the session has no trials"
    assert len(session.trials) == 6
    assert (
        session.activity[:, 0].sum() * session.dt_s == 119
    )  # 0, 0.5 ... 59: the bins end before the last spike, at 59.5
    write_session(session, tmp_path / "bare.h5")
    assert load_session(tmp_path / "bare.h5").n_units == 2


def test_trials_outcomes_and_columns(tmp_path):
    path = write_nwb(
        tmp_path / "r.nwb",
        spikes=[[2.0, 1.5, 4.5], [7.0]],
        series={"walk": walk()},
        trials=TRIALS,
        unit_columns={"quality": ["good", "mua"], "depth": [0.5, 1.5]},
    )
    mapping = {
        "position": WALK,
        "trials": {"outcome": "outcome", "correct": ["hit"], "incorrect": ["miss"]},
        "unit_filters": [{"column": "quality", "values": ["good"]}, {"column": "n_spikes", "min": 3}],
    }
    session = read_recording(path, mapping)
    assert session.trials["outcome"].tolist() == ["correct", "incorrect", "none"]
    assert np.bincount(session.trial).tolist() == [20, 20, 30]
    assert session.n_units == 1
    assert session.units["depth"].tolist() == [0.5]
    assert session.units["n_spikes"].tolist() == [3]
    assert session.attributes["n_units_left_out"] == 1
    assert np.diff(session.spikes[0]).min() > 0
    assert "sorted" in session.attributes["notes"]
    np.testing.assert_allclose(session.position[:, 0], session.time, atol=1e-12)
    np.testing.assert_allclose(session.velocity, np.hypot(1, 0.5), atol=1e-9)


def test_centimetres_become_metres_landmarks_too(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk(unit="cm")}, trials=TRIALS)
    mapping = {
        "position": {"series": "Position/walk", "unit": "cm", "heading": "movement", "min_speed": 1.0},
        "trials": {},
        "landmarks": {"places": {"a": [2.0, 1.0], "b": [5.0, 2.5]}, "visibility_radius": 0.25},
    }
    session = read_recording(path, mapping)
    assert session.position_unit == "m"
    np.testing.assert_allclose(session.position[:, 0], session.time / 100, atol=1e-12)
    np.testing.assert_allclose(session.landmarks[0], [[0.02, 0.01], [0.05, 0.025]])
    assert session.visibility_radius == pytest.approx(0.0025)
    np.testing.assert_allclose(session.heading, np.arctan2(0.5, 1), atol=1e-9)
    met = session.encounters
    assert list(zip(met["trial"].tolist(), met["landmark"].tolist(), met["order"].tolist(), strict=True)) == [
        (0, "a", 1),
        (1, "b", 1),
    ]
    # In view within 0.25 cm at 1.118 cm/s: 0.2236 s either side of 2 s; the bin centres 1.85 to 2.15 s lie inside.
    assert met["onset_s"][0] == pytest.approx(1.8)
    assert met["offset_s"][0] == pytest.approx(2.2)
    mapping["position"]["min_speed"] = 1.2
    assert np.isnan(read_recording(path, mapping).heading).all()


def test_rotation_is_taken_off_places_and_directions(tmp_path):
    places = [{**row, "a": [row["start_time"], 0.0]} for row in TRIALS]
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk()}, trials=places)
    mapping = {
        "position": {**WALK, "heading": "movement"},
        "trials": {"rotation": "turn", "rotation_centre": [4.0, 2.0]},
        "landmarks": {"places": {"a": "a", "b": [3.0, 1.0]}, "visibility_radius": 0.3},
    }
    session = read_recording(path, mapping)
    turned = session.trial == 1
    x, y = session.time[turned] - 4.0, 0.5 * session.time[turned] - 2.0
    np.testing.assert_allclose(session.position[turned], np.stack([4 + y, 2 - x], axis=1), atol=1e-9)
    np.testing.assert_allclose(session.heading[turned], np.arctan2(0.5, 1) - np.pi / 2, atol=1e-9)
    np.testing.assert_allclose(session.landmarks[:, 0], [[1, 0], [4 + (0 - 2), 2 - (4 - 4)], [6, 0]], atol=1e-9)
    np.testing.assert_allclose(session.landmarks[:, 1], [[3, 1]] * 3)


def test_angles_are_interpolated_across_the_cut(tmp_path):
    time = np.arange(0, 10, 0.04)
    start = np.pi - 2.055  # the cut lies between the samples at 2.04 and 2.08 s, and a bin's centre at 2.05 s
    angle = (start + time + np.pi) % (2 * np.pi) - np.pi
    series = {"angle": {"data": np.degrees(angle), "rate": 25.0, "starting_time": 0.0, "unit": "degrees"}}
    path = write_nwb(tmp_path / "r.nwb", series=series, trials=TRIALS)
    session = read_recording(path, {"position": {"series": "angle", "unit": "deg"}, "trials": {}})
    assert session.is_circular
    assert session.position.min() >= -np.pi
    assert session.position.max() < np.pi
    np.testing.assert_allclose(np.exp(1j * session.position[:, 0]), np.exp(1j * (start + session.time)), atol=1e-9)
    np.testing.assert_allclose(session.velocity, 1.0, atol=1e-9)


def test_heading_series_and_conversion(tmp_path):
    heading = {"data": np.full(500, 0.5), "rate": 50.0, "unit": "radians"}
    scaled = walk()
    scaled["data"] = scaled["data"] * 1000
    series = {"walk": {**scaled, "conversion": 0.001, "offset": 0.25}, "head": heading}
    path = write_nwb(tmp_path / "r.nwb", series=series, trials=TRIALS)
    mapping = {"position": {**WALK, "heading": "head"}, "trials": {"rotation": "turn"}}
    session = read_recording(path, mapping)
    np.testing.assert_allclose(session.heading[session.trial == 0], 0.5)
    np.testing.assert_allclose(session.heading[session.trial == 1], 0.5 - np.pi / 2)
    np.testing.assert_allclose(session.position[session.trial == 0, 0], session.time[session.trial == 0] + 0.25)


def test_bins_at_a_gap_are_dropped_and_counted(tmp_path):
    track = walk()
    keep = (track["timestamps"] < 1.5) | (track["timestamps"] > 1.98)  # 1.48 ... 2.00 s
    track = {**track, "data": track["data"][keep], "timestamps": track["timestamps"][keep]}
    spikes = np.arange(0.05, 9.0, 0.1)
    path = write_nwb(tmp_path / "r.nwb", spikes=[spikes], series={"walk": track}, trials=TRIALS)
    session = read_recording(path, {"position": WALK, "trials": {}})
    # A sample speaks for 10 ms either side: what is missing is 1.49 to 1.99 s, which touches the bins from 1.4 to 2.0 s.
    assert session.attributes["n_bins_in_gaps"] == 6
    first = session.time[session.trial == 0]
    np.testing.assert_allclose(first, [*np.arange(1.05, 1.4, 0.1), *np.arange(2.05, 3.0, 0.1)])
    assert session.activity.sum() * session.dt_s == pytest.approx(len(session.time))  # one spike a bin, none lost
    assert [s.stop - s.start for s in session.segments()] == [4, 10, 20, 30]
    whole = read_recording(path, {"position": {**WALK, "max_gap_s": 0.6}, "trials": {}})
    assert whole.attributes["n_bins_in_gaps"] == 0
    assert len(whole.time) == 70


def test_epochs_choose_and_trials_outside_are_counted(tmp_path):
    epochs = [
        {"start_time": 0.0, "stop_time": 5.0, "tag": "run"},
        {"start_time": 5.0, "stop_time": 10.0, "tag": "rest"},
    ]
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk()}, trials=TRIALS, epochs=epochs)
    chosen = {"select": [{"column": "tag", "values": ["run"]}]}
    session = read_recording(path, {"position": WALK, "trials": {}, "epochs": chosen})
    assert np.bincount(session.trial).tolist() == [20, 10]  # the second trial ends with the epoch, the third is lost
    assert session.attributes["n_bins_outside_epochs"] == 40
    assert session.attributes["n_trials_without_bins"] == 1
    cut = read_recording(path, {"position": WALK, "epochs": chosen, "trial_s": 2.0})
    assert cut.trials["start_s"].tolist() == [0.0, 2.0, 4.0]
    assert cut.trials["stop_s"].tolist() == [2.0, 4.0, 5.0]


def test_stretches_end_at_gaps(tmp_path, capsys):
    track = walk()
    keep = (track["timestamps"] < 4.0) | (track["timestamps"] > 7.0)
    track = {**track, "data": track["data"][keep], "timestamps": track["timestamps"][keep]}
    path = write_nwb(tmp_path / "r.nwb", series={"walk": track})
    session = read_recording(
        path, {"position": WALK, "trial_s": 3.0, "landmarks": {"places": {"a": [1.0, 0.5]}, "visibility_radius": 1}}
    )
    assert len(session.trials) == 2  # 0 to 3 s, 7 to 10 s; the second between 3 and 4 s is too short
    assert session.attributes["n_stretches_dropped"] == 1
    assert session.phase is None  # phases begin with a trial, and there are none
    assert "stretches dropped 1" in capsys.readouterr().out


def test_the_split_is_a_seeded_draw(tmp_path):
    rows = [{"start_time": 0.9 * k, "stop_time": 0.9 * k + 0.8} for k in range(10)]
    path = write_nwb(tmp_path / "r.nwb", spikes=[np.arange(0, 10, 0.1)], trials=rows)
    draws = [
        read_recording(path, {"trials": {}, "test_fraction": 0.7}, seeds=Seeds(root)).trials["split"]
        for root in (1, 1, 2)
    ]
    assert (draws[0] == "test").sum() == 7
    assert (draws[0] == draws[1]).all()
    assert (draws[0] != draws[2]).any()


def test_the_docs_explain_every_key_and_their_examples_are_right(pytestconfig, tmp_path, monkeypatch):
    text = (pytestconfig.rootpath / "docs/recordings.md").read_text(encoding="utf-8")
    for section, model in (
        ("", Recording),
        ("position.", Position),
        ("trials.", Trials),
        ("epochs.", Epochs),
        ("landmarks.", Landmarks),
        ("phases.", Phases),
        ("activity.", Activity),
    ):
        for key, field in model.model_fields.items():
            if not hasattr(getattr(field.annotation, "__args__", [None])[0], "model_fields"):
                assert f"`{section}{key}`" in text, f"{section}{key}"
    examples = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    assert len(examples) == text.count("```yaml") == 8
    (tmp_path / "data/m1").mkdir(parents=True)
    (tmp_path / "data/m1/day1.nwb").touch()  # what the pattern of one of them finds
    monkeypatch.chdir(tmp_path)
    for example in examples:
        assert len(parse_config(example).recordings) == 1


def test_the_how_to_s_mapping_and_comparison_are_right(pytestconfig, tmp_path):
    root = pytestconfig.rootpath
    text = (root / "docs/your-recording.md").read_text(encoding="utf-8")
    files = [root / "config.yaml"]
    for k, block in enumerate(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)):
        files.append(tmp_path / f"{k}.yaml")
        files[-1].write_text(block, encoding="utf-8")
    assert len(files) == 3
    for presets in (files[1:2], files[1:]):
        config = load_config(files[0], *presets)
        assert [recording.name for recording in config.recordings] == ["rat7"]
    assert config.comparisons[0].sessions == ["gru-s1", "gru-s1-like-rat7", "rat7"]


def test_torch_is_not_needed():
    code = "import sys; import rscnav.recordings.read; sys.exit('torch._C' in sys.modules or 'pynwb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
