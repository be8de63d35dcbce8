"""Activity that is a series already: fluorescence of calcium, deconvolved events, counts in bins."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.config.activity import Activity
from rscnav.recordings.binning import TOLERANCE_S, Bins
from rscnav.recordings.nwb import Columns, OpenSeries, open_series, plain_columns, series_named
from rscnav.sessions.lazy import LazyRows, row_blocks


@dataclass(frozen=True)
class Sampled:
    """A series of activity, whose values are read when asked for, while the file is open.

    Parameters
    ----------
    columns : dict of array, (unit, ...)
        `id`, and the plain columns of the ROIs' table.
    centre : array, (sample,)
        Middle of what each sample stands for (s), increasing.
    rows : callable
        ``rows(start, stop)`` gives values (sample, column), float32.
    width : int
        Columns of the series.
    column : array, (unit,)
        Which of the columns are units.
    has_nan : array of bool, (unit,)
        Whether any value of the unit is NaN.
    step_s : float
        Usual distance of samples (s).
    summed : bool
        Counts, which add up; other values are averaged.
    unit : str
        Of the rates that come out.
    notes : list of str
    """

    columns: Columns
    centre: NDArray[np.float64]
    rows: Callable[[int, int], NDArray[np.float32]]
    width: int
    column: NDArray[np.intp]
    has_nan: NDArray[np.bool_]
    step_s: float
    summed: bool
    unit: str
    notes: list[str]

    @property
    def extent(self) -> tuple[float, float]:
        """First and last time that it speaks for (s)."""
        return float(self.centre[0] - self.step_s / 2), float(self.centre[-1] + self.step_s / 2)

    def chosen(self, keep: NDArray[np.bool_]) -> "Sampled":
        """Keep some units."""
        columns = {name: values[keep] for name, values in self.columns.items()}
        return replace(self, columns=columns, column=self.column[keep], has_nan=self.has_nan[keep])

    def per_bin(self, bins: Bins) -> NDArray[np.int64]:
        """Count the samples whose middle lies in each bin, (bin,)."""
        return np.searchsorted(self.centre, bins.right) - np.searchsorted(self.centre, bins.left)


class SampledRates(LazyRows):
    """What of a series lies in each bin, averaged (or, of counts, summed and divided by the width); NaN where one is NaN.

    Parameters
    ----------
    sampled : Sampled
    bins : Bins
        In order of time.
    """

    def __init__(self, sampled: Sampled, bins: Bins) -> None:
        super().__init__(len(bins), len(sampled.column))
        self.sampled, self.bins = sampled, bins
        self._first, self._count = np.searchsorted(sampled.centre, bins.left), sampled.per_bin(bins)

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Bin a stretch of bins, some at a time."""
        rates = np.empty((stop - start, self.shape[1]), np.float32)
        widest = max(1, int(self._count[start:stop].max(initial=1))) * self.sampled.width
        for block in row_blocks((stop - start, widest), item_bytes=8):
            self._bin(start + block.start, rates[block])
        return rates

    def _bin(self, start: int, rates: NDArray[np.float32]) -> None:
        """Fill in the rates of the bins from `start` on."""
        here = slice(start, start + len(rates))
        first, count = self._first[here], self._count[here]
        low = int(first.min())
        values = self.sampled.rows(low, int((first + count).max()))[:, self.sampled.column]
        left, right = self.bins.left[here], self.bins.right[here]
        for size in np.unique(count):
            rows = np.flatnonzero(count == size)
            total = np.zeros((len(rows), self.shape[1]))
            for k in range(size):
                total += values[first[rows] - low + k]
            over = (right[rows] - left[rows])[:, None] if self.sampled.summed else max(int(size), 1)
            rates[rows] = total / over


def read_activity(file: Any, activity: Activity, bin_s: float) -> Sampled:
    """Find the series that `activity.series` names, and look through it once.

    Parameters
    ----------
    file : pynwb.NWBFile
    activity : Activity
        The mapping.
    bin_s : float
        Width of the bins that it will be brought to (s).

    Returns
    -------
    Sampled

    Raises
    ------
    ValueError
        For a series that is not there, bins narrower than its samples, counts below 0, or values that are all NaN.
    """
    key = "activity.series"
    series = open_series(file, activity.series, key)
    item = series_named(file, activity.series, key)
    order = np.argsort(series.time, kind="stable")
    time = series.time[order]
    notes = [] if np.all(np.diff(series.time) > 0) else [f"samples of '{series.path}' were brought in order of time"]
    first = np.append(True, np.diff(time) > 0)
    time, order = time[first], order[first]
    step = float(np.median(np.diff(time))) if len(time) > 1 else bin_s
    if bin_s < step - TOLERANCE_S:
        raise ValueError(
            f"bin_s: {bin_s:g} s is narrower than the samples of '{series.path}', {step:.6g} s; write bin_s: {step:.4g} or more"
        )
    rows = _rows_in_order(series, order)
    lowest, n_nan = 0.0, np.zeros(series.width, np.int64)
    for block in row_blocks((len(order), series.width), item_bytes=8):
        values = rows(block.start, block.stop)
        lowest = min(lowest, float(np.nanmin(values, initial=0.0)))
        n_nan += np.isnan(values).sum(axis=0)
    if activity.kind == "counts" and lowest < 0:
        raise ValueError(f"activity.kind: counts, but '{series.path}' goes down to {lowest:g}; use kind: continuous")
    columns: Columns = {"id": np.arange(series.width)}
    rois = getattr(item, "rois", None)
    if rois is not None:
        regions = np.asarray(rois.data[:])
        columns = {"id": np.asarray(rois.table.id[:])[regions]}
        columns |= {name: column[regions] for name, column in plain_columns(rois.table).items()}
    dead = n_nan == len(order)
    if dead.all():
        raise ValueError(f"{key}: all values of '{series.path}' are NaN")
    if dead.any():
        notes.append(f"{dead.sum()} of {len(dead)} units of '{series.path}' are NaN throughout and were left out")
    centre = time + step / 2 if activity.stamp == "start" else time
    unit = {"counts": "Hz", "rate": "Hz"}.get(activity.kind, series.unit or "a.u.")
    everything = np.arange(series.width)
    sampled = Sampled(
        columns, centre, rows, series.width, everything, n_nan > 0, step, activity.kind == "counts", unit, notes
    )
    return sampled.chosen(~dead)


def _rows_in_order(series: OpenSeries, order: NDArray[np.intp]) -> Callable[[int, int], NDArray[np.float32]]:
    """Give a reader of the series' samples in the order `order`; a stretch that lies scattered is read as a whole."""
    if np.array_equal(order, np.arange(len(series.time))):
        return lambda start, stop: series.rows(start, stop).astype(np.float32)

    def rows(start: int, stop: int) -> NDArray[np.float32]:
        at = order[start:stop]
        low = int(at.min())
        return series.rows(low, int(at.max()) + 1)[at - low].astype(np.float32)

    return rows
