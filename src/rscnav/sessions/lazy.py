"""Activity and spikes that are read, or computed, when they are asked for: a recording may be longer than memory is large."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

TILE = (2048, 64)  # samples and units that lie together in a session file: 512 KiB
BLOCK_BYTES = 1 << 26  # of what is held at once
FAR = 256  # samples: those further apart than this are read on their own


class LazyRows(ABC):
    """Activity (time, unit), float32, of which any stretch of time can be asked for.

    It takes the place of an array where few operations are needed: its shape, its length, and indices along time (a slice, an array
    of indices or a mask), which give arrays. ``numpy.asarray`` gives everything.
    """

    dtype = np.dtype(np.float32)
    ndim = 2

    def __init__(self, n_rows: int, n_units: int) -> None:
        self.shape = (n_rows, n_units)

    @abstractmethod
    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Give a stretch of samples, (stop - start, unit)."""

    def blocks(self) -> Iterator[tuple[slice, slice, NDArray[np.float32]]]:
        """Give everything, block by block: samples, units, and values (sample, unit). Blocks end where tiles do."""
        for block in row_blocks(self.shape, multiple=TILE[0]):
            yield block, slice(0, self.shape[1]), self.rows(block.start, block.stop)

    def units(self, which: slice) -> NDArray[np.float32]:
        """Give some units at all times, (time, chosen)."""
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
        """Give the samples `at`, in any order, block by block."""
        order = np.argsort(at, kind="stable") if np.any(np.diff(at) < 0) else np.arange(len(at))
        ascending = at[order]
        result = np.empty((len(at), self.shape[1]), np.float32)
        for block in row_blocks(self.shape):
            first, last = np.searchsorted(ascending, (block.start, block.stop))
            apart = np.flatnonzero(np.diff(ascending[first:last]) > FAR) + first + 1
            for here in map(slice, [first, *apart], [*apart, last]):
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
    """Spike times (s) of many units, read unit by unit.

    Parameters
    ----------
    counts : array, (unit,)
        Spikes of each unit.
    get : callable
        ``get(k)`` gives the times of unit `k`.
    """

    def __init__(self, counts: NDArray[np.integer], get: Callable[[int], NDArray[np.float64]]) -> None:
        self.counts, self._get = counts, get

    def chosen(self, keep: NDArray[np.bool_]) -> "LazySpikeTrains":
        """Keep some units."""
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
    """Count the spikes of each unit, (unit,); lazy trains are not read for it."""
    counts = trains.counts if isinstance(trains, LazySpikeTrains) else [len(times) for times in trains]
    return np.array(counts, np.int64)


def row_blocks(shape: tuple[int, ...], item_bytes: int = 4, multiple: int = 1) -> Iterator[slice]:
    """Cut the rows of an array (row, column) into blocks of at most `BLOCK_BYTES`, a multiple of so many rows each."""
    rows = max(1, rows_per_block(shape[1] * item_bytes) // multiple) * multiple
    for start in range(0, shape[0], rows):
        yield slice(start, min(start + rows, shape[0]))


def rows_per_block(row_bytes: int) -> int:
    """Give how many rows of so many bytes are taken at a time, at least one."""
    return max(1, BLOCK_BYTES // max(1, row_bytes))
