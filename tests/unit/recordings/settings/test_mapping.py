"""What a mapping can say of position, trials, landmarks and phases; each with an answer known from how the file was made."""

import numpy as np
import pytest
from hdmf.common import DynamicTable
from pynwb import NWBHDF5IO, TimeSeries
from pynwb.behavior import SpatialSeries
from pynwb.epoch import TimeIntervals

from helpers.nwb import new_nwb, walk, write_nwb
from rscnav.recordings.read import read_recording
from rscnav.settings.strict_settings import ConfigError

TRIALS = [{"start_time": 0.0, "stop_time": 4.0}, {"start_time": 5.0, "stop_time": 9.0}]
RATE = 50.0


def save(file, path):
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def circle(turns=2.0, centre=(100.0, 50.0), radius=30.0, seconds=10.0):
    """A camera's view of an animal that goes round counter-clockwise from +x, cm."""
    angle = 2 * np.pi * turns * np.arange(0, seconds, 1 / RATE) / seconds
    return np.array(centre) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def file_with(data, unit="cm", tables=(), series=(), columns=None):
    file = new_nwb()
    file.add_unit(spike_times=np.arange(0.05, 9.9, 0.1))
    file.add_acquisition(SpatialSeries(name="xy", data=data, rate=RATE, unit=unit, reference_frame="camera"))
    for name, values in dict(series).items():
        file.add_acquisition(TimeSeries(name=name, data=np.asarray(values, float), rate=RATE, unit="n.a."))
    for table in tables:
        if isinstance(table, TimeIntervals):
            file.add_time_intervals(table)
        else:
            file.add_scratch(table)
    for name in columns or {}:
        file.add_trial_column(name, name)
    for k, row in enumerate(TRIALS):
        file.add_trial(**row, **{name: values[k] for name, values in (columns or {}).items()})
    return file


def intervals(name, rows, **columns):
    table = TimeIntervals(name=name, description="x")
    for column in columns:
        table.add_column(column, "x")
    for k, (start, stop) in enumerate(rows):
        table.add_interval(start_time=start, stop_time=stop, **{c: v[k] for c, v in columns.items()})
    return table


RING = {"series": "xy", "unit": "cm", "centre": [100.0, 50.0], "ring": True}


def test_a_circular_track_becomes_a_ring_with_the_scene_turned_back(tmp_path):
    file = file_with(circle(), columns={"scene": [0.0, 90.0], "port": [1, 2]})
    mapping = {
        "position": RING,
        "trials": {"rotation": "scene", "rotation_unit": "deg"},
        "landmarks": {"places": {"a": "port"}, "ports": {1: [130.0, 50.0], 2: [100.0, 80.0]}, "visibility_radius": 0.3},
    }
    session = read_recording(save(file, tmp_path / "x.nwb"), mapping)
    assert session.is_circular
    assert session.visibility_radius == 0.3
    np.testing.assert_allclose(session.landmarks[:, 0, 0], [0.0, 0.0], atol=1e-12)  # port 2 is a quarter turn on
    speed = 2 * np.pi * 2 / 10
    expected = speed * session.time - np.where(session.trial == 1, np.pi / 2, 0.0)
    np.testing.assert_allclose(np.angle(np.exp(1j * (session.position[:, 0] - expected))), 0, atol=2e-3)
    np.testing.assert_allclose(session.velocity, speed, rtol=1e-3)


def test_ports_from_a_table_of_the_file(tmp_path):
    ports = DynamicTable(name="ports", description="x")
    for column in ("port", "x", "y"):
        ports.add_column(column, "x")
    ports.add_row(port=4, x=130.0, y=50.0)
    ports.add_row(port=9, x=100.0, y=80.0)
    file = file_with(circle(), tables=[ports], columns={"lit": [9.0, np.nan]})
    landmarks = {"places": {"a": "lit"}, "ports": {"table": "ports", "place": ["x", "y"]}, "visibility_radius": 0.3}
    session = read_recording(save(file, tmp_path / "x.nwb"), {"position": RING, "trials": {}, "landmarks": landmarks})
    np.testing.assert_allclose(session.landmarks[:, 0, 0], [np.pi / 2, np.nan])
    assert set(session.encounters["trial"].tolist()) == {0}


