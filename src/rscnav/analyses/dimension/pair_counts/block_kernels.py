"""Compiled loops of the correlation sum: squared distances to counts, in one pass over memory.

They hold no state and release the interpreter's lock, so blocks can run on several threads.
"""

from typing import Any

import numba
import numpy as np

from rscnav.files.numba_cache import keeps_compiled

KEPT = keeps_compiled(__file__)
COMPILED: dict[str, Any] = {"fastmath": True, "error_model": "numpy", "cache": KEPT, "nogil": True}


@numba.njit(**COMPILED)
def squared_distance(points: Any, first: int, second: int, scale: float) -> float:
    """Sum the squared differences of two points in float64."""
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
    rows: Any,
    first_column: int,
    skip_from: Any,
    skip_to: Any,
    row_label: Any,
    segment_edges: Any,
    segment_label: Any,
    counts: Any,
) -> int:
    """Add one block of pairs to `counts` (row label, segment label, bin); give how many pairs were computed again.

    `products` (row, column) hold xy; `rows` the numbers of the points of the rows, columns are the points from
    `first_column` on. Columns from `skip_from` up to `skip_to` of a row are left out. Columns between two
    `segment_edges` share a label. The last bin of `counts` gathers the unsure pairs, which are also put where they belong.
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
    for i in range(len(rows)):
        from_row, norm = products[i], row_norms[i]
        for j in range(width):
            squares[j] = norm + column_norms[j] - (from_row[j] + from_row[j])
            rounded[j] = squares[j]
        for j in range(width):
            cell[j] = min(max((bits[j] >> shift) - base, 0), top)
        of_row = counts[row_label[i]]
        for k in range(len(segment_label)):
            start, stop = segment_edges[k] - first_column, segment_edges[k + 1] - first_column
            of_segment = of_row[segment_label[k]]
            for half in range(2):
                first = start if half == 0 else max(start, skip_to[i] - first_column)
                last = min(stop, skip_from[i] - first_column) if half == 0 else stop
                n = 0
                for j in range(first, last):
                    bin_ = cells[cell[j]]
                    of_segment[bin_] += 1
                    doubtful[n] = j
                    n += bin_ == unsure
                for m in range(n):
                    j = doubtful[m]
                    square = np.float64(squares[j])
                    bin_ = np.searchsorted(edges, square - error, side="right")
                    if bin_ < len(edges) and edges[bin_] <= square + error:
                        exact = squared_distance(points, rows[i], first_column + j, scale)
                        bin_ = np.searchsorted(edges, exact, side="right")
                        again += 1
                    of_segment[bin_] += 1
    return again
