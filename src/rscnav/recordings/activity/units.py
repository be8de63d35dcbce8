"""Units of a file: their spike times, when they were observed, their table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.activity.unit_tables import UnitTables
from rscnav.recordings.files.table_columns import Columns, filter_rows, rows_of
from rscnav.recordings.settings.mapping import RowFilter
from rscnav.recordings.time_checks.restarting_spikes import repeats
from rscnav.sessions.lazy import LazySpikeTrains
from rscnav.settings.printable import listed

COMPUTED = ("n_spikes", "rate_hz", "observed_share")  # columns that follow from the spikes
_SHOWN = 8  # units in a message
_RESTART = 0.5  # a step back by more than this share of the time reached is a restart


@dataclass(frozen=True)
class Units:
    """Units of one or several Units tables.

    Parameters
    ----------
    columns : dict of array, (unit, ...)
        `id`, `n_spikes`, and the plain columns of the file.
    spikes : sequence of array
        Spike times (s) of each unit, ascending, while the unit was observed; read when asked for, while the file is open.
    ends : array, (unit, 2)
        First and last spike (s); NaN of a unit without any.
    observed : list of array or None
        Intervals (interval, 2; s) in which each unit was observed; None: always.
    faults : tuple of str
        Of each unit: why its spikes can't be used; '' where they can.
    unsorted, again : array of bool, (unit,)
        Whether its times had to be sorted, and whether they start again.
    repeats : array, (unit,)
        How often its times go back to near their beginning; see `repeats`.
    strays : array, (unit,)
        Spikes outside the intervals, which were left out.
    n_left_out : int
        Units that a rule left out.
    notes : list of str
        What had to be put right.
    """

    columns: Columns
    spikes: LazySpikeTrains
    ends: NDArray[np.float64]
    observed: list[NDArray[np.float64] | None]
    faults: tuple[str, ...]
    unsorted: NDArray[np.bool_]
    again: NDArray[np.bool_]
    repeats: NDArray[np.int64]
    strays: NDArray[np.int64]
    n_left_out: int
    notes: list[str]

    @property
    def n_unobserved(self) -> int:
        """Count the spikes outside their unit's intervals."""
        return int(self.strays.sum())

    @property
    def names(self) -> list[str]:
        """Return the units' names for messages."""
        return named(self.columns)

    def observed_share(self, extent: tuple[float, float]) -> NDArray[np.float64]:
        """Return the fraction of the recording in which each unit was observed, (unit,)."""
        whole = max(extent[1] - extent[0], 1e-9)
        shares = [
            1.0 if spans is None else float(np.clip(np.diff(np.clip(spans, *extent), axis=1), 0, None).sum()) / whole
            for spans in self.observed
        ]
        return np.minimum(np.array(shares), 1.0)

    def chosen(self, keep: NDArray[np.bool_]) -> "Units":
        """Select some units."""
        rows = np.flatnonzero(keep)
        arrays = {name: getattr(self, name)[keep] for name in ("ends", "unsorted", "again", "repeats", "strays")}
        return replace(
            self,
            **arrays,
            columns=rows_of(self.columns, keep),
            spikes=self.spikes.chosen(keep),
            observed=[self.observed[k] for k in rows],
            faults=tuple(self.faults[k] for k in rows),
            n_left_out=self.n_left_out + len(keep) - len(rows),
        )

    def meeting(self, rules: Sequence[RowFilter], extent: tuple[float, float], bin_s: float) -> "Units":
        """Select the units that meet the rules on rates too, and look whether all that are left can be used.

        Parameters
        ----------
        rules : sequence of Rule
        extent : (float, float)
            First and last time of anything recorded (s), which `rate_hz` and `observed_share` refer to.
        bin_s : float
            The shortest time that a rate refers to (s).

        Raises
        ------
        InvalidValueError
            Where no unit is left, or one that is left has times that are not finite, or times that start again.
        """
        columns = rows_of(self.columns, np.arange(len(self.faults)))
        columns["rate_hz"] = columns["n_spikes"] / max(extent[1] - extent[0], bin_s)
        columns["observed_share"] = self.observed_share(extent)
        keep = filter_rows(columns, [rule for rule in rules if rule.column in COMPUTED], "unit_filters")
        if not keep.any():
            raise InvalidValueError(none_left(len(keep) + self.n_left_out, rules))
        left = replace(self, columns=columns).chosen(keep)
        left._refuse_faulty()
        return replace(left, notes=[*left._spike_notes(), *left.notes])

    def _refuse_faulty(self) -> None:
        for fault in self.faults:
            if fault:
                raise InvalidValueError(
                    f"units: {fault}; leave it out with a rule in `unit_filters`, or correct the file"
                )
        again, n_unsorted = self._those(self.again), int(self.unsorted.sum())
        if len(again) > 0.5 * n_unsorted:
            raise InvalidValueError(
                f"units: spike times start again in {len(again)} of {len(self.names)} units (unit {listed(again, _SHOWN)}): several "
                "recordings one after the other, each on its own clock? Give each its own file, or add what went before to "
                "its times (of trials that are each counted from their own start: the trial's start)"
            )

    def _spike_notes(self) -> list[str]:
        unsorted, strays, silent = (
            self._those(which) for which in (self.unsorted, self.strays > 0, self.columns["n_spikes"] == 0)
        )
        notes = []
        if unsorted:
            notes.append(f"spike times were not in order and have been sorted: unit {listed(unsorted, _SHOWN)}")
        if strays:
            notes.append(
                f"{self.n_unobserved} spikes lie outside their unit's obs_intervals and were left out: unit {listed(strays, _SHOWN)}"
            )
        if silent:
            notes.append(f"without a spike: unit {listed(silent, _SHOWN)}")
        return notes

    def _those(self, which: NDArray[np.bool_]) -> list[str]:
        return [name for name, chosen in zip(self.names, which, strict=True) if chosen]


