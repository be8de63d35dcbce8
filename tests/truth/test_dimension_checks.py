"""What the dimension is checked with: counting noise of spikes, subsets of units, space-time separation, largest radius."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from helpers import point_sets as sets
from helpers.ring import ring_session
from rscnav.analyses.dimension.correlation_dimension import correlation_dimension
from rscnav.analyses.dimension.dimension import Settings
from rscnav.analyses.dimension.poisson_noise import counting_variance, is_spike_counts
from rscnav.analyses.dimension.space_time_separation import space_time
from rscnav.analyses.dimension.unit_subsets import dimension_by_units
from rscnav.analyses.lowpass_filter import lowpass
from rscnav.analyses.registry import analyse
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.intervals import mean_sd_count
from rscnav.recordings import session_from_arrays

DT_S, CUTOFF_HZ = 0.1, 0.5
POLE = (1 - np.tan(np.pi * CUTOFF_HZ * DT_S)) / (1 + np.tan(np.pi * CUTOFF_HZ * DT_S))


def stretches(n, length):
    return [slice(start, start + length) for start in range(0, n, length)]


def poisson(rates, rng):
    """Counts over the width of their bins (Hz)."""
    return rng.poisson(rates * DT_S) / DT_S


def test_counting_noise_of_a_constant_rate():
    """Once settled Σ h² is (1 - a) / 2, a the filter's pole; the first sample of a stretch is as it was, with all its noise."""
    rng = np.random.default_rng(0)
    rates = np.array([2.0, 8.0, 30.0])
    activity = poisson(np.broadcast_to(rates, (60_000, 3)), rng)
    at = np.arange(60_000) % 200
    for used, summed, scatter in ((at >= 80, (1 - POLE) / 2, 0.06), (at == 0, 1.0, 0.35)):
        found = counting_variance(activity, DT_S, CUTOFF_HZ, True, stretches(60_000, 200), used)
        np.testing.assert_allclose(found, rates / DT_S * summed, rtol=0.05 if summed < 1 else 0.2)
        seen = lowpass(activity, DT_S, CUTOFF_HZ, stretches=stretches(60_000, 200))[used].var(axis=0)
        np.testing.assert_allclose(found, seen, rtol=scatter)


@pytest.mark.slow
@pytest.mark.parametrize("causal", [True, False])
def test_counting_noise_of_rates_that_change(causal):
    """In stretches of uneven length, longer than a piece and with bins between them that belong to none."""
    rng = np.random.default_rng(1)
    n = 5000
    rates = 20 * np.exp(np.sin(np.arange(n)[:, None] * DT_S * np.array([0.5, 1.3, 2.0])))
    parts = [slice(0, 2300), slice(2300, 2310), slice(2400, 5000)]
    used = np.zeros(n, bool)
    used[700:2305] = used[4000:] = True
    expected = lowpass(rates, DT_S, CUTOFF_HZ, causal=causal, stretches=parts)
    found, seen = [], []
    for _ in range(30):
        activity = poisson(rates, rng)
        found.append(counting_variance(activity, DT_S, CUTOFF_HZ, causal, parts, used))
        off = lowpass(activity, DT_S, CUTOFF_HZ, causal=causal, stretches=parts) - expected
        seen.append(np.mean(off[used] ** 2, axis=0))
    np.testing.assert_allclose(np.mean(found, axis=0), np.mean(seen, axis=0), rtol=0.04)


def test_what_holds_counts():
    counts = poisson(np.full((500, 3), 9.0), np.random.default_rng(2))
    assert is_spike_counts(counts.astype(np.float32), DT_S)
    assert not is_spike_counts(counts + 0.3, DT_S)  # rates
    assert not is_spike_counts(-counts, DT_S)
    assert not is_spike_counts(0 * counts, DT_S)