def test_a_port_that_is_nowhere(tmp_path):
    file = file_with(circle(), columns={"lit": [1, 3]})
    landmarks = {"places": {"a": "lit"}, "ports": {1: [0.0], 2: [1.0]}, "visibility_radius": 0.3}
    with pytest.raises(
        ValueError, match=r"places\.a: column 'lit': row 1 has port 3, which is not in landmarks\.ports; valid are 1, 2"
    ):
        read_recording(save(file, tmp_path / "x.nwb"), {"position": RING, "trials": {}, "landmarks": landmarks})


def test_centre_and_scale(tmp_path):
    path = save(file_with(circle(), unit="px"), tmp_path / "x.nwb")
    position = {"series": "xy", "unit": "px", "centre": [100.0, 50.0], "scale": 0.02}
    landmarks = {"places": {"a": [130.0, 50.0]}, "visibility_radius": 5.0}
    session = read_recording(path, {"position": position, "trials": {}, "landmarks": landmarks})
    assert session.position_unit == "m"
    np.testing.assert_allclose(np.linalg.norm(session.position, axis=1), 0.6, rtol=1e-3)
    np.testing.assert_allclose(session.landmarks[:, 0], [[0.6, 0.0], [0.6, 0.0]])
    assert session.visibility_radius == pytest.approx(0.1)


def test_columns_of_another_table_by_key_and_by_row(tmp_path):
    choices = DynamicTable(name="choices", description="x")
    for column in ("lap", "choice"):
        choices.add_column(column, "x")
    choices.add_row(lap=12, choice="miss")
    choices.add_row(lap=11, choice="hit")
    laps = intervals("laps", [(0.0, 4.0), (5.0, 9.0)], lap=[11, 12])
    path = save(file_with(circle(), tables=[choices, laps]), tmp_path / "x.nwb")
    trials = {"table": "laps", "join_table": "choices", "outcome": "choice", "correct": ["hit"], "incorrect": ["miss"]}
    by_key = read_recording(path, {"trials": {**trials, "join_on": "lap"}})
    assert by_key.trials["outcome"].tolist() == ["correct", "incorrect"]
    assert read_recording(path, {"trials": trials}).trials["outcome"].tolist() == ["incorrect", "correct"]


@pytest.mark.parametrize(
    ("rows", "match", "words"),
    [
        ([1, 2, 3], None, r"table 'more' has 3 rows and 'trials' 2; set trials\.join_on"),
        ([1, 1], "lap", r"'lap' is 1 in more than one row of table 'more'"),
        ([1, 3], "lap", r"no row of table 'more' has lap 2, which is in 'trials' \(1 such rows\)"),
    ],
)
def test_tables_that_do_not_fit(tmp_path, rows, match, words):
    more = DynamicTable(name="more", description="x")
    more.add_column("lap", "x")
    for lap in rows:
        more.add_row(lap=lap)
    path = save(file_with(circle(), tables=[more], columns={"lap": [1, 2]}), tmp_path / "x.nwb")
    with pytest.raises(ValueError, match=words):
        read_recording(path, {"trials": {"join_table": "more", "join_on": match}})


def test_trials_until_the_next_one_starts(tmp_path):
    starts = intervals("cues", [(0.0, 0.1), (3.0, 3.1), (7.0, 7.1)])
    path = save(file_with(circle(), tables=[starts]), tmp_path / "x.nwb")
    session = read_recording(path, {"position": RING, "trials": {"table": "cues", "end": "next"}})
    np.testing.assert_allclose(session.trials["start_s"], [0.0, 3.0, 7.0])
    np.testing.assert_allclose(session.trials["stop_s"], [3.0, 7.0, 9.98])


def test_trials_from_leaving_a_place_to_coming_back(tmp_path):
    path = save(file_with(circle(turns=3.5)), tmp_path / "x.nwb")  # it starts at home and is back after 1/3.5 of 10 s
    home = {"place": [130.0, 50.0], "radius": 10.0}
    session = read_recording(path, {"position": {"series": "xy", "unit": "cm"}, "trials": {"home_location": home}})
    half = 2 * np.arcsin(10.0 / 2 / 30.0)  # of the arc that lies at home
    lap = 10 / 3.5
    expected = [(k * lap + half / (2 * np.pi) * lap, (k + 1) * lap - half / (2 * np.pi) * lap) for k in range(3)]
    times = np.stack([session.trials["start_s"], session.trials["stop_s"]], axis=1)
    np.testing.assert_allclose(times, expected, atol=1 / RATE)
    far = {"home_location": {"place": [500.0, 50.0], "radius": 10.0}}
    with pytest.raises(ValueError, match=r"never leaves \[500\.0, 50\.0\] .*inside in 0% of the samples"):
        read_recording(path, {"position": {"series": "xy", "unit": "cm"}, "trials": far})


