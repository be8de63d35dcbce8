"""Unbiased statistics of pairwise correlations, from products of different blocks of trials.

A sample correlation matrix contains sampling noise, and matrices from the same trials share part of it. Products of
different blocks are free of both: with the sums of products C_i (unit, unit) of block i, the expectation of Σ_{i≠j}
⟨C_i, C_j⟩ is 0 if units are independent.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.jackknife import jackknife_interval

Estimate = tuple[float, float, float]  # value, low, high
NAN: Estimate = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class BlockSums:
    """Sums over samples of the products of two units, by block.

    Parameters
    ----------
    n : array, (block,)
        Count of samples.
    sums : array, (block, pair), float32
        For unit pairs u < v, in the order of `numpy.triu_indices(n_units, 1)`.
    squares : array, (block, unit)
        Sums of squares of each unit, scaled to a mean square of 1 over all blocks.
    """

    n: NDArray[np.float64]
    sums: NDArray[np.float32]
    squares: NDArray[np.float64]

    @property
    def n_units(self) -> int:
        """Count of units."""
        return self.squares.shape[1]

    def correlation(self) -> NDArray[np.float32]:
        """Return the correlation of each unit pair, (pair,), over all blocks."""
        return np.asarray(self.sums.sum(axis=0, dtype=np.float64) / self.n.sum(), np.float32)

    def centred(self) -> "BlockSums":
        """Subtract the mean over unit pairs in each block, which leaves the differences between pairs."""
        return BlockSums(
            self.n, self.sums - self.sums.mean(axis=1, keepdims=True, dtype=np.float64).astype("f4"), self.squares
        )

    def without_each(self) -> Iterator["BlockSums"]:
        """Yield the sums without each block in turn, with units scaled to a mean square of 1 over the remaining samples."""
        first, second = np.triu_indices(self.n_units, 1)
        for number in range(len(self.n)):
            left = np.arange(len(self.n)) != number
            n, squares = self.n[left], self.squares[left]
            with np.errstate(invalid="ignore", divide="ignore"):
                scale = np.sqrt(n.sum() / squares.sum(axis=0))
            sums = self.sums[left] * (scale[first] * scale[second]).astype(np.float32)
            yield BlockSums(n, sums, squares * scale**2)

    def influence_values(self) -> "BlockSums":
        """Subtract from each product the part that is due to the variance of its two units in the block (influence function).

        From each product x y, r (x² + y² - 2) / 2 is subtracted, with r the correlation of the pair. What remains is the
        influence of the block on the correlation, to first order. The sums over all blocks are unchanged.

        References
        ----------
        Devlin, Gnanadesikan & Kettenring, Biometrika 62, 531 (1975), doi:10.1093/biomet/62.3.531 (influence on a correlation).
        """
        first, second = np.triu_indices(self.n_units, 1)
        more = (0.5 * (self.squares - self.n[:, None])).astype(np.float32)
        r = self.correlation()
        sums = np.stack([own - r * (m[first] + m[second]) for own, m in zip(self.sums, more, strict=True)])
        return BlockSums(self.n, sums, self.squares)


def block_sums(values: NDArray[np.floating], block: NDArray[np.integer], n_blocks: int) -> BlockSums:
    """Compute the sums of products of units by block, after scaling of each unit to a mean square of 1.

    The mean is not subtracted.

    Parameters
    ----------
    values : array, (time, unit)
        With an expected mean of 0, such as differences between trials. Every unit varies.
    block : array, (time,)
    n_blocks : int

    Returns
    -------
    BlockSums
    """
    scale = np.sqrt(np.mean(values.astype(np.float64) ** 2, axis=0))
    scaled = (values / scale).astype(np.float32)
    upper = np.triu_indices(values.shape[1], 1)
    sums = np.zeros((n_blocks, len(upper[0])), np.float32)
    squares = np.zeros((n_blocks, values.shape[1]))
    n = np.bincount(block, minlength=n_blocks).astype(np.float64)
    for number in np.flatnonzero(n):
        part = scaled[block == number]
        sums[number] = (part.T @ part)[upper]
        squares[number] = np.sum(part**2, axis=0, dtype=np.float64)
    return BlockSums(n, sums, squares)


def as_matrix(pairs: NDArray, n_units: int, diagonal: float) -> NDArray:
    """Return values of unit pairs (pair,) as a symmetric matrix (unit, unit)."""
    matrix = np.zeros((n_units, n_units), pairs.dtype)
    matrix[np.triu_indices(n_units, 1)] = pairs
    matrix += matrix.T
    np.fill_diagonal(matrix, diagonal)
    return matrix


def mean_correlation(blocks: BlockSums) -> Estimate:
    """Compute the mean correlation over unit pairs, with its 95 % interval.

    The mean m determines the variance of the mean over the n scaled units, (1 + (n - 1) m) / n. The interval is a
    jackknife over blocks of the logarithm of that variance.

    Returns
    -------
    value, low, high : float
    """
    own = blocks.influence_values().sums.mean(axis=1, dtype=np.float64)
    means = np.append(own.sum(), own.sum() - own) / np.append(blocks.n.sum(), blocks.n.sum() - blocks.n)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(1 + (blocks.n_units - 1) * means)
    low, high = (np.exp(end) - 1 for end in jackknife_interval(float(logs[0]), logs[1:]))
    return float(means[0]), float(low / (blocks.n_units - 1)), float(high / (blocks.n_units - 1))


def rms_correlation(blocks: BlockSums) -> Estimate:
    """Compute the root mean square over unit pairs of the correlation, without sampling noise, with its 95 % interval.

    The square is Σ_{i≠j} ⟨C_i, C_j⟩ / Σ_{i≠j} n_i n_j / pairs. A negative square is replaced by 0. The interval is a
    jackknife over blocks, in which units are scaled again. It is computed from the root if the interval of the square
    lies above 0. Otherwise it is computed from the square, with negative ends replaced by 0.

    Returns
    -------
    value, low, high : float
    """
    square, without = _square(blocks), np.array([_square(left) for left in blocks.without_each()])
    low, high = jackknife_interval(square, without)
    value = float(np.sqrt(max(square, 0.0)))
    if low > 0 and np.all(without > 0):
        return value, *jackknife_interval(value, np.sqrt(without))
    return value, float(np.sqrt(np.maximum(low, 0))), float(np.sqrt(np.maximum(high, 0)))


def _square(blocks: BlockSums) -> float:
    """Compute Σ_{i≠j} ⟨C_i, C_j⟩ / Σ_{i≠j} n_i n_j / pairs; NaN with one block."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(self_product(blocks) / (blocks.n.sum() ** 2 - np.sum(blocks.n**2)) / blocks.sums.shape[1])


