"""The draft of a mapping: what it makes of series and tables, with a CHECK where a person must, and always readable."""

import numpy as np
import pytest
import yaml
from pynwb import NWBHDF5IO
from pynwb.behavior import CompassDirection, Position, SpatialSeries
from pynwb.epoch import TimeIntervals

from helpers.nwb import new_nwb
from rscnav.config.load import parse_config
from rscnav.inspection.inspect import inspect_recording
from rscnav.recordings.read import read_recording

SECONDS, RATE = 60.0, 20.0
TIME = np.arange(0, SECONDS, 1 / RATE)
XY = np.stack([50 + 40 * np.sin(TIME / 3), 50 + 30 * np.cos(TIME / 5)], axis=1)
ANGLE = (TIME / 2) % (2 * np.pi)


def series(name, data, unit="cm", time=TIME):
    return SpatialSeries(name=name, data=data, timestamps=time, unit=unit, reference_frame="box")


def made(tmp_path, places=(), directions=(), tables=(), trials=None, epochs=()):
    """Write a file; `trials` maps names of columns to values, epochs are (start, stop, label)."""
    file = new_nwb()
    for shift in (0.0, 0.03):
        file.add_unit(spike_times=np.arange(0.05 + shift, SECONDS, 0.21))
    module = file.create_processing_module("behavior", "tracked")
    if places:
        module.add(Position(name="Position", spatial_series=list(places)))
    if directions:
        module.add(CompassDirection(name="CompassDirection", spatial_series=list(directions)))
    for table in tables:
        file.add_time_intervals(table)
    if epochs:
        file.add_epoch_column("label", "x")
        for start, stop, label in epochs:
            file.add_epoch(start_time=start, stop_time=stop, label=label)
    for name in trials or {}:
        file.add_trial_column(name, "x")
    for k in range(10 if trials is not None else 0):
        values = {name: column[k] for name, column in (trials or {}).items()}
        file.add_trial(start_time=5.0 * k, stop_time=5.0 * k + 4, **values)
    path = tmp_path / "x.nwb"
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def drafted(path):
    """Return the draft as text and as a mapping; it must be one that reads the file."""
    report = inspect_recording(str(path))
    assert report.error == "", report.error
    assert not report.failed
    mapping = parse_config(yaml.safe_load(report.draft)).recordings[0]
    read_recording(path, mapping, quiet=True)
    return report.draft, mapping


def line(text, key):
    return next(row for row in text.splitlines() if row.strip().startswith(f"{key}:"))


@pytest.mark.parametrize("names", [("x", "y"), ("head_x", "head_y"), ("X", "Y"), ("pos-x", "pos-y")])
def test_coordinates_apart(tmp_path, names):
    path = made(tmp_path, [series(name, XY[:, k]) for k, name in enumerate(names)])
    text, mapping = drafted(path)
    assert mapping.position.series == [f"behavior/Position/{name}" for name in names]
    assert "CHECK: 2 series, one for each coordinate" in line(text, "series")


def test_six_degrees_of_freedom(tmp_path):
    """x, y, z, rx, ry, rz with a flat floor and no units, as pynapple writes them."""
    flat = np.zeros(len(TIME))
    six = {"x": XY[:, 0], "y": flat, "z": XY[:, 1], "rx": flat, "ry": ANGLE, "rz": flat}
    path = made(tmp_path, [series(name, data, "") for name, data in six.items()])
    text, mapping = drafted(path)
    assert mapping.position.series == ["behavior/Position/x", "behavior/Position/z"]
    assert mapping.position.heading == "behavior/Position/ry"
    assert "behavior/Position/y is nearly constant and left out" in line(text, "series")
    assert "CHECK" in line(text, "heading")
    assert "CHECK" in line(text, "unit")


def test_one_series_an_epoch(tmp_path):
    early, late = TIME < 25, TIME > 35
    parts = [series("run1", XY[early], time=TIME[early]), series("run2", XY[late], time=TIME[late])]
    text, mapping = drafted(made(tmp_path, parts))
    assert mapping.position.series == ["behavior/Position/run1", "behavior/Position/run2"]
    assert "CHECK: 2 series that follow each other in time" in line(text, "series")


