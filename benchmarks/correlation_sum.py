"""Correlation sum: blocks with sorted distances against all distances at once (`pdist` and sort).

Same points, same run, one thread: ``OMP_NUM_THREADS=1 python benchmarks/correlation_sum.py``.
"""

import time

import numpy as np
from scipy.spatial.distance import pdist

from rscnav.analyses import correlation_sum

N_POINTS, N_DIMS = 6000, 128


def main() -> None:
    """Time both and check that they agree."""
    points = np.random.default_rng(0).normal(size=(N_POINTS, N_DIMS))
    radii = np.geomspace(8, 24, 100)
    started = time.perf_counter()
    ours = correlation_sum(points, radii)
    blocked_s = time.perf_counter() - started
    started = time.perf_counter()
    distances = np.sort(pdist(points))
    theirs = np.searchsorted(distances, radii) / len(distances)
    plain_s = time.perf_counter() - started
    worst = np.max(np.abs(ours - theirs))
    print(
        f"{N_POINTS} x {N_DIMS}: blocked {blocked_s:.2f} s, pdist and sort {plain_s:.2f} s, {plain_s / blocked_s:.1f} x"
    )
    print(f"largest difference of C(r): {worst:.1e}")


if __name__ == "__main__":
    main()
