"""The ways to count pairs: by blocks, by the leaves of a k-d tree, with torch."""

import numpy as np
import pytest

from rscnav.analyses.dimension import correlation_sum as correlation
from rscnav.analyses.dimension.correlation_sum import correlation_sum, count_pairs
from rscnav.analyses.dimension.pair_counts import gpu as pair_torch
from rscnav.analyses.dimension.pair_counts.distance_bins import prepare_points
from rscnav.analyses.dimension.pair_counts.gpu import count_on_device, torch_device
from rscnav.analyses.dimension.pair_counts.kd_tree import count_by_tree, make_leaves

CLOUDS = {
    "line": lambda rng, n: rng.standard_normal((n, 1)),
    "plane": lambda rng, n: rng.standard_normal((n, 2)).astype(np.float32),
    "grid": lambda rng, n: rng.integers(0, 6, (n, 3)).astype(float),
    "far from zero": lambda rng, n: 1e7 + rng.standard_normal((n, 3)),
    "sheet among many": lambda rng, n: rng.standard_normal((n, 2)) @ rng.standard_normal((2, 40)),
    "near copies": lambda rng, n: (
        np.repeat(rng.standard_normal((n // 2, 4)), 2, axis=0) * (1 + 1e-7 * rng.random((n, 1)))
    ),
}


def brute(points, radii, kept):
    """Counts of kept pairs closer than each radius, from all differences in float64."""
    x = points.astype(np.float64)
    squares = np.concatenate([np.sum((row - x) ** 2, axis=1)[keep] for row, keep in zip(x, kept, strict=True)])
    return np.searchsorted(np.sort(squares), radii**2)


@pytest.mark.parametrize("theiler", [0, 5, "trial"])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_tree_and_torch_count_what_all_differences_count(cloud, theiler, monkeypatch):
    monkeypatch.setattr(pair_torch, "BLOCK_CPU", 97)
    rng = np.random.default_rng(0)
    points, trial = CLOUDS[cloud](rng, 500), np.repeat(np.arange(25), 20)
    radii = np.geomspace(0.003, 4, 60)
    first = np.arange(1, 501)
    if theiler:
        first = (trial + 1) * 20 if theiler == "trial" else np.minimum(first + theiler, (trial + 1) * 20)
    edges = np.array([0, 120, 300, 500])
    prepared = prepare_points(points, radii)
    index = np.arange(500)
    kept = index[None, :] >= first[:, None]
    for counts in (
        count_by_tree(prepared, make_leaves(prepared), edges, first, threads=2),
        count_on_device(prepared, edges, first, "cpu"),
    ):
        for g in range(3):
            for h in range(3):
                group = np.searchsorted(edges, index, side="right") - 1
                expected = brute(points, radii, kept & (group[:, None] == g) & (group == h))
                np.testing.assert_array_equal(np.cumsum(counts[g, h, :-1]), expected)


def test_the_tree_is_taken_by_itself_and_changes_nothing(monkeypatch):
    points = np.random.default_rng(1).standard_normal((4000, 2))
    radii = np.geomspace(0.01, 0.3, 30)
    calls = []
    from rscnav.analyses.dimension.pair_counts import kd_tree as pair_tree

    real = pair_tree.count_by_tree
    monkeypatch.setattr(pair_tree, "count_by_tree", lambda *a, **k: calls.append(1) or real(*a, **k))
    by_tree = count_pairs(points, radii).closer
    assert calls
    count_pairs(points, np.geomspace(0.01, 10, 30))  # nearly all pairs are to be looked at
    count_pairs(np.repeat(points, 20, axis=1), radii)  # too many dimensions
    assert len(calls) == 1
    monkeypatch.setattr(correlation, "TREE_DIMS", 0)
    np.testing.assert_array_equal(count_pairs(points, radii).closer, by_tree)
    assert len(calls) == 1


def test_a_device_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="'tpu'"):
        torch_device("tpu")
    if torch_device("auto") == "cpu":
        with pytest.raises(ValueError, match="finds no GPU"):
            correlation_sum(np.eye(5), [1.0], device="cuda")
    np.testing.assert_allclose(correlation_sum(np.eye(5), [1.0, 2.0], device="auto"), [0, 1])
