"""Files and mappings that will not do: the message names the key or the file, and the cure."""

import subprocess
import sys

import h5py
import numpy as np
import pytest

from helpers.nwb import walk, write_nwb
from rscnav.cli.main import main
from rscnav.recordings.read import read_recording
from rscnav.settings.strict_settings import ConfigError

WALK = {"series": "walk", "unit": "m"}
TRIALS = [
    {"start_time": 1.0, "stop_time": 3.0, "outcome": "hit"},
    {"start_time": 4.0, "stop_time": 6.0, "outcome": "miss"},
]


def with_nan(*samples):
    series = walk()
    series["data"][list(samples)] = np.nan
    return {"walk": series}


def refused(path, mapping, *words):
    """The message holds all of the words, and the recording's name and file."""
    with pytest.raises(ValueError, match="rat") as error:
        read_recording(path, {"name": "rat", **mapping})
    message = str(error.value)
    for word in ("rat", path.name, *words):
        assert word in message, message
    return message


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.nwb: no such file; correct .*`file`"):
        read_recording(tmp_path / "nowhere.nwb", {})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text", "not an HDF5 file, or a damaged one"),
        (
            "hdf5",
            r"not an NWB file \(it has no nwb_version\); for plain arrays, describe them with the recording's key `arrays`",
        ),
        ("empty", r"the file is empty \(0 bytes\); was a copy or a download cut short\?"),
        ("cut", "the file is truncated .*copy or download it again"),
    ],
)
def test_a_file_that_is_not_nwb(tmp_path, content, words):
    path = tmp_path / "other.nwb"
    if content == "hdf5":
        with h5py.File(path, "w") as file:
            file["x"] = 1
    elif content == "cut":
        whole = write_nwb(tmp_path / "whole.nwb").read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    else:
        path.write_text("time,x,y\n" if content == "text" else "")
    with pytest.raises(ValueError, match=rf"other\.nwb: {words}"):
        read_recording(path, {})


def test_a_file_that_is_open_for_writing_elsewhere(tmp_path):
    path = write_nwb(tmp_path / "busy.nwb")
    hold = "import h5py, sys, time; f = h5py.File(sys.argv[1], 'a'); print('open', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout.readline() == "open\n"
            with pytest.raises(ValueError, match=r"busy\.nwb: another program has the file open for writing"):
                read_recording(path, {})
        finally:
            writer.kill()
    assert read_recording(path, {"trial_s": 1.0}).n_units == 2


def test_a_folder(tmp_path):
    with pytest.raises(
        ValueError, match=r"a folder, not a file; to read all files in it, set `file` to the pattern .*\*\.nwb"
    ):
        read_recording(tmp_path, {"name": "x"})


@pytest.mark.parametrize("address", ["https://host/a.nwb", "s3://bucket/a.nwb", "dandi://set/a.nwb"])
def test_a_remote_file(address):
    with pytest.raises(ValueError, match=r"read from disk only; download it"):
        read_recording(address, {"name": "x"})


def test_position_series_that_is_not_there(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk(), "head": walk()})
    refused(
        path, {"position": {**WALK, "series": "nose"}}, "position.series", "'nose'", "behavior/Position/walk", "head"
    )
    refused(path, {"position": {**WALK, "heading": "tail"}}, "position.heading", "'tail'", "behavior/Position/head")


def test_column_that_is_not_there(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", unit_columns={"quality": ["good", "mua"]})
    refused(
        path,
        {"unit_filters": [{"column": "kwality", "min": 1}]},
        "unit_filters",
        "'kwality'",
        "quality",
        "n_spikes",
        "rate_hz",
    )
    refused(path, {"unit_filters": [{"column": "quality", "min": 1}]}, "unit_filters", "'quality'", "text", "values")


def test_no_units_left(tmp_path):
    path = write_nwb(tmp_path / "r.nwb")
    refused(path, {"unit_filters": [{"column": "n_spikes", "min": 100}]}, "none of the 2 units", "n_spikes", "relax")


@pytest.mark.parametrize("spikes", [None, [[], []]])
def test_no_units_or_no_spikes(tmp_path, spikes):
    path = write_nwb(tmp_path / "r.nwb", spikes=spikes)
    refused(path, {}, "no Units table" if spikes is None else "no unit has a spike")


def test_spike_time_that_is_not_finite(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", spikes=[[1.0], [2.0, np.nan, 3.0]])
    refused(path, {}, "unit 1", "not finite", "spike 1")


def test_landmarks_outside_the_tracked_area(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk()}, trials=TRIALS)
    landmarks = {"places": {"a": [2.0, 1.0], "b": [200.0, 100.0]}, "visibility_radius": 0.5}
    mapping = {"position": WALK, "trials": {}, "landmarks": landmarks}
    refused(path, mapping, "landmarks.places.b", "[200.0, 100.0]", "outside the tracked area", "position.unit")


def test_landmark_with_too_few_coordinates_or_no_column(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk()}, trials=TRIALS)
    for place, words in (([2.0], ["1 coordinates", "2"]), ("port", ["'port'", "outcome"]), ("outcome", ["numbers"])):
        mapping = {"position": WALK, "trials": {}, "landmarks": {"places": {"a": place}, "visibility_radius": 0.5}}
        refused(path, mapping, "landmarks.places.a", *words)


