"""Plain arrays (`.npz`, `.mat`, HDF5) and a mapping of their names -> the NWB file that they would be, in memory."""

import os
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.config.arrays import Arrays, ArraySeries, ArraySpikes
from rscnav.recordings.array_files import Held, read_arrays

_A_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6}  # divided by, which rounds better
_UNKNOWN_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def file_of_arrays(path: str, arrays: Arrays) -> Any:
    """Read arrays and put them where an NWB file has them.

    Parameters
    ----------
    path : str
        A `.npz`, `.mat` (any version) or HDF5 file.
    arrays : Arrays
        The mapping.

    Returns
    -------
    pynwb.NWBFile
        In memory.

    Raises
    ------
    ValueError
        For a file of another kind, a name that is not there (those there are get listed), or arrays that don't fit each other.
    """
    from pynwb import NWBFile, TimeSeries

    stem = os.path.splitext(os.path.basename(path))[0]
    held = read_arrays(path)
    file = NWBFile("plain arrays", stem, _UNKNOWN_DAY)
    per_second = _A_SECOND[arrays.time_unit]
    if arrays.spikes is not None:
        _add_units(file, held, arrays.spikes, arrays.units, per_second)
    for name, series in arrays.series.items():
        data, time = _samples(held, series, f"arrays.series.{name}", per_second)
        file.add_acquisition(TimeSeries(name=name, data=data, timestamps=time, unit=series.unit or "unknown"))
    for name, columns in arrays.tables.items():
        _add_table(file, held, name, columns, per_second)
    return file


def _add_units(file: Any, held: Held, spikes: ArraySpikes, columns: dict[str, str], per_second: float) -> None:
    times = held.get(spikes.times, "arrays.spikes.times")
    if spikes.unit is None:
        if isinstance(times, np.ndarray):
            raise ValueError(
                f"arrays.spikes: '{spikes.times}' is one array; name with `unit` the array that tells each spike's unit"
            )
        trains = [np.ravel(train).astype(float) / per_second for train in times]
        names: list[Any] = list(range(len(trains)))
    else:
        labels = np.ravel(held.get(spikes.unit, "arrays.spikes.unit"))
        times = np.ravel(times).astype(float) / per_second
        if len(labels) != len(times):
            raise ValueError(
                f"arrays.spikes: {len(times)} times in '{spikes.times}', {len(labels)} units in '{spikes.unit}'"
            )
        names = np.unique(labels).tolist()
        trains = [times[labels == name] for name in names]
    more = {column: _column(held, name, f"arrays.units.{column}") for column, name in columns.items()}
    for column, values in more.items():
        if len(values) != len(trains):
            raise ValueError(f"arrays.units.{column}: {len(values)} values for {len(trains)} units")
        file.add_unit_column(column, column)
    file.add_unit_column("name_in_file", "the unit's number or name in the file")
    for row, train in enumerate(trains):
        extra = {column: values[row] for column, values in more.items()}
        file.add_unit(spike_times=train, name_in_file=str(names[row]), **extra)


def _samples(held: Held, series: ArraySeries, key: str, per_second: float) -> tuple[NDArray, NDArray[np.float64]]:
    """Give data (sample, ...) and times (s); data that lie across are turned."""
    data = np.asarray(held.get(series.data, f"{key}.data"), float)
    data = data[0] if data.ndim == 2 and data.shape[0] == 1 else data
    if series.time is None:
        return data, series.start_s + np.arange(len(data)) / float(series.rate or 1.0)
    time = np.ravel(held.get(series.time, f"{key}.time")).astype(float) / per_second
    if data.ndim == 2 and data.shape[0] != len(time) and data.shape[1] == len(time):
        data = data.T
    if len(data) != len(time):
        raise ValueError(f"{key}: '{series.data}' has shape {data.shape}, '{series.time}' has {len(time)} times")
    return data, time


def _add_table(file: Any, held: Held, name: str, columns: dict[str, str], per_second: float) -> None:
    from hdmf.common import DynamicTable
    from pynwb.epoch import TimeIntervals

    key = f"arrays.tables.{name}"
    values = {column: _column(held, array, f"{key}.{column}") for column, array in columns.items()}
    lengths = {column: len(v) for column, v in values.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"{key}: its columns differ in length: {lengths}")
    timed = {"start_time", "stop_time"} <= set(values)
    if not timed and {"start_time", "stop_time"} & set(values):
        raise ValueError(f"{key}: a table of intervals needs both start_time and stop_time")
    table = (TimeIntervals if timed else DynamicTable)(name=name, description="from plain arrays")
    for column in values:
        if column not in ("start_time", "stop_time"):
            table.add_column(column, column)
    for row in range(next(iter(lengths.values()), 0)):
        cells = {column: v[row] for column, v in values.items()}
        if timed:
            cells |= {end: float(cells[end]) / per_second for end in ("start_time", "stop_time")}
            table.add_row(**cells)
        else:
            table.add_row(cells)
    if timed:
        file.add_time_intervals(table)
    else:
        file.add_scratch(table)


def _column(held: Held, name: str, key: str) -> Any:
    values = held.get(name, key)
    if isinstance(values, np.ndarray):
        column = np.atleast_1d(np.squeeze(values))
        column = np.char.decode(column, "utf-8") if column.dtype.kind == "S" else column
        return np.char.rstrip(column) if column.dtype.kind == "U" else column  # MATLAB pads texts with blanks
    return values
