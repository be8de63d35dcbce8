"""The place and heading from several series and columns, their units, and tracks that start again, against known paths."""

import numpy as np
import pytest

from helpers.nwb import write_nwb
from rscnav.recordings.read import read_recording
from rscnav.recordings.tracking.position_units import known_unit
from rscnav.settings.strict_settings import ConfigError

RATE, SECONDS = 50.0, 20.0
TIME = np.arange(0, SECONDS, 1 / RATE)
XY = np.stack([1.0 + 0.8 * np.sin(TIME / 2), 0.5 + 0.4 * np.cos(TIME / 3)], axis=1)
SPIKES = [np.arange(0.05, SECONDS, 0.1), np.arange(0.02, SECONDS, 0.3)]


def made(tmp_path, name="x.nwb", **series):
    """Write series, each its data or the arguments of SpatialSeries; metres at TIME where nothing else is said."""
    full = {
        key: {"timestamps": TIME, "unit": "meters", **(what if isinstance(what, dict) else {"data": what})}
        for key, what in series.items()
    }
    return write_nwb(tmp_path / name, spikes=SPIKES, series=full)


def place(path, **position):
    return read_recording(path, {"position": position}, quiet=True)


def at(session, values=XY):
    return np.stack([np.interp(session.time, TIME, column) for column in values.T], axis=1)


def refused(path, *words, **position):
    with pytest.raises(ValueError, match=words[0]) as error:
        place(path, **position)
    for word in words[1:]:
        assert word in str(error.value), str(error.value)


# Several series


def test_coordinates_apart_are_one_place(tmp_path):
    path = made(tmp_path, x=XY[:, 0], y=XY[:, 1])
    session = place(path, series=["x", "y"])
    np.testing.assert_allclose(session.position, at(session))
    np.testing.assert_allclose(place(path, series=["y", "x"]).position, session.position[:, ::-1])


def test_coordinates_on_clocks_of_their_own_are_interpolated_and_noted(tmp_path):
    late = np.arange(0.007, SECONDS, 1 / 30)
    y = {"data": np.interp(late, TIME, XY[:, 1]), "timestamps": late}
    session = place(made(tmp_path, x=XY[:, 0], y=y), series=["x", "y"])
    np.testing.assert_allclose(session.position, at(session), atol=1e-3)
    assert "'behavior/Position/y' was interpolated to the times of 'behavior/Position/x'" in session.attributes["notes"]


def test_nothing_is_interpolated_where_one_coordinate_was_lost(tmp_path):
    there = (TIME < 5) | (TIME > 8)
    path = made(tmp_path, x=XY[:, 0], y={"data": XY[there, 1], "timestamps": TIME[there]})
    refused(path, "'x', 'y' is NaN", "position.nan: drop", series=["x", "y"])
    session = place(path, series=["x", "y"], nan="drop")
    assert not np.any((session.time > 5.05) & (session.time < 7.95))
    np.testing.assert_allclose(session.position, at(session), atol=1e-9)


@pytest.mark.parametrize("series", [["run1", "run2"], ["run2", "run1"], "run*", ["Position/run*"]])
def test_pieces_one_after_the_other_with_a_gap_between(tmp_path, series):
    parts = {"run1": TIME < 8, "run2": TIME >= 12}
    path = made(tmp_path, **{name: {"data": XY[m], "timestamps": TIME[m]} for name, m in parts.items()})
    session = place(path, series=series)
    np.testing.assert_allclose(session.position, at(session), atol=1e-9)
    assert session.time[session.time < 10].max() < 8 < 12 < session.time[session.time > 10].min()
    assert "from 2 series, one after the other" in session.attributes["notes"]
    assert session.attributes["n_bins_in_gaps"] == 0  # pieces of stretches are cut where the place is


