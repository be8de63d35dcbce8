"""Convert plain arrays (`.npz`, `.mat`, HDF5) to an NWB file in memory, by a mapping of their names."""

import logging
import os
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.plain_arrays.readers import ArrayFile
from rscnav.recordings.settings.arrays import Arrays, ArraySeries, ArraySpikes

log = logging.getLogger(__name__)
_A_SECOND = {
    "s": 1.0,
    "ms": 1e3,
    "us": 1e6,
}  # divisors, because division by 1e3 rounds better than multiplication by 1e-3
_UNKNOWN_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def file_of_arrays(path: str, arrays: Arrays) -> Any:
    """Read the arrays that the mapping names, and return them as an NWB file in memory.

    Parameters
    ----------
    path : str
        A `.npz`, `.mat` or HDF5 file.
    arrays : Arrays
        Names of the arrays, and what they become.

    Returns
    -------
    pynwb.NWBFile

    Raises
    ------
    InvalidValueError
        If the file has another format, a name does not exist (the message lists all names), or lengths of arrays differ.
    """
    try:
        return _in_memory(ArrayFile(path), arrays)
    except InvalidValueError as error:
        raise error if path in str(error) else InvalidValueError(f"{path}: {error}") from None


def _in_memory(held: ArrayFile, arrays: Arrays) -> Any:
    from pynwb import NWBFile, TimeSeries

    stem = os.path.splitext(os.path.basename(held.path))[0]
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


def _add_units(file: Any, held: ArrayFile, spikes: ArraySpikes, columns: dict[str, str], per_second: float) -> None:
    names: list[Any]
    if spikes.unit is None:
        trains = [train / per_second for train in held.trains(spikes.times, "arrays.spikes.times")]
        names = list(range(len(trains)))
    else:
        labels = held.vector(spikes.unit, "arrays.spikes.unit")
        times = held.numbers(spikes.times, "arrays.spikes.times") / per_second
        if len(labels) != len(times):
            raise InvalidValueError(
                f"arrays.spikes: '{spikes.times}' has {len(times)} times, but '{spikes.unit}' has {len(labels)} values; expected one "
                "unit for each spike"
            )
        distinct, of_spike = np.unique(labels, return_inverse=True)
        names = distinct.tolist()
        if len(names) > max(1000, len(times) // 2):
            raise InvalidValueError(
                f"arrays.spikes.unit: '{spikes.unit}' holds {len(names)} different values for {len(times)} spikes, which are probably "
                "times; name the array with the unit of each spike"
            )
        order = np.argsort(of_spike, kind="stable")
        trains = np.split(times[order], np.cumsum(np.bincount(of_spike, minlength=len(names)))[:-1])
    more = {column: held.vector(name, f"arrays.units.{column}") for column, name in columns.items()}
    for column, values in more.items():
        if len(values) != len(trains):
            raise InvalidValueError(
                f"arrays.units.{column}: {len(values)} values for {len(trains)} units; expected one value for each unit"
            )
        file.add_unit_column(column, column)
    file.add_unit_column("name_in_file", "number or name of the unit in the file")
    for row, train in enumerate(trains):
        extra = {column: values[row] for column, values in more.items()}
        file.add_unit(spike_times=train, name_in_file=str(names[row]), **extra)


def _samples(held: ArrayFile, series: ArraySeries, key: str, per_second: float) -> tuple[NDArray, NDArray[np.float64]]:
    """Return data (sample,) or (sample, column), and times (s)."""
    data = held.matrix(series.data, f"{key}.data")
    n = None
    if series.time is not None:
        time = held.numbers(series.time, f"{key}.time") / per_second
        n = len(time)
    if data.ndim == 2:
        across = _is_transposed(data.shape, n, series, key)
        if across and 1 not in data.shape:
            log.info(
                "%s: '%s' of shape %s is stored as (column, sample), with %d samples, and was transposed",
                held.path,
                series.data,
                data.shape,
                data.shape[1],
            )
        data = data.T if across else data
        data = data[:, 0] if data.shape[1] == 1 else data
    if n is None:
        time = series.start_s + np.arange(len(data)) / float(series.rate or 1.0)
    if len(data) != len(time):
        raise InvalidValueError(
            f"{key}: '{series.data}' has shape {data.shape}, but '{series.time}' has {len(time)} times; expected one time for each sample"
        )
    return data, time


def _is_transposed(shape: tuple[int, ...], n_times: int | None, series: ArraySeries, key: str) -> bool:
    """Return whether a matrix is stored as (column, sample), from `across`, the count of times, or the longer side."""
    if series.across is not None:
        return series.across
    if n_times is not None and (shape[0] == n_times) != (shape[1] == n_times):
        return shape[1] == n_times
    if shape[0] == shape[1] > 1:
        raise InvalidValueError(
            f"{key}: '{series.data}' has shape {shape}, which does not show which dimension is time; set across: false if each row is "
            "a sample, across: true if each column is a sample"
        )
    return n_times is None and shape[0] < shape[1]


def _add_table(file: Any, held: ArrayFile, name: str, columns: dict[str, str], per_second: float) -> None:
    from hdmf.common import DynamicTable
    from pynwb.epoch import TimeIntervals

    key = f"arrays.tables.{name}"
    values = {column: held.vector(array, f"{key}.{column}") for column, array in columns.items()}
    lengths = {column: len(v) for column, v in values.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidValueError(f"{key}: its columns differ in length: {lengths}; expected one value for each row")
    ends = {"start_time", "stop_time"} & set(columns)
    values |= {end: held.numbers(columns[end], f"{key}.{end}") / per_second for end in ends}
    if len(ends) == 1:
        raise InvalidValueError(
            f"{key}: it has {next(iter(ends))} only; a table of intervals needs both start_time and stop_time"
        )
    table = (TimeIntervals if ends else DynamicTable)(name=name, description="from plain arrays")
    for column in values:
        if column not in ends:
            table.add_column(column, column)
    for row in range(next(iter(lengths.values()), 0)):
        cells = {column: v[row] for column, v in values.items()}
        if ends:
            table.add_row(**cells)
        else:
            table.add_row(cells)
    add = file.add_time_intervals if ends else file.add_scratch
    add(table)
