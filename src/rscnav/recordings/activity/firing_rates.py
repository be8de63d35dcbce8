"""Compute firing rates in time bins from spike times, in blocks of units and time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.binning import Bins
from rscnav.sessions.lazy import TILE, LazyRows, Trains, row_blocks


class SpikeRates(LazyRows):
    """Firing rate of each unit in each time bin (Hz), computed on access: spike count divided by the bin width.

    The bin of each spike is looked up, so the cost grows with the count of spikes. `blocks` counts one block of units in all bins before
    it reads the spikes of the next block. `rows` reads the spikes of all units.

    Parameters
    ----------
    spikes : sequence of array, (spike,)
        Spike times (s) of each unit, ascending.
    bins : Bins
        In order of time.
    bin_s : float
        Width of the bins (s).
    """

    def __init__(self, spikes: Trains, bins: Bins, bin_s: float) -> None:
        super().__init__(len(bins), len(spikes))
        self.spikes, self.bins, self.bin_s = spikes, bins, bin_s

    def blocks(self) -> Iterator[tuple[slice, slice, NDArray[np.float32]]]:
        """Yield (bins, units, rates) block by block; the spikes of each unit are read once."""
        for first in range(0, self.shape[1], TILE[1]):
            units = slice(first, min(first + TILE[1], self.shape[1]))
            bins = self._bins_of_spikes(units)
            for samples in row_blocks((len(self), units.stop - units.start), multiple=TILE[0]):
                yield samples, units, self._rates(bins, samples.start, samples.stop)

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the rates of all units in bins `start` to `stop`, (bin, unit)."""
        return self._rates(self._bins_of_spikes(slice(0, self.shape[1])), start, stop)

    def units(self, which: slice) -> NDArray[np.float32]:
        """Return the rates of some units in all bins, (bin, unit)."""
        return self._rates(self._bins_of_spikes(which), 0, len(self))

    def _bins_of_spikes(self, which: slice) -> list[NDArray[np.int64]]:
        """Return the bin of each spike of some units, ascending; a spike in two overlapping bins is listed twice."""
        bins = []
        for k in range(self.shape[1])[which]:
            times = self.spikes[k]
            ended = np.searchsorted(self.bins.right, times, side="right")
            begun = np.searchsorted(self.bins.left, times, side="right")
            found = [ended[begun > ended]]
            while len(found[-1]):
                found.append(ended[begun > ended + len(found)] + len(found))
            bins.append(np.sort(np.concatenate(found)))
        return bins

    def _rates(self, bins: list[NDArray[np.int64]], start: int, stop: int) -> NDArray[np.float32]:
        """Return the rates in bins `start` to `stop`, (bin, unit)."""
        counts = np.zeros((stop - start, len(bins)), np.int32)
        for k, of_unit in enumerate(bins):
            here = of_unit[slice(*np.searchsorted(of_unit, (start, stop)))]
            np.add.at(counts.reshape(-1), (here - start) * len(bins) + k, 1)
        rate = (np.arange(counts.max(initial=0) + 1) / self.bin_s).astype(np.float32)
        return rate[counts]
