"""Sessions made of arrays in Python, and sessions as files of a run."""

import numpy as np
import pytest

from rscnav.analyses import analyse
from rscnav.analyses.registry import ANALYSES
from rscnav.recordings import read_recording, session_from_arrays
from rscnav.sessions.hdf5 import load_session, write_session
from rscnav.settings.strict_settings import ConfigError

DT_S = 0.1


def counts(n=400, n_units=4):
    return np.random.default_rng(0).poisson(0.5, (n, n_units)) / DT_S


def test_a_matrix_of_counts_alone_feeds_what_needs_no_behaviour():
    session = session_from_arrays(counts(650), DT_S, trial_s=10.0)
    assert len(session.trials) == 7  # six of 10 s and the 5 s that are left
    assert session.trials["stop_s"][-1] == pytest.approx(65)
    assert np.all(session.trial >= 0)
    status = {name: analyse(session, name) for name in ("eigenspectrum", "tuning_entropy", "encounters")}
    assert status["eigenspectrum"].applicable
    assert "no heading" in status["tuning_entropy"].reason or "position" in status["tuning_entropy"].reason
    assert not status["encounters"].applicable
    assert session.missing_fields(("trials",)) == "the session has no trials"


def test_a_remainder_shorter_than_half_is_in_no_piece():
    session = session_from_arrays(counts(640), DT_S, trial_s=10.0)
    assert len(session.trials) == 6
    assert np.sum(session.trial < 0) == 40


def test_gaps_end_pieces():
    time = np.concatenate([np.arange(100), 500 + np.arange(100)]) * DT_S
    session = session_from_arrays(counts(200), DT_S, time=time, trial_s=10.0)
    np.testing.assert_array_equal(session.trial, np.repeat([0, 1], 100))


def test_landmarks_are_met_where_the_animal_passes_them():
    """Round the ring once a trial at 1 rad/s from 0.5 rad on: b at 2 rad in view from 1.75 on, a at 0 from 2π - 0.25 on."""
    n = 70
    path = np.tile(0.5 + np.arange(n) * DT_S, 3)
    trial = np.repeat([4, 9, 2], n)
    session = session_from_arrays(
        counts(3 * n), DT_S, trial=trial, position=path, position_unit="rad",
        landmarks={"a": [0.0], "b": [[2.0], [2.0], [2.5]]}, visibility_radius=0.25, outcome=["correct", "none", "incorrect"],
    )  # fmt: skip
    np.testing.assert_array_equal(session.trial, np.repeat([0, 1, 2], n))
    assert session.position.max() < np.pi
    met = session.encounters[session.encounters["kind"] == "encounter"]
    assert met["landmark"].tolist() == ["b", "a"] * 3
    onset = met["onset_s"] - session.trials["start_s"][met["trial"]]
    np.testing.assert_allclose(onset[::2], [1.3, 1.3, 1.8], atol=DT_S)
    assert met["outcome"][::2].tolist() == ["correct", "none", "incorrect"]
    assert session.phase[0] == 0
    assert session.phase[30] == 1
    assert session.phase[n - 1] == 2
    np.testing.assert_allclose(session.velocity, 1.0)


def test_given_phases_stay():
    phase = np.repeat([0, 1, 2, 255], 100)
    session = session_from_arrays(counts(), DT_S, trial=np.zeros(400, int), phase=phase)
    np.testing.assert_array_equal(session.phase, phase)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"activity": np.zeros(10)}, "activity: shape"),
        ({"activity": np.full((400, 2), np.nan)}, "not finite at sample 0, unit 0"),
        ({"trial": np.zeros(3, int)}, "trial: shape"),
        ({"trial": np.repeat([0, 1, 0, 2], 100)}, "0 occurs again after another trial"),
        ({"trial": np.full(400, -1)}, "no sample is in a trial"),
        ({"trial": np.zeros(400, int), "outcome": ["won"]}, "one of correct, incorrect, none"),
        ({"position": np.zeros(400)}, "position_unit: ''"),
        ({"position": np.zeros((400, 2)), "position_unit": "rad"}, "has 2 coordinates"),
        ({"position": np.zeros((399, 2)), "position_unit": "m"}, "position has 399 along 'time'"),
        ({"position": np.zeros((400, 2)), "position_unit": "m", "landmarks": {"a": [0, 0]}}, "visibility_radius: required"),
        (
            {"position": np.zeros((400, 2)), "position_unit": "m", "landmarks": {"a": [0.0]}, "visibility_radius": 1.0},
            "'a' has shape",
        ),
        ({"trial_s": 100.0}, "no stretch is at least half of 100 s long"),
        ({"kind": "mouse"}, "kind 'mouse'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        session_from_arrays(**({"activity": counts(), "dt_s": DT_S} | changes))


def test_a_session_as_a_run_s_file(tmp_path, capsys):
    session = session_from_arrays(counts(), DT_S, name="mine", trial=np.repeat([0, 1], 200))
    write_session(session, tmp_path / "mine.h5")
    read = read_recording(tmp_path / "mine.h5", {"name": "rat7", "subject": "rat"})
    assert (read.name, read.subject) == ("rat7", "rat")
    np.testing.assert_array_equal(read.activity, session.activity)
    np.testing.assert_array_equal(read.trials, session.trials)
    assert "recording 'rat7': 4 units, 2 trials, 400 bins" in capsys.readouterr().out
    with pytest.raises(ValueError, match="is a session file.*remove bin_s, trials"):
        read_recording(tmp_path / "mine.h5", {"name": "rat7", "bin_s": 0.2, "trials": {}})
    with pytest.raises(ConfigError, match="looks like that of a network session"):
        read_recording(tmp_path / "mine.h5", {"name": "rat-s7"})


def test_a_session_by_hand_goes_through_every_analysis(tmp_path):
    session = session_from_arrays(counts(800), DT_S, trial=np.repeat(np.arange(8), 100), kind="network")
    write_session(session, tmp_path / "s.h5")
    again = load_session(tmp_path / "s.h5")
    for name in set(ANALYSES) - {"dimension"}:
        result = analyse(again, name)
        assert result.applicable or result.reason
