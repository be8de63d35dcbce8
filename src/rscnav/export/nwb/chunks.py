"""Activity and spikes that are written into an NWB file piece by piece."""

from typing import Any

import numpy as np
from hdmf.backends.hdf5.h5_utils import H5DataIO
from hdmf.data_utils import GenericDataChunkIterator
from numpy.typing import NDArray

from rscnav.sessions.lazy import Activity, Trains, rows_per_block, spike_counts

CHUNK_BYTES = 1 << 20


class _Chunks(GenericDataChunkIterator):
    """What both have: a length, which tables ask for."""

    def __len__(self) -> int:
        return int(self._get_maxshape()[0])


class ActivityChunks(_Chunks):
    """Activity (time, unit), some rows at a time."""

    def __init__(self, activity: Activity) -> None:
        self.activity = activity
        n_rows, n_units = activity.shape
        rows = chunk_rows(n_rows, 4 * n_units)
        together = min(n_rows, rows * rows_per_block(CHUNK_BYTES))
        super().__init__(chunk_shape=(rows, n_units), buffer_shape=(together, n_units))

    def _get_data(self, selection: tuple[slice, ...]) -> NDArray[np.float32]:
        return np.asarray(self.activity[selection[0]], np.float32)

    def _get_maxshape(self) -> tuple[int, ...]:
        return tuple(self.activity.shape)

    def _get_dtype(self) -> np.dtype:
        return np.dtype(np.float32)


class SpikeChunks(_Chunks):
    """Spike times of all units one after the other, some at a time."""

    def __init__(self, trains: Trains, stop: NDArray[np.int64]) -> None:
        self.trains, self.stop = trains, stop
        size = chunk_rows(int(stop[-1]), 8)
        together = min(int(stop[-1]), size * rows_per_block(CHUNK_BYTES))
        super().__init__(chunk_shape=(size,), buffer_shape=(together,))

    def _get_data(self, selection: tuple[slice, ...]) -> NDArray[np.float64]:
        first, last = selection[0].start, selection[0].stop
        parts = []
        for k in range(int(np.searchsorted(self.stop, first, side="right")), len(self.trains)):
            start = int(self.stop[k - 1]) if k else 0
            if start >= last:
                break
            parts.append(self.trains[k][max(first - start, 0) : last - start])
        return np.concatenate(parts)

    def _get_maxshape(self) -> tuple[int, ...]:
        return (int(self.stop[-1]),)

    def _get_dtype(self) -> np.dtype:
        return np.dtype(np.float64)


def chunk_rows(n_rows: int, row_bytes: int) -> int:
    """Give the rows of a chunk of about a megabyte."""
    return max(1, min(n_rows, CHUNK_BYTES // max(1, row_bytes)))


def packed(array: NDArray) -> Any:
    """Compress an array (time, ...) in chunks of about a megabyte."""
    if not array.size:
        return array
    return _compressed(array, chunks=(chunk_rows(len(array), array.nbytes // len(array)), *array.shape[1:]))


def activity_to_write(activity: Activity) -> Any:
    """Give activity as HDF5 takes it piece by piece, compressed."""
    return np.asarray(activity, np.float32) if 0 in activity.shape else _compressed(ActivityChunks(activity))


def _compressed(data: Any, **layout: Any) -> H5DataIO:
    return H5DataIO(data, compression="gzip", compression_opts=1, shuffle=True, **layout)


def spikes_to_write(trains: Trains) -> tuple[Any, NDArray[np.int64]]:
    """Give the spike times of all units as HDF5 takes them piece by piece, and where each unit's end."""
    stop = np.cumsum(spike_counts(trains))
    return (SpikeChunks(trains, stop) if len(stop) and stop[-1] else np.empty(0)), stop
