"""Folds of whole trials for cross-validation, and permutations of labels within strata."""

import numpy as np
from numpy.typing import NDArray


def rank_strata(value: NDArray[np.floating], size: int) -> NDArray[np.int64]:
    """Group cases with similar values (case,) into strata of at least `size`; with fewer cases there is one stratum."""
    n = len(value)
    rank = np.empty(n, np.int64)
    rank[np.argsort(value, kind="stable")] = np.arange(n)
    return rank * max(1, n // size) // max(n, 1)


def stratified_folds(
    label: NDArray[np.bool_], stratum: NDArray[np.integer], n_folds: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Assign cases to folds (case,) such that the counts of each class, label (case,), differ by at most one between folds.

    The cases of each stratum (case,) are spread over the folds as evenly as this allows.
    """
    fold = np.empty(len(label), np.int64)
    for side in (False, True):
        cases = np.flatnonzero(label == side)
        order = np.lexsort((generator.random(len(cases)), stratum[cases]))
        fold[cases[order]] = (np.arange(len(cases)) + generator.integers(n_folds)) % n_folds
    return fold


def permuted_labels(
    label: NDArray[np.bool_], cell: NDArray[np.integer], n: int, generator: np.random.Generator
) -> NDArray[np.bool_]:
    """Permute labels within cells (conditional permutation test).

    Under conditional independence of activity and label given the cell, the observed labels are exchangeable with the
    permuted ones.

    Parameters
    ----------
    label : array, (case,)
    cell : array, (case,)
        Labels are exchanged within a cell only.
    n : int
        Count of permutations.
    generator : numpy.random.Generator

    Returns
    -------
    array, (case, 1 + n)
        Observed labels, then permuted ones.

    References
    ----------
    Kim, Neykov, Balakrishnan & Wasserman, Ann. Stat. 50, 3388 (2022), doi:10.1214/22-AOS2233 (permutation within bins of
    the conditioning variable).
    """
    place = np.argsort(cell, kind="stable")
    result = np.empty((len(label), 1 + n), bool)
    result[:, 0] = label
    for draw in range(1, n + 1):
        result[place, draw] = label[np.lexsort((generator.random(len(label)), cell))]
    return result
