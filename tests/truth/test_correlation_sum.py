"""Counts of close pairs against all differences in float64, on points that are hard for matrix products."""

import numpy as np
import pytest

from rscnav.analyses.dimension.correlation_sum import correlation_sum, count_pairs, group_edges
from rscnav.analyses.dimension.pair_counts import blocks as pair_blocks


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(pair_blocks, "ROWS", 64)
    monkeypatch.setattr(pair_blocks, "COLUMNS", 96)


def torus(rng, n, dims=40, noise=0.01):
    angles = rng.uniform(0, 2 * np.pi, (n, 2))
    flat = np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(n, 4)
    points = flat @ rng.standard_normal((4, dims))
    return points + noise * rng.standard_normal(points.shape)


def with_copies(rng, n):
    points = rng.standard_normal((n, 6))
    points[n // 2 :] = points[: n - n // 2]
    return points


def with_near_copies(rng, n):
    points = rng.standard_normal((n, 30)) * 100
    points[n // 2 :] = points[: n - n // 2] + rng.standard_normal((n - n // 2, 30)) * np.geomspace(1e-9, 1, 30)
    return points


def with_one_far_away(rng, n):
    points = rng.standard_normal((n, 10))
    points[n // 3] = 1e7
    return points


CLOUDS = {
    "gaussian": lambda rng, n: rng.standard_normal((n, 128)),
    "torus": torus,
    "float32": lambda rng, n: torus(rng, n).astype(np.float32),
    "far from zero": lambda rng, n: torus(rng, n) + 1e6,
    "float32 far from zero": lambda rng, n: (torus(rng, n) + 1e4).astype(np.float32),
    "one dimension": lambda rng, n: rng.standard_normal((n, 1)),
    "copies": with_copies,
    "near copies": with_near_copies,
    "one far away": with_one_far_away,
    "grid": lambda rng, n: rng.integers(0, 4, (n, 5)).astype(float),
    "all equal": lambda rng, n: np.full((n, 7), 0.1),
    "tiny": lambda rng, n: torus(rng, n) * 1e-200,
    "huge": lambda rng, n: torus(rng, n) * 1e120,
    "integers": lambda rng, n: rng.integers(-9, 9, (n, 3)),
}
RADII = {
    "many decades": lambda reach: reach * 2.0 ** (-np.arange(600, -1, -1) / 32),
    "evenly spaced": lambda reach: np.linspace(reach / 50, reach, 50),
    "very dense": lambda reach: reach * np.linspace(0.3, 0.4, 5000),
    "one": lambda reach: np.array([reach / 3]),
    "twice the same": lambda reach: reach * np.array([0.2, 0.2, 0.5, 0.5]),
    "all too large": lambda reach: reach * np.array([1e3, 1e200]),
    "all too small": lambda reach: reach * np.array([1e-180, 1e-60]),
}


def by_differences(points, radii, kept):
    """Counts of the kept pairs (point, point) closer than each radius."""
    points = points.astype(np.float64)
    unit = 2.0 ** -np.round(np.log2(max(np.abs(points).max(), 1e-300)))
    squares = np.concatenate(
        [np.sum(((row - points) * unit) ** 2, axis=1)[keep] for row, keep in zip(points, kept, strict=True)]
    )
    with np.errstate(over="ignore", under="ignore"):
        return np.searchsorted(np.sort(squares), (radii * unit) ** 2)


def reach_of(points):
    points = points.astype(float)
    return float(np.abs(points - points.mean(axis=0)).max() * np.sqrt(points.shape[1])) or 1.0


@pytest.mark.parametrize("radii", RADII)
@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_count_is_that_of_all_differences(cloud, radii):
    points = CLOUDS[cloud](np.random.default_rng(0), 300)
    with np.errstate(over="ignore"):
        r = RADII[radii](reach_of(points))
    r = r[np.isfinite(r) & (r > 0)]
    expected = by_differences(points, r, np.triu(np.ones((300, 300), bool), 1))
    np.testing.assert_array_equal(count_pairs(points, r).closer[0, 0], expected)


@pytest.mark.parametrize("theiler", [0, 1, 7, "trial"])
@pytest.mark.parametrize("lengths", [[10] * 40, [1] * 400, [250, 1, 2, 147], [400]])
def test_groups_and_windows_count_each_pair_once(theiler, lengths):
    if theiler == "trial" and len(lengths) == 1:
        return
    rng = np.random.default_rng(2)
    shuffled = rng.permutation(400)
    trial = np.repeat(np.arange(len(lengths)), lengths)
    step = np.concatenate([np.cumsum(rng.integers(1, 3, length)) for length in lengths])
    points = torus(rng, 400)
    radii = np.geomspace(0.05, 20, 40)
    counts = count_pairs(
        points[shuffled], radii, theiler=theiler, trial=trial[shuffled], step=step[shuffled], n_groups=5, threads=2
    )
    later = np.triu(np.ones((400, 400), bool), 1)
    if theiler == "trial":
        later &= trial[:, None] != trial
    elif theiler:
        later &= (trial[:, None] != trial) | (np.abs(step[:, None] - step) > theiler)
    edges = group_edges(trial, 5)
    group = np.repeat(np.arange(5), np.diff(edges))
    for g in range(5):
        for h in range(5):
            kept = later & (group[:, None] == g) & (group == h)
            assert counts.pairs[g, h] == kept.sum()
            np.testing.assert_array_equal(counts.closer[g, h], by_differences(points, radii, kept))


def test_lattice_distances_equal_to_a_radius_do_not_count():
    # Whole numbers 0-3 on a line, 10 of each: 4 x 45 pairs at one place, 300 pairs 1 apart, 200 2, 100 3.
    points = np.repeat(np.arange(4.0), 10)[:, None]
    closer = count_pairs(points, np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5])).closer[0, 0]
    same = 4 * 45
    assert closer.tolist() == [same, same, same + 300, same + 300, same + 500, same + 500, same + 600]


def test_no_pair_reaches_the_radii_and_all_do():
    points = np.random.default_rng(0).standard_normal((50, 3))
    assert correlation_sum(points, [1e-9, 1e9]).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((1, 3)), "leaves no pair"),
        (np.zeros((0, 3)), "no samples"),
        (np.array([[0.0, 1.0], [np.nan, 0.0]]), "nan at sample 1, unit 0"),
        (np.array([[0.0, 1.0], [np.inf, 0.0]]), "inf at sample 1, unit 0"),
    ],
)
def test_points_that_will_not_do_are_named(points, message):
    with pytest.raises(ValueError, match=message):
        correlation_sum(points, [1.0])
