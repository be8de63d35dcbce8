"""Read activity that is a series, or several series (one for each imaging plane) as one population."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.activity.imaging_plane import KEY, Plane, plane_columns, read_plane
from rscnav.recordings.activity.units import none_left
from rscnav.recordings.binning import Bins
from rscnav.recordings.files.nwb_lookup import Series, find_series, open_series, series_paths
from rscnav.recordings.files.table_columns import TableColumns, filter_rows, joined_columns, left_out_notes, rows_of
from rscnav.recordings.settings.mapping import Activity, RowFilter
from rscnav.sessions.lazy import LazyRows, row_blocks


@dataclass(frozen=True)
class Sampled:
    """Units of one or several series of activity.

    Parameters
    ----------
    columns : dict of array, (unit, ...)
        `id`, the plain columns of the tables of regions of interest, and, for several series, `series` with the path of each unit's series.
    planes : tuple of Plane
    plane, unit_of_plane : array, (unit,)
        Index of the plane of each unit, and of the unit within its plane.
    summed : bool
        Whether values are spike counts, which are summed in time bins; other values are averaged.
    unit : str
        Unit of the values in time bins.
    notes : list of str
    n_left_out : int
        Count of units that a rule excludes.
    """

    columns: TableColumns
    planes: tuple[Plane, ...]
    plane: NDArray[np.intp]
    unit_of_plane: NDArray[np.intp]
    summed: bool
    unit: str
    notes: list[str]
    n_left_out: int = 0

    @property
    def extent(self) -> tuple[float, float]:
        """First and last time of all series (s)."""
        return min(p.extent[0] for p in self.planes), max(p.extent[1] for p in self.planes)

    @property
    def has_nan(self) -> NDArray[np.bool_]:
        """Whether any value of the unit is NaN, (unit,)."""
        return np.array([self.planes[p].has_nan[k] for p, k in zip(self.plane, self.unit_of_plane, strict=True)])

    def meeting(self, rules: Sequence[RowFilter]) -> "Sampled":
        """Select the units that meet the rules; raise an InvalidValueError if no unit does."""
        notes = list(self.notes)
        keep = filter_rows(self.columns, rules, "unit_filters", notes)
        if not keep.any():
            raise InvalidValueError(none_left(len(keep), rules))
        return replace(
            self,
            columns=rows_of(self.columns, keep),
            plane=self.plane[keep],
            unit_of_plane=self.unit_of_plane[keep],
            notes=notes,
            n_left_out=int(np.sum(~keep)),
        )

    def per_bin(self, bins: Bins) -> NDArray[np.int64]:
        """Count the samples with their centre in each time bin, (bin,); for several series the smallest count."""
        return np.min([self.planes[p].per_bin(bins) for p in np.unique(self.plane)], axis=0)


class SampledRates(LazyRows):
    """Activity in time bins: the mean of the samples in each bin, or, for spike counts, their sum divided by the bin width.

    A bin that contains NaN is NaN. Bins are in order of time.
    """

    def __init__(self, sampled: Sampled, bins: Bins) -> None:
        super().__init__(len(bins), len(sampled.plane))
        self.bins, self.summed = bins, sampled.summed
        self._parts = [
            (plane, np.flatnonzero(sampled.plane == p), plane.column[sampled.unit_of_plane[sampled.plane == p]])
            for p, plane in enumerate(sampled.planes)
            if np.any(sampled.plane == p)
        ]
        self._where = [(np.searchsorted(plane.centre, bins.left), plane.per_bin(bins)) for plane, _, _ in self._parts]

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the activity of all units in bins `start` to `stop`, (bin, unit)."""
        rates = np.empty((stop - start, self.shape[1]), np.float32)
        for (plane, units, columns), (first, count) in zip(self._parts, self._where, strict=True):
            widest = max(1, int(count[start:stop].max(initial=1))) * plane.width
            for block in row_blocks((stop - start, widest), item_bytes=8):
                here = slice(start + block.start, start + block.stop)
                rates[block, units] = self._binned(plane, columns, first[here], count[here], here)
        return rates

    def _binned(
        self, plane: Plane, columns: NDArray[np.intp], first: NDArray[np.int64], count: NDArray[np.int64], here: slice
    ) -> NDArray[np.float32]:
        """Return the activity of the units of one series in some bins, (bin, unit)."""
        rates = np.empty((len(first), len(columns)), np.float32)
        low = int(first.min())
        values = plane.rows(low, int((first + count).max()))[:, columns]
        left, right = self.bins.left[here], self.bins.right[here]
        for size in np.unique(count):
            rows = np.flatnonzero(count == size)
            total = np.zeros((len(rows), len(columns)))
            for k in range(size):
                total += values[first[rows] - low + k]
            over = (right[rows] - left[rows])[:, None] if self.summed else max(int(size), 1)
            rates[rows] = total / over
        return rates


