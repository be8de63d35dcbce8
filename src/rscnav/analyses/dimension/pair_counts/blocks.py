"""Counts of pairs by blocks of matrix products on the CPU.

A block of products in float32 is binned by `block_kernels.bin_products` while it is in the cache. If many pairs are uncertain in
float32 (points far from the mean and close to each other), later blocks with this error bound are computed in float64.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from rscnav.analyses.dimension.pair_counts.block_kernels import bin_products
from rscnav.analyses.dimension.pair_counts.distance_bins import CellTables, Points, rounding_bound

ROWS, COLUMNS = 512, 1024  # of a block: 2 MB of products
HEAVY = 0.1  # fraction of pairs computed again above which products in float64 are faster


class PairBlocks:
    """Pair counts of blocks of rows and columns, each of consecutive points."""

    def __init__(self, points: Points, group_edges: NDArray[np.intp]) -> None:
        self.points = points
        self.group_edges = group_edges
        self.tables = CellTables(points.edges)
        self.buffer = np.empty(ROWS * COLUMNS, np.float32)

    def add(
        self,
        rows: slice,
        columns: slice,
        first: NDArray[np.intp],
        row_group: NDArray[np.intp],
        counts: NDArray[np.int64],
    ) -> None:
        """Add the pairs of `rows` with `columns` to counts (group, group, bin); in each row, columns from `first` on count."""
        p = self.points
        row_norm, column_norm = float(p.norms[rows].max()), float(p.norms[columns].max())
        n_dims = p.raw.shape[1]
        cells = self.tables.for_error(rounding_bound(n_dims, row_norm, column_norm))
        products: NDArray[np.floating]
        row_norms: NDArray[np.floating]
        column_norms: NDArray[np.floating]
        double = cells.heavy
        if double:
            x, y = p.double(rows), p.double(columns)
            products, row_norms, column_norms = x @ y.T, np.einsum("ij,ij->i", x, x), np.einsum("ij,ij->i", y, y)
            cells = self.tables.for_error(
                rounding_bound(n_dims, float(row_norms.max()), float(column_norms.max()), double=True)
            )
        else:
            shape = (rows.stop - rows.start, columns.stop - columns.start)
            products = self.buffer[: shape[0] * shape[1]].reshape(shape)
            np.matmul(p.single[rows], p.single[columns].T, out=products)
            row_norms, column_norms = p.norms[rows], p.norms[columns]
        groups = np.arange(
            np.searchsorted(self.group_edges, columns.start, side="right") - 1,
            np.searchsorted(self.group_edges, columns.stop, side="left"),
        )
        segment_edges = np.clip(self.group_edges[groups[0] : groups[-1] + 2], columns.start, columns.stop)
        again = bin_products(
            products, row_norms, column_norms, cells.bins, cells.shift, cells.base, cells.error, p.edges, p.raw, p.scale,
            rows.start, columns.start, first, row_group, segment_edges, groups, counts,
        )  # fmt: skip
        if not double and again > HEAVY * products.size:
            cells.heavy = True


def count_by_blocks(
    points: Points, group_edges: NDArray[np.intp], first: NDArray[np.intp], *, threads: int = 1
) -> NDArray[np.int64]:
    """Count all pairs i < j with j >= first[i], by the groups of both points and the bin of their distance.

    Parameters
    ----------
    points : Points
    group_edges : array, (group + 1,)
        Group k consists of the points group_edges[k] to group_edges[k + 1] - 1.
    first : array, (point,)
        First partner of each point.
    threads : int
        Count of CPU threads.

    Returns
    -------
    array, (group, group, radius + 1)
        Bin k: pairs at a distance of at least k radii and below the next radius.
    """
    n, n_groups = len(points.raw), len(group_edges) - 1
    group = np.repeat(np.arange(n_groups), np.diff(group_edges))
    starts = range(0, n, ROWS)

    def work(share: range) -> NDArray[np.int64]:
        counts = np.zeros((n_groups, n_groups, len(points.edges) + 2), np.int64)
        blocks = PairBlocks(points, group_edges)
        for start in share:
            rows = slice(start, min(start + ROWS, n))
            for left in range(int(first[start]), n, COLUMNS):
                blocks.add(rows, slice(left, min(left + COLUMNS, n)), first[rows], group[rows], counts)
        return counts

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        shares = [starts[k::threads] for k in range(threads)]
        total: NDArray[np.int64] = np.sum(list(pool.map(work, shares)), axis=0)
    return total[..., :-1]
