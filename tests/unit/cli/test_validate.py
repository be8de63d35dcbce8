"""``rscnav validate``: every recording is tried, nothing is counted, and what a run would make is said."""

import numpy as np
import pytest
import yaml

from helpers.nwb import walk, write_nwb
from rscnav.analyses.registry import ANALYSES
from rscnav.cli.main import main
from rscnav.inspection.available_analyses import available_analyses
from rscnav.recordings.activity.firing_rates import SpikeRates
from rscnav.recordings.read import read_recording

TRIALS = [{"start_time": 0.0, "stop_time": 4.0}, {"start_time": 5.0, "stop_time": 9.0}]
GOOD = {"position": {"series": "xy", "unit": "m"}, "trials": {}}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    write_nwb(tmp_path / "x.nwb", series={"xy": walk()}, trials=TRIALS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def validate(folder, *recordings):
    named = [{"name": f"r{k}", "file": "x.nwb", **recording} for k, recording in enumerate(recordings)]
    (folder / "c.yaml").write_text(yaml.safe_dump({"results_dir": "out", "recordings": named}))
    return main(["validate", "--config", "c.yaml"])


def test_a_good_one(folder, capsys):
    assert validate(folder, GOOD) == 0
    said = capsys.readouterr().out
    assert "ok: recording 'r0': 2 units, 2 trials, 80 bins" in said
    assert "not possible: encounters, trajectory_divergence, decoding (the session has no encounters)" in said
    assert "1 session (0 of networks, 0 sampled from them, 1 of recordings)" in said
    assert not (folder / "out").exists()


def test_every_recording_is_tried_and_each_error_named(folder, capsys):
    bad_name = {**GOOD, "position": {"series": "yx", "unit": "m"}}
    missing = {**GOOD, "file": "gone.nwb"}
    assert validate(folder, bad_name, GOOD, missing) == 1
    out, err = capsys.readouterr()
    assert "WRONG: recording 'r0', file x.nwb: position.series: there is no series 'yx'" in out
    assert "ok: recording 'r1'" in out
    assert "WRONG: recording 'r2': gone.nwb: no such file" in out
    assert "2 problems: recording 'r0', recording 'r2'; see the lines WRONG above" in err


def test_a_wrong_key_ends_it_at_once(folder, capsys):
    assert validate(folder, {**GOOD, "positon": {}}) == 1
    assert "positon" in capsys.readouterr().err


def test_a_simulated_recording_need_not_be_there_yet(tmp_path, monkeypatch, capsys, pytestconfig):
    monkeypatch.chdir(tmp_path)
    assert main(["validate", "--config", str(pytestconfig.rootpath / "config.yaml")]) == 0
    assert "'example' will be simulated" in capsys.readouterr().out


def test_a_network_with_too_few_test_trials_is_named(folder, capsys):
    given = {
        "networks": [{"name": "gru", "seeds": [1]}],
        "rollout": {"test_trials": 2},
        "recordings": [{"name": "r", "file": "x.nwb", **GOOD}],
        "sampled_networks": [{}],
    }
    (folder / "c.yaml").write_text(yaml.safe_dump(given))
    assert main(["validate", "--config", "c.yaml"]) == 0
    assert "1 sampled from them" in capsys.readouterr().out
    given["recordings"][0]["trials"] = None  # nine seconds in pieces of two
    given["recordings"][0]["trial_s"] = 2.0
    (folder / "c.yaml").write_text(yaml.safe_dump(given))
    assert main(["validate", "--config", "c.yaml"]) == 1
    out, err = capsys.readouterr()
    assert "WRONG: 'gru-s1-like-r': " in out
    assert "'gru-s1' has rollout.test_trials: 2" in out
    assert "1 problem: 'gru-s1-like-r'; see the lines WRONG above" in err


def test_nothing_is_counted(folder, monkeypatch):
    def refuse(*_):
        raise AssertionError("validation is to count nothing")

    monkeypatch.setattr(SpikeRates, "_bins_of_spikes", refuse)
    assert validate(folder, GOOD) == 0
    with pytest.raises(AssertionError, match="count nothing"):
        read_recording("x.nwb", GOOD)


def test_feeds_says_what_analyses_say(folder):
    """What is said to be lacking is what the analysis itself says."""
    from rscnav.analyses import analyse

    session = read_recording("x.nwb", GOOD)
    lacking = available_analyses(session)
    assert set(ANALYSES) - set(lacking) == {"optimality_gap", "observer_comparison"}
    assert lacking["position_decoding"] == lacking["dimension"] == ""
    for name in ("encounters", "non_encounters", "rate_dispersion"):
        assert analyse(session, name).reason == lacking[name] != ""
    session.position = None
    assert available_analyses(session)["tuning_entropy"] == "the session has no position"
    assert np.all([not reason or "session has no" in reason for reason in available_analyses(session).values()])