def test_pieces_without_time_between_are_not_joined(tmp_path):
    """The animal was moved to another box at 10 s: no bin holds a place between the two, and no speed of 100 m/s comes out."""
    first = TIME < 10
    far = XY + np.where(first, 0.0, 100.0)[:, None]
    parts = {"box1": first, "box2": ~first}
    path = made(tmp_path, **{name: {"data": far[m], "timestamps": TIME[m]} for name, m in parts.items()})
    session = place(path, series="box*", heading="movement", max_speed=5.0)
    inside = session.position[:, 0] < 50
    assert np.all(inside == (session.time < 10))
    assert session.velocity.max() < 1.0
    assert session.attributes["n_samples_jumped"] == 0
    assert "jumps" not in session.attributes["notes"]


def test_series_that_fit_neither_way(tmp_path):
    parts = {"a": TIME < 12, "b": TIME > 8}
    path = made(tmp_path, **{name: {"data": XY[m], "timestamps": TIME[m]} for name, m in parts.items()})
    refused(path, "position.series", "8.0 to 20.0 s", "neither", series=["a", "b"])
    refused(path, "position.series", "may not overlap", series="*")
    path = made(tmp_path, "y.nwb", x=XY[:, 0], y={"data": XY[:, 1] * 100, "unit": "cm"})
    refused(path, "position.series", "'meters'", "'cm'", "one unit", series=["x", "y"])
    refused(path, "position.series", "named twice", series=["x", "Position/x"])
    refused(path, "position.series", "matches 'nose*'", "behavior/Position/x", series="nose*")


# Columns


LEDS = np.hstack([XY, XY - 0.05 * np.stack([np.cos(TIME), np.sin(TIME)], axis=1)])  # front, and 5 cm behind it


def test_two_markers_in_one_series(tmp_path):
    path = made(tmp_path, leds=LEDS)
    refused(path, "position.columns", "4 columns", "columns: [0, 1]", "back: [2, 3], front: [0, 1]", series="leds")
    heading = {"back": [2, 3], "front": [0, 1]}
    session = place(path, series="leds", columns=[0, 1], heading=heading)
    np.testing.assert_allclose(session.position, at(session))
    np.testing.assert_allclose(np.angle(np.exp(1j * (session.heading - session.time))), 0, atol=1e-3)
    refused(path, "position.columns", "no column 4", "0 to 3", series="leds", columns=[0, 4])
    refused(
        path, "position.heading.back", "no column 6", series="leds", columns=[0, 1], heading={**heading, "back": [6, 7]}
    )


def test_heading_between_two_series_and_from_a_column(tmp_path):
    path = made(tmp_path, front=LEDS[:, :2], back=LEDS[:, 2:], xyh=np.column_stack([XY, np.degrees(TIME) % 360]))
    session = place(path, series="front", heading={"back": "back", "front": "front"})
    np.testing.assert_allclose(np.angle(np.exp(1j * (session.heading - session.time))), 0, atol=1e-3)
    session = place(path, series="xyh", columns=[0, 1], heading={"column": 2, "unit": "deg"})
    np.testing.assert_allclose(np.angle(np.exp(1j * (session.heading - session.time))), 0, atol=1e-3)
    refused(path, "position.heading", "more than a full turn", series="xyh", columns=[0, 1], heading={"column": 2})


def test_a_heading_on_another_clock(tmp_path):
    path = made(tmp_path, xy=XY, head={"data": TIME % 6, "timestamps": TIME + 500, "unit": "radians"})
    refused(
        path, "position.heading", "clocks do not overlap", "their starts differ by 500 s", series="xy", heading="head"
    )


def test_points_that_coincide_have_no_direction(tmp_path):
    same = LEDS.copy()
    same[200:300, 2:] = same[200:300, :2]
    session = place(made(tmp_path, leds=same), series="leds", columns=[0, 1], heading={"back": [2, 3], "front": [0, 1]})
    lost = (session.time > 4.05) & (session.time < 5.95)
    assert np.isnan(session.heading[lost]).all()
    assert np.isfinite(session.heading[session.time < 3.9]).all()
    assert np.isfinite(session.position).all()


