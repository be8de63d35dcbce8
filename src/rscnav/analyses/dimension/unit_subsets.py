"""Dimension as a function of the count of units, for random unit subsets."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.correlation_dimension import correlation_dimension
from rscnav.errors import InvalidValueError

SMALLEST = 10  # units; the next sizes are 20, 40, ...


def satisfies_embedding(n_units: int, dimension: float) -> bool:
    """Return whether n > 2 D: the embedding condition for n units and a set of dimension D.

    Independent noise of few units fills all their dimensions evenly, so that the slope can be constant at nearly n.

    References
    ----------
    Sauer, Yorke & Casdagli, J. Stat. Phys. 65, 579 (1991), doi:10.1007/BF01053745.
    """
    return n_units > 2 * dimension


def dimension_by_units(
    points: NDArray[np.floating], n_draws: int, generator: np.random.Generator, **labels: Any
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Compute the correlation dimension of random subsets of 10, 20, 40, … units, and of all units.

    Parameters
    ----------
    points : array, (time, unit)
    n_draws : int
        Count of subsets of each size.
    generator : numpy.random.Generator
        Random choice of units.
    **labels
        `trial`, `step`, `theiler` and `noise` of `rscnav.analyses.dimension.correlation_dimension.correlation_dimension`. If
        `noise` has one variance per unit, those of the subset are used.

    Returns
    -------
    n_units : array, (size,)
        The last size is all units, in the first draw only.
    dimension : array, (size, draw)
        NaN without a scaling region.
    reliable : array of bool, (size, draw)
        Whether the scaling region spans a factor of 3 in r and the units are enough (`satisfies_embedding`).
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
            except InvalidValueError:  # all units of the subset are constant, or no direction carries a signal
                continue
            found[k, draw], reliable[k, draw] = one.dimension, one.reliable and satisfies_embedding(size, one.dimension)
    return np.array(sizes), found, reliable
