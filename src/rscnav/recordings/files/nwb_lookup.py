"""Time series and tables of an NWB file, found by name and read into memory.

Names are found by one rule (`names`). What these functions return outlives the open file, but for `OpenSeries`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.object_names import SERIES, TABLE, Kind, Names
from rscnav.recordings.files.table_columns import TableColumns, column_of, plain_columns

# Columns that say when a row begins, the first that is there.
START_COLUMNS = ("start_time", "timestamp", "timestamps", "time")
_TIMED = Kind(
    "table",
    "tables of intervals or events",
    lambda item: TABLE.fits(item) and any(column in item.colnames for column in START_COLUMNS),
)
_PLACE_DIMS = 3
_PREFERRED = {"position": "SpatialSeries", "activity": "RoiResponseSeries"}  # listed first for a key


@dataclass(frozen=True)
class Series:
    """A time series: samples (sample, dim) with conversion and offset applied, times (s), the unit it names, and what was put right.

    Several may be put together: `starts` are the times (s) at which a new piece begins, which is not joined to what is before it, and
    `n_listed` is the number of series whose columns stand side by side.
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
    """A time series whose samples are read when asked for, while its file is open.

    Parameters
    ----------
    item : pynwb.TimeSeries
    path : str
    time : array, (sample,)
        In s.
    width : int
        Values a sample.
    unit : str
    turned : bool
        Whether its data lie across: (column, sample).
    notes : tuple of str
        What was put right.
    """

    item: Any
    path: str
    time: NDArray[np.float64]
    width: int
    unit: str
    turned: bool = False
    notes: tuple[str, ...] = ()

    def rows(self, start: int, stop: int) -> NDArray[np.float64]:
        """Read a stretch of samples (sample, dim), with conversion and offset applied."""
        data = self.item.data if hasattr(self.item.data, "shape") else np.asarray(self.item.data)
        raw = data[:, start:stop].T if self.turned else data[start:stop]
        values = np.asarray(raw, np.float64) * self.item.conversion + self.item.offset
        return values[:, None] if values.ndim == 1 else values


def find_series(file: Any, name: str, key: str) -> Series:
    """Read a time series that may lie anywhere in the file.

    Parameters
    ----------
    file : pynwb.NWBFile
    name : str
        Its name or path, see `names`.
    key : str
        The configuration's key, for messages.

    Raises
    ------
    InvalidValueError
        Where there is none or more than one of that name, or where its samples and times do not fit each other.
    """
    series = open_series(file, name, key)
    return Series(series.path, series.time, series.rows(0, len(series.time)), series.unit, series.notes)


def open_series(file: Any, name: str, key: str) -> OpenSeries:
    """Find a time series as `find_series` does, and read its times only."""
    names = Names(file)
    item = names.find(name, SERIES, key, _preferred(key))
    path = names.path(item, SERIES.fits)
    shape = _shape(item, path, key)
    rois = getattr(item, "rois", None)
    width = None if rois is None else len(rois.data)
    turned = _lies_across(item, shape, width)
    if turned is None:
        found = "no times" if item.timestamps is None else f"{len(item.timestamps)} times"
        wanted = "" if width is None else f", and {width} regions of interest belong to it"
        raise InvalidValueError(
            f"{key}: '{path}' has samples of shape {shape} and {found}{wanted}; (sample, column) is needed"
        )
    n_samples, n_columns = shape[::-1] if turned else shape
    time = _times(item, n_samples, path, key)
    for what in ("conversion", "offset"):
        if not np.isfinite(getattr(item, what)):
            raise InvalidValueError(f"{key}: the {what} of '{path}' is {getattr(item, what)}; correct it in the file")
    notes = (f"'{path}' lies across, {shape}, and was turned to (sample, column)",) if turned else ()
    return OpenSeries(item, path, time, n_columns, str(item.unit or ""), turned, notes)