def test_three_columns_are_asked_for_and_a_flat_one_is_named(tmp_path):
    flat = np.column_stack([XY[:, 0], np.full(len(TIME), 0.3), XY[:, 1]])
    path = made(tmp_path, xyz=flat, x=XY[:, 0], z=XY[:, 1], y=flat[:, 1])
    refused(path, "position.columns", "columns: [0, 2]", "column 1 is flat", "[0, 1, 2]", series="xyz")
    np.testing.assert_allclose(
        place(path, series="xyz", columns=[0, 2]).position[:, 1], at(place(path, series="z"))[:, 1]
    )
    assert place(path, series="xyz", columns=[0, 1, 2]).position.shape[1] == 3
    listed = place(path, series=["x", "y", "z"])
    assert listed.position.shape[1] == 3
    assert "coordinate 1 of the position" in listed.attributes["notes"]


@pytest.mark.parametrize(
    ("position", "words"),
    [
        ({"columns": [0, 0]}, "names a column twice"),
        ({"columns": [0, 1, 2, 3]}, "position.columns"),
        ({"columns": [-1]}, "position.columns"),
        ({"series": []}, "position.series"),
        ({"series": " "}, "position.series"),
        ({"heading": {"back": [0, 1]}}, "both back and front"),
        ({"heading": {"column": 2, "series": "a"}}, "exactly one of series"),
        ({"heading": {"back": [0, 1, 2], "front": [0, 1]}}, "3 columns; a point has two"),
        ({"heading": {"back": "a", "front": [0, 1]}}, "both names of series, or both two columns"),
        ({"track_length": 2.0, "unit": "rad"}, "is circular already"),
        ({"track_length": 2.0, "centre": [0.0, 0.0], "ring": True}, "remove one of them"),
    ],
)
def test_mappings_that_contradict_themselves(tmp_path, position, words):
    with pytest.raises(ConfigError, match=words):
        place(tmp_path / "none.nwb", **{"series": "x", **position})


# Units


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("m", ("m", "Meter", "METERS", " metres ", "m.")),
        ("cm", ("cm", "Centimeters", "centi-metres", "[cm]")),
        ("mm", ("mm", "millimeters", "Millimetre")),
        ("um", ("um", "µm", "μm", "micrometers", "Micrometre", "microns")),
        ("px", ("px", "pixels", "Pixel", "pix")),
        ("deg", ("degrees", "deg", "°", "Degs")),
        ("rad", ("radians", "rad", "RAD")),
        (None, ("", "unknown", "n.a.", "a.u.", "inches", "meters/second", "s")),
    ],
)
def test_spellings_of_units(unit, words):
    assert [known_unit(word) for word in words] == [unit] * len(words)


@pytest.mark.parametrize(("unit", "factor"), [("millimeters", 1e3), ("µm", 1e6), ("centimeters", 1e2), ("Meters", 1.0)])
def test_every_length_becomes_metres(tmp_path, unit, factor):
    path = made(tmp_path, xy={"data": XY * factor, "unit": unit})
    session = place(path, series="xy")
    assert session.position_unit == "m"
    np.testing.assert_allclose(session.position, at(session), rtol=1e-9)


def test_a_length_that_contradicts_the_file(tmp_path):
    path = made(tmp_path, xy={"data": XY * 1e3, "unit": "millimeters"}, inch={"data": XY * 39.4, "unit": "inches"})
    refused(path, "position.unit", "'millimeters'", "set unit: mm", "override_unit", series="xy", unit="m")
    refused(path, "position.unit", "'inches'", "convert the series", series="inch", unit="m")
    assert place(path, series="xy", unit="m", override_unit=True).position.max() > 1000
    assert place(path, series="inch", unit="cm", override_unit=True).position_unit == "m"


# Tracks that start again


LENGTH, SPEED = 180.0, 30.0  # cm and cm/s: a lap in 6 s


def corridor(start=0.0, noise=0.0, seed=0):
    return (SPEED * TIME + noise * np.random.default_rng(seed).normal(size=len(TIME))) % LENGTH + start


