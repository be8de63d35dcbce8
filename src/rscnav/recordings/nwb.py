"""What is in an NWB file, found by name; where a name is not there the message lists those that are.

What these functions give is read into memory and outlives the open file, but for `OpenSeries`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.config.mapping import Rule

Columns = dict[str, NDArray]


@dataclass(frozen=True)
class Series:
    """A time series: samples (sample, dim) with conversion and offset applied, times (s), and the unit it names."""

    path: str
    time: NDArray[np.float64]
    values: NDArray[np.float64]
    unit: str


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
    """

    item: Any
    path: str
    time: NDArray[np.float64]
    width: int
    unit: str

    def rows(self, start: int, stop: int) -> NDArray[np.float64]:
        """Read a stretch of samples (sample, dim), with conversion and offset applied."""
        values = np.asarray(self.item.data[start:stop], np.float64) * self.item.conversion + self.item.offset
        return values[:, None] if values.ndim == 1 else values


def find_series(file: Any, name: str, key: str) -> Series:
    """Read a time series that may lie anywhere in the file.

    Parameters
    ----------
    file : pynwb.NWBFile
    name : str
        Its name, or as much of 'module/interface/series' as makes it the only one.
    key : str
        The configuration's key, for messages.

    Returns
    -------
    Series

    Raises
    ------
    ValueError
        Where there is none or more than one of that name, or where its samples and times do not fit each other.
    """
    series = open_series(file, name, key)
    return Series(series.path, series.time, series.rows(0, len(series.time)), series.unit)


def open_series(file: Any, name: str, key: str) -> OpenSeries:
    """Find a time series as `find_series` does, and read its times only."""
    item = series_named(file, name, key)
    path = path_of(item)
    shape = np.shape(item.data)
    shape = (*shape, 1) if len(shape) == 1 else shape
    if item.timestamps is not None:
        time = np.asarray(item.timestamps[:], np.float64)
    else:
        time = item.starting_time + np.arange(shape[0]) / item.rate
    if len(shape) != 2 or shape[0] != len(time) or not len(time):
        raise ValueError(f"{key}: '{path}' has samples of shape {shape} and {len(time)} times")
    if not np.isfinite(time).all():
        raise ValueError(f"{key}: '{path}' has a time that is not finite, at sample {np.argmin(np.isfinite(time))}")
    return OpenSeries(item, path, time, int(shape[1]), str(item.unit or ""))


def series_named(file: Any, name: str, key: str) -> Any:
    """Give the one series of that name, unread; see `find_series`."""
    from pynwb import TimeSeries
    from pynwb.behavior import SpatialSeries

    found = {path_of(item): item for item in file.objects.values() if isinstance(item, TimeSeries)}
    matches = [path for path in found if path == name or path.endswith("/" + name)]
    if len(matches) > 1:
        raise ValueError(f"{key}: '{name}' is the name of {len(matches)} series; say which: {', '.join(matches)}")
    if not matches:
        spatial = [path for path, item in found.items() if isinstance(item, SpatialSeries)]
        raise ValueError(f"{key}: there is no series '{name}' in the file; there are: {_listed(spatial or found)}")
    return found[matches[0]]


def interval_table(file: Any, name: str, key: str) -> Columns:
    """Read the plain columns of a table of intervals (`trials`, `epochs`, or another by name).

    Raises
    ------
    ValueError
        Where there is none of that name; the message lists those there are.
    """
    from pynwb.epoch import TimeIntervals

    found = {item.name: item for item in file.objects.values() if isinstance(item, TimeIntervals)}
    if name not in found:
        raise ValueError(f"{key}: there is no table '{name}' in the file; there are: {_listed(found)}")
    return plain_columns(found[name])


def any_table(file: Any, name: str, key: str) -> Columns:
    """Read the plain columns of any table; a ValueError that lists those there are where none has that name."""
    from hdmf.common import DynamicTable

    found = {item.name: item for item in file.objects.values() if isinstance(item, DynamicTable)}
    if name not in found:
        raise ValueError(f"{key}: there is no table '{name}' in the file; there are: {_listed(found)}")
    return plain_columns(found[name])


def plain_columns(table: Any) -> Columns:
    """Give the columns of a table that hold one number, text or row of numbers a row; ragged ones are left out."""
    from hdmf.common import DynamicTableRegion, VectorIndex

    ragged = {column.target.name for column in table.columns if isinstance(column, VectorIndex)}
    result: Columns = {}
    for column in table.columns:
        if isinstance(column, VectorIndex | DynamicTableRegion) or column.name in ragged:
            continue
        values = np.asarray(column.data[:])
        if values.dtype.kind in "OS":
            texts = [value.decode() if isinstance(value, bytes) else value for value in values.tolist()]
            if not all(isinstance(text, str) for text in texts):
                continue
            values = np.array(texts, dtype=str)
        result[column.name] = values
    return result


def kept_rows(columns: Columns, rules: Sequence[Rule], key: str) -> NDArray[np.bool_]:
    """Mark the rows of a table that meet every rule.

    Raises
    ------
    ValueError
        For a rule on a column that is not there (those there are get listed), or bounds on a column of text.
    """
    keep = np.ones(len(next(iter(columns.values()))), bool)
    for rule in rules:
        values = column_of(columns, rule.column, key)
        if values.ndim != 1:
            raise ValueError(f"{key}: column '{rule.column}' holds {values.shape[1:]} values a row; rules need one")
        if rule.values is not None:
            keep &= np.array([value in rule.values for value in values.tolist()], bool)
        if rule.min is None and rule.max is None:
            continue
        if values.dtype.kind not in "fiub":
            raise ValueError(f"{key}: column '{rule.column}' holds text; use `values` and not min or max")
        keep &= (values >= (-np.inf if rule.min is None else rule.min)) & (
            values <= (np.inf if rule.max is None else rule.max)
        )
    return keep


def column_of(columns: Mapping[str, NDArray], name: str, key: str) -> NDArray:
    """Return a column, or raise a ValueError that lists those there are."""
    if name not in columns:
        raise ValueError(f"{key}: there is no column '{name}'; there are: {_listed(columns)}")
    return columns[name]


def path_of(item: Any) -> str:
    """Give the names of an object's parents and its own, without the file's."""
    names = []
    while item is not None and item.parent is not None:
        names.append(item.name)
        item = item.parent
    return "/".join(reversed(names))


def _listed(names: Any) -> str:
    return ", ".join(str(name) for name in names) or "none"
