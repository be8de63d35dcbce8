"""Find the Units tables of a file by type, and read them as one population."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.damaged_objects import misshapen_columns
from rscnav.recordings.files.object_names import TABLE, Kind, Names
from rscnav.recordings.files.table_columns import TableColumns, joined_columns, left_out_notes, plain_columns
from rscnav.sessions.lazy import LazySpikeTrains
from rscnav.settings.printable import listed

_SPIKES = ("spike_times", "obs_intervals")


UNITS_TABLE = Kind("Units table", "Units tables", lambda item: TABLE.fits(item) and "spike_times" in item.colnames)


@dataclass(frozen=True)
class UnitTable:
    """One Units table, whose spike times are read on access, while its file is open."""

    path: str
    item: Any

    def __len__(self) -> int:
        return len(self.item.id)

    @cached_property
    def stops(self) -> NDArray[np.int64]:
        """Index of the end of each unit's spike times in those of the table, (unit,)."""
        return self._ends_of("spike_times")

    def times(self, row: int) -> NDArray[np.float64]:
        """Read the spike times (s) of one unit, as stored."""
        return self._part("spike_times", self.stops, row)

    def observed(self, row: int) -> NDArray[np.float64] | None:
        """Return the obs_intervals of a unit (interval, 2; s) in order of time; None if the file has none for it."""
        if "obs_intervals" not in self.item.colnames:
            return None
        spans = self._part("obs_intervals", self._span_ends, row)
        if spans.size % 2 or not np.isfinite(spans).all() or np.any(np.diff(spans.reshape(-1, 2), axis=1) < 0):
            raise InvalidValueError(
                f"units: obs_intervals of row {row} of table '{self.path}' are not intervals (start, stop): shape "
                f"{spans.shape}, {listed(spans.ravel()[:6].tolist())}; expected pairs of finite times with start <= stop; correct the file"
            )
        spans = spans.reshape(-1, 2)
        return spans[np.argsort(spans[:, 0], kind="stable")] if len(spans) else None

    @cached_property
    def columns(self) -> TableColumns:
        """Column `id` and the plain columns of the table."""
        plain = plain_columns(self.item)
        left_out = {name: why for name, why in plain.left_out.items() if name not in _SPIKES}
        return TableColumns({"id": np.asarray(self.item.id[:]), **plain}, len(self), left_out)

    @cached_property
    def _span_ends(self) -> NDArray[np.int64]:
        return self._ends_of("obs_intervals")

    def _ends_of(self, name: str) -> NDArray[np.int64]:
        """Read the index of a ragged column; raise an InvalidValueError if it does not fit the table and the values."""
        from hdmf.common import VectorIndex

        index, odd = self.item[name], misshapen_columns(self.item)
        if name in odd:
            raise InvalidValueError(
                f"units: {name} of the Units table '{self.path}' can't be used: {odd[name]}; correct the file"
            )
        if not isinstance(index, VectorIndex):
            raise InvalidValueError(
                f"units: the Units table '{self.path}' has {name} without {name}_index, which assigns the values to units; store the "
                "index too, or read the table as plain arrays (`arrays`)"
            )
        stops = np.asarray(index.data[:]).astype(np.int64)
        n_values = len(index.target.data)
        if len(stops) != len(self) or np.any(np.diff(stops, prepend=0) < 0) or (len(stops) and stops[-1] > n_values):
            raise InvalidValueError(
                f"units: {name}_index of the Units table '{self.path}' does not fit: {len(stops)} entries up to "
                f"{stops.max(initial=0)} for {len(self)} units and {n_values} values; expected one ascending entry for each unit; "
                "correct the file"
            )
        return stops

    def _part(self, name: str, stops: NDArray[np.int64], row: int) -> NDArray[np.float64]:
        part = np.asarray(self.item[name].target.data[int(stops[row - 1]) if row else 0 : int(stops[row])])
        if part.size and part.dtype.kind not in "fiu":
            raise InvalidValueError(
                f"units: {name} of the Units table '{self.path}' holds {part.dtype}; expected times in s"
            )
        return part.astype(np.float64)


@dataclass(frozen=True)
class UnitTables:
    """Units of one or several tables as one population."""

    tables: tuple[UnitTable, ...]

    def __len__(self) -> int:
        return sum(len(table) for table in self.tables)

    def trains(self) -> LazySpikeTrains:
        """Return the spike times (s) of each unit as stored, read on access while the file is open."""
        counts = np.concatenate([np.diff(table.stops, prepend=0) for table in self.tables])
        return LazySpikeTrains(counts, lambda unit: self._at(unit)[0].times(self._at(unit)[1]))

    def observed(self, unit: int) -> NDArray[np.float64] | None:
        """Return the obs_intervals of a unit, (interval, 2) in s; None if the file has none for it."""
        table, row = self._at(unit)
        return table.observed(row)

    def columns(self) -> TableColumns:
        """Return the columns that all tables have, concatenated; for several tables also `table`, the path of each unit's table."""
        return joined_columns({table.path: table.columns for table in self.tables}, "table")

    def notes(self) -> list[str]:
        """Return notes on columns that were not read."""
        return left_out_notes(self.columns(), "the units")

    def _at(self, unit: int) -> tuple[UnitTable, int]:
        for table in self.tables:
            if unit < len(table):
                return table, unit
            unit -= len(table)
        raise IndexError(unit)


def units_in(file: Any) -> list[str]:
    """Return the paths of all Units tables that have spike times and are not empty, sorted."""
    return [path for path, item in Names(file).of_kind(UNITS_TABLE) if len(item.id)]


def unit_tables(file: Any, named: str | Sequence[str] | None = None) -> UnitTables:
    """Find the Units tables that `units_table` of the mapping names, or, without a name, the only one in each file.

    Raises
    ------
    InvalidValueError
        If there is no such table, or, without a name, several in one file; the message lists the paths to choose from.
    """
    key, names = "units_table", Names(file)
    if named is None:
        there = units_in(file)
        if not there:
            raise InvalidValueError(_no_units(names))
        if names.several_in_a_file(there):
            raise InvalidValueError(
                f"{key}: the file has {len(there)} Units tables: {listed(there)}; name one with units_table, or, to read "
                f"several as one population, all of them: [{', '.join(there)}]"
            )
        chosen = [item for _, item in names.of_kind(UNITS_TABLE) if len(item.id)]
    else:
        each = [named] if isinstance(named, str) else named
        chosen = [item for name in each for item in names.each(name, UNITS_TABLE, key)]
    if len({id(item) for item in chosen}) < len(chosen):
        raise InvalidValueError(f"{key}: {listed(each)} name one table twice; name each table once")
    for item in chosen:
        if not len(item.id):
            raise InvalidValueError(
                f"{key}: the Units table '{names.path(item, UNITS_TABLE.fits)}' is empty; name another table"
            )
    return UnitTables(tuple(UnitTable(names.path(item, UNITS_TABLE.fits), item) for item in chosen))


def _no_units(names: Names) -> str:
    """Return the message for a file without units: it has no Units table, or one without spike times."""
    from pynwb.misc import Units

    found = [n for _, n in names.all if isinstance(n.item, Units) and len(n.item.id)]
    if found:
        return (
            f"the Units table '{found[0].short}' has no spike_times; its columns: {listed(found[0].item.colnames)}; if the "
            "activity is a series (calcium, counts), name it with activity.series"
        )
    return (
        "the file has no Units table (or an empty one); if the activity is a series (calcium, counts), name it with "
        "activity.series"
    )