def test_a_corridor_that_starts_again_becomes_a_ring(tmp_path):
    path = made(tmp_path, vr={"data": corridor(), "unit": "cm"})
    position = {"series": "vr", "track_length": LENGTH, "heading": "movement", "min_speed": 5.0, "max_speed": 100.0}
    session = place(path, **position)
    assert session.is_circular
    angle = 2 * np.pi * SPEED * session.time / LENGTH
    np.testing.assert_allclose(np.angle(np.exp(1j * (session.position[:, 0] - angle))), 0, atol=1e-6)
    np.testing.assert_allclose(session.velocity, 2 * np.pi * SPEED / LENGTH, rtol=1e-6)
    assert session.attributes["n_samples_jumped"] == 0
    ahead = np.angle(np.exp(1j * (session.heading - session.position[:, 0] - np.pi / 2)))
    np.testing.assert_allclose(ahead, 0, atol=1e-6)


def test_landmarks_on_it_stay_in_its_unit(tmp_path):
    trials = [{"start_time": 0.0, "stop_time": 9.0}, {"start_time": 10.0, "stop_time": 19.0}]
    series = {"vr": {"data": corridor(), "unit": "cm", "timestamps": TIME}}
    path = write_nwb(tmp_path / "x.nwb", spikes=SPIKES, series=series, trials=trials)
    mapping = {
        "position": {"series": "vr", "track_length": LENGTH},
        "trials": {},
        "landmarks": {"places": {"a": [175.0], "b": [90.0]}, "visibility_radius": 15.0},
    }
    session = read_recording(path, mapping, quiet=True)
    assert session.visibility_radius == pytest.approx(2 * np.pi * 15 / LENGTH)
    first = session.encounters[session.encounters["trial"] == 0]
    a = first[first["landmark"] == "a"]
    # in view from 160 cm on, across the end of the track, to 10 cm of the next lap: at 5.33 s for one second
    assert a["onset_s"][-1] == pytest.approx(160 / SPEED, abs=0.11)
    assert a["offset_s"][-1] == pytest.approx((LENGTH + 10) / SPEED, abs=0.11)


@pytest.mark.parametrize("turns", [1, -1])
def test_a_track_that_starts_again_is_noted_without_its_length(tmp_path, turns):
    x = (turns * (SPEED * TIME + 1)) % LENGTH
    notes = place(made(tmp_path, vr={"data": x, "unit": "cm"}), series="vr").attributes["notes"]
    assert "falls back from one end of its range to the other in 3 steps" in notes
    assert "position.track_length" in notes


def test_no_false_alarm_of_a_track_that_starts_again(tmp_path):
    shuttle = 90 + 90 * np.sin(TIME * 2)
    glitches = shuttle.copy()
    glitches[[100, 300, 500, 700]] = 180 - glitches[[100, 300, 500, 700]]
    path = made(tmp_path, a={"data": shuttle, "unit": "cm"}, b={"data": glitches, "unit": "cm"})
    for series in ("a", "b"):
        assert "track_length" not in place(path, series=series).attributes["notes"]


@pytest.mark.parametrize("wrong", [60.0, 1.8, 900.0])
def test_a_length_that_is_not_the_track_s(tmp_path, wrong):
    path = made(tmp_path, vr={"data": corridor(), "unit": "cm"})
    refused(path, "position.track_length", "starts again", "unit of the series", series="vr", track_length=wrong)


def test_a_distance_that_runs_on_comes_round_by_its_length(tmp_path):
    path = made(tmp_path, vr={"data": SPEED * TIME, "unit": "cm"})
    session = place(path, series="vr", track_length=LENGTH)
    angle = 2 * np.pi * SPEED * session.time / LENGTH
    np.testing.assert_allclose(np.angle(np.exp(1j * (session.position[:, 0] - angle))), 0, atol=1e-6)


def test_an_angle_that_comes_round_is_no_jump(tmp_path):
    path = made(tmp_path, a={"data": (90 * TIME) % 360, "unit": "degrees"})
    session = place(path, series="a", max_speed=200.0)
    assert session.attributes["n_samples_jumped"] == 0
    np.testing.assert_allclose(session.velocity, np.pi / 2, rtol=1e-6)
