"""Counts of pairs by a k-d tree: pairs of leaves beyond the largest radius are skipped.

The tree sorts the points so that neighbours are in one leaf. Two leaves are skipped if the distance of their bounding boxes
exceeds the largest radius. All other distances are sums of squared differences in float64.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.pair_counts.distance_bins import Points, make_cells
from rscnav.analyses.dimension.pair_counts.kd_tree_kernels import bin_leaves, pairs_of_near_leaves

LEAF = 32  # points


@dataclass(frozen=True)
class Leaves:
    """Leaves of a k-d tree, with the points in its order.

    Parameters
    ----------
    order : array, (point,)
        Index of each point in the original order.
    columns : array, (dim, point)
        Coordinates as given.
    edges : array, (leaf + 1,)
        Leaf k consists of the points edges[k] to edges[k + 1] - 1.
    low, high : array, (leaf, dim), float64
        Bounding box of each leaf, times `Points.scale`.
    reach : float
        Squared distance of two boxes above which their leaves are skipped.
    """

    order: NDArray[np.intp]
    columns: NDArray[np.floating]
    edges: NDArray[np.intp]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    reach: float

    def candidates(self, limit: int) -> int:
        """Return the count of pairs of points whose leaves are not skipped; counting stops soon after `limit`."""
        return int(pairs_of_near_leaves(self.edges, self.low, self.high, self.reach, limit))


def make_leaves(points: Points) -> Leaves:
    """Return the leaves of a k-d tree of the points, with their bounding boxes."""
    from scipy.spatial import cKDTree

    tree = cKDTree(points.single, leafsize=LEAF, copy_data=False)
    edges = np.append(_leaf_starts(tree.tree), len(points.raw))
    sorted_points = points.raw[tree.indices]
    low = np.minimum.reduceat(sorted_points, edges[:-1], axis=0).astype(np.float64) * points.scale
    high = np.maximum.reduceat(sorted_points, edges[:-1], axis=0).astype(np.float64) * points.scale
    # Slightly above the largest radius: rounding of the boxes' distance must not exclude a pair.
    reach = float(points.edges[-1] * (1 + 1e-9))
    return Leaves(tree.indices, np.ascontiguousarray(sorted_points.T), edges, low, high, reach)


def count_by_tree(
    points: Points, leaves: Leaves, group_edges: NDArray[np.intp], first: NDArray[np.intp], *, threads: int = 1
) -> NDArray[np.int64]:
    """Count as `blocks.count_by_blocks` does, except that the last bin lacks the pairs of skipped leaves."""
    n_groups = len(group_edges) - 1
    group = np.repeat(np.arange(n_groups), np.diff(group_edges))[leaves.order]
    cells = make_cells(points.edges, 2.0**-100)

    def work(share: int) -> NDArray[np.int64]:
        counts = np.zeros((n_groups, n_groups, len(points.edges) + 2), np.int64)
        bin_leaves(
            leaves.edges, leaves.low, leaves.high, leaves.reach, leaves.columns, points.scale, leaves.order,
            first[leaves.order], group, cells.bins, cells.shift, cells.base, points.edges, share, threads, counts,
        )  # fmt: skip
        return counts

    with ThreadPoolExecutor(threads) as pool:
        total: NDArray[np.int64] = np.sum(list(pool.map(work, range(threads))), axis=0)
    return np.ascontiguousarray(total[..., :-1])


def _leaf_starts(node: Any) -> list[int]:
    """Return the index of the first point of each leaf below a node, in increasing order."""
    starts, open_nodes = [], [node]
    while open_nodes:
        node = open_nodes.pop()
        if node.split_dim < 0:
            starts.append(node.start_idx)
        else:
            open_nodes += [node.lesser, node.greater]
    return sorted(starts)
