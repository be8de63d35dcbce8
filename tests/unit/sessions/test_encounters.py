"""Encounters, non-encounters, phases and hypotheses on paths whose answer is plain to see."""

import numpy as np

from rscnav.sessions.encounters import Trajectory, find_encounters
from rscnav.sessions.geometry import distance, wrap

PLACES = np.array([[0.0], [0.8 * np.pi]])


def met(position, trial=None, time=None, places=PLACES, ring=True, min_s=0.1, merge_s=0.5, radius=0.25):
    position = np.asarray(position, float).reshape(len(position), -1)
    trial = np.zeros(len(position), int) if trial is None else np.asarray(trial)
    time = (np.arange(len(position)) + 0.5) * 0.1 if time is None else np.asarray(time)
    n_trials = trial.max() + 1
    behaviour = Trajectory(
        wrap(position) if ring else position, time, trial, np.repeat(places[None], n_trials, axis=0), ("a", "b"), radius,
        ring, 0.1, np.full(n_trials, "none"),
    )  # fmt: skip
    return find_encounters(behaviour, min_s, merge_s)


def test_a_walk_past_both_landmarks():
    path = np.arange(-1.0, 3.5, 0.1)  # CCW: a at 0, then b at 2.51
    found = met(path)
    table = found.table
    assert list(table["landmark"]) == ["a", "b"]
    assert list(table["order"]) == [1, 2]
    assert list(table["approach"]) == ["CCW", "CCW"]
    assert not table["from_start"].any()
    in_view = np.abs(path) < 0.25
    np.testing.assert_allclose(table["onset_s"][0], np.flatnonzero(in_view)[0] * 0.1)
    np.testing.assert_allclose(table["offset_s"][0], (np.flatnonzero(in_view)[-1] + 1) * 0.1)
    expected = (np.cumsum(in_view) > 0).astype(int) + (path > 0.8 * np.pi - 0.25)
    np.testing.assert_array_equal(found.phase, expected)


def test_walking_away_from_b_refutes_that_it_was_a():
    """From b at 2.51 on CCW: had it been a, the animal would meet b 2.51 rad later, at 5.03, where nothing is."""
    path = np.arange(2.0, 6.0, 0.1)
    found = met(path)
    kinds = found.table["kind"].tolist()
    assert kinds == ["encounter", "non-encounter"]
    missed = found.table[1]
    assert missed["landmark"] == "b"
    would_see = np.flatnonzero(np.abs(path - 1.6 * np.pi) < 0.25)
    np.testing.assert_allclose([missed["onset_s"], missed["offset_s"]], [would_see[0] * 0.1, (would_see[-1] + 1) * 0.1])
    np.testing.assert_array_equal(found.n_hypotheses[found.phase == 0], 0)
    after = np.arange(len(path)) > would_see[-1]
    np.testing.assert_array_equal(found.n_hypotheses[found.phase == 1], np.where(after, 1, 2)[found.phase == 1])


def test_flicker_is_one_encounter_and_a_return_is_not_new():
    dark, seen = [0.5], [0.0]
    path = dark * 3 + seen * 2 + dark * 4 + seen * 2 + dark * 5 + seen
    table = met(path).table
    assert list(table["order"]) == [1, 0]  # 0.4 s apart: the same; 0.5 s apart: a return
    assert met(path, merge_s=0.0).table["order"].tolist() == [1, 0, 0]


def test_short_stretches_do_not_count():
    path = [0.5, 0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0, 0.5]
    found = met(path, min_s=0.2)
    assert len(found.table) == 1
    np.testing.assert_allclose(found.table["onset_s"], 0.8)
    np.testing.assert_array_equal(found.phase, np.arange(len(path)) >= 8)


def test_in_view_from_the_start_has_no_approach():
    table = met([0.0, 0.1, 0.5]).table
    assert table["from_start"][0]
    assert table["approach"][0] == ""


def test_trials_of_unequal_length_and_bins_between_them():
    trial = np.array([0, 0, 0, -1, -1, 1, 1])
    path = [0.5, 0.0, 0.5, 0.0, 0.0, 0.5, 0.5]
    found = met(path, trial)
    assert list(found.table["trial"]) == [0]
    np.testing.assert_array_equal(found.phase, [0, 1, 1, 255, 255, 0, 0])


def test_a_gap_in_time_ends_a_stretch():
    found = met([0.5, 0.0, 0.0, 0.5], time=[0.05, 0.15, 1.15, 1.25])
    assert found.table["order"].tolist() == [1, 0]


def test_in_the_plane_hypotheses_do_not_apply():
    places = np.array([[0.0, 0.0], [10.0, 0.0]])
    path = np.column_stack([np.linspace(-5, 12, 60), np.zeros(60)])
    found = met(path, places=places, ring=False, radius=1.0)
    assert list(found.table["landmark"]) == ["a", "b"]
    assert set(found.table["approach"]) == {""}
    assert not found.n_hypotheses.any()
    assert found.phase.max() == 2


def test_distances():
    np.testing.assert_allclose(distance(np.array([3.1]), np.array([-3.1]), ring=True), 2 * np.pi - 6.2)
    np.testing.assert_allclose(distance(np.array([3.0, 4.0]), np.array([0.0, 0.0]), ring=False), 5)
    assert wrap(np.pi) == -np.pi
