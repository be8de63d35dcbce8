"""Find time series and tables of an NWB file by name, and read them into memory.

Names follow the rules of `object_names`. Results remain valid after the file is closed, except `OpenSeries`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.object_names import SERIES, TABLE, Kind, Names
from rscnav.recordings.files.table_columns import TableColumns, column_of, plain_columns

# Columns with the time at which a row begins; the first one that exists is used.
START_COLUMNS = ("start_time", "timestamp", "timestamps", "time")
_TIMED = Kind(
    "table",
    "tables of intervals or events",
    lambda item: TABLE.fits(item) and any(column in item.colnames for column in START_COLUMNS),
)
_POSITION_DIMS = 3
_PREFERRED = {"position": "SpatialSeries", "activity": "RoiResponseSeries"}  # listed first for a key


@dataclass(frozen=True)
class Series:
    """A time series, or several series that were joined into one.

    Parameters
    ----------
    path : str
    time : array, (sample,)
        In s.
    values : array, (sample, dim)
        With conversion and offset applied.
    unit : str
        As named in the file.
    notes : tuple of str
        Corrections that were made.
    starts : tuple of float
        Times (s) at which a new piece begins; nothing is interpolated between pieces.
    n_listed : int
        Count of series whose columns were joined side by side.
    """

    path: str
    time: NDArray[np.float64]
    values: NDArray[np.float64]
    unit: str
    notes: tuple[str, ...] = ()
    starts: tuple[float, ...] = ()
    n_listed: int = 1


@dataclass(frozen=True)
class OpenSeries:
    """A time series whose samples are read on access, while its file is open.

    Parameters
    ----------
    item : pynwb.TimeSeries
    path : str
    time : array, (sample,)
        In s.
    width : int
        Count of values in one sample.
    unit : str
    turned : bool
        Whether the data are stored transposed, as (column, sample).
    notes : tuple of str
        Corrections that were made.
    """

    item: Any
    path: str
    time: NDArray[np.float64]
    width: int
    unit: str
    turned: bool = False
    notes: tuple[str, ...] = ()

    def rows(self, start: int, stop: int) -> NDArray[np.float64]:
        """Read samples `start` to `stop` (sample, dim), with conversion and offset applied."""
        data = self.item.data if hasattr(self.item.data, "shape") else np.asarray(self.item.data)
        raw = data[:, start:stop].T if self.turned else data[start:stop]
        values = np.asarray(raw, np.float64) * self.item.conversion + self.item.offset
        return values[:, None] if values.ndim == 1 else values


def find_series(file: Any, name: str, key: str) -> Series:
    """Read a time series from anywhere in the file.

    Parameters
    ----------
    file : pynwb.NWBFile
    name : str
        Name or path, see `object_names`.
    key : str
        Key of the configuration, for messages.

    Returns
    -------
    Series

    Raises
    ------
    InvalidValueError
        If the name fits no series or several, or if its counts of samples and times differ.
    """
    series = open_series(file, name, key)
    return Series(series.path, series.time, series.rows(0, len(series.time)), series.unit, series.notes)


def open_series(file: Any, name: str, key: str) -> OpenSeries:
    """Find a time series like `find_series`, but read only its times."""
    names = Names(file)
    item = names.find(name, SERIES, key, _preferred(key))
    path = names.path(item, SERIES.fits)
    shape = _shape(item, path, key)
    rois = getattr(item, "rois", None)
    width = None if rois is None else len(rois.data)
    turned = _is_transposed(item, shape, width)
    if turned is None:
        found = "no timestamps" if item.timestamps is None else f"{len(item.timestamps)} timestamps"
        wanted = "" if width is None else f", and refers to {width} regions of interest"
        raise InvalidValueError(
            f"{key}: '{path}' has data of shape {shape} and {found}{wanted}, which do not fit each other; expected data of shape "
            "(sample, column); correct the file"
        )
    n_samples, n_columns = shape[::-1] if turned else shape
    time = _times(item, n_samples, path, key)
    for what in ("conversion", "offset"):
        if not np.isfinite(getattr(item, what)):
            raise InvalidValueError(f"{key}: the {what} of '{path}' is {getattr(item, what)}; correct the file")
    notes = (f"'{path}' is stored as (column, sample), shape {shape}, and was transposed",) if turned else ()
    return OpenSeries(item, path, time, n_columns, str(item.unit or ""), turned, notes)


def ascending(time: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return indices that sort the samples by time; of samples with the same time only the first."""
    order = np.argsort(time, kind="stable")
    return order[np.diff(time[order], prepend=-np.inf) > 0]


def series_paths(file: Any, names: Sequence[str], key: str) -> list[str]:
    """Return the paths of the series that the names fit: all series for a name with `*`, otherwise one in each file."""
    known = Names(file)
    every = [item for name in names for item in known.each(name, SERIES, key, _preferred(key))]
    return [known.path(item, SERIES.fits) for item in every]


