"""Eigenvalue spectra whose answer is known, and controls that must find what was planted and nothing else."""

import numpy as np
import pytest

from helpers.ring import ring_session
from rscnav.analyses.registry import analyse
from rscnav.analyses.spectrum.eigenspectrum import Settings
from rscnav.analyses.spectrum.null_spectra import circular_shift_null, trial_shuffle_null
from rscnav.analyses.spectrum.pca_spectrum import (
    eigenspectrum,
    held_out_spectrum,
    n_significant_components,
    participation_ratio,
    spectrum_of,
)
from rscnav.analyses.statistics.null_models import circular_shift_units, exchangeable_trials
from rscnav.calibration.null_sessions import null_session

FEW = Settings(n_null=40, n_components=10)
SINGLE = 2e-6  # controls work in single precision, 24 bits, on sums of some hundred products


def slow_noise(session, rng, n_units=12):
    noise = rng.standard_normal((len(session.time), n_units))
    for k in range(1, len(noise)):
        if session.trial[k] == session.trial[k - 1]:
            noise[k] += 0.8 * noise[k - 1]
    return noise


def test_orthogonal_signals_by_hand():
    t = np.arange(400) * 2 * np.pi / 400
    waves = np.stack([3 * np.sin(t), 2 * np.cos(t), np.sin(2 * t)], axis=1)  # variances 9/2, 4/2, 1/2
    mixed = waves @ np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0] + 100
    np.testing.assert_allclose(eigenspectrum(mixed), [9 / 14, 4 / 14, 1 / 14], atol=1e-12)
    np.testing.assert_allclose(eigenspectrum(mixed, n=2), [9 / 14, 4 / 14], atol=1e-12)
    assert participation_ratio([9, 4, 1]) == pytest.approx(14**2 / 98)
    assert participation_ratio(np.ones(7)) == pytest.approx(7)


def test_more_units_than_samples_gives_the_same_as_the_covariance():
    activity = np.random.default_rng(1).standard_normal((8, 30))
    values = np.linalg.eigvalsh(np.cov(activity.T))[::-1].clip(0)
    np.testing.assert_allclose(eigenspectrum(activity), values / values.sum(), atol=1e-12)
    assert len(eigenspectrum(activity, n=45)) == 30


@pytest.mark.parametrize(
    ("activity", "n", "message"),
    [
        (np.full((50, 3), 0.1), 3, "constant"),
        (np.ones((1, 3)), 3, "at least 2"),
        (np.eye(5), 0, "n: 0"),
        (np.array([[0.0, np.nan], [1, 2]]), 2, "sample 0, unit 1"),
    ],
)
def test_bad_arguments_are_named(activity, n, message):
    with pytest.raises(ValueError, match=message):
        eigenspectrum(activity, n)


def test_leading_components_end_at_the_first_below():
    assert n_significant_components(np.array([5, 4, 1, 3.0]), np.array([2, 2, 2, 2.0])) == 2
    assert n_significant_components(np.array([5, 4.0]), np.array([2, 2.0])) == 2
    assert n_significant_components(np.array([1.0]), np.array([1.0])) == 0


def test_circular_shift_rolls_as_the_shared_null_does():
    series = np.random.default_rng(2).standard_normal((6, 90)).cumsum(axis=1)
    expected = eigenspectrum(circular_shift_units(series.T, np.random.default_rng(7)), 6)
    np.testing.assert_allclose(circular_shift_null(series, 6)(np.random.default_rng(7)), expected, rtol=SINGLE)


def test_trial_shuffle_keeps_what_all_trials_share():
    rng = np.random.default_rng(3)
    lengths = [40, 44, 41, 40, 90]  # the last has no other of similar length
    trial = np.repeat(np.arange(5), lengths)
    step = np.concatenate([np.arange(n) for n in lengths])
    series = rng.standard_normal((6, 90))[:, step]  # one course for all trials
    part = (step > 9) & (step < 30)
    observed = spectrum_of(series[:, part & (trial < 4)], 6)
    permuted = trial_shuffle_null(series, exchangeable_trials(trial), part, 6)(rng)
    np.testing.assert_allclose(permuted, observed, rtol=SINGLE)
    # Trials that differ: what is left is each unit's own, so that the first component shrinks.
    factor = rng.standard_normal(5)[trial]
    shared = np.outer(np.ones(6), factor) + 0.1 * rng.standard_normal((6, len(trial)))
    draw = trial_shuffle_null(shared, exchangeable_trials(trial), part, 6)
    assert np.mean([draw(rng)[0] for _ in range(20)]) < 0.8 < spectrum_of(shared[:, part & (trial < 4)], 6)[0]


def test_planted_components_are_counted():
    def three(session, rng):
        return slow_noise(session, rng, 3) @ rng.standard_normal((3, 20)) + 0.3 * slow_noise(session, rng, 20)

    result = analyse(ring_session(three), "eigenspectrum", FEW)
    for part in ("LM1", "LM2"):
        assert result.scalar(f"{part}/components_above_circular_shift") == 3
        assert result.scalar(f"{part}/components_above") == 3
        assert result.scalar(f"{part}/crossing") == 4
        assert result[f"{part}/eigenvalues"].sum() <= 1


def test_a_common_ramp_is_a_component_for_circular_shifts_alone():
    def ramp(session, rng):
        step = np.arange(len(session.time)) % 100
        return step[:, None] / 100 + slow_noise(session, rng) * 0.3

    result = analyse(ring_session(ramp), "eigenspectrum", FEW)
    assert result.scalar("LM2/components_above_circular_shift") == 1
    assert result.scalar("LM2/components_above_trial_shuffle") == 0


