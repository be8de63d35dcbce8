"""Estimators of entropy, against numbers worked out by hand."""

import numpy as np
import pytest
from scipy.special import stdtrit

from rscnav.analyses.statistics.jackknife import (
    delete_d_subsets,
    jackknife_interval,
    random_trial_groups,
    subsample_interval,
)
from rscnav.analyses.tuning.entropy import (
    histogram_entropy,
    jackknife_corrected,
    miller_madow,
    shuffle_corrected,
    tuning_entropy,
)
from rscnav.analyses.tuning.tuning_curves import angle_bin, binned_sums, tuning_curves

CENTRES = -np.pi + (np.arange(6) + 0.5) * np.pi / 3


@pytest.fixture
def angle():
    return np.repeat(CENTRES, 10)


def curve(values, angle):
    """Activity (time, 1) with the given mean rate in each of six bins."""
    return np.asarray(values, float)[angle_bin(angle, 6)][:, None]


@pytest.mark.parametrize(
    ("rates", "bits"),
    [
        ([1, 1, 1, 1, 1, 1], np.log2(6)),
        ([0, 0, 5, 0, 0, 0], 0.0),
        ([3, 0, 0, 3, 0, 0], 1.0),
        ([2, 1, 1, 0, 0, 0], 1.5),
    ],
)
def test_entropy_of_known_curves(angle, rates, bits):
    assert tuning_entropy(curve(rates, angle), angle) == pytest.approx(bits)


def test_entropy_depends_on_mean_rates_and_not_on_occupancy():
    angle = np.concatenate([np.full(7, CENTRES[0]), np.full(91, CENTRES[3])])
    activity = np.where(angle == CENTRES[0], 2.0, 6.0)[:, None]
    assert tuning_entropy(activity, angle) == pytest.approx(-(0.25 * np.log2(0.25) + 0.75 * np.log2(0.75)))


def test_samples_without_angle_are_left_out(angle):
    activity = curve([3, 0, 0, 3, 0, 0], angle)
    extra = np.concatenate([activity, np.full((50, 1), 1000.0)])
    assert tuning_entropy(extra, np.concatenate([angle, np.full(50, np.nan)])) == pytest.approx(1.0)


def test_unvisited_bins_are_nan_and_left_out(angle):
    half = angle < 0
    activity = curve([1, 1, 1, 1, 1, 1], angle)[half]
    rates, occupancy = tuning_curves(activity, angle[half])
    assert np.array_equal(np.isnan(rates[0]), [False] * 3 + [True] * 3)
    assert occupancy.tolist() == [10, 10, 10, 0, 0, 0]
    assert tuning_entropy(activity, angle[half]) == pytest.approx(np.log2(3))


def test_negative_activity_is_refused_with_its_place_or_raised(angle):
    activity = np.hstack([curve([0, 0, 1, 0, 0, 0], angle), curve([-1, -1, -1, 1, -1, -1], angle)])
    with pytest.raises(ValueError, match=r"sample 0, unit 1 is negative.*floor='min'"):
        tuning_entropy(activity, angle)
    assert tuning_entropy(activity, angle, floor="min") == pytest.approx([0, 0])
    positive = activity[:, :1] + 1  # floor='min' leaves alone what is not negative
    assert tuning_entropy(positive, angle, floor="min") == pytest.approx(tuning_entropy(positive, angle))


def test_no_positive_sum_gives_nan_for_that_unit_only(angle):
    activity = np.hstack([np.zeros((60, 1)), np.ones((60, 1))])
    bits = tuning_entropy(activity, angle)
    assert np.isnan(bits[0])
    assert bits[1] == pytest.approx(np.log2(6))


def test_bins_are_open_below_and_closed_above():
    edges = np.array([-np.pi, -np.pi + 1e-3, -2 * np.pi / 3, 0.0, 1e-3, np.pi, np.nan])
    assert angle_bin(edges, 6).tolist() == [5, 0, 0, 2, 3, 5, -1]


def test_bad_arguments_are_named(angle):
    with pytest.raises(ValueError, match=r"angle: 4 rad at sample 2 lies beyond ±π"):
        tuning_entropy(np.ones((3, 1)), [0.0, 1.0, 4.0])
    with pytest.raises(ValueError, match=r"activity has 59, angle has 60"):
        tuning_entropy(np.ones((59, 1)), angle)
    with pytest.raises(ValueError, match="n_bins: 1"):
        tuning_entropy(np.ones((60, 1)), angle, 1)
    with pytest.raises(ValueError, match="floor: 'max'"):
        tuning_entropy(np.ones((60, 1)), angle, floor="max")
    with pytest.raises(ValueError, match=r"nan at sample 3, unit 0"):
        tuning_entropy(np.where(np.arange(60) == 3, np.nan, 1.0)[:, None], angle)


def test_sums_of_many_labellings_are_those_of_each():
    rng = np.random.default_rng(0)
    activity, labels = rng.normal(size=(2500, 3)), rng.integers(-1, 4, (3, 2500))
    sums, counts = binned_sums(activity, labels, 4)
    for k in range(3):
        for b in range(4):
            assert sums[k, b] == pytest.approx(activity[labels[k] == b].sum(axis=0))
            assert counts[k, b] == np.sum(labels[k] == b)


def test_sums_in_single_precision_are_close():
    rng = np.random.default_rng(0)
    activity, labels = rng.normal(size=(5000, 3)), rng.integers(0, 4, (2, 5000))
    double, single = (binned_sums(activity, labels, 4, precision)[0] for precision in (np.float64, np.float32))
    np.testing.assert_allclose(single, double, atol=1e-3)
    assert not np.array_equal(single, double)