@pytest.mark.filterwarnings("ignore:SpatialSeries:UserWarning")
def test_two_points_in_one_series(tmp_path):
    text, mapping = drafted(made(tmp_path, [series("leds", np.hstack([XY, XY - 2]))]))
    assert mapping.position.columns == [0, 1]
    assert (mapping.position.heading.back, mapping.position.heading.front) == ([2, 3], [0, 1])
    assert "CHECK" in line(text, "columns")
    assert "CHECK" in line(text, "heading")


def test_a_flat_third_column(tmp_path):
    text, mapping = drafted(made(tmp_path, [series("xyz", np.column_stack([XY, np.zeros(len(TIME))]))]))
    assert mapping.position.columns == [0, 1]
    assert "CHECK: the columns that change, of 3" in line(text, "columns")
    space = np.column_stack([XY, 20 * np.sin(TIME)])
    assert "[0, 1, 2]: a position in space" in drafted(made(tmp_path, [series("xyz", space)]))[0]


def test_a_lone_direction_is_no_place_without_a_check(tmp_path):
    path = made(tmp_path, directions=[series("head", ANGLE, "radians")])
    text, mapping = drafted(path)
    assert mapping.position.unit == "rad"
    assert "CHECK: this is a direction" in line(text, "series")


def test_a_direction_beside_a_place_is_the_heading(tmp_path):
    path = made(tmp_path, [series("a", XY)], [series("head", np.degrees(ANGLE), "degrees")])
    text, mapping = drafted(path)
    assert mapping.position.series == "behavior/Position/a"
    assert mapping.position.heading == "behavior/CompassDirection/head"
    assert "CHECK" not in line(text, "heading")
    unknown = made(tmp_path, [series("a", XY)], [series("head", np.degrees(ANGLE), "")])
    assert drafted(unknown)[1].position.heading.unit == "deg"


def test_millimetres(tmp_path):
    text, mapping = drafted(made(tmp_path, [series("a", XY * 10, "millimeters")]))
    assert mapping.position.unit == "mm"
    assert "CHECK" not in line(text, "unit")


def test_sleep_and_wake_are_epochs(tmp_path):
    epochs = [(0.0, 20.0, "sleep"), (20.0, 60.0, "wake")]
    text, mapping = drafted(made(tmp_path, [series("a", XY)], epochs=epochs))
    assert mapping.trials is None
    assert mapping.epochs.table == "epochs"
    assert (
        "CHECK: 2 epochs (label: sleep, wake), not trials; select some with select: [{column: label, values: [wake]}]"
        in text
    )
    text, mapping = drafted(made(tmp_path, [series("a", XY)], epochs=epochs, trials={}))
    assert mapping.trials.table == "trials"
    assert mapping.epochs is None
    assert "# epochs: left out: 'epochs' has 2 epochs" in text


def test_many_short_epochs_may_be_trials(tmp_path):
    rows = [(4.0 * k, 4.0 * k + 3, "left" if k % 2 else "right") for k in range(14)]
    assert drafted(made(tmp_path, epochs=rows))[1].trials.table == "epochs"


def test_a_reward_with_rows_that_are_nan_is_the_outcome(tmp_path):
    reward = [1.0, 0.0, np.nan, 1.0, np.nan, 0.0, 1.0, np.nan, 1.0, 0.0]
    path = made(tmp_path, trials={"reward": reward})
    text, mapping = drafted(path)
    assert (mapping.trials.outcome, mapping.trials.correct, mapping.trials.incorrect) == ("reward", [1.0], [0.0])
    assert "values: 0.0, 1.0; 3 rows without a value have the outcome none" in text
    assert np.sum(read_recording(path, mapping, quiet=True).trials["outcome"] == "none") == 3


@pytest.mark.parametrize(
    ("values", "right"), [(["yes", "no"] * 5, ["yes"]), (["1", "0"] * 5, ["1"]), ([True, False] * 5, [True])]
)
def test_values_are_quoted_as_they_must_be(tmp_path, values, right):
    path = made(tmp_path, trials={"correct": values})
    mapping = drafted(path)[1]
    assert mapping.trials.correct == right
    assert np.sum(read_recording(path, mapping, quiet=True).trials["outcome"] == "correct") == 5


def test_rows_without_an_end(tmp_path):
    table = TimeIntervals(name="cues", description="x")
    for k in range(14):
        table.add_interval(start_time=4.0 * k, stop_time=np.nan)
    text, mapping = drafted(made(tmp_path, tables=[table]))
    assert mapping.trials.end == "next"
    assert "CHECK: 100% of the rows have no end" in text
