"""Bins of squared distances in float32, with a bound for the rounding error.

Points are centred, and scaled by a power of two (exact) to a largest length near 1. The error of a squared distance
|x|² + |y|² - 2xy is then at most `rounding_bound`. A pair within this bound of a radius is computed again from differences in
float64. All counts therefore equal those of float64 differences, also at radii with a few pairs.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

CHUNK = 4096  # points centred at a time
MANTISSA = 23  # bits of a float32 below the exponent
MAX_BITS = 12  # of these in the index of a cell: 4,096 cells per factor of 2 in squared distance
MAX_CELLS = 2**18
TINY = 2.0**-100  # smaller squared distances are always computed again: products in float32 would underflow


@dataclass(frozen=True)
class Points:
    """Points as given and centred and scaled in float32, and the scaled squared radii.

    Parameters
    ----------
    raw : array, (point, dim), float32 or float64
        Points as given.
    mean : array, (dim,), float64
    scale : float
        A power of two.
    single : array, (point, dim), float32
        (raw - mean) * scale.
    norms : array, (point,), float32
        |single|², summed in float64.
    edges : array, (radius,), float64
        (radius * scale)², increasing.
    """

    raw: NDArray[np.floating]
    mean: NDArray[np.float64]
    scale: float
    single: NDArray[np.float32]
    norms: NDArray[np.float32]
    edges: NDArray[np.float64]

    def double(self, rows: slice | NDArray[np.intp]) -> NDArray[np.float64]:
        """Return some points, centred and scaled, in float64."""
        return (np.asarray(self.raw[rows], np.float64) - self.mean) * self.scale


def prepare_points(points: NDArray[np.floating], radii: NDArray[np.float64]) -> Points:
    """Return points (point, dim), of any magnitude, centred and scaled, with the squared radii; `radii` (radius,) increase."""
    kept = points.dtype in (np.float32, np.float64)
    raw = np.ascontiguousarray(points if kept else points.astype(np.float64))
    mean = raw.mean(axis=0, dtype=np.float64)
    chunks = [slice(start, start + CHUNK) for start in range(0, len(raw), CHUNK)]
    largest = max(np.abs(np.asarray(raw[chunk], np.float64) - mean).max() for chunk in chunks)
    scale = _power_of_two(float(largest) * np.sqrt(raw.shape[1]))
    single = np.empty(raw.shape, np.float32)
    norms = np.empty(len(raw), np.float32)
    for chunk in chunks:
        single[chunk] = (np.asarray(raw[chunk], np.float64) - mean) * scale
        norms[chunk] = np.einsum("ij,ij->i", single[chunk], single[chunk], dtype=np.float64)
    with np.errstate(over="ignore"):
        edges = (np.asarray(radii, np.float64) * scale) ** 2
    return Points(raw, mean, scale, single, norms, edges)


def rounding_bound(n_dims: int, row_norm: float, column_norm: float, *, double: bool = False) -> float:
    """Return an upper bound of the rounding error of |x|² + |y|² - 2xy.

    The error of a sum of n products is at most n u |x| |y| in any order of summation (u: unit roundoff). Rounding of the points,
    the norms and the two sums adds less than 6 u (|x| + |y|)². In float64 the norms are also sums of n products.

    Parameters
    ----------
    n_dims : int
        Count of dimensions, n.
    row_norm, column_norm : float
        Largest squared lengths |x|² and |y|².
    double : bool
        Whether the products are in float64 instead of float32.

    References
    ----------
    Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 3.1, doi:10.1137/1.9780898718027.
    """
    unit, products = (2.0**-53, 1.0) if double else (2.0**-24, 0.5)
    reach = (np.sqrt(row_norm) + np.sqrt(column_norm)) ** 2
    return float(1.01 * unit * (products * n_dims + 6) * reach + TINY)


@dataclass
class RadiusCells:
    """Lookup table from the leading bits of a squared distance in float32 to its bin between radii.

    Parameters
    ----------
    bins : array, (cell,)
        Count of radii at or below all distances of the cell; `n_radii + 1` if it is uncertain.
    shift, base : int
        Index of a cell: (bits >> shift) - base, clipped to the table.
    error : float
        Upper bound of the error of a squared distance.
    heavy : bool
        Whether so many pairs were uncertain that products in float64 are faster.
    """

    bins: NDArray[np.unsignedinteger]
    shift: int
    base: int
    error: float
    heavy: bool = False


@dataclass
class CellTables:
    """Lookup tables by error bound, each made on first use."""

    edges: NDArray[np.float64]
    made: dict[int, RadiusCells] = field(default_factory=dict)

    def for_error(self, error: float) -> RadiusCells:
        """Return the table for an error bound, rounded up to the next quarter power of two."""
        key = int(np.ceil(4 * np.log2(error)))
        if key not in self.made:
            self.made[key] = make_cells(self.edges, 2.0 ** (key / 4))
        return self.made[key]


def make_cells(edges: NDArray[np.float64], error: float) -> RadiusCells:
    """Return the lookup table for increasing `edges` (radius,) and squared distances with an error of at most `error`."""
    lower = min(max(edges[0] / 2, TINY), 4.0)
    upper = min(max(2 * edges[-1], 2 * lower), 32.0)
    bits = int(np.clip(np.log2(MAX_CELLS / np.log2(upper / lower)), 1, MAX_BITS))
    shift = MANTISSA - bits
    base = _bits(lower) >> shift
    numbers = np.arange(base, (_bits(upper) >> shift) + 3)
    bounds = (numbers << shift).astype(np.int32).view(np.float32).astype(np.float64)
    # The first and the last cell include all distances outside the table. A float64 is rounded to float32 to find its cell.
    low = np.append(-np.inf, bounds[1:-1] * (1 - 2.0**-23) - error)
    high = np.append(bounds[1:-1] * (1 + 2.0**-23) + error, np.inf)
    first, last = _counts_up_to(edges, low), _counts_up_to(edges, high)
    bins = np.where(first == last, first, len(edges) + 1)
    return RadiusCells(bins.astype(np.uint16 if len(edges) < 2**16 - 2 else np.uint32), shift, base, error)


def _counts_up_to(edges: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the count of edges at or below each value; both increase."""
    return np.cumsum(np.bincount(np.searchsorted(values, edges), minlength=len(values) + 1)[: len(values)])


def _bits(value: float) -> int:
    return int(np.float32(value).view(np.int32))


def _power_of_two(length: float) -> float:
    """Return the power of two that scales `length` to between 0.5 and 1; 1 for a length of 0."""
    return float(2.0 ** -np.clip(np.ceil(np.log2(length)), -1000, 1000)) if length > 0 else 1.0