def read_units(tables: UnitTables, rules: Sequence[RowFilter]) -> Units:
    """Apply the rules on the file's own columns, look through the spikes of the units that are left, and apply those on counts.

    Rules on `rate_hz` and `observed_share`, which need the recording's extent, are left to `Units.meeting`.

    Raises
    ------
    InvalidValueError
        For a column that is not there, or where no unit is left.
    """
    columns, notes = tables.columns(), tables.notes()
    keep = meeting_own(tables, rules, notes)
    if not keep.any():
        raise InvalidValueError(none_left(len(keep), rules))
    rows = np.flatnonzero(keep)
    columns = rows_of(columns, keep)
    raw, observed = tables.trains().chosen(keep), [tables.observed(int(row)) for row in rows]
    ends = np.full((len(rows), 2), np.nan)
    n_spikes, strays = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    unsorted, again, faults = np.zeros(len(rows), bool), np.zeros(len(rows), bool), []
    repeated = np.zeros(len(rows), np.int64)
    for k, name in enumerate(named(columns)):
        stored = raw[k]
        finite = np.isfinite(stored)
        faults.append(
            "" if finite.all() else f"unit {name} has a spike time that is not finite, spike {np.argmin(finite)}"
        )
        stored = stored[finite]
        unsorted[k] = np.any(np.diff(stored) < 0)
        again[k] = unsorted[k] and restarts(stored)
        repeated[k] = repeats(stored) if unsorted[k] else 0
        times = _in_order(stored, observed[k])
        n_spikes[k], strays[k] = len(times), len(stored) - len(times)
        if len(times):
            ends[k] = times[0], times[-1]
    columns["n_spikes"] = n_spikes
    trains = LazySpikeTrains(n_spikes, lambda k: _in_order(raw[k], observed[k]))
    n_left_out = int(np.sum(~keep))
    units = Units(columns, trains, ends, observed, tuple(faults), unsorted, again, repeated, strays, n_left_out, notes)
    enough = filter_rows(columns, [rule for rule in rules if rule.column == COMPUTED[0]], "unit_filters")
    if not enough.any():
        raise InvalidValueError(none_left(len(keep), rules))
    return units.chosen(enough)


def meeting_own(tables: UnitTables, rules: Sequence[RowFilter], notes: list[str] | None = None) -> NDArray[np.bool_]:
    """Mark the units that meet the rules on the file's own columns, without a look at their spikes; see `filter_rows`."""
    own = [rule for rule in rules if rule.column not in COMPUTED]
    return filter_rows(tables.columns(), own, "unit_filters", notes, COMPUTED)


def named(columns: Mapping[str, NDArray]) -> list[str]:
    """Return the units' names: the id, after the table (or series) where there are several."""
    ids = [str(unit) for unit in columns["id"].tolist()]
    which = next((columns[name].tolist() for name in ("table", "series") if name in columns), None)
    return ids if which is None else [f"{path}:{unit}" for path, unit in zip(which, ids, strict=True)]


def none_left(n_units: int, rules: Sequence[RowFilter]) -> str:
    """Return the message that no unit meets the rules."""
    words = "; ".join(str(rule.model_dump(exclude_none=True)) for rule in rules)
    return f"units: none of the {n_units} units meets the rules ({words}); loosen them"


def _in_order(times: NDArray[np.float64], spans: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Sort times where they need it, and leave out those that lie in none of the spans."""
    if np.any(np.diff(times) < 0):
        times = np.sort(times)
    return times if spans is None else times[_inside(times, spans)]


def restarts(times: NDArray[np.floating]) -> bool:
    """Tell whether times (spike,) that are not in order go back in few places, near to the beginning, and ascend in between."""
    back = np.flatnonzero(np.diff(times) < 0)
    if len(times) < 20 or not len(back) or len(back) > 20 or len(back) > 0.01 * len(times) + 1:
        return False
    first = float(times.min())
    reached, after = times[back] - first, times[back + 1] - first
    return bool(np.all(reached - after > _RESTART * np.maximum(reached, 1e-9)))


def _inside(times: NDArray[np.float64], spans: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the times that lie in one of the spans, ends included."""
    latest = np.searchsorted(spans[:, 0], times, side="right") - 1
    reached = np.maximum.accumulate(spans[:, 1])
    return (latest >= 0) & (times <= np.append(reached, -np.inf)[latest])