def read_by_spikes(n_angles, mean_hz, spread, seed):
    """Dimensions of a ring or torus that 100 Poisson units tell of: of their true rates, as it is, floor off, counting off.

    `spread` is the sd of the logarithm of the units' gains. 150 trials of 10 s, the angles turn at 0.3 rad/s.
    """
    rng = np.random.default_rng(seed)
    steps = 0.03 * rng.choice([-1, 1], (150, 1, n_angles)) + 0.03 * rng.standard_normal((150, 100, n_angles))
    angle = (rng.uniform(-np.pi, np.pi, (150, 1, n_angles)) + steps.cumsum(axis=1)).reshape(-1, 1, n_angles)
    bumps = np.exp(np.sum(np.cos(angle - rng.uniform(-np.pi, np.pi, (100, n_angles))) - 1, axis=2))
    rates = bumps * np.exp(spread * rng.standard_normal(100))
    rates *= mean_hz / rates.mean()
    counts, parts = poisson(rates, rng), stretches(len(rates), 100)
    counted = counting_variance(counts, DT_S, CUTOFF_HZ, True, parts, np.ones(len(rates), bool))
    kept = np.sort(rng.permutation(len(rates))[:4000])
    clean, noisy = (lowpass(x, DT_S, CUTOFF_HZ, stretches=parts)[kept] for x in (rates, counts))
    trial = np.repeat(np.arange(150), 100)[kept]
    return [
        correlation_dimension(points, theiler="trial", trial=trial, noise=noise).dimension
        for points, noise in ((clean, None), (noisy, None), (noisy, "floor"), (noisy, counted))
    ]


@pytest.mark.parametrize("n_angles", [1, 2])
@pytest.mark.parametrize("mean_hz", [30.0, 100.0])
def test_units_alike_are_read_by_floor_and_counting(n_angles, mean_hz):
    clean, plain, floor, counting = read_by_spikes(n_angles, mean_hz, 0.0, 0)
    assert abs(clean - n_angles) < 0.1
    assert plain > clean + 0.2
    assert abs(floor - clean) < 0.08
    assert abs(counting - clean) < 0.08


@pytest.mark.slow
@pytest.mark.parametrize("n_angles", [1, 2])
@pytest.mark.parametrize("mean_hz", [10.0, 30.0, 100.0])
def test_units_of_unequal_rate_are_read_by_counting_alone(n_angles, mean_hz):
    """One floor for all is too low for the busy units; each unit's own counting noise is right."""
    clean, plain, floor, counting = read_by_spikes(n_angles, mean_hz, 1.0, 1)
    assert plain > clean + 0.1
    assert abs(counting - clean) < 0.12
    assert floor > clean + 0.08


@pytest.mark.slow
def test_counting_noise_is_taken_off_where_there_are_spikes_in_bins():
    """A ring of the position at 3 Hz a unit."""
    preferred = np.linspace(-np.pi, np.pi, 40, endpoint=False)

    def plant(session, rng):
        return poisson(8 * np.exp(np.cos(session.position - preferred) - 1), rng)

    session, few = ring_session(plant, n_trials=60), Settings(n_null=0, n_subsets=2, max_points=2000)
    assert "LM2/dimension_counting" not in analyse(session, "dimension", settings=few)
    session.kind, session.spikes = "recording", [np.zeros(0)] * 40
    result = analyse(session, "dimension", settings=few)
    assert result.units["LM2/noise_variance_counting"] == "Hz²"
    assert abs(result.scalar("LM2/dimension_counting") - 1) < 0.2
    assert result.scalar("LM2/dimension") > 1.5
    assert abs(result["LM2/units_mean_counting"][-1] - 1) < 0.2
    session.activity = session.activity + np.float32(0.3)  # no counts
    assert "LM2/dimension_counting" not in analyse(session, "dimension", settings=few)


def test_by_units_ends_with_all_units_and_a_torus_stays_a_torus():
    rng = np.random.default_rng(5)
    points = sets.among_units(sets.torus(3000, rng), 80, 0.0, rng)
    n_units, dimension, _ = dimension_by_units(points, 4, rng)
    assert n_units.tolist() == [10, 20, 40, 80]
    assert dimension[-1, 0] == pytest.approx(correlation_dimension(points).dimension, rel=1e-9)
    assert np.isnan(dimension[-1, 1:]).all()
    mean, sd, _ = mean_sd_count(dimension, axis=1)
    assert np.all(np.abs(mean - 2) < 0.2)
    assert np.all(sd[:-1] > 0)
    assert np.isnan(sd[-1])


def test_by_units_cuts_the_noise_down_with_the_units():
    """Half of the units have ten times the noise; told which, every subset of 20 is read right."""
    rng = np.random.default_rng(6)
    sd = np.where(np.arange(40) < 20, 0.01, 0.1)
    points = sets.among_units(sets.torus(3000, rng) * 3, 40, 0.0, rng) + sd * rng.standard_normal((3000, 40))
    _, told, _ = dimension_by_units(points, 6, np.random.default_rng(0), noise=sd**2)
    assert told[-1, 0] == pytest.approx(correlation_dimension(points, noise=sd**2).dimension, rel=1e-9)
    _, wrongly, _ = dimension_by_units(points, 6, np.random.default_rng(0), noise=sd[::-1] ** 2)
    assert np.all(np.abs(mean_sd_count(told, axis=1)[0] - 2) < 0.2)
    assert abs(wrongly[-1, 0] - 2) > 2 * abs(told[-1, 0] - 2)


