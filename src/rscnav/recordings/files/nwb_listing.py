"""What an NWB file holds, listed without reading the data. What can't be read of it is named, and stops nothing."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from rscnav.errors import first_line
from rscnav.recordings.files.damaged_objects import damaged_objects, misshapen_columns
from rscnav.recordings.files.nwb_lookup import START_COLUMNS
from rscnav.recordings.files.object_names import SERIES, TABLE, Names, files_of
from rscnav.recordings.files.table_columns import named_columns

_PROBED = 1000  # times that are read to tell a series' rate
_NO_EXTENT = (float("nan"), float("nan"))


@dataclass(frozen=True)
class ListedSeries:
    """A time series.

    Parameters
    ----------
    path : str
        Its path, as `position.series` takes it.
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
    fault : str
        Why it can't be used as it is: samples and times that do not fit, data that can't be read; '' without a fault.
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
    """A table.

    Parameters
    ----------
    path, type : str
    n_rows : int
    columns : dict of str
        What a row holds of each column: a type (``float64``, ``text``), a type with a shape (``float64 (2,)``), ``ragged``, or
        ``unreadable``.
    extent : (float, float) or None
        Of a table of intervals or events: from the earliest start to the latest start or stop (s).
    """

    path: str
    type: str
    n_rows: int
    columns: dict[str, str]
    extent: tuple[float, float] | None


def list_series(file: Any) -> list[ListedSeries]:
    """List all time series of an open NWB file, in order of their paths, and what of the file is damaged.

    Of their times only a few are read.
    """
    sound = [_series(path, item) for path, item in Names(file).of_kind(SERIES)]
    every = files_of(file).values()
    damaged = [_damaged(path, "left out", why) for each in every for path, why in damaged_objects(each).items()]
    return sorted([*sound, *damaged], key=attrgetter("path"))


def list_tables(file: Any) -> list[ListedTable]:
    """List all tables of an open NWB file, in order of their paths; only starts and stops are read."""
    return sorted((_table(path, item) for path, item in Names(file).of_kind(TABLE)), key=attrgetter("path"))


def _series(path: str, item: Any) -> ListedSeries:
    try:
        return _sound_series(path, item)
    except Exception as error:  # of h5py, zarr or hdmf on a damaged series: the others are listed all the same
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
            fault = "" if np.isfinite(extent[1]) else "it has neither times nor a rate"
    elif len(item.timestamps):
        first = np.asarray(item.timestamps[:_PROBED], float)
        extent = (float(first[0]), float(item.timestamps[len(item.timestamps) - 1]))
        step = float(np.median(np.diff(first))) if len(first) > 1 else 0.0
        rate = 1.0 / step if step > 0 else np.nan
        fault = "" if np.isfinite(first).all() and np.isfinite(extent).all() else "it has times that are not finite"
    if not regular and len(item.timestamps) not in shape[:2]:
        fault = f"it has data of shape {shape} and {len(item.timestamps)} times"
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
    except Exception:  # ragged, text, damaged: there is no extent to tell
        return None
    times = np.concatenate([starts, ends])
    known = np.isfinite(starts).any() and starts.ndim == 1
    return (float(np.nanmin(starts)), float(np.nanmax(times))) if known else None


def _content(column: Any) -> str:
    """Return what one row of a column holds."""
    from hdmf.common import EnumData

    if isinstance(column, EnumData):
        return "text"
    try:
        first = np.asarray(column.data[:1])
    except Exception:  # whatever h5py, zarr or hdmf make of a damaged column
        return "unreadable"
    if first.dtype.kind in "SU" or (first.dtype.kind == "O" and first.size and isinstance(first.flat[0], str | bytes)):
        return "text"
    word = "object" if first.dtype.kind in "OV" else str(first.dtype)
    return f"{word} {first.shape[1:]}" if first.ndim > 1 else word
