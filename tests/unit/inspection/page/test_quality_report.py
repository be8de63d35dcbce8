"""The page of `rscnav inspect`: what is drawn equals what was planted, and nothing that a file lacks stops it."""

import numpy as np
import pytest
from pynwb import NWBHDF5IO

from helpers.nwb import new_nwb, walk, write_nwb
from helpers.recorded_files import ARRAYS, SPIKES, arrays, calcium
from rscnav.cli.main import main
from rscnav.inspection.inspect import inspect_recording
from rscnav.inspection.page.page import draw_page, header
from rscnav.recordings.read import read_recording
from rscnav.recordings.settings.recording import Recording
from rscnav.settings.strict_settings import check

N_TRIALS = 10


def mapping(**values):
    return check(Recording, {"name": "rat", "file": "x.nwb", **values}, "mapping")


PLANE = mapping(
    position={"series": "xy", "unit": "m", "max_gap_s": 0.5, "max_speed": 3.0},
    trials={"outcome": "outcome", "correct": ["hit"], "incorrect": ["miss"]},
    landmarks={"places": {"a": [1.0, 0.0], "b": [-1.0, 0.0]}, "visibility_radius": 0.3},
    epochs={"table": "epochs"},
)


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    """A rat on a circle of 1 m around the middle, a turn in 10 s, a trial a turn from the bottom, on past b (after 7.5 s) ...

    ... with planted flaws: a gap of 3 s in the tracking (16 frames a s), two jumps, a silent unit, a unit with doubled spikes.
    """
    file = new_nwb()
    time = np.arange(0, 12.0 * N_TRIALS, 1 / 16)
    angle = 2 * np.pi * time / 10 - np.pi / 2
    xy = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    xy[400], xy[900] = [40.0, 0.0], [0.0, -50.0]
    there = (time < 60.0) | (time > 63.0)
    series = {"data": xy[there], "timestamps": time[there], "unit": "meters", "reference_frame": "room", "name": "xy"}
    from pynwb.behavior import SpatialSeries

    file.add_acquisition(SpatialSeries(**series))
    generator = np.random.default_rng(0)
    steady = np.arange(0.05, 120, 0.1)
    file.add_unit(spike_times=steady)
    file.add_unit(spike_times=np.sort(np.concatenate([steady, steady[::4] + 0.001])))  # 300 of 1,499 intervals
    file.add_unit(spike_times=[])
    file.add_unit(spike_times=np.sort(generator.uniform(0, 60, 60)))
    file.add_trial_column("outcome", "x")
    for k in range(N_TRIALS):
        file.add_trial(
            start_time=12.0 * k, stop_time=12.0 * k + 10.0, outcome=["hit", "miss", "hit", "none", "hit"][k % 5]
        )
    file.add_epoch(start_time=0.0, stop_time=100.0)
    file.add_invalid_time_interval(start_time=110.0, stop_time=1e6)
    path = tmp_path_factory.mktemp("page") / "plane.nwb"
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


@pytest.fixture(scope="module")
def drawn(plane):
    report = inspect_recording(str(plane), PLANE)
    assert report.error == ""
    return report, panels(draw_page(report))


def panels(figure):
    """The page's axes by the start of their titles."""
    found = {}
    for part in figure.subfigs[1:]:
        for ax in part.axes:
            title = ax.get_title(loc="left") or ax.get_title()
            if title:
                found[title.split(" (")[0].split(",")[0]] = ax
    return found


def texts(ax):
    legend = ax.get_legend()
    said = [t.get_text() for t in ax.texts] + ([t.get_text() for t in legend.get_texts()] if legend else [])
    return [text for text in said if text and text not in "abcdefghijklm"]  # nor the panel's letter


def reason(ax):
    """What an empty panel says, on one line; '' of one that is not empty."""
    return next((" ".join(t.split()[2:]) for t in texts(ax) if t.startswith("not applicable")), "")


def test_every_panel_is_there_and_none_is_empty(drawn):
    _, axes = drawn
    names = [
        "Occupancy",
        "Encounters",
        "Encounters by order",
        "Coverage of time by each type of data",
        "Firing rates over the recording",
    ]
    names += ["Speeds between samples", "Frame intervals", "Rate–speed correlation", "Distance of trial starts"]
    names += ["Firing rates of units", "Inter-spike intervals < 2 ms", "Trial lengths", "Outcomes of trials"]
    assert list(axes) == names
    assert [name for name, ax in axes.items() if reason(ax)] == ["Rate–speed correlation"]
    assert reason(axes["Rate–speed correlation"]) == "shorter than four minutes, or rates or speed are constant"


