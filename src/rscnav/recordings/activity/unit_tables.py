"""Units tables of a file, found by type wherever they lie, and read as one population."""

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
    """One Units table, whose spike times are read when asked for, while its file is open."""

    path: str
    item: Any

    def __len__(self) -> int:
        return len(self.item.id)

    @cached_property
    def stops(self) -> NDArray[np.int64]:
        """Where in the table's spike times those of each unit end, (unit,)."""
        return self._ends_of("spike_times")

    def times(self, row: int) -> NDArray[np.float64]:
        """Read the spike times (s) of one unit as they stand there."""
        return self._part("spike_times", self.stops, row)

    def observed(self, row: int) -> NDArray[np.float64] | None:
        """Return a unit's obs_intervals (interval, 2; s) in order of time; None where it has none, which says nothing."""
        if "obs_intervals" not in self.item.colnames:
            return None
        spans = self._part("obs_intervals", self._span_ends, row)
        if spans.size % 2 or not np.isfinite(spans).all() or np.any(np.diff(spans.reshape(-1, 2), axis=1) < 0):
            raise InvalidValueError(
                f"units: obs_intervals of row {row} of table '{self.path}' are no intervals (start, stop): shape "
                f"{spans.shape}, {listed(spans.ravel()[:6].tolist())}; correct the file"
            )
        spans = spans.reshape(-1, 2)
        return spans[np.argsort(spans[:, 0], kind="stable")] if len(spans) else None

    @cached_property
    def columns(self) -> TableColumns:
        """The table's id and plain columns."""
        plain = plain_columns(self.item)
        left_out = {name: why for name, why in plain.left_out.items() if name not in _SPIKES}
        return TableColumns({"id": np.asarray(self.item.id[:]), **plain}, len(self), left_out)

    @cached_property
    def _span_ends(self) -> NDArray[np.int64]:
        return self._ends_of("obs_intervals")

    def _ends_of(self, name: str) -> NDArray[np.int64]:
        """Read the index of a ragged column, and refuse one that does not fit its table and values."""
        from hdmf.common import VectorIndex

        index, odd = self.item[name], misshapen_columns(self.item)
        if name in odd:
            raise InvalidValueError(
                f"units: {name} of the Units table '{self.path}' can't be used: {odd[name]}; correct the file"
            )
        if not isinstance(index, VectorIndex):
            raise InvalidValueError(
                f"units: the Units table '{self.path}' has {name} without {name}_index, which says whose they are; write the "
                "index too, or read the table as plain arrays (`arrays`)"
            )
        stops = np.asarray(index.data[:]).astype(np.int64)
        n_values = len(index.target.data)
        if len(stops) != len(self) or np.any(np.diff(stops, prepend=0) < 0) or (len(stops) and stops[-1] > n_values):
            raise InvalidValueError(
                f"units: {name}_index of the Units table '{self.path}' does not fit: {len(stops)} entries up to "
                f"{stops.max(initial=0)} for {len(self)} units and {n_values} values; it has to ascend. The file is damaged, or "
                "was written wrongly"
            )
        return stops

    def _part(self, name: str, stops: NDArray[np.int64], row: int) -> NDArray[np.float64]:
        part = np.asarray(self.item[name].target.data[int(stops[row - 1]) if row else 0 : int(stops[row])])
        if part.size and part.dtype.kind not in "fiu":
            raise InvalidValueError(
                f"units: {name} of the Units table '{self.path}' holds {part.dtype}; times in s are needed"
            )
        return part.astype(np.float64)


@dataclass(frozen=True)
class UnitTables:
    """Units of one or several tables as one population."""

    tables: tuple[UnitTable, ...]

    def __len__(self) -> int:
        return sum(len(table) for table in self.tables)

    def trains(self) -> LazySpikeTrains:
        """Return the spike times (s) of each unit as they stand in the file, read when asked for while it is open."""
        counts = np.concatenate([np.diff(table.stops, prepend=0) for table in self.tables])
        return LazySpikeTrains(counts, lambda unit: self._at(unit)[0].times(self._at(unit)[1]))

    def observed(self, unit: int) -> NDArray[np.float64] | None:
        """Return when a unit was observed, (interval, 2) in s; None: always, as far as the file says."""
        table, row = self._at(unit)
        return table.observed(row)

    def columns(self) -> TableColumns:
        """Return the columns that all tables have, one under the other, and, where there are several tables, `table`."""
        return joined_columns({table.path: table.columns for table in self.tables}, "table")

    def notes(self) -> list[str]:
        """Return notes on what was not read of the tables."""
        return left_out_notes(self.columns(), "the units")

    def _at(self, unit: int) -> tuple[UnitTable, int]:
        for table in self.tables:
            if unit < len(table):
                return table, unit
            unit -= len(table)
        raise IndexError(unit)


def units_in(file: Any) -> list[str]:
    """Return the paths of all tables with units and spike times, in order."""
    return [path for path, item in Names(file).of_kind(UNITS_TABLE) if len(item.id)]


def unit_tables(file: Any, named: str | Sequence[str] | None = None) -> UnitTables:
    """Find the Units tables that `units_table` of the mapping names; where it names none, the only one.

    Raises
    ------
    InvalidValueError
        Where there is none or, without a name, more than one; the message lists the paths there are.
    """
    key, names = "units_table", Names(file)
    if named is None:
        there = units_in(file)
        if not there:
            raise InvalidValueError(_no_units(names))
        if names.several_in_a_file(there):
            raise InvalidValueError(
                f"{key}: the file has {len(there)} Units tables: {listed(there)}; name one with units_table, or, to take "
                f"several as one population, all of them: [{', '.join(there)}]"
            )
        chosen = [item for _, item in names.of_kind(UNITS_TABLE) if len(item.id)]
    else:
        each = [named] if isinstance(named, str) else named
        chosen = [item for name in each for item in names.each(name, UNITS_TABLE, key)]
    if len({id(item) for item in chosen}) < len(chosen):
        raise InvalidValueError(f"{key}: {listed(each)} name one table twice")
    for item in chosen:
        if not len(item.id):
            raise InvalidValueError(f"{key}: the Units table '{names.path(item, UNITS_TABLE.fits)}' is empty")
    return UnitTables(tuple(UnitTable(names.path(item, UNITS_TABLE.fits), item) for item in chosen))


def _no_units(names: Names) -> str:
    """Return why there are no units: no table, or one without spike times."""
    from pynwb.misc import Units

    found = [n for _, n in names.all if isinstance(n.item, Units) and len(n.item.id)]
    if found:
        return (
            f"the Units table '{found[0].short}' has no spike_times; its columns: {listed(found[0].item.colnames)}. Where "
            "activity is a series (calcium, counts), name it with activity.series"
        )
    return (
        "the file has no Units table (or an empty one); where activity is a series (calcium, counts), name it with "
        "activity.series"
    )
