"""Labels of trials for decoding: folds that hold out whole trials, and permutations that keep what is known of the trial."""

import numpy as np
from numpy.typing import NDArray


def rank_strata(value: NDArray[np.floating], size: int) -> NDArray[np.int64]:
    """Cut cases into groups of about `size` with similar values (case,), none smaller than `size` but where all are fewer."""
    n = len(value)
    rank = np.empty(n, np.int64)
    rank[np.argsort(value, kind="stable")] = np.arange(n)
    return rank * max(1, n // size) // max(n, 1)


def stratified_folds(
    label: NDArray[np.bool_], stratum: NDArray[np.integer], n_folds: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Deal cases out to folds (case,), so that each has as many of either class, label (case,), as any other, give or take one.

    Each stratum (case,) is spread over the folds as evenly as that allows.
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
    """Permute labels within cells.

    Where neither the activity nor anything it goes by has to do with the label among the cases of one cell, the labels as
    observed are one draw like any other.

    Parameters
    ----------
    label : array, (case,)
    cell : array, (case,)
        Labels change places within a cell only.
    n : int
        Permutations.

    Returns
    -------
    array, (case, 1 + n)
        The labels as they are, then permuted.

    References
    ----------
    Kim, Neykov, Balakrishnan & Wasserman, Ann. Stat. 50, 3388 (2022), doi:10.1214/22-AOS2233 (permutation within bins of
    what is conditioned on).
    """
    place = np.argsort(cell, kind="stable")
    result = np.empty((len(label), 1 + n), bool)
    result[:, 0] = label
    for draw in range(1, n + 1):
        result[place, draw] = label[np.lexsort((generator.random(len(label)), cell))]
    return result
