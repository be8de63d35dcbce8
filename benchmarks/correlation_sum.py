"""Correlation sum: run time, memory and counts, compared with other implementations on the same points in one run.

    OMP_NUM_THREADS=1 python benchmarks/correlation_sum.py [small] [large]

``large``: all pairs of 100,000 points on two threads. It runs first, so that the peak memory is its own.
``small``: 10,000 points, compared with all distances at once (`pdist` and sort) and, if scikit-dimension is installed, with its
`CorrInt`, which estimates the dimension from two radii. Counts are compared with those in float64 at every radius. Then 100,000
points in two dimensions at small radii, by k-d tree and by blocks.
Times are wall-clock times on one thread unless stated otherwise; those of 10,000 points are the best of three runs.
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
    """Run the chosen measurements and print the results."""
    chosen = sys.argv[1:] or ["large", "small"]
    warm = np.random.default_rng(0).normal(size=(3000, 2))
    for radius in (0.01, 9.0):  # compile the kernels of tree and blocks
        count_pairs(warm, np.array([radius]), threads=2)
    if "large" in chosen:
        many(100_000)
    if "small" in chosen:
        compare_others(10_000)
        tree(100_000)


def cloud(n: int, dtype: type[np.floating] = np.float32) -> NDArray[np.floating]:
    """Draw points on a torus that is encoded by 128 noisy units."""
    rng = np.random.default_rng(0)
    points = np.empty((n, N_DIMS), dtype)
    centre = rng.uniform(-np.pi, np.pi, (N_DIMS, 2))
    for first in range(0, n, 1000):
        angle = rng.uniform(-np.pi, np.pi, (len(points[first : first + 1000]), 1, 2))
        rates = np.exp(np.sum(np.cos(angle - centre) - 1, axis=2))
        points[first : first + 1000] = rates + 0.02 * rng.standard_normal(rates.shape)
    return points


def many(n: int) -> None:
    """Measure run time and peak memory for all pairs of many points."""
    points = cloud(n)
    radii = radii_from(points[:1000].astype(np.float64))
    before = peak_gib()
    _, exact_s = timed(lambda: count_pairs(points, radii, threads=2))
    print(
        f"{n:,} x {N_DIMS}, {len(radii)} radii, all pairs, two threads: {exact_s:.0f} s, peak memory {peak_gib():.2f} GiB, "
        f"of which {before:.2f} GiB before the count"
    )


def compare_others(n: int) -> None:
    """Measure other implementations on the same points, in float32 and float64, and compare the counts."""
    dtypes: tuple[type[np.floating], ...] = (np.float32, np.float64)
    for dtype in dtypes:
        points = cloud(n, dtype)
        radii = radii_from(points.astype(np.float64))
        counts, ours = best(count_pairs, points, radii)
        _, two = best(count_pairs, points, radii, threads=2)
        print(f"{n:,} x {N_DIMS} in {np.dtype(dtype)}, {len(radii)} radii: {ours:.2f} s, two threads {two:.2f} s")
        exact, plain = best(all_at_once, points, radii)
        print(
            f"  pdist and sort: {plain:.2f} s, {plain / ours:.1f} x the time of rscnav; {plain / two:.1f} x with two threads"
        )
        worst = np.max(np.abs(counts.closer[0, 0] - exact) / np.maximum(exact, 1))
        print(f"  largest relative difference of the counts: {worst:.1e}, down to {exact[exact > 0].min()} pairs")
        try:
            theirs = importlib.import_module("skdim.id").CorrInt
        except ImportError:
            print("  scikit-dimension is not installed; install it with: pip install scikit-dimension")
            continue
        _, other = best(theirs().fit, points)
        print(
            f"  scikit-dimension, CorrInt: {other:.2f} s, {other / ours:.1f} x the time of rscnav; {other / two:.1f} x with two threads"
        )


def all_at_once(points: NDArray[np.floating], radii: NDArray[np.float64]) -> NDArray[np.intp]:
    """Count the pairs closer than each radius from all distances at once, in float64."""
    return np.searchsorted(np.sort(pdist(points)), radii)


def tree(n: int) -> None:
    """Measure small radii in two dimensions by k-d tree, the algorithm chosen by default, and by blocks."""
    points = np.random.default_rng(0).normal(size=(n, 2))
    radii = np.geomspace(1e-4, 0.1, 200)
    by_tree, tree_s = timed(lambda: count_pairs(points, radii))
    dims, correlation.TREE_DIMS = correlation.TREE_DIMS, 0
    by_blocks, blocks_s = timed(lambda: count_pairs(points, radii))
    correlation.TREE_DIMS = dims
    same = "counts are equal" if np.array_equal(by_tree.closer, by_blocks.closer) else "COUNTS DIFFER"
    print(
        f"{n:,} x 2, radii up to 0.1 sd: k-d tree {tree_s:.2f} s, blocks {blocks_s:.1f} s, {blocks_s / tree_s:.0f} x; {same}"
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Run once; return the result and the time (s)."""
    started = time.perf_counter()
    out = work()
    return out, time.perf_counter() - started


def best(work: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Any, float]:
    """Run three times; return the result and the shortest time (s)."""
    turns = [timed(lambda: work(*arguments, **options)) for _ in range(TURNS)]
    return turns[0][0], min(seconds for _, seconds in turns)


def peak_gib() -> float:
    """Return the peak memory of this process (GiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
