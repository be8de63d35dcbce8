"""Several series of activity as one population."""

import numpy as np
import pytest
from pynwb import NWBHDF5IO

from helpers.imaging import add_planes
from helpers.nwb import new_nwb
from rscnav.cli.main import main
from rscnav.recordings.read import read_recording
from rscnav.settings.strict_settings import ConfigError

DRAW = np.random.default_rng(1)
FIRST, SECOND = (DRAW.gamma(1, 1, (100, n)).astype(np.float32) for n in (3, 2))


def written(path, iscell=None, **second):
    file = new_nwb()
    planes = {"plane0": {"data": FIRST, "rate": 10.0}, "plane1": {"data": SECOND, "rate": 10.0, **second}}
    add_planes(file, planes, iscell)
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def mapping(**more):
    return {"activity": {"series": ["plane0", "plane1"]}, "trial_s": 1.0, **more}


def test_planes_on_one_clock_stand_side_by_side(tmp_path):
    session = read_recording(written(tmp_path / "x.nwb"), mapping())
    np.testing.assert_array_equal(session.activity, np.concatenate([FIRST, SECOND], axis=1))
    assert session.units["id"].tolist() == [0, 1, 2, 0, 1]
    assert session.units["series"].tolist() == ["ophys/plane0"] * 3 + ["ophys/plane1"] * 2


def test_planes_with_their_own_frames_are_brought_to_the_bins_one_by_one(tmp_path):
    """The second plane's frames come 4 times as often, and 0.03 s later."""
    fast = DRAW.gamma(1, 1, (300, 2)).astype(np.float32)
    path = written(tmp_path / "x.nwb", data=fast, rate=40.0, starting_time=0.03)
    session = read_recording(path, mapping(bin_s=0.2))
    middle = 0.03 + (np.arange(300) + 0.5) / 40
    np.testing.assert_allclose(
        session.activity[:, :3], FIRST.reshape(-1, 2, 3).mean(axis=1)[: len(session.time)], rtol=1e-6
    )
    for k, time in enumerate(session.time):
        inside = np.abs(middle - time) < 0.1
        np.testing.assert_allclose(session.activity[k, 3:], fast[inside].mean(axis=0), rtol=1e-5)
    assert session.time.max() < 7.6  # where the second plane ends
    assert session.attributes["n_bins_without_samples"] == 12


def test_rules_go_by_the_common_columns_and_by_the_plane(tmp_path):
    path = written(tmp_path / "x.nwb", iscell=[1.0, 0.0, 1.0])
    session = read_recording(path, mapping(unit_filters=[{"column": "iscell", "min": 0.5}]))
    np.testing.assert_array_equal(session.activity, np.concatenate([FIRST[:, [0, 2]], SECOND[:, :1]], axis=1))
    session = read_recording(path, mapping(unit_filters=[{"column": "series", "values": ["ophys/plane1"]}]))
    np.testing.assert_array_equal(session.activity, SECOND)
    assert session.attributes["n_units_left_out"] == 3


def test_planes_that_are_no_one_population_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"different units: 'ophys/plane0' in a.u., 'ophys/plane1' in V"):
        read_recording(written(tmp_path / "a.nwb", unit="V"), mapping())
    with pytest.raises(ValueError, match="no time in common: .*'ophys/plane1' from 50.000 to 60.000 s"):
        read_recording(written(tmp_path / "b.nwb", starting_time=50.0), mapping())
    path = written(tmp_path / "c.nwb")
    with pytest.raises(ConfigError, match="'plane0' is in the list more than once"):
        read_recording(path, {"activity": {"series": ["plane0", "plane0"]}})
    with pytest.raises(ValueError, match="one series is named twice"):
        read_recording(path, {"activity": {"series": ["plane0", "ophys/plane0"]}})


def test_a_list_of_planes_is_inspected_and_validated(tmp_path, capsys):
    path = written(tmp_path / "x.nwb")
    entry = "{name: m, file: x.nwb, trial_s: 1.0, activity: {series: [plane0, plane1]}}"
    config = tmp_path / "c.yaml"
    config.write_text(f"recordings:\n  - {entry.replace('x.nwb', str(path))}\n", encoding="utf-8")
    assert main(["validate", "--config", str(config)]) == 0
    assert "5 units" in capsys.readouterr().out
    page = tmp_path / "page.pdf"
    assert main(["inspect", str(path), "--config", str(config), "--session", "m", "--report", str(page)]) == 0
    assert "plane1: RoiResponseSeries" not in capsys.readouterr().out.partition("Not used:")[2]
    assert page.exists()
