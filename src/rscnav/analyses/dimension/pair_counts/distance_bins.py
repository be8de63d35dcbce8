"""What tells, from a squared distance in float32, which radii it lies between, and when float32 cannot tell.

Points are centred and scaled (by a power of two, which rounds nothing) so that the longest has a length near 1. A squared
distance |x|² + |y|² - 2xy is then off by at most `rounding_bound`; a pair that lies within this bound of a radius is
computed again, from differences in float64. Every count is therefore that of float64, also at radii of a few pairs.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

CHUNK = 4096  # points centred at a time
MANTISSA = 23  # bits of a float32 below the exponent
MAX_BITS = 12  # of them kept in the number of a cell; 4,096 cells to a factor of 2 in squared distance
MAX_CELLS = 2**18
TINY = 2.0**-100  # squared distances so small are never left to float32, whose products would vanish


@dataclass(frozen=True)
class Points:
    """Points, the same centred and scaled in float32, and the squared radii on that scale.

    Parameters
    ----------
    raw : array, (point, dim), float32 or float64
        As given.
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
        """Give some points centred and scaled, in float64."""
        return (np.asarray(self.raw[rows], np.float64) - self.mean) * self.scale


def prepare_points(points: NDArray[np.floating], radii: NDArray[np.float64]) -> Points:
    """Centre and scale; `radii` increase. Points may have any magnitude."""
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
    """Give the largest error of |x|² + |y|² - 2xy, for squared lengths up to those given.

    A sum of n products is off by at most n u |x| |y| whatever the order of summation (u: half the last place); rounding of
    the points, of the norms and of the two sums adds less than 6 u (|x| + |y|)². In float64 the norms are such sums too.

    References
    ----------
    Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 3.1, doi:10.1137/1.9780898718027.
    """
    unit, products = (2.0**-53, 1.0) if double else (2.0**-24, 0.5)
    reach = (np.sqrt(row_norm) + np.sqrt(column_norm)) ** 2
    return float(1.01 * unit * (products * n_dims + 6) * reach + TINY)


@dataclass
class RadiusCells:
    """A table from the leading bits of a squared distance in float32 to the radii it lies between.

    Parameters
    ----------
    bins : array, (cell,)
        How many radii are at or below every distance of the cell; `n_radii + 1` where that is unsure.
    shift, base : int
        Cell = (bits >> shift) - base, held within the table.
    error : float
        What a squared distance may be off by.
    heavy : bool
        Whether so many pairs were unsure that products in float64 are cheaper.
    """

    bins: NDArray[np.unsignedinteger]
    shift: int
    base: int
    error: float
    heavy: bool = False


@dataclass
class CellTables:
    """Tables of cells by error, made when first asked for."""

    edges: NDArray[np.float64]
    made: dict[int, RadiusCells] = field(default_factory=dict)

    def for_error(self, error: float) -> RadiusCells:
        """Give the table for an error, rounded up to the next quarter of a power of two."""
        key = int(np.ceil(4 * np.log2(error)))
        if key not in self.made:
            self.made[key] = make_cells(self.edges, 2.0 ** (key / 4))
        return self.made[key]


def make_cells(edges: NDArray[np.float64], error: float) -> RadiusCells:
    """Sort cells of squared distance into the bins between `edges` (increasing), for distances off by up to `error`."""
    lower = min(max(edges[0] / 2, TINY), 4.0)
    upper = min(max(2 * edges[-1], 2 * lower), 32.0)
    bits = int(np.clip(np.log2(MAX_CELLS / np.log2(upper / lower)), 1, MAX_BITS))
    shift = MANTISSA - bits
    base = _bits(lower) >> shift
    numbers = np.arange(base, (_bits(upper) >> shift) + 3)
    bounds = (numbers << shift).astype(np.int32).view(np.float32).astype(np.float64)
    # The first and the last cell also hold what lies outside the table. float64 is rounded to float32 to find its cell.
    low = np.append(-np.inf, bounds[1:-1] * (1 - 2.0**-23) - error)
    high = np.append(bounds[1:-1] * (1 + 2.0**-23) + error, np.inf)
    first, last = _counts_up_to(edges, low), _counts_up_to(edges, high)
    bins = np.where(first == last, first, len(edges) + 1)
    return RadiusCells(bins.astype(np.uint16 if len(edges) < 2**16 - 2 else np.uint32), shift, base, error)


def _counts_up_to(edges: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Count the edges at or below each value; both increase, and values are many."""
    return np.cumsum(np.bincount(np.searchsorted(values, edges), minlength=len(values) + 1)[: len(values)])


def _bits(value: float) -> int:
    return int(np.float32(value).view(np.int32))


def _power_of_two(length: float) -> float:
    """Give the power of two that brings `length` to 0.5-1; 1 for no length."""
    return float(2.0 ** -np.clip(np.ceil(np.log2(length)), -1000, 1000)) if length > 0 else 1.0