def ascending(time: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return which samples have the times in ascending order; of samples at one time the first."""
    order = np.argsort(time, kind="stable")
    return order[np.diff(time[order], prepend=-np.inf) > 0]


def series_paths(file: Any, names: Sequence[str], key: str) -> list[str]:
    """Return the paths of the series that several names stand for: with `*`, of all that fit it, and else of one in each file."""
    known = Names(file)
    every = [item for name in names for item in known.each(name, SERIES, key, _preferred(key))]
    return [known.path(item, SERIES.fits) for item in every]


def interval_table(file: Any, name: str, key: str, stops: bool = True) -> TableColumns:
    """Read the plain columns of a table whose rows have times, with `start_time` and `stop_time` (s) among them.

    Parameters
    ----------
    file : pynwb.NWBFile
    name : str
        `trials`, `epochs`, or the name or path of another table of intervals or events.
    key : str
        The configuration's key, for messages.
    stops : bool
        Whether each row must have an end: `stop_time`, or a `duration`. Otherwise `stop_time` is NaN where there is none.

    Raises
    ------
    InvalidValueError
        Where there is none of that name, or no column of times; the message lists those there are.
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
        cure = "write trials.end: next" if key == "trials.table" else "name a table of intervals"
        raise InvalidValueError(
            f"{key}: the rows of table '{name}' have a {start}, and neither stop_time nor duration; {cure}"
        )
    else:
        columns["stop_time"] = np.full(columns.n_rows, np.nan)
    return columns


def any_table(file: Any, name: str, key: str) -> TableColumns:
    """Read the plain columns of any table; an InvalidValueError that lists those there are where none has that name."""
    return plain_columns(Names(file).find(name, TABLE, key))


def _preferred(key: str) -> Callable[[Any], bool] | None:
    """Return which series are listed first for a key."""
    preferred = _PREFERRED.get(key.partition(".")[0])
    return None if preferred is None else lambda item: type(item).__name__ == preferred


def _shape(item: Any, path: str, key: str) -> tuple[int, int]:
    """Return (sample, column) as the data stand in the file; an InvalidValueError where they are no numbers in one or two dimensions."""
    data = item.data
    shape = tuple(int(size) for size in np.shape(data))
    kind = np.asarray(data[:1]).dtype.kind if len(shape) else "V"
    if len(shape) not in (1, 2) or not all(shape):
        raise InvalidValueError(
            f"{key}: '{path}' has data of shape {shape}; a series of (sample,) or (sample, column) is needed"
        )
    if kind not in "fiub":
        raise InvalidValueError(f"{key}: '{path}' does not hold numbers; name another series")
    return (shape[0], 1) if len(shape) == 1 else (shape[0], shape[1])


def _lies_across(item: Any, shape: tuple[int, int], width: int | None) -> bool | None:
    """Tell whether data are (column, sample) by what they must fit: times, a number of columns, or the axes of a place.

    None where they fit neither way.
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
        return shape[0] <= _PLACE_DIMS < shape[1]
    return None if not any(ways) else not ways[0]


def _times(item: Any, n_samples: int, path: str, key: str) -> NDArray[np.float64]:
    """Return the time of each sample (s)."""
    if item.timestamps is not None:
        time = np.asarray(item.timestamps[:], np.float64)
        if not np.isfinite(time).all():
            raise InvalidValueError(
                f"{key}: '{path}' has a time that is not finite, at sample {np.argmin(np.isfinite(time))}"
            )
        return time
    start = 0.0 if item.starting_time is None else float(item.starting_time)
    if item.rate is None or not np.isfinite(item.rate) or item.rate <= 0 or not np.isfinite(start):
        raise InvalidValueError(
            f"{key}: '{path}' has neither times nor a rate that could be used (rate {item.rate}, starting_time {start}); "
            "correct it in the file"
        )
    return start + np.arange(n_samples) / item.rate


def _seconds(columns: TableColumns, name: str, where: str) -> NDArray[np.float64]:
    """Return a column of times; an InvalidValueError where it does not hold one number a row."""
    values = column_of(columns, name, where)
    if values.dtype.kind not in "fiu" or values.ndim != 1:
        raise InvalidValueError(
            f"{where}: column '{name}' holds {values.dtype} {values.shape[1:] or ''}; times in s are needed"
        )
    return values.astype(np.float64)