def interval_table(file: Any, name: str, key: str, stops: bool = True) -> TableColumns:
    """Read the plain columns of a table of intervals or events, including `start_time` and `stop_time` (s).

    Parameters
    ----------
    file : pynwb.NWBFile
    name : str
        `trials`, `epochs`, or the name or path of another table of intervals or events.
    key : str
        Key of the configuration, for messages.
    stops : bool
        Whether each row must have an end, from `stop_time` or `duration`. If False, `stop_time` is NaN in tables without ends.

    Returns
    -------
    TableColumns

    Raises
    ------
    InvalidValueError
        If no table with times has that name (the message lists those in the file), or a column of times is not valid.
    """
    from pynwb.epoch import TimeIntervals

    item = Names(file).find(name, _TIMED, key, lambda found: isinstance(found, TimeIntervals))
    columns = plain_columns(item)
    start = next((c for c in START_COLUMNS if c in item.colnames), START_COLUMNS[0])
    columns["start_time"] = _seconds(columns, start, f"{key}: table '{name}'")
    if "stop_time" in item.colnames:
        columns["stop_time"] = _seconds(columns, "stop_time", f"{key}: table '{name}'")
    elif "duration" in item.colnames:
        columns["stop_time"] = columns["start_time"] + _seconds(columns, "duration", f"{key}: table '{name}'")
    elif stops:
        cure = "set trials.end: next" if key == "trials.table" else "name a table of intervals"
        raise InvalidValueError(f"{key}: table '{name}' has {start}, but neither stop_time nor duration; {cure}")
    else:
        columns["stop_time"] = np.full(columns.n_rows, np.nan)
    return columns


def any_table(file: Any, name: str, key: str) -> TableColumns:
    """Read the plain columns of any table; raise an InvalidValueError that lists all tables if none has that name."""
    return plain_columns(Names(file).find(name, TABLE, key))


def _preferred(key: str) -> Callable[[Any], bool] | None:
    """Return a test of which series are listed first in messages about a key; None for no preference."""
    preferred = _PREFERRED.get(key.partition(".")[0])
    return None if preferred is None else lambda item: type(item).__name__ == preferred


def _shape(item: Any, path: str, key: str) -> tuple[int, int]:
    """Return the shape of the data as stored, (n, 1) for a vector; raise if they are not numbers in one or two dimensions."""
    data = item.data
    shape = tuple(int(size) for size in np.shape(data))
    kind = np.asarray(data[:1]).dtype.kind if len(shape) else "V"
    if len(shape) not in (1, 2) or not all(shape):
        raise InvalidValueError(
            f"{key}: '{path}' has data of shape {shape}; expected (sample,) or (sample, column), not empty"
        )
    if kind not in "fiub":
        raise InvalidValueError(f"{key}: '{path}' does not hold numbers; name another series")
    return (shape[0], 1) if len(shape) == 1 else (shape[0], shape[1])


def _is_transposed(item: Any, shape: tuple[int, int], width: int | None) -> bool | None:
    """Return whether data are transposed, (column, sample), from the count of times, of columns, or the axes of a position.

    None if they fit in neither orientation.
    """
    from pynwb.behavior import SpatialSeries

    n_times = None if item.timestamps is None else len(item.timestamps)
    ways = [
        (n_times is None or n == n_times) and (width is None or n_columns == width)
        for n, n_columns in (shape, shape[::-1])
    ]
    if np.ndim(item.data) == 1:
        ways[1] = False
    if all(ways) and width is None and n_times is None and isinstance(item, SpatialSeries):
        return shape[0] <= _POSITION_DIMS < shape[1]
    return None if not any(ways) else not ways[0]


def _times(item: Any, n_samples: int, path: str, key: str) -> NDArray[np.float64]:
    """Return the time of each sample (s)."""
    if item.timestamps is not None:
        time = np.asarray(item.timestamps[:], np.float64)
        if not np.isfinite(time).all():
            raise InvalidValueError(
                f"{key}: '{path}' has a time that is not finite, at sample {np.argmin(np.isfinite(time))}; correct the file"
            )
        return time
    start = 0.0 if item.starting_time is None else float(item.starting_time)
    if item.rate is None or not np.isfinite(item.rate) or item.rate <= 0 or not np.isfinite(start):
        raise InvalidValueError(
            f"{key}: '{path}' has no timestamps, and its rate ({item.rate}) or starting_time ({start}) is not valid; expected a "
            "rate > 0 and a finite starting_time; correct the file"
        )
    return start + np.arange(n_samples) / item.rate


def _seconds(columns: TableColumns, name: str, where: str) -> NDArray[np.float64]:
    """Return a column of times (s); raise an InvalidValueError if it does not hold one number for each row."""
    values = column_of(columns, name, where)
    if values.dtype.kind not in "fiu" or values.ndim != 1:
        shape = f" {values.shape[1:]}" if values.ndim > 1 else ""
        raise InvalidValueError(
            f"{where}: column '{name}' holds {values.dtype}{shape}; expected one time in s for each row"
        )
    return values.astype(np.float64)
