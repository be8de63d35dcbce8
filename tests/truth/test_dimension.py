"""Correlation dimension on sets whose dimension is known, and on counts that can be done by hand."""

import numpy as np
import pytest

from helpers.ring import ring_session
from rscnav.analyses.dimension.correlation_dimension import correlation_dimension
from rscnav.analyses.dimension.correlation_sum import correlation_sum
from rscnav.analyses.dimension.local_slopes import local_slopes, scaling_region, slope_within, takens_estimate
from rscnav.analyses.registry import analyse

N = 8000


def circle(rng):
    angle = rng.uniform(0, 2 * np.pi, N)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def torus(rng):
    """In three dimensions, even in area."""
    angle = rng.uniform(0, 2 * np.pi, (3 * N, 2))
    angle = angle[rng.random(3 * N) < (1 + 0.4 * np.cos(angle[:, 1])) / 1.4][:N]
    ring = 1 + 0.4 * np.cos(angle[:, 1])
    return np.stack([ring * np.cos(angle[:, 0]), ring * np.sin(angle[:, 0]), 0.4 * np.sin(angle[:, 1])], axis=1)


def sphere(rng):
    points = rng.standard_normal((N, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def henon(rng):
    x, y = rng.uniform(-0.1, 0.1, 2)
    orbit = np.empty((N + 100, 2))
    for k in range(N + 100):
        x, y = 1 - 1.4 * x * x + y, 0.3 * x
        orbit[k] = x, y
    return orbit[100:]


def lorenz(rng):
    """Sampled every 0.05, by Runge and Kutta's rule with steps of 0.01; eight runs side by side, one after the other."""

    def flow(s):
        return np.stack([10 * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - 8 / 3 * s[2]])

    state, h, runs = np.array([[1.0], [1.0], [20.0]]) + rng.standard_normal((3, 8)), 0.01, []
    for k in range(N // 8 + 200):
        for _ in range(5):
            k1 = flow(state)
            k2 = flow(state + h / 2 * k1)
            k3 = flow(state + h / 2 * k2)
            state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + flow(state + h * k3))
        if k >= 200:
            runs.append(state.T)
    return np.stack(runs, axis=1).reshape(-1, 3)


def cube(rng):
    return rng.random((N, 3))


@pytest.mark.parametrize(
    ("points", "truth", "within", "theiler"),
    [
        (circle, 1, 0.05, 0),
        (torus, 2, 0.1, 0),
        (sphere, 2, 0.1, 0),
        (henon, 1.21, 0.04, 0),
        (lorenz, 2.05, 0.08, 20),
        (cube, 3, 0.2, 0),
    ],
)
def test_known_sets(points, truth, within, theiler):
    found = correlation_dimension(points(np.random.default_rng(2)), theiler=theiler)
    assert found.reliable
    assert abs(found.dimension - truth) < within
    assert found.interval[0] < found.dimension < found.interval[1]
    assert found.scaling_region[1] > 3 * found.scaling_region[0]


def test_a_cloud_without_a_scaling_region_is_not_reliable():
    found = correlation_dimension(np.random.default_rng(0).standard_normal((6000, 40)))
    assert not found.reliable
    assert not found.dimension < 15  # large, or none at all


def test_hexagon_by_hand():
    angle = np.arange(6) * np.pi / 3
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    # 15 pairs: 6 sides of length 1, 6 short diagonals of √3, 3 diameters of 2.
    counted = correlation_sum(points, [2.1, 0.9, 1.1, 1.8])
    np.testing.assert_allclose(counted, [1, 0, 6 / 15, 12 / 15])
    # Without neighbours in time 10 pairs stay: of the sides only the one from the last point to the first.
    np.testing.assert_allclose(correlation_sum(points, [1.1, 1.8, 2.1], theiler=1), [0.1, 0.7, 1])
    # Three trials of two points: 12 pairs of different trials, 3 of them sides.
    by_trial = correlation_sum(points, [1.1, 1.8], theiler="trial", trial=[0, 0, 1, 1, 2, 2])
    np.testing.assert_allclose(by_trial, [3 / 12, 9 / 12])


@pytest.mark.parametrize("theiler", [0, 3, "trial"])
def test_blocks_equal_brute_force(theiler):
    rng = np.random.default_rng(1)
    points, trial = rng.standard_normal((2500, 4)), rng.permutation(np.repeat(np.arange(50), 50))
    radii = np.geomspace(0.2, 5, 12)
    i, j = np.triu_indices(len(points), 1)
    kept = np.ones(len(i), bool)
    if theiler == "trial":
        kept = trial[i] != trial[j]
    elif theiler:
        kept = (trial[i] != trial[j]) | (j - i > theiler)
    apart = np.linalg.norm(points[i] - points[j], axis=1)[kept]
    expected = [np.mean(apart < r) for r in radii]
    np.testing.assert_allclose(correlation_sum(points, radii, theiler=theiler, trial=trial), expected, rtol=1e-12)


def test_taking_the_noise_floor_off_brings_a_noisy_torus_back():
    rng = np.random.default_rng(4)
    angle, centre = rng.uniform(-np.pi, np.pi, (6000, 1, 2)), rng.uniform(-np.pi, np.pi, (128, 2))
    bumps = np.exp(np.sum(np.cos(angle - centre) - 1, axis=2))  # rates between 0 and 1
    clean = correlation_dimension(bumps[:3000])
    noisy = bumps + 0.04 * rng.standard_normal(bumps.shape)
    raw, floor = correlation_dimension(noisy), correlation_dimension(noisy, noise="floor")
    known = correlation_dimension(noisy, noise=0.04**2)
    assert raw.dimension > 2.3
    assert floor.noise_variance == pytest.approx(0.04**2, rel=0.1)
    assert abs(floor.dimension - clean.dimension) < 0.15
    assert abs(known.dimension - clean.dimension) < 0.15


def test_the_interval_widens_when_trials_repeat_themselves():
    rng = np.random.default_rng(5)
    many = rng.uniform(0, 2 * np.pi, (1500, 2))
    few = np.repeat(many[:75], 20, axis=0) + rng.normal(0, 0.05, (1500, 2))
    widths = []
    for angle, trial in ((many, np.arange(1500)), (few, np.repeat(np.arange(75), 20))):
        points = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
        low, high = correlation_dimension(points, theiler="trial", trial=trial).interval
        widths.append(high - low)
    assert widths[1] > 2 * widths[0]


def test_the_interval_is_as_wide_as_values_of_fresh_sessions_scatter():
    """Random walks on a torus, 150 trials of 10 points; the jackknife is known to err on the wide side, by up to 1.8."""
    rng = np.random.default_rng(6)
    values, half = [], []
    for _ in range(24):
        angle = rng.uniform(0, 2 * np.pi, (150, 1, 2)) + rng.normal(0, 0.1, (150, 10, 2)).cumsum(axis=1)
        points = np.concatenate([np.cos(angle), np.sin(angle)], axis=2).reshape(-1, 4)
        found = correlation_dimension(points, theiler="trial", trial=np.repeat(np.arange(150), 10))
        values.append(found.dimension)
        half.append((found.interval[1] - found.interval[0]) / 2)
    assert 0.8 < np.mean(half) / (2.093 * np.std(values, ddof=1)) < 2.5


def test_a_power_law_is_read_exactly():
    radii = np.geomspace(0.01, 1, 80)
    curve = 0.3 * radii**2.5
    slopes = local_slopes(radii, curve)
    known = slopes[np.isfinite(slopes)]
    np.testing.assert_allclose(known, 2.5)
    region = scaling_region(radii, slopes)
    assert region is not None
    assert (region.first, region.last) == (8, 71)
    assert slope_within(radii, curve, region) == pytest.approx(2.5)
    assert takens_estimate(radii, curve, region) == pytest.approx(2.5)


def test_a_bent_curve_gives_its_longer_straight_part():
    radii = np.geomspace(0.01, 1, 201)
    curve = np.where(radii < 0.2, radii**2, 0.2 * radii)  # slope 2 for a factor of 20, then 1 for a factor of 5
    region = scaling_region(radii, local_slopes(radii, curve, 2))
    assert region is not None
    assert radii[region.last] == pytest.approx(0.2, rel=0.1)
    assert slope_within(radii, curve, region) == pytest.approx(2, abs=0.02)
    steep = scaling_region(radii, np.log(radii) ** 2 + 1)  # no steady slope but near r = 1
    assert steep is not None
    assert not steep.reliable


def test_neighbours_in_time_do_not_make_pairs_in_the_control():
    """Independent slow units: rolled, they are as they were. With pairs across the joints the control would be closer."""

    def sines(session, rng):
        rate, start = rng.uniform(0.05, 0.15, (60, 12)), rng.uniform(0, 2 * np.pi, (60, 12))
        step = np.arange(len(session.time)) % 100
        return np.sin(2 * np.pi * rate[session.trial] * step[:, None] * session.dt_s + start[session.trial])

    result = analyse(ring_session(sines, n_trials=60), "dimension")
    for part in ("LM1", "LM2"):
        assert result[f"{part}/control_radii"][0] > 0.8 * result[f"{part}/radii"][0]
        assert result.scalar(f"{part}/control_dimension") > 5


@pytest.mark.parametrize(
    ("plant", "n_trials", "note"),
    [
        (lambda s, rng: np.ones((len(s.time), 12)), 20, "constant"),
        (lambda s, rng: rng.standard_normal((len(s.time), 1)), 20, "1 units are too few"),
        (lambda s, rng: rng.standard_normal((len(s.time), 12)), 1, "samples are too few"),
    ],
)
def test_what_cannot_be_computed_is_noted(plant, n_trials, note):
    result = analyse(ring_session(plant, n_trials=n_trials), "dimension")
    assert note in " ".join(result.notes.values())


def test_one_long_trial_leaves_out_one_second():
    session = ring_session(lambda s, rng: rng.standard_normal((len(s.time), 12)), n_trials=1, n_steps=2000)
    session.phase = None
    result = analyse(session, "dimension")
    assert result.scalar("all/theiler_s") == pytest.approx(1.0)
    assert result.scalar("all/dimension") > 5


def test_a_ring_code_has_a_low_dimension_and_its_control_has_not():
    centres = np.linspace(-np.pi, np.pi, 24, endpoint=False)
    result = analyse(
        ring_session(lambda s, rng: np.exp(2 * np.cos(s.position - centres) - 2), n_trials=120), "dimension"
    )
    assert result.scalar("LM2/dimension") < 2.3
    assert result.scalar("LM2/control_dimension") > 5
    assert result.scalar("LM2/low") < result.scalar("LM2/dimension") < result.scalar("LM2/high")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"radii": [0.0, 1.0]}, "radii"),
        ({"theiler": "trial"}, "needs the trial"),
        ({"theiler": "run"}, "'run'"),
        ({"theiler": -1}, "-1"),
        ({"theiler": 50}, "leaves no pair"),
        ({"trial": [0, 1]}, "trial: needs one value"),
        ({"points": np.full((5, 2), np.nan)}, "points: nan at sample 0"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    arguments = {"points": np.random.default_rng(0).random((20, 2)), "radii": [0.5], **arguments}
    with pytest.raises(ValueError, match=message):
        correlation_sum(**arguments)


@pytest.mark.parametrize(
    ("points", "noise", "message"),
    [
        (np.ones((20, 3)), None, "all are the same"),
        (np.ones((1, 3)), None, "at least 2"),
        (np.eye(20)[:, :4], "floor", "at least 10 coordinates"),
        (np.eye(20), "ceiling", "'ceiling'"),
        (np.eye(20), -1.0, "at least 0"),
    ],
)
def test_points_without_a_dimension_are_refused(points, noise, message):
    with pytest.raises(ValueError, match=message):
        correlation_dimension(points, noise=noise)
