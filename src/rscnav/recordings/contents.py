"""What an NWB file holds, listed without reading the data."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rscnav.recordings.nwb import path_of

_PROBED = 1000  # times that are read to tell a series' rate


@dataclass(frozen=True)
class ListedSeries:
    """A time series.

    Parameters
    ----------
    path : str
        Names from the top of the file, as `position.series` takes them.
    type : str
        Its class: ``SpatialSeries``, ``RoiResponseSeries``, ``TimeSeries``, ...
    shape : tuple of int
        Of its data.
    dtype : str
    unit : str
    rate : float
        Samples a second: as the file says, or by the median step of its first 1,000 times; NaN of a single sample.
    regular : bool
        Whether the file gives a rate and not the time of each sample.
    extent : (float, float)
        First and last time (s); NaN of a series without samples.
    """

    path: str
    type: str
    shape: tuple[int, ...]
    dtype: str
    unit: str
    rate: float
    regular: bool
    extent: tuple[float, float]


@dataclass(frozen=True)
class ListedTable:
    """A table.

    Parameters
    ----------
    path, type : str
    n_rows : int
    columns : dict of str
        What a row holds of each column: a type (``float64``, ``text``), a type with a shape (``float64 (2,)``), or ``ragged``.
    extent : (float, float) or None
        Of a table of intervals: from the earliest start to the latest stop (s).
    """

    path: str
    type: str
    n_rows: int
    columns: dict[str, str]
    extent: tuple[float, float] | None


def list_series(file: Any) -> list[ListedSeries]:
    """List all time series of an open NWB file, in order of their paths; of their times only a few are read."""
    from pynwb import TimeSeries

    return sorted((_series(item) for item in file.objects.values() if isinstance(item, TimeSeries)), key=_by_path)


def list_tables(file: Any) -> list[ListedTable]:
    """List all tables of an open NWB file, in order of their paths; only starts and stops are read."""
    from hdmf.common import DynamicTable

    return sorted((_table(item) for item in file.objects.values() if isinstance(item, DynamicTable)), key=_by_path)


def _by_path(listed: ListedSeries | ListedTable) -> str:
    return listed.path


def _series(item: Any) -> ListedSeries:
    shape = tuple(int(size) for size in np.shape(item.data))
    n_samples = shape[0] if shape else 0
    extent, rate, regular = (np.nan, np.nan), np.nan, item.timestamps is None
    if regular:
        rate = float(item.rate or np.nan)
        start = float(item.starting_time or 0.0)
        if n_samples:
            extent = (start, start + (n_samples - 1) / rate if n_samples > 1 else start)
    elif len(item.timestamps):
        first = np.asarray(item.timestamps[:_PROBED], float)
        extent = (float(first[0]), float(item.timestamps[len(item.timestamps) - 1]))
        step = float(np.median(np.diff(first))) if len(first) > 1 else 0.0
        rate = 1.0 / step if step > 0 else np.nan
    dtype = str(getattr(item.data, "dtype", np.asarray(item.data[:1]).dtype))
    return ListedSeries(path_of(item), type(item).__name__, shape, dtype, str(item.unit or ""), rate, regular, extent)


def _table(item: Any) -> ListedTable:
    from hdmf.common import VectorIndex

    ragged = {column.target.name for column in item.columns if isinstance(column, VectorIndex)}
    columns = {
        column.name: "ragged" if column.name in ragged else _content(column.data)
        for column in item.columns
        if not isinstance(column, VectorIndex)
    }
    extent = None
    if len(item) and {"start_time", "stop_time"} <= set(columns):
        starts, stops = (np.asarray(item[name].data[:], float) for name in ("start_time", "stop_time"))
        extent = (float(np.nanmin(starts)), float(np.nanmax(stops))) if np.isfinite(starts).any() else None
    return ListedTable(path_of(item), type(item).__name__, len(item), columns, extent)


def _content(data: Any) -> str:
    """Say what one row of a column holds."""
    first = np.asarray(data[:1])
    if first.dtype.kind in "SU" or (first.dtype.kind == "O" and first.size and isinstance(first.flat[0], str | bytes)):
        return "text"
    word = "object" if first.dtype.kind == "O" else str(first.dtype)
    return f"{word} {first.shape[1:]}" if first.ndim > 1 else word
