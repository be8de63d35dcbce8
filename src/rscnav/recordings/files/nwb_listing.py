"""List of the time series and tables of an NWB file, made without reading the data. Damaged objects are listed with the reason."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from rscnav.errors import first_line
from rscnav.recordings.files.damaged_objects import damaged_objects, misshapen_columns
from rscnav.recordings.files.nwb_lookup import START_COLUMNS
from rscnav.recordings.files.object_names import SERIES, TABLE, Names, files_of
from rscnav.recordings.files.table_columns import named_columns

_PROBED = 1000  # times that are read to estimate the sampling rate of a series
_NO_EXTENT = (float("nan"), float("nan"))


@dataclass(frozen=True)
class ListedSeries:
    """A time series in the list.

    Parameters
    ----------
    path : str
        Path, as `position.series` takes it.
    type : str
        Class: ``SpatialSeries``, ``RoiResponseSeries``, ``TimeSeries``, ...
    shape : tuple of int
        Shape of the data.
    dtype : str
    unit : str
    rate : float
        Sampling rate (Hz) as stored in the file, or from the median interval of the first 1,000 times; NaN for a single sample.
    regular : bool
        Whether the file stores a rate instead of the time of each sample.
    extent : (float, float)
        First and last time (s); NaN for a series without samples.
    fault : str
        Why the series cannot be used, for example different counts of samples and times, or data that cannot be read; '' if it can.
    """

    path: str
    type: str
    shape: tuple[int, ...]
    dtype: str
    unit: str
    rate: float
    regular: bool
    extent: tuple[float, float]
    fault: str = ""


@dataclass(frozen=True)
class ListedTable:
    """A table in the list.

    Parameters
    ----------
    path, type : str
    n_rows : int
    columns : dict of str
        Content of one row by column: a type (``float64``, ``text``), a type with a shape (``float64 (2,)``), ``ragged``, or
        ``unreadable``.
    extent : (float, float) or None
        Earliest start and latest start or stop (s) of a table of intervals or events; None for other tables.
    """

    path: str
    type: str
    n_rows: int
    columns: dict[str, str]
    extent: tuple[float, float] | None


def list_series(file: Any) -> list[ListedSeries]:
    """Return all time series of an open NWB file and its damaged objects, sorted by path.

    Only the first 1,000 times and the last time of each series are read.
    """
    sound = [_series(path, item) for path, item in Names(file).of_kind(SERIES)]
    every = files_of(file).values()
    damaged = [_damaged(path, "left out", why) for each in every for path, why in damaged_objects(each).items()]
    return sorted([*sound, *damaged], key=attrgetter("path"))


def list_tables(file: Any) -> list[ListedTable]:
    """Return all tables of an open NWB file, sorted by path; only starts and stops are read."""
    return sorted((_table(path, item) for path, item in Names(file).of_kind(TABLE)), key=attrgetter("path"))


def _series(path: str, item: Any) -> ListedSeries:
    try:
        return _sound_series(path, item)
    except Exception as error:  # h5py, zarr or hdmf on a damaged series; the other series are still listed
        return _damaged(path, type(item).__name__, first_line(error))


def _damaged(path: str, kind: str, why: str) -> ListedSeries:
    return ListedSeries(path, kind, (), "", "", np.nan, False, _NO_EXTENT, f"it can't be read ({why})")


def _sound_series(path: str, item: Any) -> ListedSeries:
    shape = tuple(int(size) for size in np.shape(item.data))
    n_samples = shape[0] if shape else 0
    extent, rate, regular, fault = _NO_EXTENT, np.nan, item.timestamps is None, ""
    if regular:
        rate = float(item.rate or np.nan)
        start = float(item.starting_time or 0.0)
        if n_samples:
            extent = (start, start + (n_samples - 1) / rate if n_samples > 1 else start)
            fault = "" if np.isfinite(extent[1]) else "it has neither timestamps nor a sampling rate"
    elif len(item.timestamps):
        first = np.asarray(item.timestamps[:_PROBED], float)
        extent = (float(first[0]), float(item.timestamps[len(item.timestamps) - 1]))
        step = float(np.median(np.diff(first))) if len(first) > 1 else 0.0
        rate = 1.0 / step if step > 0 else np.nan
        fault = "" if np.isfinite(first).all() and np.isfinite(extent).all() else "it has times that are not finite"
    if not regular and len(item.timestamps) not in shape[:2]:
        fault = f"it has data of shape {shape} and {len(item.timestamps)} timestamps"
    dtype = str(getattr(item.data, "dtype", np.asarray(item.data[:1]).dtype))
    if shape and np.asarray(item.data[:1]).dtype.kind not in "fiub":
        fault = "it does not hold numbers"
    return ListedSeries(path, type(item).__name__, shape, dtype, str(item.unit or ""), rate, regular, extent, fault)


def _table(path: str, item: Any) -> ListedTable:
    odd = misshapen_columns(item)
    columns = {
        column.name: "unreadable" if column.name in odd else "ragged" if ragged else _content(column)
        for column, ragged in named_columns(item)
    }
    return ListedTable(path, type(item).__name__, len(item.id), columns, _extent(item, columns))


def _extent(item: Any, columns: dict[str, str]) -> tuple[float, float] | None:
    start = next((name for name in START_COLUMNS if name in columns), None)
    if start is None or not len(item.id):
        return None
    try:
        starts = np.asarray(item[start].data[:], float)
        ends = np.asarray(item["stop_time"].data[:], float) if "stop_time" in columns else starts
    except Exception:  # ragged, text or damaged column: no extent
        return None
    times = np.concatenate([starts, ends])
    known = np.isfinite(starts).any() and starts.ndim == 1
    return (float(np.nanmin(starts)), float(np.nanmax(times))) if known else None


def _content(column: Any) -> str:
    """Return the content of one row of a column, in words."""
    from hdmf.common import EnumData

    if isinstance(column, EnumData):
        return "text"
    try:
        first = np.asarray(column.data[:1])
    except Exception:  # h5py, zarr and hdmf raise many kinds of errors on a damaged column
        return "unreadable"
    if first.dtype.kind in "SU" or (first.dtype.kind == "O" and first.size and isinstance(first.flat[0], str | bytes)):
        return "text"
    word = "object" if first.dtype.kind in "OV" else str(first.dtype)
    return f"{word} {first.shape[1:]}" if first.ndim > 1 else word