def test_trial_table_or_outcome_column_that_is_not_there(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", trials=TRIALS)
    refused(path, {"trials": {"table": "runs"}}, "trials.table", "'runs'", "trials")
    refused(path, {"trials": {"outcome": "reward"}}, "trials.outcome", "'reward'", "outcome", "start_time")
    refused(path, {"trials": {"outcome": "outcome"}}, "trials.outcome", "trials.correct", "hit, miss")


def test_no_trial_or_epoch_left(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", trials=TRIALS, epochs=[{"start_time": 0.0, "stop_time": 5.0, "tag": "run"}])
    rule = {"select": [{"column": "outcome", "values": ["won"]}]}
    refused(path, {"trials": rule}, "trials.select", "none of the 2 rows", "hit, miss")
    rule = {"select": [{"column": "tag", "values": ["sleep"]}]}
    refused(path, {"epochs": rule}, "epochs.select", "none of the 1 rows", "run")


def test_nan_in_the_middle_of_a_trial(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", series=with_nan(103, 104, 400), trials=TRIALS)  # 2.06 and 2.08 s; 8 s
    refused(path, {"position": WALK, "trials": {}}, "position.series", "NaN in 1 bins", "2.050 s", "position.nan: drop")
    session = read_recording(path, {"position": {**WALK, "nan": "drop"}, "trials": {}})
    assert session.attributes["n_bins_nan"] == 1
    assert len(session.time) == 39
    assert np.abs(session.time - 2.05).min() > 0.09
    assert np.isfinite(session.position).all()


def test_nan_between_trials_does_no_harm(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", series=with_nan(400), trials=TRIALS)
    assert len(read_recording(path, {"position": WALK, "trials": {}}).time) == 40


def test_nan_everywhere(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", series=with_nan(*range(500)))
    refused(path, {"position": {**WALK, "nan": "drop"}}, "position", "all samples", "NaN")


def timed(time):
    return {"walk": {**walk(), "timestamps": time}}


def test_times_of_the_tracking_that_are_in_no_order_are_sorted_and_repeated_ones_counted(tmp_path):
    time = np.arange(500) / 50
    time[200:210] = time[200:210][::-1]
    time[401] = time[400]
    session = read_recording(
        write_nwb(tmp_path / "r.nwb", series=timed(time), trials=TRIALS), {"position": WALK, "trials": {}}
    )
    notes = session.attributes["notes"]
    assert "samples of 'behavior/Position/walk' were not in order of time and were sorted" in notes
    assert "has 1 samples at the time of another sample; the first of each was used" in notes
    there = np.interp(session.time, np.sort(time), walk()["data"][np.argsort(time, kind="stable"), 0])
    np.testing.assert_allclose(session.position[:, 0], there, atol=0.021)


def test_a_clock_of_the_tracking_that_starts_again(tmp_path, capsys):
    """Sorted, the places of two recordings would be mixed."""
    time = np.arange(500) / 50
    time[300:] -= 5.0
    path = write_nwb(tmp_path / "r.nwb", series=timed(time), trials=TRIALS)
    said = refused(path, {"position": WALK, "trials": {}}, "go back at 1 samples", "5.980 to 1.000 s at sample 300")
    assert "save each in its own file" in said
    assert main(["inspect", str(path)]) == 0
    assert "wrong frames: " in capsys.readouterr().out.replace("  ", " ")


def test_spike_times_that_start_again(tmp_path):
    part = np.arange(0.1, 9.0, 0.05)
    twice = np.concatenate([part, part])
    path = write_nwb(tmp_path / "r.nwb", spikes=[twice, twice, part])
    refused(path, {}, "spike times start again in 2 of 3 units", "unit 0, 1", "save each in its own file")


def test_unit_that_the_file_does_not_say(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk(unit="unknown")})
    refused(path, {"position": {"series": "walk"}}, "position.unit", "'unknown'", "rad, deg, m, cm, mm, um, px")


def test_two_recordings_of_one_name(tmp_path, capsys):
    path = write_nwb(tmp_path / "r.nwb")
    entry = f"  - {{name: rat, file: {path}}}\n"
    (tmp_path / "c.yaml").write_text(f"recordings:\n{entry}{entry}", encoding="utf-8")
    for command in (["validate"], ["inspect", str(path), "--session", "rat"]):
        assert main([*command, "--config", str(tmp_path / "c.yaml")]) == 1
        assert "session name(s) rat occur more than once; give each its own name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("zero.nwb", "the file is empty (0 bytes); was a copy or a download cut short?"),
        ("cut.nwb", "the file is truncated"),
        ("folder", "a folder, not a file; to read all files in it, set `file` to the pattern"),
        ("https://host/x.nwb", "a remote address; files are read from disk only; download it"),
        ("gone.nwb", "no such file; correct"),
    ],
)
def test_files_that_cannot_be_opened_on_the_command_line(tmp_path, monkeypatch, capsys, name, words):
    """Inspection and validation say the same, in a sentence, and write no page."""
    monkeypatch.chdir(tmp_path)
    whole = write_nwb(tmp_path / "whole.nwb").read_bytes()
    (tmp_path / "cut.nwb").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "zero.nwb").touch()
    (tmp_path / "folder").mkdir()
    assert main(["inspect", name, "--report", "page.pdf"]) == 1
    assert f"rscnav inspect: error: {name}: {words}" in capsys.readouterr().err
    (tmp_path / "c.yaml").write_text(f"recordings:\n  - {{name: rat, file: '{name}'}}\n", encoding="utf-8")
    assert main(["validate", "--config", "c.yaml"]) == 1
    assert f"WRONG: recording 'rat': {name}: {words}" in capsys.readouterr().out
    assert not list(tmp_path.glob("page*"))


def test_unit_that_contradicts_the_file(tmp_path):
    turns = {"data": np.linspace(0, 359, 500), "rate": 50.0, "unit": "n/a"}
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk(), "angle": turns})
    refused(path, {"position": {**WALK, "unit": "cm"}}, "position.unit", "'cm'", "'meters'", "unit: m", "override_unit")
    refused(path, {"position": {**WALK, "unit": "rad"}}, "position.unit", "2 coordinates")
    refused(path, {"position": {"series": "angle", "unit": "rad"}}, "position.unit", "359", "deg")
    pixels = read_recording(path, {"position": {**WALK, "unit": "px", "override_unit": True}})
    assert pixels.position_unit == "px"
    with pytest.raises(ConfigError, match=r"position\.unit: 'inch' is not valid"):
        read_recording(path, {"position": {**WALK, "unit": "inch"}})