def autoregressive(rng, n, tau_s, n_units=100):
    keep = np.exp(-DT_S / tau_s)
    values = rng.standard_normal((n, n_units))
    for k in range(1, n):
        values[k] = keep * values[k - 1] + np.sqrt(1 - keep**2) * values[k]
    return values


@pytest.mark.parametrize("tau_s", [0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("n_trials", [1, 20])
def test_the_suggested_window_goes_with_the_correlation_time(tau_s, n_trials):
    """Many units: the distance at a lag s is √(1 - exp(-s / τ)) of that between unrelated states, 90 % of it at 1.66 τ."""
    rng = np.random.default_rng(7)
    points = autoregressive(rng, 6000, tau_s)
    trial, step = np.divmod(np.arange(6000), 6000 // n_trials)
    found = space_time(points, trial, step, DT_S, rng)
    assert found.suggested * DT_S == pytest.approx(-np.log(1 - 0.81) * tau_s, rel=0.25)
    at = np.argmin(np.abs(found.separations * DT_S - tau_s))
    expected = np.sqrt(1 - np.exp(-found.separations[at] * DT_S / tau_s))
    np.testing.assert_allclose(found.contours[at] / found.unrelated, expected, rtol=0.05)


def test_white_noise_needs_no_window_and_still_states_have_none():
    rng = np.random.default_rng(8)
    trial, step = np.divmod(np.arange(4000), 100)
    assert space_time(rng.standard_normal((4000, 30)), trial, step, DT_S, rng).suggested == 1
    still = np.repeat(rng.standard_normal((40, 30)), 100, axis=0) + 0.01 * rng.standard_normal((4000, 30))
    assert space_time(still, trial, step, DT_S, rng).suggested == np.inf
    assert np.isnan(space_time(still[:20], trial[:20], step[:20], DT_S, rng).suggested)


def test_a_largest_radius_changes_nothing_below_it():
    points = sets.torus(4000, np.random.default_rng(9))
    whole, near = correlation_dimension(points), correlation_dimension(points, largest=0.4)
    assert near.radii.max() <= 0.4 < whole.radii.max()
    apart = np.sort(pdist(points))
    np.testing.assert_allclose(near.correlation_sum, np.searchsorted(apart, near.radii) / len(apart), rtol=1e-12)
    assert abs(near.dimension - 2) < 0.1
    assert not correlation_dimension(points, largest=1e-6).reliable  # no pair is so close


@pytest.mark.parametrize("largest", [0.0, -1.0, np.nan])
def test_a_largest_radius_that_will_not_do_is_named(largest):
    with pytest.raises(ValueError, match=f"largest: {largest}"):
        correlation_dimension(np.eye(20), largest=largest)


def test_few_units_full_of_noise_are_not_called_reliable():
    """Three independent units fill a cube: the slope is steady over a decade, and says nothing but that they are three."""
    rng = np.random.default_rng(5)
    cube, trial = rng.uniform(size=(6000, 3)), np.repeat(np.arange(60), 100)
    assert correlation_dimension(cube, trial=trial, theiler="trial").reliable
    session = session_from_arrays(cube, 0.1, trial=trial)
    settings, common = Settings(n_null=0, n_subsets=0), Common(cutoff_hz=4.99)
    result = analyse(session, "dimension", settings, common)
    assert result.scalar("all/dimension") == pytest.approx(2.9, abs=0.15)
    assert not result.scalar("all/reliable")
    assert "3 units are too few to measure a dimension of 2." in result.notes["all"]
    angle = 2 * np.pi * cube[::100, :1] + 0.03 * np.arange(100)  # (trial, step): slow enough for the filter
    circle = np.stack([np.cos(angle.ravel()), np.sin(angle.ravel())], axis=1)
    session = session_from_arrays(circle @ rng.normal(size=(2, 3)), 0.1, trial=trial)
    result = analyse(session, "dimension", settings, common)
    assert result.scalar("all/dimension") == pytest.approx(1.0, abs=0.1)
    assert result.scalar("all/reliable")
