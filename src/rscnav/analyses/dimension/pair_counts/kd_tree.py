"""Counting pairs by the leaves of a k-d tree: leaves further apart than the largest radius are passed over.

The tree only orders the points, so that neighbours stand together; the boxes around its leaves say which leaves can hold a
pair that counts. Within those, distances are sums of squared differences in float64.
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
    """Points in the order of a k-d tree, cut into leaves.

    Parameters
    ----------
    order : array, (point,)
        Number of each point before.
    columns : array, (dim, point)
        Coordinates as given.
    edges : array, (leaf + 1,)
        Leaf k holds points edges[k] up to edges[k + 1].
    low, high : array, (leaf, dim), float64
        The box around each leaf, on the scale of the radii.
    reach : float
        Squared distance from which no pair is counted.
    """

    order: NDArray[np.intp]
    columns: NDArray[np.floating]
    edges: NDArray[np.intp]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    reach: float

    def candidates(self, limit: int) -> int:
        """Count the pairs of leaves' points that have to be looked at; stops soon after `limit`."""
        return int(pairs_of_near_leaves(self.edges, self.low, self.high, self.reach, limit))


def make_leaves(points: Points) -> Leaves:
    """Build the tree, and the boxes around its leaves."""
    from scipy.spatial import cKDTree

    tree = cKDTree(points.single, leafsize=LEAF, copy_data=False)
    edges = np.append(_leaf_starts(tree.tree), len(points.raw))
    sorted_points = points.raw[tree.indices]
    low = np.minimum.reduceat(sorted_points, edges[:-1], axis=0).astype(np.float64) * points.scale
    high = np.maximum.reduceat(sorted_points, edges[:-1], axis=0).astype(np.float64) * points.scale
    # A little further than the last radius, so that rounding of the boxes' distance leaves out no pair.
    reach = float(points.edges[-1] * (1 + 1e-9))
    return Leaves(tree.indices, np.ascontiguousarray(sorted_points.T), edges, low, high, reach)


def count_by_tree(
    points: Points, leaves: Leaves, group_edges: NDArray[np.intp], first: NDArray[np.intp], *, threads: int = 1
) -> NDArray[np.int64]:
    """Count as `pair_blocks.count_by_blocks` does; pairs beyond the last radius are not in the last bin."""
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
    """List where each leaf below a node starts."""
    starts, open_nodes = [], [node]
    while open_nodes:
        node = open_nodes.pop()
        if node.split_dim < 0:
            starts.append(node.start_idx)
        else:
            open_nodes += [node.lesser, node.greater]
    return sorted(starts)