@dataclass(frozen=True)
class Product:
    """Estimate from products of two blocks: with all blocks, without each (block,), without any two (block, block)."""

    value: float
    without: NDArray[np.float64]
    without_two: NDArray[np.float64]

    @property
    def positive(self) -> bool:
        """Whether all these estimates are above 0."""
        return bool(self.value > 0 and np.all(self.without > 0) and np.all(self.without_two > 0))

    def interval(self) -> tuple[float, float]:
        """Compute the 95 % jackknife interval."""
        return jackknife_interval(self.value, self.without, self.without_two)


def cross_product(one: BlockSums, other: BlockSums) -> Product:
    """Compute the mean over unit pairs of the product of two correlations, from different blocks of trials."""
    gram = (one.sums @ other.sums.T).astype(np.float64)
    sums, sums_without, sums_two = _off_diagonal(gram)
    counts, counts_without, counts_two = _off_diagonal(np.outer(one.n, other.n))
    n_pairs = one.sums.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return Product(
            float(sums / counts / n_pairs), sums_without / counts_without / n_pairs, sums_two / counts_two / n_pairs
        )


def _off_diagonal(table: NDArray[np.float64]) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Sum the off-diagonal elements of a table (block, block): all, without each block, without any two.

    The diagonal of the last is the sum without one block.
    """
    off = table - np.diag(np.diag(table))
    both = off + off.T  # elements (j, k) and (k, j), which are subtracted twice below
    of_block = both.sum(axis=0)
    total = float(off.sum())
    two = total - of_block[:, None] - of_block + both
    np.fill_diagonal(two, total - of_block)
    return total, total - of_block, two


def structure_preserved(one: BlockSums, other: BlockSums) -> Estimate:
    """Compute the structure preserved: the correlation over unit pairs of the correlations in two phases, with its 95 % interval.

    Covariance and variances over unit pairs are from products of different blocks. The estimate is therefore neither
    reduced by sampling noise nor increased by noise that both phases of a trial share. The interval is a jackknife over
    blocks.

    Parameters
    ----------
    one, other : BlockSums
        Of the two phases; block k of both is from the same trials.

    Returns
    -------
    value, low, high : float
        The value may slightly exceed ±1. NaN if the jackknife interval of the variance over unit pairs includes 0 in
        either phase: then there is no structure to preserve.
    """
    a, b = one.influence_values().centred(), other.influence_values().centred()
    both, first, second = cross_product(a, b), cross_product(a, a), cross_product(b, b)
    for square in (first, second):
        if not square.interval()[0] > 0 or not square.positive:
            return NAN
    ratio = Product(
        both.value / float(np.sqrt(first.value * second.value)),
        both.without / np.sqrt(first.without * second.without),
        both.without_two / np.sqrt(first.without_two * second.without_two),
    )
    return ratio.value, *ratio.interval()


def self_product(blocks: BlockSums) -> float:
    """Compute Σ_{i≠j} ⟨C_i, C_j⟩."""
    total = blocks.sums.sum(axis=0, dtype=np.float64)
    return float(np.sum(total**2) - np.sum(blocks.sums.astype(np.float64) ** 2))


def pearson(x: NDArray[np.floating], y: NDArray[np.floating]) -> float:
    """Compute the Pearson correlation of two arrays; NaN if either is constant or has fewer than three values."""
    if len(x) < 3:
        return np.nan
    a, b = x - x.mean(), y - y.mean()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size > 0 else np.nan
