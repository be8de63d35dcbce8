"""Activity and spikes that are read or computed on access, for recordings larger than memory."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

TILE = (2048, 64)  # chunk of a session file, samples and units: 512 KiB
BLOCK_BYTES = 1 << 26  # size of a block in memory
FAR = 256  # samples; selected samples with larger gaps are read separately


class LazyRows(ABC):
    """Activity (time, unit), float32, read for any interval of time on access.

    It has the shape and length of an array, and indexing along time (a slice, an array of indices or a mask), which returns
    arrays. ``numpy.asarray`` reads everything.
    """

    dtype = np.dtype(np.float32)
    ndim = 2

    def __init__(self, n_rows: int, n_units: int) -> None:
        self.shape = (n_rows, n_units)

    @abstractmethod
    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the samples from `start` to before `stop`, (stop - start, unit)."""

    def blocks(self) -> Iterator[tuple[slice, slice, NDArray[np.float32]]]:
        """Yield all values block by block: samples, units, and values (sample, unit). Blocks end at chunk boundaries."""
        for block in row_blocks(self.shape, multiple=TILE[0]):
            yield block, slice(0, self.shape[1]), self.rows(block.start, block.stop)

    def units(self, which: slice) -> NDArray[np.float32]:
        """Return some units at all times, (time, chosen)."""
        chosen = range(self.shape[1])[which]
        result = np.empty((self.shape[0], len(chosen)), np.float32)
        for block in row_blocks(self.shape):
            result[block] = self.rows(block.start, block.stop)[:, which]
        return result

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> NDArray[np.float32]:
        if isinstance(index, slice) and index.step in (None, 1):
            start, stop, _ = index.indices(len(self))
            return self.rows(start, max(start, stop))
        if isinstance(index, tuple | int | np.integer):
            raise TypeError(
                f"activity is indexed along time only: a slice, an array of indices or a mask, not {index!r}"
            )
        return self._picked(np.arange(len(self))[index])

    def _picked(self, at: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return the samples `at`, in any order, read block by block."""
        order = np.argsort(at, kind="stable") if np.any(np.diff(at) < 0) else np.arange(len(at))
        ascending = at[order]
        result = np.empty((len(at), self.shape[1]), np.float32)
        for block in row_blocks(self.shape):
            first, last = np.searchsorted(ascending, (block.start, block.stop))
            breaks = np.flatnonzero(np.diff(ascending[first:last]) > FAR) + first + 1
            for here in map(slice, [first, *breaks], [*breaks, last]):
                if here.stop > here.start:
                    start = int(ascending[here.start])
                    found = self.rows(start, int(ascending[here.stop - 1]) + 1)
                    result[order[here]] = found[ascending[here] - start]
        return result

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray:
        result = np.empty(self.shape, np.float32)
        for samples, units, values in self.blocks():
            result[samples, units] = values
        return result if dtype is None else result.astype(dtype, copy=False)


class LazySpikeTrains(Sequence[NDArray[np.float64]]):
    """Spike times (s) of many units, read one unit at a time.

    Parameters
    ----------
    counts : array, (unit,)
        Spike count of each unit.
    get : callable
        ``get(k)`` returns the spike times of unit `k`.
    """

    def __init__(self, counts: NDArray[np.integer], get: Callable[[int], NDArray[np.float64]]) -> None:
        self.counts, self._get = counts, get

    def chosen(self, keep: NDArray[np.bool_]) -> "LazySpikeTrains":
        """Return the selected units."""
        rows = np.flatnonzero(keep)
        return LazySpikeTrains(self.counts[rows], lambda k: self._get(int(rows[k])))

    def __len__(self) -> int:
        return len(self.counts)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[k] for k in range(len(self))[index]]
        return self._get(range(len(self))[index])


Activity = NDArray[np.floating] | LazyRows
Trains = Sequence[NDArray[np.floating]]


def spike_counts(trains: Trains) -> NDArray[np.int64]:
    """Return the spike count of each unit, (unit,); lazy trains are not read."""
    counts = trains.counts if isinstance(trains, LazySpikeTrains) else [len(times) for times in trains]
    return np.array(counts, np.int64)


def row_blocks(shape: tuple[int, ...], item_bytes: int = 4, multiple: int = 1) -> Iterator[slice]:
    """Divide the rows of an array (row, column) into blocks of at most `BLOCK_BYTES`; block sizes are multiples of `multiple`."""
    rows = max(1, rows_per_block(shape[1] * item_bytes) // multiple) * multiple
    for start in range(0, shape[0], rows):
        yield slice(start, min(start + rows, shape[0]))


def rows_per_block(row_bytes: int) -> int:
    """Return the count of rows of `row_bytes` bytes in a block, at least 1."""
    return max(1, BLOCK_BYTES // max(1, row_bytes))
