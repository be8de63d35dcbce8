"""Similarity of geometries and of dynamics where the answer is known: turned copies, other codes, noise, other rates of turning."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import binom

from rscnav.analyses.preprocessing import prepare
from rscnav.analyses.settings import Common
from rscnav.calibration.null_sessions import null_session
from rscnav.calibration.planted_sessions import planted_session
from rscnav.calibration.random_walks import ring_walk, with_activity
from rscnav.comparison.conditions import place_conditions
from rscnav.comparison.crossnobis import distances, fast_distances, noise_precision
from rscnav.comparison.dsa import compare_dynamics, distance, within_session_distance
from rscnav.comparison.rdm import geometry
from rscnav.comparison.rsa import RSAResult, compare_geometries, reliability
from rscnav.comparison.segments import Segments, component_shuffle_surrogate, shuffled
from rscnav.comparison.settings import Similarity
from rscnav.seeds import Seeds

FEW = Similarity(n_null=39, n_subsamples=10, n_splits=3)
FAST = SimpleNamespace(n_delays=2, rank=6, iterations=100, n_dynamics_subsamples=10, n_dynamics_splits=2)


def geometry_of(session, seed=0, settings=FEW):
    prepared = prepare(session, Common())
    labels = place_conditions(session, prepared.samples, settings)
    found, why = geometry(session, prepared, labels, settings, Seeds(seed))
    assert found is not None, why
    return found


def compared(one, other) -> RSAResult:
    found = compare_geometries(geometry_of(one, 1), geometry_of(other, 2), 6, np.random.default_rng(0))
    assert isinstance(found, RSAResult), found
    return found


def rotation(n, generator):
    return np.linalg.qr(generator.standard_normal((n, n)))[0]


def turning(rates, generator, n_pieces=60, n_steps=50):
    """Trajectories of a linear system that turns in planes at some rates (rad a step), driven by noise."""
    n = 2 * len(rates)
    step = np.zeros((n, n))
    for k, rate in enumerate(rates):
        block = [[np.cos(rate), -np.sin(rate)], [np.sin(rate), np.cos(rate)]]
        step[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = 0.97 * np.array(block)
    states = np.zeros((n_pieces, n_steps + 50, n))
    for t in range(1, n_steps + 50):
        states[:, t] = states[:, t - 1] @ step.T + generator.standard_normal((n_pieces, n))
    return states[:, 50:]


def test_fast_distances_are_the_librarys():
    generator = np.random.default_rng(0)
    means = generator.standard_normal((5, 7, 11))
    precision = noise_precision(generator.standard_normal((90, 11)), np.arange(90) % 7)
    assert np.allclose(distances(means), fast_distances(means), atol=1e-12)
    assert np.allclose(distances(means, precision), fast_distances(means, precision), atol=1e-12)


def test_noise_does_not_bias_cross_validated_distances_but_does_plain_ones():
    generator = np.random.default_rng(1)
    truth = generator.standard_normal((4, 30))
    expected = np.mean((truth[:, None] - truth) ** 2, axis=2)
    found, plain = [], []
    for _ in range(200):
        means = truth + 2.0 * generator.standard_normal((6, 4, 30))
        found.append(fast_distances(means))
        average = means.mean(axis=0)
        plain.append(np.mean((average[:, None] - average) ** 2, axis=2))
    off = ~np.eye(4, dtype=bool)
    error = np.std(found, axis=0)[off] / np.sqrt(200)
    assert np.all(np.abs(np.mean(found, axis=0) - expected)[off] < 4 * error)
    assert np.allclose(
        (np.mean(plain, axis=0) - expected)[off], 2 * 4.0 / 6, rtol=0.1
    )  # twice the variance of a mean of six


def test_a_turned_and_scaled_copy_has_the_same_geometry():
    session = planted_session(np.random.default_rng(2))
    turned = planted_session(np.random.default_rng(2))
    turn = rotation(session.n_units, np.random.default_rng(3))
    turned = with_activity(turned, 5.0 * session.activity @ turn)
    one, other = geometry_of(session), geometry_of(turned)
    both = one.known
    assert np.allclose(one.distances[np.ix_(both, both)], other.distances[np.ix_(both, both)], rtol=1e-3, atol=1e-4)


def test_other_trials_of_one_code_are_as_alike_as_their_noise_allows_and_another_code_is_not():
    one, other = (planted_session(np.random.default_rng(seed)) for seed in (4, 5))
    same = compared(one, other)
    assert same.similarity > 0.9
    assert same.similarity == pytest.approx(same.ceiling, abs=0.06)
    assert same.low < same.similarity < same.high
    assert same.p <= 0.05
    generator = np.random.default_rng(6)
    random = []
    for seed in (7, 8):
        session = ring_walk(np.full(80, 100), np.random.default_rng(seed))
        label = place_conditions(session, np.arange(len(session.time)), FEW).label
        means = generator.normal(0, 2, (36, 20))
        random.append(with_activity(session, means[label] + generator.standard_normal((len(label), 20))))
    unrelated = compared(*random)
    assert (
        min(reliability(geometry_of(session)) for session in random) > 0.8
    )  # each has a clear geometry of its own ...
    assert abs(unrelated.similarity) < 0.3 < same.similarity  # ... and they have nothing to do with each other


@pytest.mark.parametrize("kind", ["noise", "ramps"])
def test_sessions_without_a_code_are_rarely_called_alike(kind):
    """Noise, and noise with a common time in the trial, at 0.05: as many false alarms as chance allows 999 times of 1000."""
    n = 20
    settings = Similarity(n_null=19, n_subsamples=10, n_splits=1)
    p = []
    for k in range(n):
        pair = [null_session(kind, np.random.default_rng([k, j]), n_trials=60, n_units=12) for j in (0, 1)]
        made = [geometry_of(session, j, settings) for j, session in enumerate(pair)]
        found = compare_geometries(*made, 6, np.random.default_rng(k))
        assert isinstance(found, RSAResult)
        p.append(found.p)
    assert np.sum(np.array(p) <= 0.05) <= binom.ppf(0.999, n, 0.05)


def test_one_linear_system_in_other_coordinates_is_near_and_another_is_not():
    generator = np.random.default_rng(9)
    slow, again, fast = (turning(r, generator) for r in ((0.1, 0.25, 0.4), (0.1, 0.25, 0.4), (0.1, 0.6, 0.9)))
    turned = slow @ rotation(6, generator)
    copy, same, other = (distance(slow, x, FAST, 1) for x in (turned, again @ rotation(6, generator), fast))
    assert copy < 0.02
    assert same < 0.05
    assert other > 4 * max(copy, same)
    assert distance(slow, turned * 3.0, FAST, 1) < 0.02  # scale is no difference


def test_distances_of_dynamics_are_the_same_each_time_and_leave_torchs_generator_alone():
    import torch

    generator = np.random.default_rng(10)
    one, other = turning((0.1, 0.3), generator), turning((0.2, 0.5), generator)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = distance(one, other, FAST, 3)
    assert torch.equal(torch.rand(1), expected)
    torch.manual_seed(77)
    assert distance(one, other, FAST, 3) == first


def test_floor_distance_and_references_come_in_order():
    generator = np.random.default_rng(11)
    group = np.arange(60) % 10
    one, other = (
        Segments(turning(r, generator), group, np.zeros(60, np.int64)).halved(generator)
        for r in ((0.1, 0.25, 0.4), (0.1, 0.4, 0.7))
    )
    found = compare_dynamics(one, other, FAST, Seeds(0))
    assert within_session_distance(one, FAST, Seeds(0)).mean() < found.low < found.distance < found.high
    assert found.distance < found.uncoupled < found.shuffled


def test_surrogates_keep_and_break_what_they_should():
    generator = np.random.default_rng(12)
    states = turning((0.1, 0.3), generator)
    no_time, apart_ = shuffled(states, generator), component_shuffle_surrogate(states, generator)
    assert np.allclose(np.sort(no_time, axis=1), np.sort(states, axis=1))

    def lagged(x, a, b):
        return np.mean(x[:, 1:, a] * x[:, :-1, b])

    assert abs(lagged(no_time, 0, 0)) < 0.2 * lagged(states, 0, 0)
    assert lagged(apart_, 0, 0) == pytest.approx(lagged(states, 0, 0))
    strongest = max(((a, b) for a in range(4) for b in range(4) if a != b), key=lambda ab: abs(lagged(states, *ab)))
    assert abs(lagged(apart_, *strongest)) < 0.5 * abs(lagged(states, *strongest))
