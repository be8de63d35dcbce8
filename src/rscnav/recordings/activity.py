"""Activity that is a series already: fluorescence of calcium, deconvolved events, counts in bins."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.config.activity import Activity
from rscnav.recordings.binning import TOLERANCE_S, Bins
from rscnav.recordings.nwb import Columns, find_series, plain_columns, series_named


@dataclass(frozen=True)
class Sampled:
    """A series of activity.

    Parameters
    ----------
    columns : dict of array, (unit, ...)
        `id`, and the plain columns of the ROIs' table.
    centre : array, (sample,)
        Middle of what each sample stands for (s), increasing.
    values : array, (sample, unit), float32
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
    values: NDArray[np.float32]
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
        return Sampled(columns, self.centre, self.values[:, keep], self.step_s, self.summed, self.unit, self.notes)

    def per_bin(self, bins: Bins) -> NDArray[np.int64]:
        """Count the samples whose middle lies in each bin, (bin,)."""
        return np.searchsorted(self.centre, bins.right) - np.searchsorted(self.centre, bins.left)

    def in_bins(self, bins: Bins) -> NDArray[np.float32]:
        """Average (or, of counts, sum and divide by the width) what lies in each bin, (bin, unit); NaN where one is NaN."""
        first, count = np.searchsorted(self.centre, bins.left), self.per_bin(bins)
        rates = np.empty((len(bins), self.values.shape[1]), np.float32)
        for size in np.unique(count):
            rows = np.flatnonzero(count == size)
            total = np.zeros((len(rows), self.values.shape[1]))
            for k in range(size):
                total += self.values[first[rows] + k]
            over = (bins.right[rows] - bins.left[rows])[:, None] if self.summed else max(int(size), 1)
            rates[rows] = total / over
        return rates


def read_activity(file: Any, activity: Activity, bin_s: float) -> Sampled:
    """Read the series that `activity.series` names.

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
    series = find_series(file, activity.series, key)
    item = series_named(file, activity.series, key)
    order = np.argsort(series.time, kind="stable")
    time, values = series.time[order], series.values[order]
    notes = [] if np.all(np.diff(series.time) > 0) else [f"samples of '{series.path}' were brought in order of time"]
    first = np.append(True, np.diff(time) > 0)
    time, values = time[first], values[first].astype(np.float32)
    step = float(np.median(np.diff(time))) if len(time) > 1 else bin_s
    if bin_s < step - TOLERANCE_S:
        raise ValueError(
            f"bin_s: {bin_s:g} s is narrower than the samples of '{series.path}', {step:.6g} s; write bin_s: {step:.4g} or more"
        )
    if activity.kind == "counts" and np.nanmin(values, initial=0.0) < 0:
        raise ValueError(
            f"activity.kind: counts, but '{series.path}' goes down to {np.nanmin(values):g}; use kind: continuous"
        )
    columns: Columns = {"id": np.arange(values.shape[1])}
    rois = getattr(item, "rois", None)
    if rois is not None:
        rows = np.asarray(rois.data[:])
        columns = {"id": np.asarray(rois.table.id[:])[rows]}
        columns |= {name: column[rows] for name, column in plain_columns(rois.table).items()}
    dead = np.isnan(values).all(axis=0)
    if dead.all():
        raise ValueError(f"{key}: all values of '{series.path}' are NaN")
    if dead.any():
        notes.append(f"{dead.sum()} of {len(dead)} units of '{series.path}' are NaN throughout and were left out")
    centre = time + step / 2 if activity.stamp == "start" else time
    unit = {"counts": "Hz", "rate": "Hz"}.get(activity.kind, series.unit or "a.u.")
    sampled = Sampled(columns, centre, values, step, activity.kind == "counts", unit, notes)
    return sampled.chosen(~dead)
