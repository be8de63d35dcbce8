"""Surrogate trials and the test against them: what they keep, what they break, and how often they are wrong."""

import numpy as np
import pytest

from helpers.ring import ring_session
from rscnav.analyses.dimension.dimension import Settings
from rscnav.analyses.dimension.surrogate_data_test import slope_at, surrogate_tests
from rscnav.analyses.dimension.surrogates import marginals, phase_randomise
from rscnav.analyses.registry import analyse

N_TRIALS, N_STEPS = 60, 20


def gaussian_trials(rng, n_units=6):
    """Any linear process will do: coloured noise, mixed, with a mean course and correlated trials."""
    shocks = rng.standard_normal((N_TRIALS, N_STEPS, n_units))
    for k in range(1, N_STEPS):
        shocks[:, k] = 0.8 * shocks[:, k - 1] + 0.6 * shocks[:, k]
    mixed = shocks @ rng.standard_normal((n_units, n_units))
    return mixed + np.linspace(0, 2, N_STEPS)[:, None] * rng.standard_normal(n_units)


def against_surrogates(trials, rng, n_draws=19, n_points=200):
    """Test the later half of the trials (trial, step, unit)."""
    n_trials, n_steps, n_units = trials.shape
    part = np.tile(np.arange(n_steps) >= n_steps // 2, n_trials)
    flat = trials.reshape(-1, n_units).astype(np.float32)
    return surrogate_tests(flat, np.repeat(np.arange(n_trials), n_steps), {"late": part}, n_draws, n_points, rng)[
        "late"
    ]


@pytest.mark.parametrize("n_trials", [30, 31])
def test_means_and_covariances_over_trials_stay(n_trials):
    rng = np.random.default_rng(0)
    real = rng.exponential(size=(n_trials, 4, 3)) + 0.5 * rng.standard_normal((n_trials, 4, 1)) + np.arange(3.0)
    turned = phase_randomise(real, rng)
    np.testing.assert_allclose(turned.mean(axis=0), real.mean(axis=0), atol=1e-12)
    was, now = (np.reshape(x - x.mean(axis=0), (n_trials, 12)) for x in (real, turned))
    for lag in (0, 1, 5):  # covariance of any (step, unit) of a trial with any of the trial so many later
        np.testing.assert_allclose(now.T @ np.roll(now, lag, axis=0), was.T @ np.roll(was, lag, axis=0), atol=1e-9)
    assert np.abs(turned - real).mean() > 0.3  # and yet they are others
    again = phase_randomise(real, rng)
    assert np.abs(turned - again).mean() > 0.3


def test_what_is_not_linear_goes():
    rng = np.random.default_rng(1)
    skewed = rng.exponential(size=(400, 5, 4))
    cubes = [np.mean((x - x.mean()) ** 3) / x.std() ** 3 for x in (skewed, phase_randomise(skewed, rng))]
    assert cubes[0] > 1.5
    assert abs(cubes[1]) < 0.3


def test_normal_scores_and_back():
    rng = np.random.default_rng(2)
    samples = np.stack([rng.exponential(size=501), rng.integers(0, 3, 501), rng.standard_normal(501)], axis=1)
    own = marginals(samples)
    scores = own.to_normal(samples)
    np.testing.assert_allclose(own.from_normal(scores), samples, atol=1e-12)
    assert np.abs(scores.mean(axis=0)).max() < 1e-9
    np.testing.assert_allclose(scores[:, 0].std(), 1, atol=0.02)
    assert len(np.unique(scores[:, 1])) == 3  # equal values, equal scores
    beyond = own.from_normal(np.full((1, 3), 9.0))
    np.testing.assert_array_equal(beyond[0], samples.max(axis=0))


@pytest.fixture(scope="module")
def gaussian_p():
    """Both p of 60 sessions that are Gaussian."""
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        test = against_surrogates(gaussian_trials(rng), rng)
        found.append((test.p["linear"], test.p["adjusted"]))
    return np.array(found)


@pytest.mark.slow
def test_gaussian_trials_give_an_even_p(gaussian_p):
    """With 19 draws p is 1/20 in one session of 20: more than 8 of 60 would come once in 300 sets of sessions."""
    assert np.all(np.sum(gaussian_p <= 0.05, axis=0) <= 8)
    # The mean of an even p over 20 values is 0.525, with a standard error of 0.037.
    assert np.all(np.abs(gaussian_p.mean(axis=0) - 0.525) < 3 * 0.037)


@pytest.mark.slow
def test_a_bent_version_of_gaussian_trials_is_for_the_adjusted_ones():
    """Each unit is a monotone function of a Gaussian one: the null hypothesis of the adjusted surrogates still holds."""
    low = []
    for seed in range(25):
        rng = np.random.default_rng(1000 + seed)
        low.append(against_surrogates(np.exp(gaussian_trials(rng) / 2), rng).p["adjusted"] <= 0.05)
    assert np.sum(low) <= 4  # more by chance once in 150


def test_a_ring_code_is_found():
    """Eight units, cosines of one angle: a circle, whose surrogates fill the plane it lies in."""
    rng = np.random.default_rng(3)
    angle = rng.uniform(-np.pi, np.pi, (N_TRIALS, 1, 1)) + 0.1 * rng.standard_normal((N_TRIALS, N_STEPS, 1)).cumsum(
        axis=1
    )
    code = np.cos(angle - np.linspace(-np.pi, np.pi, 8, endpoint=False))
    found = against_surrogates(code, rng, n_draws=39)
    assert max(found.p.values()) == pytest.approx(1 / 40)
    assert found.slope == pytest.approx(1, abs=0.1)
    assert np.all(found.draws["linear"] > 1.5)
    assert np.all(found.draws["adjusted"] > found.slope)


def test_slope_at_of_a_disc_and_of_too_little():
    rng = np.random.default_rng(4)
    disc = rng.standard_normal((1500, 2))
    disc *= np.sqrt(rng.random((1500, 1))) / np.linalg.norm(disc, axis=1, keepdims=True)
    # In a disc of radius 1 C(r) = r² (1 - 4 r / 3π + …): from C = 0.01 to C = 0.1 its mean slope is 1.9.
    assert slope_at(disc, np.arange(1500)) == pytest.approx(1.9, abs=0.05)
    assert np.isnan(slope_at(disc, np.zeros(1500, int)))  # one trial: no pair of different ones
    assert np.isnan(slope_at(np.ones((50, 2)), np.arange(50)))


def test_too_few_trials_are_named_and_none_can_be_asked_for():
    session = ring_session(lambda s, rng: rng.standard_normal((len(s.time), 12)), n_trials=12)
    result = analyse(session, "dimension")
    assert "12 trials" in result.notes["LM2/surrogates"]
    assert "LM2/surrogates_p" not in result
    without = analyse(session, "dimension", settings=Settings(n_null=0, n_subsets=0))
    assert "LM2/surrogates" not in without.notes
    assert "LM2/units" not in without
    assert "LM2/dimension" in without