def test_trials_outside_the_recording(tmp_path):
    late = [*TRIALS, {"start_time": 4000.0, "stop_time": 6000.0, "outcome": "hit"}]
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk()}, trials=late)
    refused(path, {"position": WALK, "trials": {}}, "1 of 3 trials", "row 2", "4000", "seconds", "trials.select")
    refused(path, {"trials": {"select": [{"column": "start_time", "min": 100}]}}, "1 of 1 trials", "row 2")
    rule = {"select": [{"column": "start_time", "max": 100}]}  # the cure that the message names
    assert len(read_recording(path, {"position": WALK, "trials": rule}).trials) == 2


def test_trial_that_stops_before_it_starts(tmp_path):
    trials = [*TRIALS, {"start_time": 7.0, "stop_time": 0.5, "outcome": "hit"}]
    path = write_nwb(tmp_path / "r.nwb", spikes=[[1.0, 9.0]], trials=trials)
    refused(path, {"trials": {}}, "table 'trials'", "row 2", "from 7 to 0.5 s", "before its start")
    assert len(read_recording(path, {"trials": {"select": [{"column": "stop_time", "min": 1}]}}).trials) == 2


@pytest.mark.parametrize("end", ["start_time", "stop_time"])
def test_trial_without_a_start_or_an_end_is_left_out_and_counted(tmp_path, end, capsys):
    """A trial that was running when the recording ended has no stop; one that never began has no start."""
    trials = [*TRIALS, {"start_time": 7.0, "stop_time": 8.0, "outcome": "hit", end: np.nan}]
    path = write_nwb(tmp_path / "r.nwb", spikes=[[1.0, 9.0]], trials=trials)
    session = read_recording(path, {"trials": {"outcome": "outcome", "correct": ["hit"]}})
    assert session.trials["start_s"].tolist() == [1.0, 4.0]
    assert session.trials["outcome"].tolist() == ["correct", "none"]
    assert session.attributes["n_trials_without_times"] == 1
    assert "1 row without start or stop (NaN) left out" in session.attributes["notes"]
    assert "trials without times 1" in capsys.readouterr().out
    until = read_recording(path, {"trials": {"end": "next"}}).trials
    assert until["start_s"].tolist() == ([1.0, 4.0, 7.0] if end == "stop_time" else [1.0, 4.0])
    assert until["stop_s"].tolist() == ([4.0, 7.0, 9.0] if end == "stop_time" else [4.0, 9.0])


