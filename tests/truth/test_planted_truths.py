"""The planted truths against closed forms, and against what the same neurons without noise are read as."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import quad

from rscnav.analyses.dimension.poisson_noise import counting_variance
from rscnav.analyses.lowpass_filter import lowpass
from rscnav.analyses.registry import analyse, analysis_module
from rscnav.config.load import load_config
from rscnav.ground_truth.ideal_decoders import balanced, landmark_read, outcome_read, position_errors
from rscnav.ground_truth.simulated_population import LongWalk, Population, population, walk_of
from rscnav.ground_truth.true_values import (
    correlations_truth,
    curve_entropy_truth,
    kept_truth,
    participation_ratio_truth,
)
from rscnav.recordings.simulation.settings import Simulation
from rscnav.recordings.simulation.simulate import expected_rates, simulate
from rscnav.seeds import Seeds
from rscnav.settings.strict_settings import check

BINS = 720
CENTRES = -np.pi + (np.arange(BINS) + 0.5) * 2 * np.pi / BINS
DT_S = 0.1


def settings(**changes):
    return check(Simulation, {"name": "mouse", "n_trials": 100, "n_units": 20, **changes}, "test")


def a_walk(drive, phase=None, **fields):
    phase = np.zeros(drive.shape[:2], int) if phase is None else phase
    return LongWalk(SimpleNamespace(dt_s=DT_S, **fields), drive, phase)


@pytest.mark.parametrize("n_bins", [6, 20])
def test_entropy_of_a_known_tuning_curve(n_bins):
    """A belief that is sure of the place, which is everywhere equally often: the curve is the bump itself, by quadrature."""
    of = settings(tuning_width_rad=0.6, peak_rate_hz=11.0, baseline_rate_hz=1.0)
    drive = np.concatenate([np.ones((BINS, 1)), np.eye(BINS)], axis=1)[None].astype(np.float32)
    found = curve_entropy_truth(a_walk(drive), population(of, CENTRES, n_position_bins=1, n_peaks=1), CENTRES, n_bins)
    edges = np.linspace(-np.pi, np.pi, n_bins + 1)
    means = np.array([
        quad(lambda x: 1 + 10 * np.exp(-0.5 * (x / 0.6) ** 2), a, b)[0] / (b - a)
        for a, b in itertools.pairwise(edges)
    ])  # fmt: skip
    p = means / means.sum()
    assert found == pytest.approx(-np.sum(p * np.log2(p)), abs=1e-4)


def test_the_quadrature_over_units_is_that_of_many_drawn_units():
    of = settings()
    nodes = population(of, CENTRES[::20])
    draw = np.random.default_rng(0)
    peaks = of.peak_rate_hz * np.exp(0.5 * draw.standard_normal(200_000))
    assert nodes.share.sum() == pytest.approx(1)
    heights = nodes.weights[:, 1:].sum(axis=1)
    one = np.exp(-0.5 * (np.linspace(-np.pi, np.pi, 2000, endpoint=False) / of.tuning_width_rad) ** 2)
    bump = one.mean() * len(CENTRES[::20])  # summed over bins, averaged over places
    assert nodes.mean(heights) == pytest.approx(np.mean(peaks - 0.5) * bump, rel=0.01)
    assert nodes.mean(heights**2) == pytest.approx(np.mean((peaks - 0.5) ** 2) * bump**2, rel=0.02)


def test_participation_ratio_of_a_planted_covariance():
    k = 7
    units = Population(np.eye(k), np.full(k, 1 / k))  # each unit reads one of k independent signals of equal variance
    assert participation_ratio_truth(np.eye(k), units) == pytest.approx(k)
    assert participation_ratio_truth(np.eye(k), units, 1) == pytest.approx(1)
    spread = np.diag([4.0, 1.0, 1.0])
    three = Population(np.eye(3), np.full(3, 1 / 3))
    assert participation_ratio_truth(spread, three) == pytest.approx(36 / 18)  # (4 + 1 + 1)² / (16 + 1 + 1)
    assert participation_ratio_truth(spread, three, 300) == pytest.approx(2, rel=0.05)
    line = Population(np.ones((1, 1)), np.ones(1))  # one signal, and as much noise on each of 10 units
    noisy = participation_ratio_truth(np.eye(1), line, 10, np.ones(1))
    assert noisy == pytest.approx(400 / (11**2 + 9), rel=1e-9)  # one eigenvalue 10 + 1, nine of 1


def test_counting_noise_of_a_poisson_unit():
    rate = 8.0
    walk = a_walk(np.ones((1, 100, 1)))
    draw = np.random.default_rng(1)
    counts = draw.poisson(rate * DT_S, (100, 4000)) / DT_S
    for cutoff in (0.5, 1.0):
        measured = lowpass(counts, DT_S, cutoff).var(axis=1)
        expected = rate * walk.counting(cutoff)[0, :, 0]
        np.testing.assert_allclose(expected[[0, 30, 90]], measured[[0, 30, 90]], rtol=0.1)


def test_correlations_are_at_one_time_in_the_trial_and_hold_counting_noise():
    draw = np.random.default_rng(2)
    signals = draw.normal(0, 1, (4000, 3, 2)) + np.array([0.0, 50.0, 100.0])[:, None]  # a ramp that all trials share
    units = Population(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.full(3, 1 / 3))
    counting = np.broadcast_to([1.0, 0.0], signals.shape)  # adds 1 to the variance of what reads the first signal
    found = correlations_truth(signals, counting, np.ones(signals.shape[:2], bool), units)
    expected = [[1 / 2, 0, 1 / np.sqrt(6)], [0, 1, 1 / np.sqrt(3)], [1 / np.sqrt(6), 1 / np.sqrt(3), 2 / 3]]
    np.testing.assert_allclose(found, expected, atol=0.03)


def test_kept_is_pearson_over_pairs():
    draw = np.random.default_rng(3)
    one, other = draw.normal(0.3, 1, (2, 6, 6))
    expected = np.corrcoef(one.ravel(), other.ravel())[0, 1]
    assert kept_truth(one, other, np.full(6, 1 / 6)) == pytest.approx(expected)


def test_what_a_belief_allows():
    centres = CENTRES[::10] - CENTRES[0] - np.pi
    belief = np.zeros((3, len(centres)))
    belief[0, 9] = belief[1, 9] = 1.0
    belief[2, [9, 18]] = 0.5
    position = centres[[9, 12, 9]][:, None]
    session = SimpleNamespace(
        require=lambda name: {
            "bin_centres": centres[:, None],
            "bayes_posterior": belief,
            "position": position,
            "phase": [0, 1, 2],
        }[name]
    )
    session.require = _arrays(session.require)
    errors = position_errors(session)
    assert errors["LM0"] == pytest.approx(0)
    assert errors["LM1"] == pytest.approx(3 * 2 * np.pi / len(centres))
    assert 0 <= errors["LM2"] <= 9 * 2 * np.pi / len(centres)  # anywhere between both is as good
    assert balanced(np.array([True, True, False, True]), np.array([True, True, False, False])) == pytest.approx(0.75)
    assert np.isnan(balanced(np.ones(3, bool), np.ones(3, bool)))


def _arrays(need):
    return lambda name: np.asarray(need(name))


@pytest.fixture(scope="module")
def mouse(pytestconfig):
    """A simulated mouse, its walk, and its own units as the population."""
    config = load_config(pytestconfig.rootpath / "config.yaml")
    of = settings(task={"motion": {"noise_rad": 0.12}})
    truth = simulate(of, Seeds(11))
    walk = walk_of(truth, of)
    base = of.baseline_rate_hz
    centres = truth.bin_centres[:, 0]
    nodes = np.eye(len(centres))  # a belief that is sure of one bin, each in turn, gives each unit's weights
    sure = expected_rates(of, truth.units, np.zeros(len(centres)), nodes, np.zeros(len(centres), int))
    units = Population(
        np.concatenate([np.full((of.n_units, 1), base), (sure - base).T], axis=1), np.full(of.n_units, 1 / of.n_units)
    )
    return config, truth, walk, units


def without_noise(mouse, name, **changes):
    config, truth, *_ = mouse
    module = analysis_module(name)
    return analyse(truth, name, module.Settings(**changes), config.analyses.common)


def test_the_drive_makes_the_rates_of_the_simulation(mouse):
    _, truth, walk, units = mouse
    rates = walk.drive.reshape(len(truth.time), -1) @ units.weights.T
    np.testing.assert_allclose(rates, truth.activity, rtol=1e-3, atol=1e-3)


def test_analyses_of_expected_rates_read_the_truth_of_these_units(mouse):
    """Without noise, and with the truth of the very same units and trials, estimate and truth must be one number."""
    _, truth, walk, units = mouse
    entropy = without_noise(mouse, "spatial_entropy", n_null=1).scalar("mean_entropy")
    assert entropy == pytest.approx(curve_entropy_truth(walk, units, truth.position[:, 0], 20), abs=1e-4)
    spectrum = without_noise(mouse, "eigenspectrum", n_null=20, max_samples=100_000, sample_interval_s=0.1)
    own = units.weights @ np.cov(walk.filtered(0.5)[walk.phase == 2].T) @ units.weights.T
    expected = np.trace(own) ** 2 / np.sum(own**2)
    counting = units.weights @ walk.counting(0.5)[walk.phase == 2].mean(axis=0)
    inside = truth.phase == 2
    other = counting_variance(truth.activity, truth.dt_s, 0.5, True, truth.segments(), inside)
    np.testing.assert_allclose(counting, other, rtol=1e-3)
    assert spectrum.scalar("LM2/participation_ratio") == pytest.approx(expected, rel=1e-3)
    pairwise = without_noise(mouse, "pairwise", n_null=5)
    matrices = [correlations_truth(walk.filtered(1.0), 0 * walk.drive, walk.phase == k, units) for k in (1, 2)]
    upper = np.triu_indices(len(units.weights), 1)
    kept = np.corrcoef(matrices[0][upper], matrices[1][upper])[0, 1]
    low, high = pairwise.scalar("structure_preserved_low"), pairwise.scalar("structure_preserved_high")
    assert low - 0.03 < kept < high + 0.03
    assert pairwise.scalar("LM2/rms") == pytest.approx(np.sqrt(np.mean(matrices[1][upper] ** 2)), rel=0.1)


def test_the_belief_names_the_landmark_as_the_animal_does(mouse):
    """At the first bin in view the animal names by its belief, so what the belief allows is what it gets right."""
    _, truth, *_ = mouse
    outcome = truth.trials["outcome"]
    decided = outcome != "none"
    right = np.mean(outcome[decided] == "correct")
    assert landmark_read(truth, 0) == pytest.approx(
        right, abs=0.03
    )  # balanced, and the landmarks are about as frequent
    assert landmark_read(truth, -1) <= right + 0.04
    assert 0.5 < outcome_read(truth, -1) < right


def test_other_codes_and_trials_of_unequal_length_are_refused(mouse):
    _, truth, *_ = mouse
    with pytest.raises(ValueError, match="'position'"):
        walk_of(truth, settings(encodes="position"))