def read_activity(file: Any, activity: Activity, bin_s: float) -> Sampled:
    """Find the series that `activity.series` names, and read each once to check its values.

    Parameters
    ----------
    file : pynwb.NWBFile
    activity : Activity
    bin_s : float
        Width of the time bins (s), see `read_plane`.

    Returns
    -------
    Sampled

    Raises
    ------
    InvalidValueError
        If a series is not valid (`read_plane`), or if several series are not one population: a series is named twice, units of
        measurement differ, or the series do not overlap in time.
    """
    planes = tuple(read_plane(file, path, activity, bin_s) for path in series_paths(file, activity.names, KEY))
    _refuse_different(planes)
    sizes = [len(plane.column) for plane in planes]
    columns = joined_columns({plane.path: plane.columns for plane in planes}, "series")
    return Sampled(
        columns=columns,
        planes=planes,
        plane=np.repeat(np.arange(len(planes)), sizes),
        unit_of_plane=np.concatenate([np.arange(size) for size in sizes]),
        summed=activity.kind == "counts",
        unit=planes[0].unit,
        notes=[*(note for plane in planes for note in plane.notes), *left_out_notes(columns, "the units")],
    )


def activity_series(file: Any, activity: Activity) -> Series:
    """Read all activity into memory, for inspection; of further series the latest sample at each time of the first."""
    every = [find_series(file, path, KEY) for path in series_paths(file, activity.names, KEY)]
    first = every[0]
    if len(every) == 1:
        return first
    values = []
    for series in every:
        order = np.argsort(series.time, kind="stable")
        latest = np.searchsorted(series.time[order], first.time, side="right") - 1
        values.append(np.where(latest[:, None] >= 0, series.values[order][latest], np.nan))
    paths = ", ".join(series.path for series in every)
    return Series(paths, first.time, np.concatenate(values, axis=1), first.unit)


def activity_columns(file: Any, activity: Activity) -> TableColumns:
    """Return the table of all units of the series, before any unit is left out."""
    every = [open_series(file, path, KEY) for path in series_paths(file, activity.names, KEY)]
    return joined_columns({series.path: plane_columns(series) for series in every}, "series")


def _refuse_different(planes: tuple[Plane, ...]) -> None:
    """Raise an InvalidValueError if several series are not one population."""
    paths = [plane.path for plane in planes]
    if len(set(paths)) < len(paths):
        raise InvalidValueError(f"{KEY}: one series is named twice: {', '.join(paths)}; name each series once")
    units = {plane.unit for plane in planes}
    if len(units) > 1:
        words = ", ".join(f"'{plane.path}' in {plane.unit}" for plane in planes)
        raise InvalidValueError(f"{KEY}: the series are in different units: {words}; name only series in one unit")
    begin, end = max(p.extent[0] for p in planes), min(p.extent[1] for p in planes)
    if begin >= end:
        words = "; ".join(f"'{p.path}' from {p.extent[0]:.3f} to {p.extent[1]:.3f} s" for p in planes)
        raise InvalidValueError(
            f"{KEY}: the series have no time in common: {words}; convert their times to one clock, in seconds"
        )