def test_no_trial_has_an_end(tmp_path):
    trials = [{**row, "stop_time": np.nan} for row in TRIALS]
    path = write_nwb(tmp_path / "r.nwb", spikes=[[1.0, 9.0]], trials=trials)
    refused(path, {"trials": {}}, "none of the 2 selected rows of table 'trials'", "trials.end: next")


def test_epoch_without_an_end_is_left_out(tmp_path):
    epochs = [{"start_time": 0.0, "stop_time": 5.0}, {"start_time": 5.0, "stop_time": np.nan}]
    path = write_nwb(tmp_path / "r.nwb", spikes=[[1.0, 9.0]], epochs=epochs)
    session = read_recording(path, {"epochs": {}, "trial_s": 1.0})
    assert session.time.max() < 5.0
    assert "left out of table 'epochs'" in session.attributes["notes"]
    refused(path, {"epochs": {"select": [{"column": "start_time", "min": 4}]}}, "epochs: none of the 1 selected rows")


def test_why_no_bin_is_left(tmp_path):
    still = [{"start_time": t, "stop_time": t} for t in (1.0, 4.0)]
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk()}, trials=still)
    said = refused(path, {"position": WALK, "trials": {}}, "left of 2 trials", "last 0 s", "trials.end: next")
    assert "{" not in said
    assert len(read_recording(path, {"position": WALK, "trials": {"end": "next"}}).trials) == 2
    path = write_nwb(tmp_path / "s.nwb", series={"walk": walk()}, trials=TRIALS)
    refused(path, {"position": WALK, "trials": {}, "bin_s": 3.0}, "no bin of 3 s", "the longest lasts 2 s", "bin_s")
    there = np.flatnonzero((np.arange(500) < 100) | (np.arange(500) > 250))  # not from 2 to 5 s
    holed = {name: values[there] if name != "unit" else values for name, values in walk().items()}
    path = write_nwb(tmp_path / "t.nwb", series={"walk": holed}, trials=[{"start_time": 3.0, "stop_time": 4.0}])
    refused(
        path, {"position": WALK, "trials": {}}, "of 10 bins 10 have no position", "gaps of up to 3.02 s", "max_gap_s"
    )


def test_trials_that_overlap(tmp_path):
    trials = [{"start_time": 4.0, "stop_time": 6.0}, {"start_time": 1.0, "stop_time": 4.5}]
    path = write_nwb(tmp_path / "r.nwb", spikes=[[1.0, 9.0]], trials=trials)
    refused(path, {"trials": {}}, "row 0 starts at 4 s", "row 1 stops at 4.5 s", "overlap")


def test_empty_trial_is_dropped_and_counted(tmp_path, capsys):
    trials = [TRIALS[0], {"start_time": 3.5, "stop_time": 3.5, "outcome": "hit"}, TRIALS[1]]
    path = write_nwb(tmp_path / "r.nwb", series={"walk": walk()}, trials=trials)
    session = read_recording(path, {"position": WALK, "trials": {"outcome": "outcome", "correct": ["hit"]}})
    assert session.trials["start_s"].tolist() == [1.0, 4.0]
    assert session.trials["outcome"].tolist() == ["correct", "none"]
    assert np.bincount(session.trial).tolist() == [20, 20]
    assert session.attributes["n_trials_without_bins"] == 1
    assert "trials without bins 1" in capsys.readouterr().out
    refused(path, {"position": WALK, "trials": {}, "bin_s": 5.0}, "no bin of 5 s is left", "bin_s")


def test_one_unit_one_trial(tmp_path):
    path = write_nwb(tmp_path / "r.nwb", spikes=[[1.05]], series={"walk": walk()}, trials=TRIALS[:1])
    session = read_recording(path, {"position": WALK, "trials": {}})
    assert session.activity.shape == (20, 1)
    assert session.trials["split"].tolist() == ["test"]


def test_misspelt_key(tmp_path):
    path = write_nwb(tmp_path / "r.nwb")
    with pytest.raises(ConfigError, match=r"position\.serie: unknown key; did you mean 'series'"):
        read_recording(path, {"position": {"serie": "walk", "unit": "m"}})


def test_nothing_half_written_is_left(tmp_path):
    path = write_nwb(tmp_path / "r.nwb")
    config = tmp_path / "config.yaml"
    config.write_text(
        f"recordings:\n  - {{name: rat, file: {path}, units: [{{column: n_spikes, min: 100}}]}}\n", encoding="utf-8"
    )
    output = tmp_path / "out" / "rat.h5"
    assert main(["import-recording", "--config", str(config), "--session", "rat", "--output", str(output)]) != 0
    assert not output.exists()
    assert list(tmp_path.glob("**/*.part*")) == []
