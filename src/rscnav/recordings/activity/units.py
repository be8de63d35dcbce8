"""Read the units of a file: spike times, observed intervals and table columns, with checks of the spike times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.activity.unit_tables import UnitTables
from rscnav.recordings.binning import in_spans
from rscnav.recordings.files.table_columns import Columns, filter_rows, rows_of
from rscnav.recordings.settings.mapping import RowFilter
from rscnav.recordings.time_checks.restarting_spikes import repeats
from rscnav.sessions.lazy import LazySpikeTrains
from rscnav.settings.printable import listed

COMPUTED = ("n_spikes", "rate_hz", "observed_fraction")  # columns that are computed
_SHOWN = 8  # largest count of units in a message
_RESTART = 0.5  # a backward step of more than this fraction of the elapsed time is a restart


@dataclass(frozen=True)
class Units:
    """Units of one or several Units tables.

    Parameters
    ----------
    columns : dict of array, (unit, ...)
        `id`, `n_spikes`, and the plain columns of the file.
    spikes : sequence of array
        Spike times (s) of each unit within its observed intervals, ascending; read on access, while the file is open.
    ends : array, (unit, 2)
        First and last spike (s); NaN for a unit without spikes.
    observed : list of array or None
        Intervals (interval, 2; s) in which each unit was observed; None: always.
    faults : tuple of str
        For each unit, why its spikes cannot be used; '' if they can.
    unsorted, restarting : array of bool, (unit,)
        Whether the times of the unit had to be sorted, and whether they start again.
    repeats : array, (unit,)
        Count of times that go back to near the beginning; see `repeats`.
    strays : array, (unit,)
        Count of spikes outside the observed intervals, which were left out.
    n_left_out : int
        Count of units that a rule excludes.
    notes : list of str
        Corrections and warnings.
    """

    columns: Columns
    spikes: LazySpikeTrains
    ends: NDArray[np.float64]
    observed: list[NDArray[np.float64] | None]
    faults: tuple[str, ...]
    unsorted: NDArray[np.bool_]
    restarting: NDArray[np.bool_]
    repeats: NDArray[np.int64]
    strays: NDArray[np.int64]
    n_left_out: int
    notes: list[str]

    @property
    def n_unobserved(self) -> int:
        """Count of spikes outside the observed intervals of their unit."""
        return int(self.strays.sum())

    @property
    def names(self) -> list[str]:
        """Names of the units, for messages."""
        return named(self.columns)

    def observed_fraction(self, extent: tuple[float, float]) -> NDArray[np.float64]:
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
        arrays = {name: getattr(self, name)[keep] for name in ("ends", "unsorted", "restarting", "repeats", "strays")}
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
        """Select the units that meet all rules, including those on computed columns, and check their spike times.

        Parameters
        ----------
        rules : sequence of RowFilter
        extent : (float, float)
            First and last time of the recording (s), for `rate_hz` and `observed_fraction`.
        bin_s : float
            Smallest duration used for `rate_hz` (s).

        Returns
        -------
        Units

        Raises
        ------
        InvalidValueError
            If no unit is left, if a unit has times that are not finite, or if the times of more than half of the unsorted units start
            again.
        """
        columns = rows_of(self.columns, np.arange(len(self.faults)))
        columns["rate_hz"] = columns["n_spikes"] / max(extent[1] - extent[0], bin_s)
        columns["observed_fraction"] = self.observed_fraction(extent)
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
                    f"units: {fault}; exclude the unit with a rule in `unit_filters`, or correct the file"
                )
        restarting, n_unsorted = self._those(self.restarting), int(self.unsorted.sum())
        if len(restarting) > 0.5 * n_unsorted:
            raise InvalidValueError(
                f"units: spike times start again in {len(restarting)} of {len(self.names)} units (unit {listed(restarting, _SHOWN)}); they look "
                "like several recordings, each with its own clock; save each in its own file, or add the duration of the earlier ones "
                "to its times (for times relative to the start of each trial: add that start)"
            )

    def _spike_notes(self) -> list[str]:
        unsorted, strays, silent = (
            self._those(which) for which in (self.unsorted, self.strays > 0, self.columns["n_spikes"] == 0)
        )
        notes = []
        if unsorted:
            notes.append(f"spike times were not in order and were sorted: unit {listed(unsorted, _SHOWN)}")
        if strays:
            notes.append(
                f"{self.n_unobserved} spikes are outside the obs_intervals of their unit and were left out: unit {listed(strays, _SHOWN)}"
            )
        if silent:
            notes.append(f"units without spikes: unit {listed(silent, _SHOWN)}")
        return notes

    def _those(self, which: NDArray[np.bool_]) -> list[str]:
        return [name for name, chosen in zip(self.names, which, strict=True) if chosen]


def read_units(tables: UnitTables, rules: Sequence[RowFilter]) -> Units:
    """Read the units that meet the rules on columns of the file and on `n_spikes`, and check their spike times.

    Rules on `rate_hz` and `observed_fraction` need the extent of the recording; `Units.meeting` applies them.

    Parameters
    ----------
    tables : UnitTables
    rules : sequence of RowFilter

    Returns
    -------
    Units

    Raises
    ------
    InvalidValueError
        If a rule names a column that does not exist, or if no unit is left.
    """
    columns, notes = tables.columns(), tables.notes()
    keep = mask_by_file_columns(tables, rules, notes)
    if not keep.any():
        raise InvalidValueError(none_left(len(keep), rules))
    rows = np.flatnonzero(keep)
    columns = rows_of(columns, keep)
    raw, observed = tables.trains().chosen(keep), [tables.observed(int(row)) for row in rows]
    ends = np.full((len(rows), 2), np.nan)
    n_spikes, strays = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    unsorted, restarting, faults = np.zeros(len(rows), bool), np.zeros(len(rows), bool), []
    repeated = np.zeros(len(rows), np.int64)
    for k, name in enumerate(named(columns)):
        stored = raw[k]
        finite = np.isfinite(stored)
        faults.append(
            "" if finite.all() else f"unit {name} has a spike time that is not finite, spike {np.argmin(finite)}"
        )
        stored = stored[finite]
        unsorted[k] = np.any(np.diff(stored) < 0)
        restarting[k] = unsorted[k] and restarts(stored)
        repeated[k] = repeats(stored) if unsorted[k] else 0
        times = _in_order(stored, observed[k])
        n_spikes[k], strays[k] = len(times), len(stored) - len(times)
        if len(times):
            ends[k] = times[0], times[-1]
    columns["n_spikes"] = n_spikes
    trains = LazySpikeTrains(n_spikes, lambda k: _in_order(raw[k], observed[k]))
    n_left_out = int(np.sum(~keep))
    units = Units(
        columns, trains, ends, observed, tuple(faults), unsorted, restarting, repeated, strays, n_left_out, notes
    )
    enough = filter_rows(columns, [rule for rule in rules if rule.column == COMPUTED[0]], "unit_filters")
    if not enough.any():
        raise InvalidValueError(none_left(len(keep), rules))
    return units.chosen(enough)


def mask_by_file_columns(
    tables: UnitTables, rules: Sequence[RowFilter], notes: list[str] | None = None
) -> NDArray[np.bool_]:
    """Return a mask of the units that meet the rules on columns of the file, without reading spikes; see `filter_rows`."""
    own = [rule for rule in rules if rule.column not in COMPUTED]
    return filter_rows(tables.columns(), own, "unit_filters", notes, COMPUTED)


def named(columns: Mapping[str, NDArray]) -> list[str]:
    """Return the names of the units: the id, preceded by the path of the table or series if there are several."""
    ids = [str(unit) for unit in columns["id"].tolist()]
    which = next((columns[name].tolist() for name in ("table", "series") if name in columns), None)
    return ids if which is None else [f"{path}:{unit}" for path, unit in zip(which, ids, strict=True)]


def none_left(n_units: int, rules: Sequence[RowFilter]) -> str:
    """Return the message that no unit meets the rules."""
    words = "; ".join(str(rule.model_dump(exclude_none=True)) for rule in rules)
    return f"units: none of the {n_units} units meets the rules ({words}); relax the rules in `unit_filters`"


def _in_order(times: NDArray[np.float64], spans: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return the times in ascending order, without those outside all spans."""
    if np.any(np.diff(times) < 0):
        times = np.sort(times)
    return times if spans is None else times[in_spans(times, spans)]


def restarts(times: NDArray[np.floating]) -> bool:
    """Return whether unsorted times (spike,) start again: few backward steps, each by more than half of the elapsed time."""
    back = np.flatnonzero(np.diff(times) < 0)
    if len(times) < 20 or not len(back) or len(back) > 20 or len(back) > 0.01 * len(times) + 1:
        return False
    first = float(times.min())
    reached, after = times[back] - first, times[back + 1] - first
    return bool(np.all(reached - after > _RESTART * np.maximum(reached, 1e-9)))
