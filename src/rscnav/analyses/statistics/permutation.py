"""P-values: from permutations, and adjusted for many tests."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def permutation_p(null: NDArray[np.floating], observed: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Share of draws at least as large as what was observed, (1 + exceedances) / (1 + draws).

    Parameters
    ----------
    null : array, (draw, ...)
        For a test of small values give both with the sign turned round.
    observed : array, (...)

    Returns
    -------
    array, (...)
        Never 0: with n draws at least 1 / (1 + n).

    References
    ----------
    Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9, 39 (2010), doi:10.2202/1544-6115.1585.
    """
    exceed = np.sum(null >= observed - 1e-12, axis=0)  # a draw that equals the observed value but for rounding counts
    return np.asarray((1 + exceed) / (1 + len(null)), np.float64)


def adjusted_p(p: ArrayLike) -> NDArray[np.float64]:
    """Adjust the p-values of many units so that those at most q have a false-discovery rate of at most q.

    Parameters
    ----------
    p : array, (unit,)
        NaN where a unit was not tested; it stays NaN and does not count.

    Returns
    -------
    array, (unit,)

    References
    ----------
    Benjamini & Hochberg, J. R. Stat. Soc. B 57, 289 (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    from scipy.stats import false_discovery_control

    values = np.asarray(p, np.float64)
    tested = np.isfinite(values)
    adjusted = np.full(values.shape, np.nan)
    if tested.any():
        adjusted[tested] = false_discovery_control(values[tested], method="bh")
    return adjusted
