"""Compiled loops over the leaves of a k-d tree, for `kd_tree`."""

from typing import Any

import numba
import numpy as np

from rscnav.analyses.dimension.pair_counts.block_kernels import COMPILED


@numba.njit(**COMPILED)
def _gap(low: Any, high: Any, first: int, second: int, reach: float) -> float:
    """Return the squared distance of two boxes, or any value above `reach` if it exceeds `reach`."""
    total = 0.0
    for dim in range(low.shape[1]):
        gap = max(low[first, dim] - high[second, dim], low[second, dim] - high[first, dim], 0.0)
        total += gap * gap
        if total > reach:
            break
    return total


@numba.njit(**COMPILED)
def pairs_of_near_leaves(edges: Any, low: Any, high: Any, reach: float, limit: int) -> int:
    """Return the count of pairs of points in leaves at a squared distance of at most `reach`; stops soon after `limit`."""
    n = 0
    for a in range(len(edges) - 1):
        size = edges[a + 1] - edges[a]
        n += size * (size - 1) // 2
        for b in range(a + 1, len(edges) - 1):
            if _gap(low, high, a, b, reach) <= reach:
                n += size * (edges[b + 1] - edges[b])
        if n > limit:
            break
    return n


@numba.njit(**COMPILED)
def bin_leaves(
    edges: Any,
    low: Any,
    high: Any,
    reach: float,
    columns: Any,
    scale: float,
    place: Any,
    first: Any,
    group: Any,
    cells: Any,
    shift: int,
    base: int,
    radii: Any,
    share: int,
    n_shares: int,
    counts: Any,
) -> None:
    """Add the pairs of every `n_shares`-th leaf with itself and all later leaves to `counts` (group, group, bin).

    In the order of the leaves are `columns` (dim, point), `place` (index of a point in the original order), `first` (its first
    partner in the original order) and `group`.
    """
    widest = 0
    for k in range(len(edges) - 1):
        widest = max(widest, edges[k + 1] - edges[k])
    squares = np.empty(widest, np.float64)
    rounded = np.empty(widest, np.float32)
    bits = rounded.view(np.int32)
    cell = np.empty(widest, np.int32)
    counted = np.empty(widest, np.int64)
    n_dims, top, unsure = len(columns), len(cells) - 1, len(radii) + 1
    for a in range(share, len(edges) - 1, n_shares):
        for b in range(a, len(edges) - 1):
            if _gap(low, high, a, b, reach) > reach:
                continue
            for i in range(edges[a], edges[a + 1]):
                start = i + 1 if a == b else edges[b]
                width = edges[b + 1] - start
                for j in range(width):
                    squares[j] = 0.0
                for dim in range(n_dims):
                    x, others = np.float64(columns[dim, i]), columns[dim, start : start + width]
                    for j in range(width):
                        difference = (x - np.float64(others[j])) * scale
                        squares[j] += difference * difference
                mine, until = place[i], first[i]
                places, untils = place[start : start + width], first[start : start + width]
                for j in range(width):
                    rounded[j] = squares[j]
                    counted[j] = places[j] >= until if places[j] > mine else mine >= untils[j]
                for j in range(width):
                    cell[j] = min(max((bits[j] >> shift) - base, 0), top)
                for j in range(width):
                    bin_ = np.int64(cells[cell[j]])
                    if bin_ == unsure:
                        bin_ = np.searchsorted(radii, squares[j], side="right")
                    g, h = group[i], group[start + j]
                    counts[min(g, h), max(g, h), bin_] += counted[j]