def test_occupancy_holds_the_time_of_the_samples_that_lie_in_the_map(drawn):
    report, axes = drawn
    ax = axes["Occupancy"]
    held = float(np.nansum(ax.collections[0].get_array().filled(0)))
    n_samples = len(report.raw.series.time)
    assert held == pytest.approx((n_samples - 2) / 16, rel=1e-6)  # the two jumps lie outside the map
    assert texts(ax)[0] == "2 samples lie outside this map"
    assert np.hypot(*ax.lines[0].get_xydata().T).max() < 51


def test_encounters_lie_in_view_of_their_landmark_and_their_counts_are_the_session_s(drawn):
    report, axes = drawn
    met = report.session.encounters[report.session.encounters["kind"] == "encounter"]
    ax = axes["Encounters"]
    circles = {tuple(np.round(p.center, 6)): p.radius for p in ax.patches}
    assert circles == {(1.0, 0.0): 0.3, (-1.0, 0.0): 0.3}
    by_label = {line.get_label(): line.get_xydata() for line in ax.lines if "onsets" in line.get_label()}
    for name, x in (("a", 1.0), ("b", -1.0)):
        points = by_label[f"{name}: {np.sum(met['landmark'] == name)} onsets"]
        assert len(points) == np.sum(met["landmark"] == name) >= 7
        assert np.all(np.hypot(points[:, 0] - x, points[:, 1]) < 0.31)
    bars = [int(p.get_height()) for p in axes["Encounters by order"].patches]
    wanted = [int(np.sum((met["landmark"] == n) & (met["order"] == o))) for n in "ab" for o in (1, 2, 0)]
    assert bars == wanted
    assert [t.get_text() for t in axes["Encounters by order"].get_xticklabels()] == ["new: 1st", "2nd", "return"]


def test_the_timeline_shows_what_was_planted(drawn):
    report, axes = drawn
    ax = axes["Coverage of time by each type of data"]
    lines = [t.get_text() for t in ax.get_yticklabels()]
    assert lines == ["spikes", "tracking", "epochs used", "trials", "invalid times", "bins used"]
    notes = dict(zip(lines, texts(ax), strict=True))
    assert notes["trials"] == f"{10000 / 119.95:.1f} % · {N_TRIALS} pieces"
    assert notes["tracking"].endswith("2 pieces")
    assert notes["epochs used"].endswith("1 piece")
    spans = dict(zip(lines, ax.collections, strict=True))
    edges = [path.vertices[:, 0] * 60 for path in spans["tracking"].get_paths()]
    assert [round(float(edge), 1) for pair in edges for edge in (pair.min(), pair.max())] == [0.0, 60.0, 63.0, 120.0]
    invalid = spans["invalid times"].get_paths()[0].vertices[:, 0] * 60
    assert (invalid.min(), invalid.max()) == (110.0, pytest.approx(report.raw.extent[1]))  # not up to a million
    used = [path.vertices[:, 0] * 60 for path in spans["bins used"].get_paths()]
    assert max(edge.max() for edge in used) <= 100.0


def test_speeds_and_frames_mark_the_planted_flaws(drawn):
    _, axes = drawn
    assert "▾ 4 suspected jumps" in texts(axes["Speeds between samples"])  # there and back, twice
    marks = axes["Speeds between samples"].lines[0].get_xdata()
    assert sorted(marks) == pytest.approx(sorted([39.5 * 16, 39.5 * 16, 50 * 16, 50 * 16]), rel=0.05)
    said = texts(axes["Frame intervals"])
    assert said == ["median: 62.5 ms", "max_gap_s: 1 longer"]
    heights = [p.get_height() for p in axes["Frame intervals"].patches]
    assert sum(heights) == 12 * N_TRIALS * 16 - 1 - 49  # 49 frames lack