def test_histogram_entropy_plugin_and_miller_madow():
    counts = np.array([[4, 4, 0, 0], [8, 0, 0, 0], [0, 0, 0, 0]])
    assert histogram_entropy(counts)[:2].tolist() == [1.0, 0.0]
    assert np.isnan(histogram_entropy(counts)[2])
    assert miller_madow(counts) == pytest.approx([1 / (16 * np.log(2)), 0, 0])


def test_jackknife_of_a_mean_is_its_t_interval():
    values = np.array([1.0, 2.0, 4.0, 7.0])
    low, high = jackknife_interval(values.mean(), [np.delete(values, k).mean() for k in range(4)])
    half = 3.182446 * values.std(ddof=1) / 2  # t(0.975, 3 degrees of freedom)
    assert (low, high) == pytest.approx((3.5 - half, 3.5 + half))


def test_jackknife_says_nothing_where_it_cannot():
    assert np.isnan(jackknife_interval(1.0, [1.0])).all()
    assert np.isnan(jackknife_interval(1.0, [1.0, np.nan])).all()


def test_subsamples_of_a_mean_give_its_t_interval():
    """Without a fifth of independent values: the variance of the means, times 4, is that of the mean of all."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=20)
    kept = delete_d_subsets(20, 20_000, rng)
    assert (kept.sum(axis=1) == 16).all()
    assert kept.mean(axis=0) == pytest.approx(0.8, abs=0.02)
    low, high = subsample_interval(values.mean(), [values[k].mean() for k in kept], 20)
    half = 2.093024 * values.std(ddof=1) / np.sqrt(20)  # t(0.975, 19 degrees of freedom)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03 * half)


def test_subsamples_of_few_groups_leave_one_out():
    rng = np.random.default_rng(1)
    values = rng.normal(size=4)
    kept = delete_d_subsets(4, 20_000, rng)
    assert (kept.sum(axis=1) == 3).all()
    low, high = subsample_interval(0.0, [values[k].mean() for k in kept], 4)
    assert high - low == pytest.approx(2 * 3.182446 * values.std(ddof=1) / 2, rel=0.03)  # t(0.975, 3)


def test_subsamples_find_the_variance_of_a_lowest_value():
    """The lowest of 400 exponential values has a standard deviation of 1/400; in the logarithm, of π/√6 = 1.283."""
    rng = np.random.default_rng(2)
    widths = []
    for _ in range(400):
        lowest = np.log(rng.exponential(size=(20, 20)).min(axis=1))
        found = [lowest[k].min() for k in delete_d_subsets(20, 100, rng)]
        low, high = subsample_interval(lowest.min(), found, 20)
        widths.append((high - low) / 2 / 2.093024)
    assert np.sqrt(np.mean(np.square(widths))) == pytest.approx(np.pi / np.sqrt(6), rel=0.12)


def test_subsamples_say_nothing_where_they_cannot():
    assert np.isnan(subsample_interval(1.0, [1.0, 2.0], 1)).all()
    assert np.isnan(subsample_interval(1.0, [1.0], 4)).all()
    assert np.isnan(subsample_interval(1.0, [1.0, np.nan], 4)).all()
    assert not delete_d_subsets(1, 3, np.random.default_rng(0)).any()


def test_corrections_by_hand():
    shuffled = np.array([[2.0, np.nan], [2.4, np.nan]])
    corrected = shuffle_corrected(np.array([1.5, 1.0]), shuffled, 2.5)
    assert corrected[0] == pytest.approx(1.5 + 0.3)
    assert np.isnan(corrected[1])
    without = np.array([[1.0], [1.2], [1.4]])
    assert jackknife_corrected(np.array([1.3]), without) == pytest.approx(3 * 1.3 - 2 * 1.2)
    assert np.isnan(jackknife_corrected(np.array([1.3]), without[:1])).all()


def test_trials_are_dealt_out_whole_and_evenly():
    trial = np.repeat(np.arange(10), 7)
    group = random_trial_groups(trial, 3, np.random.default_rng(0))
    sizes = [len(np.unique(trial[group == g])) for g in range(3)]
    assert sorted(sizes) == [3, 3, 4]
    assert all(len(np.unique(group[trial == t])) == 1 for t in range(10))
    assert len(np.unique(random_trial_groups(trial[:14], 20, np.random.default_rng(0)))) == 2


def test_second_differences_take_off_what_products_of_two_groups_count_double():
    """The mean of x_j x_k over j < k has variance 2 / (g (g - 1)) where x is noise of variance 1."""
    g, found = 20, []
    for x in np.random.default_rng(0).standard_normal((300, g)):
        table = np.outer(x, x) - np.diag(x**2)
        total, own = table.sum(), table.sum(axis=0)
        value = total / (g * (g - 1))
        without = (total - 2 * own) / ((g - 1) * (g - 2))
        two = (total - 2 * own[:, None] - 2 * own + 2 * table) / ((g - 2) * (g - 3))
        found.append([jackknife_interval(value, without), jackknife_interval(value, without, two)])
    half = np.ptp(found, axis=2).T / 2 / stdtrit(g - 1, 0.975)  # (way, draw)
    plain, corrected = np.mean(half**2, axis=1) * g * (g - 1) / 2
    assert plain > 2
    assert 1 < corrected < 1.6  # never more than half is taken off, which leaves it on the safe side
