"""The low-pass filter against what a first-order Butterworth filter must do."""

import numpy as np
import pytest

from rscnav.analyses import lowpass

DT = 0.01
TIME = np.arange(0, 60, DT)


def gain(frequency_hz: float, cutoff_hz: float, causal: bool) -> float:
    """Amplitude of a filtered sine, by projection on sine and cosine, after the transient and before the end's."""
    wave = np.sin(2 * np.pi * frequency_hz * TIME)[:, None]
    out = lowpass(wave, DT, cutoff_hz, causal=causal)[:, 0]
    middle = (TIME >= 20) & (TIME < 40)
    phase = 2 * np.pi * frequency_hz * TIME[middle]
    return 2 * np.hypot((out[middle] * np.sin(phase)).mean(), (out[middle] * np.cos(phase)).mean())


@pytest.mark.parametrize(("causal", "at_cutoff"), [(True, 1 / np.sqrt(2)), (False, 0.5)])
def test_gain_at_the_cutoff(causal, at_cutoff):
    assert gain(0.5, 0.5, causal) == pytest.approx(at_cutoff, abs=1e-4)
    assert gain(0.05, 0.5, causal) == pytest.approx(1, abs=0.02)


def test_a_decade_above_the_cutoff_a_tenth_passes():
    assert gain(5.0, 0.5, True) == pytest.approx(0.0995, rel=0.03)


def test_zero_phase_shifts_nothing_and_causal_lags():
    impulse = np.zeros((1001, 1))
    impulse[500] = 1
    both = lowpass(impulse, DT, 0.5, causal=False)[:, 0]
    assert np.argmax(both) == 500
    np.testing.assert_allclose(both, both[::-1], atol=1e-6)
    forward = lowpass(impulse, DT, 0.5)[:, 0]
    assert not forward[:500].any()
    decay = forward[700] / forward[600]
    assert decay == pytest.approx(np.exp(-2 * np.pi * 0.5 * 1.0), rel=0.01)


@pytest.mark.parametrize("causal", [True, False])
def test_a_constant_stays_and_stretches_do_not_touch(causal):
    values = np.r_[np.full(50, 3.0), np.full(30, -2.0), 7.0][:, None]
    stretches = [slice(0, 50), slice(50, 80), slice(80, 81)]
    np.testing.assert_allclose(lowpass(values, 0.1, 0.5, causal=causal, stretches=stretches), values)
    joined = lowpass(values, 0.1, 0.5, causal=causal)
    assert abs(joined[51, 0] - values[51, 0]) > 0.5


def test_stretches_filtered_together_equal_each_alone():
    values = np.random.default_rng(0).normal(size=(90, 3))
    stretches = [slice(0, 30), slice(30, 60), slice(65, 90)]
    together = lowpass(values, 0.1, 0.5, stretches=stretches)
    for stretch in stretches:
        np.testing.assert_allclose(together[stretch], lowpass(values[stretch], 0.1, 0.5))
    np.testing.assert_array_equal(together[60:65], values[60:65])


@pytest.mark.parametrize(
    ("values", "cutoff", "message"),
    [
        (np.array([[0.0, 1], [2, np.nan]]), 0.5, "nan at sample 1, unit 1"),
        (np.zeros(5), 0.5, r"needs shape \(time, unit\), got \(5,\); for one unit use activity\[:, None\]"),
        (np.zeros((0, 2)), 0.5, "no samples"),
        (np.zeros((5, 1)), 5.0, "5.0 Hz must lie between 0 and 5 Hz"),
        (np.zeros((5, 1)), 0.0, "0.0 Hz must lie between 0 and 5 Hz"),
        (np.array([["a"]]), 0.5, "needs numbers"),
    ],
)
def test_bad_input_is_named(values, cutoff, message):
    with pytest.raises(ValueError, match=message):
        lowpass(values, 0.1, cutoff)
