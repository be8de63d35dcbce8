"""p-values of permutation tests, and their adjustment for the false discovery rate."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def permutation_p(null: NDArray[np.floating], observed: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Compute upper-tailed permutation p-values, (1 + draws at least as large as observed) / (1 + draws).

    Parameters
    ----------
    null : array, (draw, ...)
        For a lower-tailed test negate both arguments.
    observed : array, (...)

    Returns
    -------
    array, (...)
        With n draws at least 1 / (1 + n), so never 0.

    References
    ----------
    Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9, 39 (2010), doi:10.2202/1544-6115.1585.
    """
    exceed = np.sum(null >= observed - 1e-12, axis=0)  # draws equal to the observed value up to rounding count
    return np.asarray((1 + exceed) / (1 + len(null)), np.float64)


def adjusted_p(p: ArrayLike) -> NDArray[np.float64]:
    """Adjust p-values for the false discovery rate, after Benjamini and Hochberg.

    The units with an adjusted p of at most q have a false discovery rate of at most q.

    Parameters
    ----------
    p : array, (unit,)
        NaN for units that were not tested; it remains NaN and is not counted.

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