def test_independent_units_have_no_component_above_chance():
    """At most one draw in forty should lie above the band, by its definition; 30 sessions, two phases."""
    above = {"circular_shift": 0, "trial_shuffle": 0}
    tried = 0
    for seed in range(30):
        result = analyse(ring_session(slow_noise, n_trials=30, seed=seed), "eigenspectrum", FEW)
        for part in ("LM1", "LM2"):
            tried += 1
            for null in above:
                above[null] += result.scalar(f"{part}/components_above_{null}") > 0
    # Expected 1.5 + what 40 draws add to the tail (a share of 2/41); 9 of 60 has a chance below 0.002 at 1/20.
    assert tried == 60
    assert above["circular_shift"] < 9
    assert above["trial_shuffle"] < 9


def test_spike_shuffle_is_there_where_spikes_are():
    session = ring_session(lambda s, rng: rng.poisson(1.0, (len(s.time), 8)) / s.dt_s, n_trials=30)
    assert "LM1/control_spike_shuffle_mean" not in analyse(session, "eigenspectrum", FEW)
    inside = []
    for seed in range(12):
        session = ring_session(lambda s, rng: rng.poisson(1.0, (len(s.time), 8)) / s.dt_s, n_trials=30, seed=seed)
        session.spikes = [np.empty(0)] * 8
        result = analyse(session, "eigenspectrum", FEW)
        low, high = result["LM2/control_spike_shuffle_low"], result["LM2/control_spike_shuffle_high"]
        inside += list((low < result["LM2/eigenvalues"]) & (result["LM2/eigenvalues"] < high))
    # By its definition the band of 40 draws holds 38 of 41 spectra of units that have nothing in common: 0.93.
    assert 0.85 < np.mean(inside) < 1


def test_shared_counts_lie_above_spike_shuffles():
    def shared(session, rng):
        return rng.poisson(rng.gamma(2, 0.5, (len(session.time), 1)) * np.ones(8)) / session.dt_s

    session = ring_session(shared, n_trials=30)
    session.spikes = [np.empty(0)] * 8
    assert analyse(session, "eigenspectrum", FEW).scalar("LM2/components_above_spike_shuffle") == 1


def test_drift_fools_trial_shuffles_and_not_those_of_differences():
    above_b, p = [], []
    for seed in range(8):
        result = analyse(null_session("drift", np.random.default_rng(seed)), "eigenspectrum", FEW)
        above_b += [result.scalar(f"{part}/components_above_trial_shuffle") for part in ("LM1", "LM2")]
        p += [result.scalar(f"{part}/p_first") for part in ("LM1", "LM2")]
        assert "slow drift" in result.notes[""]
    assert np.mean(np.array(above_b) > 0) > 0.9
    assert np.sum(np.array(p) <= 0.05) <= 4  # 16 at 0.05: more has a chance of 0.001


def test_shared_input_lies_above_shuffled_differences():
    result = analyse(null_session("shared", np.random.default_rng(0)), "eigenspectrum", FEW)
    assert result.scalar("LM2/p_first") == pytest.approx(1 / 41)
    assert result.scalar("LM2/components_above_trial_difference_shuffle") == 1


def test_participation_ratio_is_not_pulled_down_by_few_samples():
    # Twenty units that share 0.2 have eigenvalues 4.8 and, 19 times, 0.8: 20² / (4.8² + 19 · 0.8²).
    truth = 400 / (4.8**2 + 19 * 0.64)
    plain, corrected, inside = [], [], []
    for seed in range(10):
        result = analyse(null_session("shared", np.random.default_rng(seed), n_trials=60), "eigenspectrum", FEW)
        plain.append(result.scalar("LM2/participation_ratio"))
        corrected.append(result.scalar("LM2/participation_ratio_corrected"))
        low, high = (result.scalar(f"LM2/participation_ratio_{end}") for end in ("low", "high"))
        inside.append(low < truth < high)
    assert np.mean(corrected) == pytest.approx(truth, rel=0.08)
    assert np.mean(inside) >= 0.7
    assert np.all(np.array(plain) < corrected)


def test_held_out_variance_is_not_the_training_noise():
    rng = np.random.default_rng(0)
    noise, fold = rng.standard_normal((60, 20)), np.arange(60) % 5
    held_out = held_out_spectrum(noise, fold, 20)
    assert held_out.sum() == pytest.approx(1)
    assert eigenspectrum(noise)[0] > 2 / 20  # the largest of 20 equal variances, from 60 samples
    np.testing.assert_allclose(held_out, 1 / 20, atol=0.035)


def test_what_cannot_be_computed_is_noted():
    session = ring_session(slow_noise, n_trials=12)
    session.phase[:] = 0
    session.phase[:2] = 1
    result = analyse(session, "eigenspectrum", FEW)
    assert "2 samples are too few" in result.notes["LM1"]
    assert "LM0/components_above" in result
    assert "LM1/eigenvalues" not in result
    constant = analyse(ring_session(lambda s, rng: np.ones((len(s.time), 4)), n_trials=12), "eigenspectrum", FEW)
    assert "0 of 4 units vary" in constant.notes["LM2"]
    one_trial = analyse(ring_session(slow_noise, n_trials=1), "eigenspectrum", FEW)
    assert "no null distribution trial_shuffle" in " ".join(one_trial.notes.values())


def test_long_phases_are_cut_to_whole_trials():
    session = ring_session(slow_noise, n_trials=60)
    result = analyse(session, "eigenspectrum", Settings(n_null=20, max_samples=500))
    assert 300 < result.scalar("LM2/n_samples") <= 500
    assert result.scalar("LM2/n_trials") < 60
