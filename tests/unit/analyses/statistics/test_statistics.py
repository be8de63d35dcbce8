"""Statistics that the analyses share, against textbook values, closed forms and scipy."""

import numpy as np
import pytest
from scipy import stats

from rscnav.analyses.optimality.observer_statistics import proportion_correct
from rscnav.analyses.statistics.group_tests import over_sessions
from rscnav.analyses.statistics.intervals import mean_and_se, mean_interval, null_band, percentile_band, t_quantile
from rscnav.analyses.statistics.jackknife import jackknifed
from rscnav.analyses.statistics.pca import explained_variance, principal_axes, settle_signs
from rscnav.trial_ratios import mean_over_steps, ratio_of_sums


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_quantiles_of_student_are_those_of_the_table():
    assert t_quantile([2, 6, 31]) == pytest.approx([12.7062, 2.5706, 2.0423], abs=1e-4)
    assert np.isnan(t_quantile([1, 0])).all()


def test_mean_and_interval_are_those_of_scipy_where_values_are_missing(rng):
    values = rng.normal(3, 2, (25, 7))
    values[rng.random(values.shape) < 0.3] = np.nan
    mean, se, n = mean_and_se(values)
    known = [column[np.isfinite(column)] for column in values.T]
    assert n.tolist() == [len(column) for column in known]
    assert se == pytest.approx([stats.sem(column) for column in known], rel=1e-12)
    expected = [stats.ttest_1samp(column, 0).confidence_interval(0.95) for column in known]
    found = mean_interval(values)
    assert found[0] == pytest.approx([column.mean() for column in known], rel=1e-12)
    assert found[1:] == pytest.approx(np.array(expected).T, rel=1e-12)
    np.testing.assert_array_equal(mean, found[0])
    np.testing.assert_array_equal(mean_and_se(values.T, axis=1)[2], n)


def test_few_values_have_no_interval():
    found = mean_interval(np.array([[4.0, np.nan, 1.0], [np.nan, np.nan, 3.0]]))
    np.testing.assert_array_equal(found[0], [4, np.nan, 2])
    assert np.isnan(found[1:, :2]).all()
    assert found[2, 2] - 2 == pytest.approx(12.7062, abs=1e-4)  # sd √2 over √2 trials
    assert np.isnan(mean_interval(np.array([1.0, 2.0]), min_count=3)).all()
    assert np.isnan(mean_interval(np.empty((0, 2)))).all()


def test_bands_are_percentiles():
    draws = np.stack([np.arange(1001.0), -np.arange(1001.0)], axis=1)[np.random.default_rng(1).permutation(1001)]
    np.testing.assert_allclose(percentile_band(draws), [[25, -975], [975, -25]])
    np.testing.assert_allclose(null_band(draws), [[500, -500], [25, -975], [975, -25]])
    np.testing.assert_allclose(null_band(list(draws[:, 0])), [500, 25, 975])
    assert null_band(np.empty((0, 4))).shape == (3, 4)
    assert np.isnan(null_band([])).all()


def test_a_ratio_of_equal_trials_has_the_error_of_their_mean(rng):
    """Where all trials have as many steps, the ratio is the mean of the trials' means, with its usual standard error."""
    values = rng.normal(size=(12, 30))
    mean, se = mean_over_steps(values.ravel(), np.repeat(np.arange(12), 30))
    assert (mean, se) == pytest.approx((values.mean(), stats.sem(values.mean(axis=1))), rel=1e-12)


def test_a_ratio_of_unequal_trials_by_hand():
    sums, counts = np.array([[2.0, 5.0], [4.0, 0.0], [6.0, 0.0]]), np.array([[1, 2], [2, 0], [3, 0]])
    ratio, se = ratio_of_sums(sums, counts)
    assert ratio.tolist() == [2.0, 2.5]
    assert se[0] == 0  # every trial has the same mean
    assert np.isnan(se[1])  # one trial
    ratio, se = ratio_of_sums(np.array([1.0, 5.0]), np.array([1, 2]))
    assert (ratio, se) == pytest.approx((2.0, np.sqrt(2 * (1 + 1)) / 3))  # residuals -1 and 1, g / (g - 1) = 2, Σ n = 3
    assert np.isnan(ratio_of_sums(np.zeros((2, 1)), np.zeros((2, 1)))).all()
    assert mean_over_steps(np.array([1.0, 3.0]), np.array([5, 5]))[0] == 2  # numbers of trials need not begin at 0


def test_the_standard_error_of_a_ratio_is_its_spread_over_experiments(rng):
    found = []
    for _ in range(2000):
        counts = rng.integers(1, 9, 40)
        found.append(ratio_of_sums(counts * rng.normal(1, 1, 40), counts))
    ratio, se = np.array(found).T
    assert np.mean(se) == pytest.approx(np.std(ratio), rel=0.05)


def test_leaving_out_each_trial_gives_the_interval_of_a_mean(rng):
    values = rng.normal(size=15)
    found = jackknifed(lambda kept: float(values[kept].mean()), 15, 15, rng)
    assert found == pytest.approx((values.mean(), *stats.ttest_1samp(values, 0).confidence_interval(0.95)), rel=1e-9)


def test_sessions_are_tested_by_turning_signs():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, np.nan])
    found = over_sessions(values, np.random.default_rng(0))
    interval = stats.ttest_1samp(values[:6], 0).confidence_interval(0.95)
    assert (found.n, found.mean, found.p) == (6, 3.5, 2 / 64)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-12)
    few = over_sessions(values[:5], np.random.default_rng(0))
    assert (few.n, few.mean) == (5, 3.0)
    assert np.isnan([few.low, few.high, few.p]).all()


def test_principal_axes_are_those_of_a_singular_value_decomposition(rng):
    activity = (rng.normal(size=(300, 6)) * [5, 4, 3, 2, 1, 0.5]) @ np.linalg.qr(rng.normal(size=(6, 6)))[0] + 7
    mean, axes = principal_axes(activity)
    _, size, expected = np.linalg.svd(activity - activity.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(mean, activity.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(settle_signs(axes), settle_signs(expected.T), atol=1e-9)
    np.testing.assert_allclose(settle_signs(principal_axes(activity, 2)[1]), settle_signs(axes[:, :2]), atol=1e-9)
    assert principal_axes(activity, 99)[1].shape == (6, 6)
    np.testing.assert_allclose(explained_variance(activity, axes), size**2 / np.sum(size**2), rtol=1e-9)
    some = np.arange(0, 300, 3)
    np.testing.assert_allclose(
        explained_variance(activity, axes, some), explained_variance(activity[some], axes), rtol=1e-9
    )


def test_signs_are_settled_by_the_largest_weight():
    np.testing.assert_array_equal(settle_signs(np.array([[0.6, 0.8], [-0.8, 0.6]])), [[-0.6, 0.8], [0.8, 0.6]])


def test_exact_binomial_intervals_are_those_of_the_table():
    share, se, low, high, n = proportion_correct(np.array([1] * 7 + [0] * 3 + [-1] * 5))
    assert (share, n) == (0.7, 10)
    assert se == pytest.approx(np.sqrt(0.021))
    assert (low, high) == pytest.approx((0.3475, 0.9333), abs=1e-4)
    none = proportion_correct(np.zeros(10, int))
    assert none[:4] == pytest.approx((0, 0, 0, 1 - 0.025**0.1), abs=1e-9)
    assert np.isnan(proportion_correct(np.array([-1]))[0])