def test_units_are_ranked_and_the_silent_and_the_doubled_are_counted(drawn):
    report, axes = drawn
    assert "1 of 4 units silent" in texts(axes["Firing rates of units"])
    shown = axes["Firing rates of units"].lines[0].get_ydata()
    length = report.raw.extent[1] - report.raw.extent[0]
    np.testing.assert_allclose(shown, np.array([1500, 1200, 60]) / length)
    assert "1 of 4 units above 1 %" in texts(axes["Inter-spike intervals < 2 ms"])
    np.testing.assert_allclose(
        axes["Inter-spike intervals < 2 ms"].lines[0].get_ydata(), [100 * 300 / 1499, 0, 0], atol=1e-9
    )
    assert "· 1 silent" in header(report)[1]


def test_trials_and_outcomes(drawn):
    report, axes = drawn
    assert texts(axes["Trial lengths"]) == ["in the file: 10", f"used: {len(report.session.trials)}"]
    assert len(report.session.trials) == 9  # the last one lies outside the epoch
    assert texts(axes["Outcomes of trials"]) == ["5", "2", "2"]  # hit, miss, hit, none, hit, hit, miss, hit, none


def test_the_header_says_what_is_not_ok(drawn):
    report, _ = drawn
    lines = header(report)
    assert lines[0] == "plane.nwb"
    assert "4 of 4 units used · 9 of 10 trials used" in lines[1]
    named = " ".join(lines[2:])
    for check_ in report.checks:
        assert (f"{check_.verdict.upper()}  {check_.name}:" in named) == (check_.verdict != "ok")
    assert "LOOK  jumps" in named


def ring_file(path):
    """A rat that goes round and round, at one speed: a landmark at 0 in the scene, which turns by 1 rad from trial to trial."""
    time = np.arange(0, 300, 0.02)
    angle = np.mod(0.9 * time + np.pi, 2 * np.pi) - np.pi
    trials = [{"start_time": 20.0 * k, "stop_time": 20.0 * k + 18, "turn": 1.0 * k} for k in range(15)]
    series = {"angle": {"data": angle, "timestamps": time, "unit": "radians"}}
    return write_nwb(path, spikes=[np.arange(0.1, 300, 0.3)], series=series, trials=trials)


def test_on_a_ring_places_are_angles_and_landmarks_bands(tmp_path):
    wanted = mapping(
        position={"series": "angle"},
        trials={"rotation": "turn"},
        landmarks={"places": {"a": [0.0]}, "visibility_radius": 0.2},
    )
    report = inspect_recording(str(ring_file(tmp_path / "x.nwb")), wanted)
    axes = panels(draw_page(report))
    held = sum(p.get_height() for p in axes["Occupancy"].patches)
    assert held == pytest.approx(300.0)
    onsets = next(line for line in axes["Encounters"].lines).get_xydata()
    met = report.session.encounters[report.session.encounters["kind"] == "encounter"]
    assert len(onsets) == len(met) > 30
    np.testing.assert_array_equal(onsets[:, 1], met["trial"] + 1)
    moving = ~met["from_start"]
    assert np.all(np.abs(onsets[moving, 0] + 0.2) < 0.1)  # it comes in from below
    assert not reason(axes["Distance of trial starts"])


def test_spikes_and_nothing_else(tmp_path):
    path = write_nwb(tmp_path / "x.nwb", spikes=[np.arange(0.1, 60, 0.3), [1.0, 50.0]])
    axes = panels(draw_page(inspect_recording(str(path))))
    assert reason(axes["Occupancy"]) == reason(axes["Frame intervals"]) == "no position in the mapping"
    assert reason(axes["Encounters"]) == "no landmarks in the mapping"
    assert reason(axes["Outcomes of trials"]) == "no outcomes in the mapping"
    assert reason(axes["Trial lengths"]) == "no trials"
    assert not reason(axes["Firing rates of units"])
    assert not reason(axes["Coverage of time by each type of data"])


def test_calcium_has_no_intervals_between_spikes(tmp_path):
    data = np.random.default_rng(0).normal(1.0, 0.3, (600, 3))
    data[:, 2] = np.nan
    path = calcium(tmp_path / "x.nwb", data)
    report = inspect_recording(str(path), mapping(bin_s=0.2, activity={"series": "dff"}))
    axes = panels(draw_page(report))
    assert reason(axes["Inter-spike intervals < 2 ms"]) == "activity is a series without spikes"
    assert "1 of 3 units NaN throughout" in texts(axes["Mean activity of units"])
    np.testing.assert_allclose(
        axes["Mean activity of units"].lines[0].get_ydata(), np.sort(np.nanmean(data[:, :2], axis=0))[::-1]
    )
    assert axes["Mean activity of units"].get_ylabel() == "mean (dF/F)"
    assert axes["Coverage of time by each type of data"].get_yticklabels()[0].get_text() == "activity"


