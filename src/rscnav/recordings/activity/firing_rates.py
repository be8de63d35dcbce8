"""Spike times -> rates in bins, a block of units and a stretch of time after the other."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.binning import Bins
from rscnav.sessions.lazy import TILE, LazyRows, Trains, row_blocks


class SpikeRates(LazyRows):
    """Rate of each unit in each bin (Hz), counted when asked for: the spikes in the bin over its width.

    Spikes are looked for in the bins and not the other way round, so that the work goes with the spikes. A block of units is
    counted at all times before the next one's spikes are read; asking for `rows` reads all spikes.

    Parameters
    ----------
    spikes : sequence of array, (spike,)
        Times (s), ascending, one array a unit.
    bins : Bins
        In order of time.
    bin_s : float
        Their width (s).
    """

    def __init__(self, spikes: Trains, bins: Bins, bin_s: float) -> None:
        super().__init__(len(bins), len(spikes))
        self.spikes, self.bins, self.bin_s = spikes, bins, bin_s

    def blocks(self) -> Iterator[tuple[slice, slice, NDArray[np.float32]]]:
        """Give everything, block by block, each unit's spikes read once."""
        for first in range(0, self.shape[1], TILE[1]):
            units = slice(first, min(first + TILE[1], self.shape[1]))
            places = self._places(units)
            for samples in row_blocks((len(self), units.stop - units.start), multiple=TILE[0]):
                yield samples, units, self._counted(places, samples.start, samples.stop)

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Count a stretch of bins."""
        return self._counted(self._places(slice(0, self.shape[1])), start, stop)

    def units(self, which: slice) -> NDArray[np.float32]:
        """Count some units in all bins."""
        return self._counted(self._places(which), 0, len(self))

    def _places(self, which: slice) -> list[NDArray[np.int64]]:
        """Give for each of some units the bin of each spike, in order; a spike in two bins that overlap is there twice."""
        places = []
        for k in range(self.shape[1])[which]:
            times = self.spikes[k]
            ended = np.searchsorted(self.bins.right, times, side="right")
            begun = np.searchsorted(self.bins.left, times, side="right")
            found = [ended[begun > ended]]
            while len(found[-1]):
                found.append(ended[begun > ended + len(found)] + len(found))
            places.append(np.sort(np.concatenate(found)))
        return places

    def _counted(self, places: list[NDArray[np.int64]], start: int, stop: int) -> NDArray[np.float32]:
        """Count what lies in a stretch of bins, (bin, unit)."""
        counts = np.zeros((stop - start, len(places)), np.int32)
        for k, place in enumerate(places):
            here = place[slice(*np.searchsorted(place, (start, stop)))]
            np.add.at(counts.reshape(-1), (here - start) * len(places) + k, 1)
        rate = (np.arange(counts.max(initial=0) + 1) / self.bin_s).astype(np.float32)
        return rate[counts]
