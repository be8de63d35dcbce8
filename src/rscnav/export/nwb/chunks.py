"""Chunk iterators that write activity and spikes into an NWB file piece by piece."""

from typing import Any

import numpy as np
from hdmf.backends.hdf5.h5_utils import H5DataIO
from hdmf.data_utils import GenericDataChunkIterator
from numpy.typing import NDArray

from rscnav.sessions.lazy import Activity, Trains, rows_per_block, spike_counts

CHUNK_BYTES = 1 << 20


class _Chunks(GenericDataChunkIterator):
    """Chunk iterator with a length, which tables of hdmf require."""

    def __len__(self) -> int:
        return int(self._get_maxshape()[0])


class ActivityChunks(_Chunks):
    """Chunk iterator over activity (time, unit), in blocks of rows."""

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
    """Chunk iterator over the concatenated spike times of all units."""

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
    """Return the count of rows of a chunk of about 1 MiB."""
    return max(1, min(n_rows, CHUNK_BYTES // max(1, row_bytes)))


def packed(array: NDArray) -> Any:
    """Return an array (time, ...) as HDF5 data, compressed in chunks of about 1 MiB."""
    if not array.size:
        return array
    return _compressed(array, chunks=(chunk_rows(len(array), array.nbytes // len(array)), *array.shape[1:]))


def activity_to_write(activity: Activity) -> Any:
    """Return activity as compressed HDF5 data that is written piece by piece."""
    return np.asarray(activity, np.float32) if 0 in activity.shape else _compressed(ActivityChunks(activity))


def _compressed(data: Any, **layout: Any) -> H5DataIO:
    return H5DataIO(data, compression="gzip", compression_opts=1, shuffle=True, **layout)


def spikes_to_write(trains: Trains) -> tuple[Any, NDArray[np.int64]]:
    """Return the concatenated spike times of all units for piecewise writing, and the end index of each unit."""
    stop = np.cumsum(spike_counts(trains))
    return (SpikeChunks(trains, stop) if len(stop) and stop[-1] else np.empty(0)), stop
