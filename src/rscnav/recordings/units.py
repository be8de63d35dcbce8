"""Units of a file: their spike times, when they were observed, their table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.nwb import Columns, plain_columns
from rscnav.sessions.lazy import LazyTrains

_RESTART = 0.5  # a step back by more than this share of the time reached is a restart


@dataclass(frozen=True)
class Units:
    """What a Units table holds.

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
    notes : list of str
        What had to be put right.
    n_unobserved : int
        Spikes outside the intervals, which were left out.
    """

    columns: Columns
    spikes: LazyTrains
    ends: NDArray[np.float64]
    observed: list[NDArray[np.float64] | None]
    notes: list[str]
    n_unobserved: int = 0

    def observed_share(self, extent: tuple[float, float]) -> NDArray[np.float64]:
        """Give the share of the recording in which each unit was observed, (unit,)."""
        whole = max(extent[1] - extent[0], 1e-9)
        shares = [
            1.0 if spans is None else float(np.clip(np.diff(np.clip(spans, *extent), axis=1), 0, None).sum()) / whole
            for spans in self.observed
        ]
        return np.minimum(np.array(shares), 1.0)


def read_units(file: Any) -> Units:
    """Read the Units table, and look through the spike times of one unit after the other.

    Raises
    ------
    ValueError
        Without a Units table, without spike times, with one that is not finite, or with times that start again.
    """
    if file.units is None or not len(file.units):
        raise ValueError(
            "the file has no Units table (or an empty one); where activity is a series (calcium, counts), name it with "
            "activity.series"
        )
    if "spike_times" not in file.units.colnames:
        raise ValueError(f"the Units table has no spike_times; its columns: {', '.join(file.units.colnames)}")
    columns = {"id": np.asarray(file.units.id[:]), **plain_columns(file.units)}
    n_units = len(columns["id"])
    has_spans = "obs_intervals" in file.units.colnames
    observed = [_spans(file, row) if has_spans else None for row in range(n_units)]
    n_spikes, ends = np.zeros(n_units, np.int64), np.full((n_units, 2), np.nan)
    unsorted, again, silent, n_unobserved, strays = [], [], [], 0, []
    for row, unit in enumerate(columns["id"]):
        raw = spike_times(file, row)
        if not np.isfinite(raw).all():
            raise ValueError(
                f"units: unit {unit} has a spike time that is not finite, spike {np.argmin(np.isfinite(raw))}"
            )
        if np.any(np.diff(raw) < 0):
            unsorted.append(str(unit))
            again += [str(unit)] if restarts(raw) else []
        times = _in_order(raw, observed[row])
        if len(times) < len(raw):
            strays.append(str(unit))
            n_unobserved += len(raw) - len(times)
        if not len(times):
            silent.append(str(unit))
        else:
            ends[row] = times[0], times[-1]
        n_spikes[row] = len(times)
    if len(again) > 0.5 * len(unsorted):
        raise ValueError(
            f"units: spike times start again in {len(again)} of {n_units} units (unit {_some(again)}): several recordings one "
            "after the other, each on its own clock? Give each its own file, or add what went before to its times"
        )
    columns["n_spikes"] = n_spikes
    notes = []
    if unsorted:
        notes.append(f"spike times were not in order and have been sorted: unit {_some(unsorted)}")
    if strays:
        notes.append(
            f"{n_unobserved} spikes lie outside their unit's obs_intervals and were left out: unit {_some(strays)}"
        )
    if silent:
        notes.append(f"without a spike: unit {_some(silent)}")
    trains = LazyTrains(n_spikes, lambda row: _in_order(spike_times(file, row), observed[row]))
    return Units(columns, trains, ends, observed, notes, n_unobserved)


def spike_trains(file: Any) -> LazyTrains:
    """Give the spike times (s) of each row of the Units table, as they stand there, read when asked for while the file is open."""
    stops = np.asarray(file.units["spike_times_index"].data[:], np.int64)
    return LazyTrains(np.diff(stops, prepend=0), lambda row: spike_times(file, row))


def spike_times(file: Any, row: int) -> NDArray[np.float64]:
    """Read the spike times (s) of one row of the Units table, as they stand there."""
    return np.asarray(file.units.get_unit_spike_times(row), np.float64)


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


def _spans(file: Any, row: int) -> NDArray[np.float64] | None:
    """Give a unit's obs_intervals in order of time; None where it has none, which says nothing."""
    spans = np.asarray(file.units.get_unit_obs_intervals(row), np.float64).reshape(-1, 2)
    return spans[np.argsort(spans[:, 0], kind="stable")] if len(spans) else None


def _inside(times: NDArray[np.float64], spans: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the times that lie in one of the spans, ends included."""
    latest = np.searchsorted(spans[:, 0], times, side="right") - 1
    reached = np.maximum.accumulate(spans[:, 1])
    return (latest >= 0) & (times <= np.append(reached, -np.inf)[latest])


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
