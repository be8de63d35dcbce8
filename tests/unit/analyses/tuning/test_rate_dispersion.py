"""Passes, matching and the spread of rates, by hand."""

import numpy as np
import pytest

from rscnav.analyses.spatial_bins import place_centres, spatial_bin
from rscnav.analyses.tuning.place_passes import draw, find_passes, match_visit_counts
from rscnav.analyses.tuning.rate_entropy import digitize_rates, rate_entropy, rate_range

RNG = np.random.default_rng


def test_a_pass_is_a_visit_within_one_trial_and_phase():
    #        sample  0  1  2  3  4  5  6  7  8  9
    place = np.array([0, 0, 1, 1, 0, 0, 0, 1, -1, 1])
    phase = np.array([1, 1, 1, 2, 2, 2, 1, 1, 1, 0])
    trial = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    passes = find_passes(place, phase, trial, np.arange(10.0), 2, 1.0)
    found = {
        (int(c), int(f)): int(n)
        for c, f, n in zip(passes.cell, passes.samples[passes.start], passes.length, strict=True)
    }
    assert found == {(0, 0): 2, (1, 2): 1, (3, 3): 1, (2, 4): 2, (0, 6): 1, (1, 7): 1}


def test_a_quick_return_is_the_same_pass_and_a_late_one_is_not():
    place, ones = np.array([0, 1, 0, 1, 1, 1, 0]), np.ones(7, int)
    assert len(find_passes(place, ones, ones, np.arange(7.0), 2, 2.0).cell) == 3  # place 1 is left for 1 s only
    assert len(find_passes(place, ones, ones, np.arange(7.0), 2, 4.0).cell) == 2
    assert len(find_passes(place, ones, ones, np.arange(7.0), 2, 1.0).cell) == 5


def planted_passes(rng, n_one, n_two):
    """Passes at two places with the given counts in LM1 and LM2, two samples each."""
    place = np.concatenate([np.repeat([0, 1], n) for n in (n_one, n_two)])
    phase = np.repeat([1, 2], [sum(n_one), sum(n_two)])
    trial = np.arange(len(place))
    return find_passes(
        np.repeat(place, 2), np.repeat(phase, 2), np.repeat(trial, 2), np.arange(2.0 * len(place)), 2, 1.0
    )


def test_both_phases_get_as_many_passes_at_every_place():
    passes = planted_passes(RNG(0), (30, 7), (12, 3))
    chosen, quota = match_visit_counts(passes, draw(passes, RNG(0)), 1)
    assert quota.tolist() == [12, 3]
    assert np.bincount(passes.cell[chosen]).tolist() == [12, 3, 12, 3]
    assert len(np.unique(chosen)) == len(chosen)
    assert match_visit_counts(passes, draw(passes, RNG(0)), 5)[1].tolist() == [12, 0]


def test_leaving_passes_out_keeps_the_order_of_the_others():
    passes = planted_passes(RNG(0), (30, 7), (12, 7))
    drawn = draw(passes, RNG(1))
    keep = np.ones(len(passes.cell), bool)
    keep[match_visit_counts(passes, drawn, 1)[0][0]] = False
    before, after = (set(match_visit_counts(passes, drawn, 1, k)[0].tolist()) for k in (None, keep))
    assert len(before - after) <= 2  # the one left out, and one of the other phase for it
    assert len(after - before) <= 1


def test_every_sample_of_a_pass_can_be_drawn():
    passes = planted_passes(RNG(0), (5, 5), (5, 5))
    drawn = np.array([draw(passes, RNG(k)).sample - passes.samples[passes.start] for k in range(200)])
    assert set(np.unique(drawn)) == {0, 1}
    assert drawn.mean() == pytest.approx(0.5, abs=0.05)


def test_spread_of_rates_counted_by_hand():
    passes = planted_passes(RNG(0), (8, 4), (8, 4))
    codes = np.zeros((48, 2), np.uint8)
    codes[:16, 0] = np.repeat(np.arange(8), 2)  # LM1, place 0: every pass its own rate, 3 bits
    codes[16:24, 0] = np.repeat([0, 0, 1, 1], 2)  # LM1, place 1: two rates, 1 bit
    drawn = draw(passes, RNG(0))
    chosen, quota = match_visit_counts(passes, drawn, 1)
    found = rate_entropy(passes, chosen, quota, codes[drawn.sample[chosen]], 8)
    assert found.plugin[0] == pytest.approx([(8 * 3 + 4 * 1) / 12, 0])
    assert found.plugin[1] == pytest.approx([0, 0])
    assert found.mm[0, 0] == pytest.approx((8 * (3 + 7 / 16 / np.log(2)) + 4 * (1 + 1 / 8 / np.log(2))) / 12)


def test_rates_are_binned_between_lowest_and_highest_of_the_samples_used():
    activity = np.array([[-1.0, 2.0], [0.0, 2.0], [0.999, 2.0], [1.0, 2.0], [9.0, 5.0]])
    between = rate_range(activity, np.array([True] * 4 + [False]))
    assert (between[1] > between[0]).tolist() == [True, False]
    codes = digitize_rates(activity, between, 2)
    assert codes[:, 0].tolist() == [0, 1, 1, 1, 1]
    assert codes[:4, 1].tolist() == [0, 0, 0, 0]  # a constant unit has one bin
    assert activity[4].tolist() == [9.0, 5.0]  # and nothing was changed


def test_places_on_the_ring_and_in_the_plane():
    ring, n = spatial_bin(np.array([[-np.pi], [-1e-9], [0.0], [np.pi - 1e-9], [np.nan]]), True, 20, 4)
    assert (ring.tolist(), n) == ([0, 9, 10, 19, -1], 20)
    plane, n = spatial_bin(np.array([[0.0, 10.0], [4.0, 14.0], [1.9, 10.0], [np.nan, 1.0]]), False, 20, 4)
    assert (plane.tolist(), n) == ([0, 15, 4, -1], 16)
    still, _ = spatial_bin(np.zeros((3, 2)), False, 20, 4)
    assert still.tolist() == [0, 0, 0]


def test_centres_of_places_lie_in_their_places():
    plane = np.array([[0.0, 10.0], [4.0, 14.0], [1.9, 10.0], [np.nan, 1.0]])
    centres = place_centres(plane, False, 20, 4)
    assert centres[[0, 4, 15]].tolist() == [[0.5, 10.5], [1.5, 10.5], [3.5, 13.5]]
    corners = np.array([[0.0, 10.0], [4.0, 14.0]])
    assert spatial_bin(np.concatenate([corners, centres]), False, 20, 4)[0][2:].tolist() == list(range(16))
    ring = place_centres(plane, True, 20, 4)
    assert spatial_bin(ring, True, 20, 4)[0].tolist() == list(range(20))
    assert np.isnan(place_centres(np.full((3, 2), np.nan), False, 20, 4)).all()