def test_landmarks_in_view_as_series_say(tmp_path):
    time = np.arange(0, 10, 1 / RATE)
    on = {"left": (time >= 1.0) & (time < 1.5), "right": (time >= 2.0) & (time < 2.3)}
    path = save(file_with(circle(), series=on), tmp_path / "x.nwb")
    session = read_recording(path, {"trials": {}, "landmarks": {"series": {"a": "left", "b": "right"}}})
    met = session.encounters
    assert met["landmark"].tolist() == ["a", "b"]
    np.testing.assert_allclose(met["onset_s"], [1.0, 2.0], atol=1e-9)
    np.testing.assert_allclose(met["offset_s"], [1.5, 2.3], atol=1e-9)
    assert session.landmarks is None
    first = session.trial == 0
    np.testing.assert_array_equal(
        session.phase[first], np.select([session.time[first] < 1, session.time[first] < 2], [0, 1], 2)
    )
    assert not session.n_hypotheses.any()


def test_landmarks_in_view_as_a_table_says(tmp_path):
    visits = intervals("visits", [(5.5, 6.0), (1.0, 1.2), (2.0, 2.0), (3.0, 3.5)], port=[1, 2, 1, 7])
    path = save(file_with(circle(), tables=[visits]), tmp_path / "x.nwb")
    events = {"table": "visits", "column": "port", "names": {"a": [1], "b": [2]}, "default_duration_s": 0.3}
    session = read_recording(path, {"trials": {}, "landmarks": {"events": events}})
    met = session.encounters
    assert met["landmark"].tolist() == ["b", "a", "a"]
    np.testing.assert_allclose(met["onset_s"], [1.0, 2.0, 5.5], atol=1e-9)
    np.testing.assert_allclose(met["offset_s"], [1.2, 2.3, 6.0], atol=1e-9)
    with pytest.raises(ValueError, match=r"no row of 'visits' has one of these values in 'port'; it holds: 1, 2, 7"):
        read_recording(path, {"trials": {}, "landmarks": {"events": {**events, "names": {"a": ["left"]}}}})


def test_landmarks_in_view_only_ahead(tmp_path):
    """Along a straight walk in +x a landmark beside the path is ahead until it is passed."""
    data = np.stack([np.arange(0, 10, 1 / RATE), np.zeros(int(10 * RATE))], axis=1)
    position = {"series": "xy", "unit": "m", "heading": "movement"}
    near = {"places": {"a": [2.0, 0.5]}, "visibility_radius": 1.5}
    path = save(file_with(data, unit="meters"), tmp_path / "x.nwb")
    around = read_recording(path, {"position": position, "trials": {}, "landmarks": near})
    ahead = read_recording(path, {"position": position, "trials": {}, "landmarks": {**near, "view_angle": np.pi / 2}})
    reach = np.sqrt(1.5**2 - 0.5**2)
    assert around.encounters["offset_s"][0] == pytest.approx(2 + reach, abs=0.1)
    assert ahead.encounters["offset_s"][0] == pytest.approx(2.0, abs=0.1)
    assert ahead.encounters["onset_s"][0] == around.encounters["onset_s"][0] == pytest.approx(2 - reach, abs=0.1)


def test_phases_as_the_file_has_them(tmp_path):
    table = intervals("stages", [(0.0, 1.0), (1.0, 3.0), (5.0, 6.0)], stage=["search", "one", "two"])
    values = {"LM0": ["search"], "LM1": ["one"], "LM2": ["two"]}
    code = np.repeat([0.0, 1.0, 9.0], [100, 200, 200])
    path = save(file_with(circle(), tables=[table], series={"code": code}), tmp_path / "x.nwb")
    phases = {"table": "stages", "column": "stage", "values": values}
    told = read_recording(path, {"trials": {}, "phases": phases})
    t = told.time
    np.testing.assert_array_equal(told.phase, np.select([t < 1, t < 3, (t > 5) & (t < 6)], [0, 1, 2], 255))
    coded = read_recording(path, {"trials": {}, "phases": {"series": "code"}})
    np.testing.assert_array_equal(coded.phase, np.select([t < 2, t < 6], [0, 1], 255))
    with pytest.raises(ValueError, match=r"none of these values is in 'stages'; it holds: one, search, two"):
        read_recording(path, {"trials": {}, "phases": {"table": "stages", "column": "stage"}})


