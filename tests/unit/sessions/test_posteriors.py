"""What a belief says: certainty, error, mass at a place, divergence, the places it takes a landmark for."""

import math

import numpy as np

from rscnav.sessions.encounters import Trajectory
from rscnav.sessions.outcomes import port_choices, ring_choices
from rscnav.sessions.posteriors import PositionBins, alternative_positions, kl_divergence
from rscnav.sessions.schema import ENCOUNTERS

RING = PositionBins((-math.pi + (np.arange(64) + 0.5) * 2 * math.pi / 64)[:, None], ring=True, radius=0.25)
SIDE = (np.arange(8) - 3.5) / 16
PLANE = PositionBins(np.array([(x, y) for x in SIDE for y in SIDE]), ring=False, radius=0.15)


def test_certainty_is_the_mass_around_the_best_place():
    posterior = np.zeros((2, 64))
    posterior[0, 3] = 1
    posterior[1, [3, 5, 40]] = [0.5, 0.1, 0.4]
    np.testing.assert_allclose(RING.certainty(posterior), [1, 0.6])
    assert RING.certainty(np.full((1, 64), 1 / 64))[0] == 5 / 64  # bins of 0.098 rad: two on either side


def test_nearest_bin_is_the_bin_that_holds_the_position():
    position = np.random.default_rng(0).uniform(-math.pi, math.pi, (1000, 1))
    by_edges = np.floor((position[:, 0] + math.pi) / (2 * math.pi / 64))
    np.testing.assert_array_equal(RING.nearest(position), by_edges)
    place = np.random.default_rng(0).uniform(-0.25, 0.25, (1000, 2))
    cell = np.floor((place + 0.25) * 16)
    np.testing.assert_array_equal(PLANE.nearest(place), cell[:, 0] * 8 + cell[:, 1])


def test_error_goes_the_short_way_round():
    posterior = np.eye(64)[[63]]
    assert abs(RING.error(posterior, np.array([[-math.pi + 0.1]]))[0] - (0.1 + math.pi / 64)) < 1e-12


def test_mass_at_a_place():
    posterior = np.full((2, 64), 1 / 64)
    mass = PLANE.mass_at(posterior, np.array([[0.0, 0.0], [np.nan, 0.0]]))
    inside = sum(math.hypot(x, y) <= 0.15 for x in SIDE for y in SIDE)
    assert mass[0] == inside / 64
    assert np.isnan(mass[1])


def test_divergence_of_two_known_distributions():
    p, q = np.array([[0.5, 0.5, 0.0]]), np.array([[0.25, 0.25, 0.5]])
    np.testing.assert_allclose(kl_divergence(p, q), math.log(2))
    np.testing.assert_allclose(kl_divergence(q, q), 0, atol=1e-15)
    assert np.isfinite(
        kl_divergence(q, p)[0]
    )  # a network that gives nothing to what may be is wrong by a finite amount


def test_alternatives_on_the_ring_and_in_the_plane():
    landmarks = np.array([[[0.0], [2.5], [np.nan]]])
    places = alternative_positions(np.array([[0.1]]), landmarks, np.array([0]), ring=True)
    np.testing.assert_allclose(np.array(places)[:, 0, 0], [np.nan, 2.6, np.nan])
    plane = np.array([[[0.25, 0.0], [0.0, 0.25]]])  # b a quarter turn from a
    places = alternative_positions(np.array([[0.2, 0.05]]), plane, np.array([0]), ring=False)
    np.testing.assert_allclose(places[1], [[-0.05, 0.2]], atol=1e-12)
    assert np.isnan(places[0]).all()
    none = alternative_positions(np.array([[0.2, 0.05]]), plane, np.array([-1]), ring=False)
    assert np.isnan(np.array(none)).all()


def test_who_names_the_right_landmark_is_correct():
    table = np.zeros(2, ENCOUNTERS)
    table["trial"], table["order"], table["onset_s"], table["landmark"] = [0, 1], 2, [1.0, 4.0], ["b", "b"]
    time = np.arange(60) * 0.1 + 0.05
    places = np.full((3, 3, 1), np.nan)
    places[:, :2, 0] = [0.0, 2.5]
    behaviour = Trajectory(
        np.zeros((60, 1)), time, np.repeat([0, 1, 2], 20), places, ("a", "b", "c"), 0.25, True, 0.1, np.full(3, "none")
    )
    belief = np.full((60, 64), 1e-3)
    belief[10, RING.nearest(np.array([[2.4]]))] = 1
    belief[40, RING.nearest(np.array([[-0.2]]))] = 1
    np.testing.assert_array_equal(ring_choices(table, belief, behaviour), [1, 0, -1])


def test_the_port_believed_in_last_decides():
    belief = np.array([[0.6, 0.4], [0.6, 0.4], [0.1, 0.9]])
    np.testing.assert_array_equal(port_choices(belief, np.array([0, 1, 1]), np.array([True, True, False])), [1, 0, -1])
