"""Principal directions come from the training trials, and what is projected on them is the test trials'."""

import numpy as np
import pytest

from helpers.ring import ring_session
from rscnav.analyses.preprocessing import prepare
from rscnav.analyses.registry import analyse
from rscnav.analyses.settings import Common
from rscnav.analyses.state_space.state_space import Settings
from rscnav.analyses.statistics.pca import explained_variance, principal_axes, settle_signs


def with_training(session):
    """Give every third trial to training."""
    session.trials["split"][::3] = "train"
    return session


def plane(session, rng):
    """Position as a circle in six units, and nothing else."""
    angle = session.position[:, 0]
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) @ rng.standard_normal((2, 6)) + 5


def test_axes_of_a_known_ellipse():
    t = np.arange(200) * 2 * np.pi / 200
    activity = np.stack([np.sin(t), -3 * np.cos(t), np.zeros(200)], axis=1) + np.array([1, 2, 3])
    mean, axes = principal_axes(activity)
    axes = settle_signs(axes)
    np.testing.assert_allclose(mean, [1, 2, 3], atol=1e-12)
    np.testing.assert_allclose(axes[:, :2], [[0, 1], [1, 0], [0, 0]], atol=1e-12)
    np.testing.assert_allclose(explained_variance(activity, axes), [0.9, 0.1, 0], atol=1e-12)


def test_directions_are_those_of_the_training_trials():
    """Training trials vary in unit 0, test trials in unit 1: directions that saw the test trials would explain them."""
    session = with_training(ring_session(lambda s, rng: rng.standard_normal((len(s.time), 4)) * 0.01, n_trials=20))
    train = session.split_mask("train")
    wave = np.sin(session.time * 0.7)
    session.activity[:, 0] += np.where(train, wave, 0).astype(np.float32)
    session.activity[:, 1] += np.where(train, 0, wave).astype(np.float32)
    result = analyse(session, "state_space")
    assert result["explained_train"][0] > 0.95
    assert result["explained_test"][0] < 0.05
    shown = set(result["example/trial"])
    assert set(session.trials["split"][list(shown)]) == {"test"}


def test_projections_and_means_are_those_of_the_planted_plane():
    session = with_training(ring_session(plane, n_trials=60))
    result = analyse(session, "state_space", Settings(n_examples=5, n_position_bins=16))
    assert result["explained_test"][:2].sum() == pytest.approx(1, abs=1e-4)
    assert len(np.unique(result["example/trial"])) == 5
    # Distances between states are kept by the projection.
    prepared = prepare(session, Common())
    trial = result["example/trial"][0]
    whole = prepared.activity[prepared.trial == trial]
    seen = result["example/projection"][result["example/trial"] == trial]
    np.testing.assert_allclose(np.linalg.norm(seen[0] - seen[50]), np.linalg.norm(whole[0] - whole[50]), rtol=1e-3)
    np.testing.assert_allclose(
        result["example/position"][result["example/trial"] == trial], session.position[session.trial == trial]
    )
    # The mean states go round once: opposite places lie on opposite sides.
    mean, centre = result["LM2/mean_projection"], result["position_bin_centres"]
    turn = np.unwrap(np.angle((mean[:, 0] - mean[:, 0].mean()) + 1j * (mean[:, 1] - mean[:, 1].mean())))
    assert abs(turn[-1] - turn[0]) > 1.7 * np.pi
    assert len(centre) == 16
    test = session.split_mask("test") & (session.phase == 2)
    assert result["LM2/occupancy"].sum() == test.sum()


def test_places_never_visited_are_nan():
    session = ring_session(plane, n_trials=20)
    session.phase[:] = 0
    session.phase[:30] = 2
    session.trials["split"][0] = "test"
    result = analyse(session, "state_space")
    empty = result["LM2/occupancy"] == 0
    assert 0 < empty.sum() < len(empty)
    np.testing.assert_array_equal(np.isnan(result["LM2/mean_projection"][:, 0]), empty)


def test_without_behaviour_there_are_trajectories_in_time():
    session = ring_session(plane, n_trials=20)
    session.position = session.phase = session.encounters = None
    result = analyse(session, "state_space")
    assert "example/position" not in result
    assert np.all(result["example/phase"] == 255)
    assert result["example/time_s"].max() == pytest.approx(9.9)


@pytest.mark.parametrize(("split", "note"), [("test", "no training trials"), ("train", "no test trials")])
def test_one_split_stands_in_for_the_other(split, note):
    session = ring_session(plane, n_trials=6)
    session.trials["split"] = split
    result = analyse(session, "state_space")
    assert note in result.notes[""]
    assert result["example/projection"].shape[1] == 3


def test_one_unit_and_constant_units_are_not_applicable():
    for plant, reason in (
        (lambda s, rng: rng.standard_normal((len(s.time), 1)), "1 of 1 units vary"),
        (lambda s, rng: np.ones((len(s.time), 5)), "0 of 5 units vary"),
    ):
        result = analyse(ring_session(plant, n_trials=4), "state_space")
        assert not result.applicable
        assert reason in result.reason
    two = analyse(ring_session(lambda s, rng: rng.standard_normal((len(s.time), 2)), n_trials=4), "state_space")
    assert np.all(two["example/projection"][:, 2] == 0)
