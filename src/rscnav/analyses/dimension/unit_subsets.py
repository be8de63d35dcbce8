"""The dimension as a function of the number of units: random subsets, several of each size."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.dimension.correlation_dimension import correlation_dimension
from rscnav.errors import InvalidValueError

SMALLEST = 10  # units; sizes double from here on


@dataclass(frozen=True)
class DimensionByUnits:
    """Dimensions of random subsets of units.

    Parameters
    ----------
    n_units : array, (size,)
        The last is all units, one draw of them.
    dimension : array, (size, draw)
        NaN where there is no scaling region.
    reliable : array of bool, (size, draw)
        Over a factor of three in r, and of enough units (`satisfies_embedding`).
    """

    n_units: NDArray[np.int64]
    dimension: NDArray[np.float64]
    reliable: NDArray[np.bool_]

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean over the draws that gave a value, (size,)."""
        known = np.isfinite(self.dimension)
        total = np.where(known, self.dimension, 0.0).sum(axis=1)
        return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)

    @property
    def spread(self) -> NDArray[np.float64]:
        """Standard deviation over draws, (size,); NaN with fewer than two values."""
        known = np.isfinite(self.dimension)
        squares = np.where(known, (self.dimension - self.mean[:, None]) ** 2, 0.0).sum(axis=1)
        n = known.sum(axis=1)
        return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)


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
) -> DimensionByUnits:
    """Compute the dimension of random subsets of 10, 20, 40, … units, and of all.

    Parameters
    ----------
    points : array, (time, unit)
    n_draws : int
        Subsets of each size.
    generator : numpy.random.Generator
    **labels
        `trial`, `step`, `theiler` and `noise` of `rscnav.analyses.dimension.correlation_dimension.correlation_dimension`; a noise of each unit is
        cut down with the units.

    Returns
    -------
    DimensionByUnits
    """
    total = points.shape[1]
    sizes: list[int] = []
    while SMALLEST * 2 ** len(sizes) < total:
        sizes.append(SMALLEST * 2 ** len(sizes))
    sizes.append(total)
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
    return DimensionByUnits(np.array(sizes), found, reliable)