def test_jumps_of_the_tracking_are_left_out_and_counted(tmp_path):
    moved = walk()
    data = moved["data"].copy()
    data[[60, 200, 201]] += 40.0  # single frames at 1.2, 4.0 and 4.02 s
    path = write_nwb(tmp_path / "x.nwb", series={"xy": {**moved, "data": data}}, trials=TRIALS)
    mapping = {"position": {"series": "xy", "unit": "m"}, "trials": {}}
    noted = read_recording(path, mapping)
    assert "jumps in 4 steps, the first at 1.200 s" in noted.attributes["notes"]
    mapping["position"]["max_speed"] = 10.0
    session = read_recording(path, mapping)
    assert session.attributes["n_samples_jumped"] == 3
    assert "3 samples of 'behavior/Position/xy' are jumps" in session.attributes["notes"]
    np.testing.assert_allclose(session.position[:, 0], session.time, atol=1e-9)


def test_a_place_that_the_animal_was_carried_to_is_believed_in_the_end(tmp_path):
    moved = walk()
    data = moved["data"].copy()
    data[300:] += 40.0
    path = write_nwb(tmp_path / "x.nwb", series={"xy": {**moved, "data": data}}, trials=TRIALS)
    position = {"series": "xy", "unit": "m", "max_speed": 10.0, "max_gap_s": 0.25}
    session = read_recording(path, {"position": position, "trials": {}})
    assert session.position[-1, 0] == pytest.approx(session.time[-1] + 40.0)
    assert 10 <= session.attributes["n_samples_jumped"] <= 13


def test_samples_outside_the_arena(tmp_path):
    data = circle()
    data[100:110] = [500.0, 500.0]
    position = {"series": "xy", "unit": "cm", "centre": [100.0, 50.0], "arena_radius": 33.0}
    session = read_recording(save(file_with(data), tmp_path / "x.nwb"), {"position": position, "trials": {}})
    assert session.attributes["n_samples_outside_arena"] == 10
    assert np.linalg.norm(session.position, axis=1).max() < 0.34
    with pytest.raises(ValueError, match="no sample of 'xy' is left"):
        read_recording(tmp_path / "x.nwb", {"position": {**position, "centre": [900.0, 900.0]}, "trials": {}})


def test_the_unit_that_the_file_names(tmp_path):
    session = read_recording(
        save(file_with(circle()), tmp_path / "x.nwb"), {"position": {"series": "xy"}, "trials": {}}
    )
    assert session.position_unit == "m"
    assert session.position[:, 0].max() == pytest.approx(1.30, abs=0.01)
    path = save(file_with(circle(), unit="unknown"), tmp_path / "y.nwb")
    with pytest.raises(
        ValueError,
        match=r"position\.unit: the file names no known unit of .*\(its unit is 'unknown'\); set unit to one of rad,",
    ):
        read_recording(path, {"position": {"series": "xy"}, "trials": {}})


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (
            {"position": {"series": "xy", "unit": "m", "ring": True}},
            "ring: true needs the centre of the arena; set position.centre",
        ),
        ({"position": {"series": "xy", "unit": "m", "scale": 0.1}}, "position.unit is m; set unit: px"),
        (
            {"trials": {}, "landmarks": {"series": {"a": "x"}, "visibility_radius": 1.0}},
            "found visibility_radius, series",
        ),
        ({"trials": {}, "landmarks": {}}, "exactly one of visibility_radius, series and events"),
        ({"trials": {"join_on": "lap"}}, "needs a second table; set trials.join_table"),
        ({"trials": {"home_location": {"place": [0.0, 0.0], "radius": 1.0}}}, "trials.home_location needs a position"),
        ({"trials": {}, "phases": {"series": "x", "table": "y"}}, "exactly one of series and table; found both"),
    ],
)
def test_mappings_that_contradict_themselves(tmp_path, mapping, words):
    with pytest.raises(ConfigError, match=words):
        read_recording(tmp_path / "x.nwb", mapping)


def test_trials_that_are_nan_throughout_are_named(tmp_path):
    moved = walk()
    data = moved["data"].copy()
    data[240:460] = np.nan  # the whole of the second trial
    path = write_nwb(tmp_path / "x.nwb", series={"xy": {**moved, "data": data}}, trials=TRIALS)
    session = read_recording(path, {"position": {"series": "xy", "unit": "m", "nan": "drop"}, "trials": {}})
    assert len(session.trials) == 1
    assert session.attributes["n_trials_without_bins"] == 1
    assert "no bin is left of 1 of 2 trials, the first from 5 to 9 s" in session.attributes["notes"]
