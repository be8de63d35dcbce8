"""Compiled loops that bin squared distances, for `blocks`.

They have no state and release the global interpreter lock, so that blocks can run on several threads.
"""

from typing import Any

import numba
import numpy as np

from rscnav.files.numba_cache import keeps_compiled

KEPT = keeps_compiled(__file__)
COMPILED: dict[str, Any] = {"fastmath": True, "error_model": "numpy", "cache": KEPT, "nogil": True}


@numba.njit(**COMPILED)
def squared_distance(points: Any, first: int, second: int, scale: float) -> float:
    """Return the squared distance of two points, from differences in float64."""
    x, y = points[first], points[second]
    total = 0.0
    for dim in range(len(x)):
        difference = (np.float64(x[dim]) - np.float64(y[dim])) * scale
        total += difference * difference
    return total


@numba.njit(**COMPILED)
def bin_products(
    products: Any,
    row_norms: Any,
    column_norms: Any,
    cells: Any,
    shift: int,
    base: int,
    error: float,
    edges: Any,
    points: Any,
    scale: float,
    first_row: int,
    first_column: int,
    first_partner: Any,
    row_label: Any,
    segment_edges: Any,
    segment_label: Any,
    counts: Any,
) -> int:
    """Add one block of pairs to `counts` (row label, segment label, bin); return the count of pairs that were computed again.

    `products` (row, column) are the scalar products of the points from `first_row` on with those from `first_column` on. In each
    row the columns from `first_partner` on count. Columns between two `segment_edges` have the same label. Uncertain pairs are
    added to their bin, and also to the last bin of `counts`.
    """
    width = products.shape[1]
    squares = np.empty(width, products.dtype)
    rounded = np.empty(width, np.float32)
    bits = rounded.view(np.int32)
    cell = np.empty(width, np.int32)
    doubtful = np.empty(width + 1, np.int32)
    top = len(cells) - 1
    unsure = len(edges) + 1
    again = 0
    for i in range(len(products)):
        from_row, norm = products[i], row_norms[i]
        for j in range(width):
            squares[j] = norm + column_norms[j] - (from_row[j] + from_row[j])
            rounded[j] = squares[j]
        for j in range(width):
            cell[j] = min(max((bits[j] >> shift) - base, 0), top)
        of_row = counts[row_label[i]]
        for k in range(len(segment_label)):
            of_segment = of_row[segment_label[k]]
            n = 0
            for j in range(max(segment_edges[k], first_partner[i]) - first_column, segment_edges[k + 1] - first_column):
                bin_ = cells[cell[j]]
                of_segment[bin_] += 1
                doubtful[n] = j
                n += bin_ == unsure
            for m in range(n):
                j = doubtful[m]
                square = np.float64(squares[j])
                bin_ = np.searchsorted(edges, square - error, side="right")
                if bin_ < len(edges) and edges[bin_] <= square + error:
                    exact = squared_distance(points, first_row + i, first_column + j, scale)
                    bin_ = np.searchsorted(edges, exact, side="right")
                    again += 1
                of_segment[bin_] += 1
    return again
