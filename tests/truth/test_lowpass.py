"""The low-pass filter against what a first-order Butterworth filter must do."""

import numpy as np
import pytest

from rscnav.analyses import lowpass
from rscnav.analyses.lowpass_filter import settling_s

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


@pytest.mark.parametrize("frequency", [0.1, 0.5, 2.0])
def test_the_start_of_a_stretch_is_forgotten_as_fast_as_said(frequency):
    """A wave whose past is cut off, against the same wave with all its past; the analogue filter forgets as exp(-2π f t)."""
    wave = np.cos(2 * np.pi * frequency * TIME + 1.0)[:, None]
    begin = 3000
    wrong = np.abs(lowpass(wave[begin:], DT, 0.5)[:, 0] - lowpass(wave, DT, 0.5)[begin:, 0])
    assert wrong[0] > 0.05
    half_second = wrong[50] / wrong[0]
    assert half_second == pytest.approx(np.exp(-np.pi * 0.5), rel=0.01)
    settled = int(np.ceil(settling_s(DT, 0.5) / DT))
    assert 0.045 < wrong[settled] / wrong[0] <= 0.05


def test_settling_times():
    assert settling_s(1e-4, 0.5) == pytest.approx(np.log(20) / np.pi, rel=1e-4)
    assert settling_s(0.1, 0.5) == pytest.approx(0.938, abs=5e-4)  # its pole is 0.7265: 0.7265 ** 9.38 = 0.05
    assert settling_s(0.1, 0.5, left=0.01) == pytest.approx(1.4416, abs=5e-4)
    with pytest.raises(ValueError, match="left: 1.5 is not valid"):
        settling_s(0.1, 0.5, left=1.5)
    with pytest.raises(ValueError, match="7.0 Hz is not valid; it must lie between 0 and 5 Hz"):
        settling_s(0.1, 7.0)


@pytest.mark.parametrize("dt_s", [0.1, 0.01])
def test_forward_and_backward_time_has_no_direction(dt_s):
    values = np.random.default_rng(0).normal(size=(round(6 / dt_s), 1))
    there = lowpass(values, dt_s, 0.5, causal=False)
    back = lowpass(values[::-1], dt_s, 0.5, causal=False)[::-1]
    assert np.abs(there - back).max() < 1e-3 * there.std()


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("causal", [True, False])
def test_very_short_stretches(length, causal):
    values = np.array([[2.0], [5.0], [-1.0]])[:length]
    out = lowpass(values, 0.1, 0.5, causal=causal)
    assert out.shape == values.shape
    assert np.isfinite(out).all()
    assert values.min() - 1e-12 <= out.min() <= out.max() <= values.max() + 1e-12
    if causal:  # by hand: w = tan(π / 20) = 0.158384, a = (1 - w) / (1 + w) = 0.726543, (1 - a) / 2 = 0.136729
        expected = [2.0, 0.726543 * 2 + 0.136729 * 7]
        expected.append(0.726543 * expected[1] + 0.136729 * 4)
        np.testing.assert_allclose(out[:, 0], expected[:length], atol=1e-5)
    if length == 1:
        assert out[0, 0] == pytest.approx(2.0)


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
        (np.zeros((5, 1)), 5.0, "5.0 Hz is not valid; it must lie between 0 and 5 Hz"),
        (np.zeros((5, 1)), 0.0, "0.0 Hz is not valid; it must lie between 0 and 5 Hz"),
        (np.array([["a"]]), 0.5, "needs numbers"),
    ],
)
def test_bad_input_is_named(values, cutoff, message):
    with pytest.raises(ValueError, match=message):
        lowpass(values, 0.1, cutoff)
