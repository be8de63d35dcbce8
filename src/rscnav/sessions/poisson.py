"""Poisson spikes from rates in bins."""

import numpy as np
from numpy.typing import NDArray


def poisson_spikes(
    rate: NDArray[np.floating], left: NDArray[np.floating], right: NDArray[np.floating], draw: np.random.Generator
) -> NDArray[np.floating]:
    """Draw one unit's spikes: counts that are Poisson in each bin, times uniform within it.

    Parameters
    ----------
    rate : array, (bin,)
        Hz.
    left, right : array, (bin,)
        Edges of the bins (s), in any order of bins.

    Returns
    -------
    array, (spike,)
        Times (s), ascending; none at or beyond its bin's right edge.
    """
    counts = draw.poisson(rate * (right - left))
    share = draw.random(int(counts.sum()))
    start, stop = np.repeat(left, counts), np.repeat(right, counts)
    return np.sort(np.minimum(start + share * (stop - start), np.nextafter(stop, start)))