def test_plain_arrays(tmp_path):
    np.savez(tmp_path / "x.npz", **arrays(), **{f"spk/{name}": value for name, value in SPIKES.items()})
    trials = {"outcome": "choice", "correct": ["hit"], "incorrect": ["miss"]}
    report = inspect_recording(
        str(tmp_path / "x.npz"), mapping(arrays=ARRAYS, position={"series": "xy"}, trials=trials)
    )
    axes = panels(draw_page(report))
    assert not reason(axes["Occupancy"])
    assert texts(axes["Outcomes of trials"]) == ["1", "1", "0"]
    assert reason(axes["Distance of trial starts"]).startswith("fewer than 8 trials")


@pytest.mark.parametrize(
    ("wrong", "panel"),
    [
        ({"position": {"series": "nose", "unit": "m"}}, "Occupancy"),
        ({"trials": {"table": "laps"}}, "Trial lengths"),
    ],
)
def test_a_mapping_that_fails_leaves_what_the_file_holds(plane, wrong, panel):
    report = inspect_recording(str(plane), mapping(**wrong))
    assert report.session is None
    axes = panels(draw_page(report))
    assert any(line.startswith("WRONG  the file cannot be read with this mapping") for line in header(report))
    said = " ".join(line.strip() for line in header(report))  # lines break elsewhere in a file of a longer path
    assert said.count("there is no series") == ("position" in wrong)  # said once
    assert reason(axes[panel])
    assert not reason(axes["Firing rates of units"])
    assert not reason(axes["Coverage of time by each type of data"])
    assert reason(axes["Encounters"]) == "the file cannot be read with this mapping"
    if "position" in wrong:
        assert texts(axes["Trial lengths"]) == [f"in the file: {N_TRIALS}"]


def test_a_unit_that_contradicts_the_file_still_shows_the_track(plane):
    report = inspect_recording(str(plane), mapping(position={"series": "xy", "unit": "cm"}))
    assert "in the file the unit of 'xy' is 'meters'" in report.error
    axes = panels(draw_page(report))
    assert not reason(axes["Occupancy"])
    assert not reason(axes["Frame intervals"])


def test_the_same_file_gives_the_same_bytes_and_reading_is_not_disturbed(plane, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "c.yaml"
    config.write_text(
        f'recordings:\n  - {PLANE.model_dump_json(exclude={"file"}, exclude_none=True)[:-1]}, "file": "{plane}"}}\n'
    )
    command = ["inspect", str(plane), "--config", "c.yaml", "--session", "rat"]
    assert main([*command, "--report", "one.pdf"]) == 0
    assert "Quality report: one.pdf, one.png" in capsys.readouterr().out
    assert main([*command, "--report", "two.png"]) == 0
    for ending in ("pdf", "png"):
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()
    assert main([*command, "--report", "three.jpg"]) == 1
    assert "three.jpg is not valid; expected the ending .pdf (a PDF and a PNG are written)" in capsys.readouterr().err
    assert main(command) == 0
    assert "--report REPORT.pdf" in capsys.readouterr().out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.yaml", "one.pdf", "one.png", "two.pdf", "two.png"]


def test_a_file_with_nothing_that_can_be_drawn(tmp_path):
    path = write_nwb(tmp_path / "x.nwb", spikes=None)
    report = inspect_recording(str(path))
    axes = panels(draw_page(report))
    assert all(reason(ax) for ax in axes.values())
    with pytest.raises(ValueError, match="no Units table"):
        read_recording(path, {})


def test_a_walk_along_a_line(tmp_path):
    line = {**walk(), "data": walk()["data"][:, 0]}
    path = write_nwb(tmp_path / "x.nwb", series={"x": line}, trials=[{"start_time": 1.0, "stop_time": 9.0}])
    wanted = mapping(
        position={"series": "x", "unit": "m"}, trials={}, landmarks={"places": {"a": [5.0]}, "visibility_radius": 0.5}
    )
    report = inspect_recording(str(path), wanted)
    axes = panels(draw_page(report))
    assert sum(p.get_height() for p in axes["Occupancy"].patches) == pytest.approx(10.0)
    assert axes["Encounters"].lines[0].get_xydata()[0].tolist() == pytest.approx([4.55, 1], abs=0.06)
