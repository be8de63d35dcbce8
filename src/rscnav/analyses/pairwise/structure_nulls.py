"""Null distributions of pairwise correlations: sign flip (independent units) and Mantel test (structure not preserved)."""

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.pairwise.block_correlations import BlockSums, as_matrix


def sign_flip_null(
    blocks: BlockSums, n_draws: int, generator: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Draw from the sign flip null of independent units: in each block the sign of each unit is flipped at random.

    The sign of a difference between two trials depends on their order. For independent units both signs are therefore
    equally probable. Everything within a unit and block is preserved.

    Parameters
    ----------
    blocks : BlockSums
    n_draws : int
    generator : numpy.random.Generator

    Returns
    -------
    square : array, (draw,)
        The `self_product` of each draw.
    correlation : array, (draw, pair)
        Correlations of up to 20 draws.
    """
    upper = np.triu_indices(blocks.n_units, 1)
    own = float(np.sum(blocks.sums.astype(np.float64) ** 2))
    squares, kept_draws = [], []
    for number in range(n_draws):
        signs = (2 * generator.integers(0, 2, size=(len(blocks.n), blocks.n_units)) - 1).astype(np.float32)
        total = np.zeros(blocks.sums.shape[1], np.float32)
        for sign, sums in zip(signs, blocks.sums, strict=True):
            total += (sign[upper[0]] * sign[upper[1]]) * sums
        squares.append(float(np.sum(total.astype(np.float64) ** 2)) - own)
        if number < 20:
            kept_draws.append(total / blocks.n.sum())
    return np.array(squares), np.array(kept_draws, np.float32)


def mantel_null(
    one: BlockSums, other: BlockSums, n_draws: int, generator: np.random.Generator
) -> tuple[float, NDArray[np.float64]]:
    """Compute the statistic and null distribution of the Mantel test of preserved structure.

    In the null distribution the units of the second phase are permuted.

    Parameters
    ----------
    one, other : BlockSums
    n_draws : int
    generator : numpy.random.Generator

    Returns
    -------
    observed : float
        Σ_{i≠j} ⟨C_i, C'_j⟩ of the centred blocks, divided by the norms of the two sums.
    null : array, (draw,)
        From all blocks, with the same divisor. Its spread is equal or larger, so that the test is conservative.

    References
    ----------
    Mantel, Cancer Res. 27, 209 (1967).
    """
    a, b = one.centred(), other.centred()
    gram = a.sums @ b.sums.T
    first, second = (as_matrix(blocks.sums.sum(axis=0), blocks.n_units, 0.0) for blocks in (a, b))
    size = 0.5 * float(np.linalg.norm(first)) * float(np.linalg.norm(second))
    if not size > 0:
        return np.nan, np.full(n_draws, np.nan)
    draws = []
    for _ in range(n_draws):
        order = generator.permutation(one.n_units)
        draws.append(0.5 * float(np.sum(first * second[np.ix_(order, order)], dtype=np.float64)) / size)
    return float(gram.sum(dtype=np.float64) - np.trace(gram)) / size, np.array(draws)
