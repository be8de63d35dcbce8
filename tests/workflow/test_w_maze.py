"""A real rat on a W-track, from raw files to a session. Needs the data: see examples/w-maze/README.md."""

import importlib.util
import os

import numpy as np
import pytest

from rscnav.config.job_settings import recording
from rscnav.config.load import load_config
from rscnav.recordings.activity.unit_tables import unit_tables
from rscnav.recordings.activity.units import read_units
from rscnav.recordings.files.nwb_lookup import interval_table
from rscnav.recordings.files.open_file import open_recording
from rscnav.recordings.read import read_recording

recorded = pytest.mark.skipif(
    "RSCNAV_RECORDINGS" not in os.environ,
    reason="RSCNAV_RECORDINGS is not set: the folder that contains w-maze/, which is not part of the project",
)
pytestmark = [pytest.mark.slow, recorded]


@pytest.fixture(scope="module")
def nwb(tmp_path_factory, pytestconfig):
    """Convert."""
    spec = importlib.util.spec_from_file_location("convert", pytestconfig.rootpath / "examples/w-maze/convert.py")
    convert = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(convert)
    path = tmp_path_factory.mktemp("w-maze") / "w-maze.nwb"
    convert.convert(convert.raw_folder(), path)
    return path


@pytest.fixture(scope="module")
def session(nwb, pytestconfig):
    """Read with the example's own configuration."""
    root = pytestconfig.rootpath
    config = load_config(root / "config.yaml", root / "examples/w-maze/config.yaml")
    assert recording(config, "w-maze").file == "results/w-maze/recordings/w-maze.nwb"
    return read_recording(nwb, recording(config, "w-maze"), config.encounters)


def test_the_file_holds_what_was_published(nwb):
    with open_recording(nwb) as file:
        units = read_units(unit_tables(file), []).columns
        journeys = interval_table(file, "journeys", "")
        trials = interval_table(file, "trials", "")
        runs = interval_table(file, "epochs", "")["kind"].tolist()
        series = file.processing["behavior"]["Position"]["led"]
        assert len(series.timestamps) == pytest.approx(262000, rel=0.001)
    counts = np.sort(units["n_spikes"])
    assert len(counts) == 25
    assert counts[[0, -2, -1]].tolist() == [101, 13474, 461464]
    outbound = journeys["kind"] == "outbound"
    assert len(outbound) == 60
    assert outbound.sum() == 26
    assert (~journeys["alternates"][outbound]).sum() == 5
    assert len(trials["outcome"]) == 12
    assert trials["is_return"].sum() == 4
    assert (trials["outcome"] == "incorrect").sum() == 1
    assert runs == ["rest", "run", "rest", "run", "rest"]


def test_the_session_tells_the_same_story(session):
    assert session.n_units == 24  # the noise unit is left out
    assert session.attributes["n_units_left_out"] == 1
    assert session.attributes["n_bins_in_gaps"] == 0
    assert session.position_unit == "px"
    assert len(session.trials) == 12
    met = session.encounters
    assert sorted(met["trial"][met["order"] == 1].tolist()) == list(range(12))
    assert (met["order"] == 2).sum() == 8  # in the other four trials the second well is the first again
    resolved = np.unique(session.trial[session.phase == 2])
    np.testing.assert_array_equal(resolved, met["trial"][met["order"] == 2])
    returning = np.setdiff1d(np.arange(12), resolved)
    assert all(np.any((met["trial"] == trial) & (met["order"] == 0)) for trial in returning)
    assert (session.trials["outcome"] == "incorrect").sum() == 1
    assert session.missing_fields(["outcome", "heading", "landmarks", "encounters", "phase"]) == ""


def test_neurons_are_place_cells_enough_to_tell_the_arms_apart(session):
    """A unit's mean rates on the left and the right arm differ, in even and odd trials in the same way."""
    side = np.where(session.position[:, 0] < 300, 0, np.where(session.position[:, 0] > 430, 1, 2))
    contrast = []
    for half in (0, 1):
        here = session.trial % 2 == half
        rates = [session.activity[here & (side == arm)].mean(axis=0) for arm in (0, 1)]
        contrast.append((rates[0] - rates[1]) / (rates[0] + rates[1] + 0.1))
    assert np.corrcoef(*contrast)[0, 1] > 0.5
