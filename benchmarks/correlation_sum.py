"""Correlation sum: time, memory and counts, beside what else there is; every ratio is of one run on the same points.

    OMP_NUM_THREADS=1 python benchmarks/correlation_sum.py [small] [large]

``large``: 100,000 points, all pairs on two threads; it comes first, so that the peak of memory is its own.
``small``: 10,000 points against all distances at once (`pdist` and sort) and, where scikit-dimension is installed, its `CorrInt`, which
gives the dimension from two radii; counts against float64 at every radius; small radii in two dimensions by tree and by blocks.
One thread unless said; seconds by the clock, the best of three turns.
"""

import importlib
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist

from rscnav.analyses.dimension import correlation_sum as correlation
from rscnav.analyses.dimension.correlation_dimension import radii_from
from rscnav.analyses.dimension.correlation_sum import count_pairs

N_DIMS = 128
TURNS = 3


def main() -> None:
    """Print a line a measurement."""
    chosen = sys.argv[1:] or ["large", "small"]
    warm = np.random.default_rng(0).normal(size=(3000, 2))
    for radius in (0.01, 9.0):  # what is compiled is compiled, tree and blocks
        count_pairs(warm, np.array([radius]), threads=2)
    if "large" in chosen:
        many(100_000)
    if "small" in chosen:
        beside_others(10_000)
        tree(100_000)


def cloud(n: int, dtype: type[np.floating] = np.float32) -> NDArray[np.floating]:
    """Draw points on a torus among 128 noisy units."""
    rng = np.random.default_rng(0)
    points = np.empty((n, N_DIMS), dtype)
    centre = rng.uniform(-np.pi, np.pi, (N_DIMS, 2))
    for first in range(0, n, 1000):
        angle = rng.uniform(-np.pi, np.pi, (len(points[first : first + 1000]), 1, 2))
        rates = np.exp(np.sum(np.cos(angle - centre) - 1, axis=2))
        points[first : first + 1000] = rates + 0.02 * rng.standard_normal(rates.shape)
    return points


def many(n: int) -> None:
    """Time all pairs of many points, with the peak of memory."""
    points = cloud(n)
    radii = radii_from(points[:1000].astype(np.float64))
    before = peak_gib()
    _, exact_s = timed(lambda: count_pairs(points, radii, threads=2))
    print(
        f"{n:,} x {N_DIMS}, {len(radii)} radii, every pair, two threads: {exact_s:.0f} s, peak {peak_gib():.2f} GiB, "
        f"{before:.2f} of it before"
    )


def beside_others(n: int) -> None:
    """Time the same points by others, in both precisions, and compare the counts."""
    dtypes: tuple[type[np.floating], ...] = (np.float32, np.float64)
    for dtype in dtypes:
        points = cloud(n, dtype)
        radii = radii_from(points.astype(np.float64))
        counts, ours = best(count_pairs, points, radii)
        _, two = best(count_pairs, points, radii, threads=2)
        print(f"{n:,} x {N_DIMS} in {np.dtype(dtype)}, {len(radii)} radii: {ours:.2f} s, two threads {two:.2f} s")
        exact, plain = best(all_at_once, points, radii)
        print(f"  pdist and sort: {plain:.2f} s, {plain / ours:.1f} x; two threads {plain / two:.1f} x")
        worst = np.max(np.abs(counts.closer[0, 0] - exact) / np.maximum(exact, 1))
        print(f"  largest relative difference from its counts: {worst:.1e}, down to {exact[exact > 0].min()} pairs")
        try:
            theirs = importlib.import_module("skdim.id").CorrInt
        except ImportError:
            print("  scikit-dimension is not installed (pip install scikit-dimension)")
            continue
        _, other = best(theirs().fit, points)
        print(f"  scikit-dimension's CorrInt: {other:.2f} s, {other / ours:.1f} x; two threads {other / two:.1f} x")


def all_at_once(points: NDArray[np.floating], radii: NDArray[np.float64]) -> NDArray[np.intp]:
    """Count pairs closer than each radius from all distances, which are computed in float64."""
    return np.searchsorted(np.sort(pdist(points)), radii)


def tree(n: int) -> None:
    """Time small radii in two dimensions by the tree, which is chosen by itself, and by blocks."""
    points = np.random.default_rng(0).normal(size=(n, 2))
    radii = np.geomspace(1e-4, 0.1, 200)
    by_tree, tree_s = timed(lambda: count_pairs(points, radii))
    dims, correlation.TREE_DIMS = correlation.TREE_DIMS, 0
    by_blocks, blocks_s = timed(lambda: count_pairs(points, radii))
    correlation.TREE_DIMS = dims
    same = "the same counts" if np.array_equal(by_tree.closer, by_blocks.closer) else "COUNTS DIFFER"
    print(
        f"{n:,} x 2, radii up to 0.1 sd: {tree_s:.2f} s by the tree, {blocks_s:.1f} s by blocks, {blocks_s / tree_s:.0f} x, {same}"
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Run once; give what came out, and the seconds."""
    started = time.perf_counter()
    out = work()
    return out, time.perf_counter() - started


def best(work: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Any, float]:
    """Run some turns; give what came out, and the seconds of the quickest."""
    turns = [timed(lambda: work(*arguments, **options)) for _ in range(TURNS)]
    return turns[0][0], min(seconds for _, seconds in turns)


def peak_gib() -> float:
    """Give the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
