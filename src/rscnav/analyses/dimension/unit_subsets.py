"""The dimension as a function of the number of units: random subsets, several of each size."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.correlation_dimension import correlation_dimension
from rscnav.errors import InvalidValueError

SMALLEST = 10  # units; sizes double from here on


def satisfies_embedding(n_units: int, dimension: float) -> bool:
    """Tell whether so many units show a set of that dimension without folding it onto itself: n > 2 D.

    Of noise, each unit has its own, and few units are filled by it evenly: the slope may be steady, at nearly their number.

    References
    ----------
    Sauer, Yorke & Casdagli, J. Stat. Phys. 65, 579 (1991), doi:10.1007/BF01053745.
    """
    return n_units > 2 * dimension


def dimension_by_units(
    points: NDArray[np.floating], n_draws: int, generator: np.random.Generator, **labels: Any
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Compute the dimension of random subsets of 10, 20, 40, … units, and of all.

    Parameters
    ----------
    points : array, (time, unit)
    n_draws : int
        Subsets of each size.
    **labels
        `trial`, `step`, `theiler` and `noise` of `rscnav.analyses.dimension.correlation_dimension.correlation_dimension`; a noise of each unit is
        cut down with the units.

    Returns
    -------
    n_units : array, (size,)
        The last is all units, one draw of them.
    dimension : array, (size, draw)
        NaN where there is no scaling region.
    reliable : array of bool, (size, draw)
        Over a factor of three in r, and of enough units (`satisfies_embedding`).
    """
    total = points.shape[1]
    doubled = SMALLEST * 2 ** np.arange(32)
    sizes: list[int] = [*doubled[doubled < total].tolist(), total]
    noise = labels.pop("noise", None)
    found = np.full((len(sizes), n_draws), np.nan)
    reliable = np.zeros(found.shape, bool)
    for k, size in enumerate(sizes):
        for draw in range(n_draws if size < total else 1):
            units = np.sort(generator.permutation(total)[:size])
            own = noise[units] if isinstance(noise, np.ndarray) else noise
            try:
                one = correlation_dimension(points[:, units], noise=own, **labels)
            except InvalidValueError:  # these units are constant, or all noise
                continue
            found[k, draw], reliable[k, draw] = one.dimension, one.reliable and satisfies_embedding(size, one.dimension)
    return np.array(sizes), found, reliable
