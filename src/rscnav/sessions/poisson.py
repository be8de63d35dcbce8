"""Poisson spikes from binned rates."""

import numpy as np
from numpy.typing import NDArray


def poisson_spikes(
    rate: NDArray[np.floating], left: NDArray[np.floating], right: NDArray[np.floating], draw: np.random.Generator
) -> NDArray[np.floating]:
    """Draw the spikes of one unit: Poisson counts in each bin, uniform times within it.

    Parameters
    ----------
    rate : array, (bin,)
        Firing rate (Hz).
    left, right : array, (bin,)
        Edges of the bins (s), in any order of bins.

    Returns
    -------
    array, (spike,)
        Times (s), ascending; always before the right edge of their bin.
    """
    counts = draw.poisson(rate * (right - left))
    fraction = draw.random(int(counts.sum()))
    start, stop = np.repeat(left, counts), np.repeat(right, counts)
    return np.sort(np.minimum(start + fraction * (stop - start), np.nextafter(stop, start)))
