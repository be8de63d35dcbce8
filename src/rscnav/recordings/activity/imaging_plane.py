"""Read one series of activity: fluorescence of an imaging plane, deconvolved events, or spike counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.binning import TOLERANCE_S, Bins
from rscnav.recordings.files.nwb_lookup import OpenSeries, ascending, open_series
from rscnav.recordings.files.table_columns import TableColumns, plain_columns, rows_of
from rscnav.recordings.settings.mapping import Activity
from rscnav.sessions.lazy import row_blocks

KEY = "activity.series"


@dataclass(frozen=True)
class Plane:
    """A series of activity whose values are read on access, while the file is open.

    Parameters
    ----------
    path : str
    columns : dict of array, (unit,)
        `id`, and the plain columns of the table of regions of interest, without units whose values are all NaN.
    centre : array, (sample,)
        Centre of the interval of each sample (s), increasing.
    rows : callable
        ``rows(start, stop)`` returns values (sample, column), float32.
    width : int
        Count of columns of the series.
    column : array, (unit,)
        Column of each unit in the series.
    has_nan : array of bool, (unit,)
        Whether any value of the unit is NaN.
    step_s : float
        Median interval between samples (s).
    unit : str
        Unit of the values.
    notes : list of str
        Corrections that were made.
    """

    path: str
    columns: TableColumns
    centre: NDArray[np.float64]
    rows: Callable[[int, int], NDArray[np.float32]]
    width: int
    column: NDArray[np.intp]
    has_nan: NDArray[np.bool_]
    step_s: float
    unit: str
    notes: list[str]

    @property
    def extent(self) -> tuple[float, float]:
        """Start of the first and end of the last sample (s)."""
        return float(self.centre[0] - self.step_s / 2), float(self.centre[-1] + self.step_s / 2)

    def per_bin(self, bins: Bins) -> NDArray[np.int64]:
        """Count the samples with their centre in each time bin, (bin,)."""
        return np.searchsorted(self.centre, bins.right) - np.searchsorted(self.centre, bins.left)


def read_plane(file: Any, name: str, activity: Activity, bin_s: float) -> Plane:
    """Find a series of activity, and read it once to check its values.

    Parameters
    ----------
    file : pynwb.NWBFile
    name : str
        Name or path of the series.
    activity : Activity
    bin_s : float
        Width of the time bins in which the series will be averaged or summed (s).

    Returns
    -------
    Plane

    Raises
    ------
    InvalidValueError
        If the series does not exist or is transposed, if `bin_s` is shorter than the interval between samples, if counts are negative, or
        if all values are NaN.
    """
    series = open_series(file, name, KEY)
    _refuse_transposed(series)
    notes = list(series.notes)
    if not np.all(np.diff(series.time) > 0):
        notes.append(f"samples of '{series.path}' were not in order of time and were sorted")
    order = ascending(series.time)
    time = series.time[order]
    step = float(np.median(np.diff(time))) if len(time) > 1 else bin_s
    if bin_s < step - TOLERANCE_S:
        raise InvalidValueError(
            f"bin_s: {bin_s:g} s is shorter than the interval between samples of '{series.path}', {step:.6g} s; set bin_s: {step:.4g} "
            "or more"
        )
    rows = _rows_in_order(series, order)
    lowest, n_nan = 0.0, np.zeros(series.width, np.int64)
    for block in row_blocks((len(order), series.width), item_bytes=8):
        values = rows(block.start, block.stop)
        lowest = min(lowest, float(np.nanmin(values, initial=0.0)))
        n_nan += np.isnan(values).sum(axis=0)
    if activity.kind == "counts" and lowest < 0:
        raise InvalidValueError(
            f"activity.kind: 'counts', but '{series.path}' has values down to {lowest:g}; set kind: continuous"
        )
    dead = n_nan == len(order)
    if dead.all():
        raise InvalidValueError(f"{KEY}: all values of '{series.path}' are NaN; name another series")
    if dead.any():
        notes.append(f"{dead.sum()} of {len(dead)} units of '{series.path}' have only NaN and were left out")
    return Plane(
        path=series.path,
        columns=rows_of(plane_columns(series), ~dead),
        centre=time + step / 2 if activity.timestamps_at == "start" else time,
        rows=rows,
        width=series.width,
        column=np.flatnonzero(~dead),
        has_nan=(n_nan > 0)[~dead],
        step_s=step,
        unit={"counts": "Hz", "rate": "Hz"}.get(activity.kind, series.unit or "a.u."),
        notes=notes,
    )


def _refuse_transposed(series: OpenSeries) -> None:
    """Raise an InvalidValueError for a matrix without timestamps that has more units than samples, and may be transposed."""
    n_samples = len(series.time)
    if series.item.timestamps is None and getattr(series.item, "rois", None) is None and series.width > n_samples:
        raise InvalidValueError(
            f"{KEY}: '{series.path}' has shape ({n_samples}, {series.width}), which is {n_samples} samples of {series.width} units; it "
            f"seems to be transposed; expected (sample, unit), here ({series.width}, {n_samples}); transpose it in the file, or store "
            "timestamps, which show which dimension is time"
        )


def plane_columns(series: OpenSeries) -> TableColumns:
    """Return the table of the units of a series, one row for each column: `id` and columns of its regions of interest."""
    rois = getattr(series.item, "rois", None)
    if rois is None:
        return TableColumns({"id": np.arange(series.width)}, series.width)
    table, regions, path = rois.table, np.asarray(rois.data[:]), series.path
    n_rois = len(table.id)
    if regions.dtype.kind not in "iu" or np.any(regions < 0) or np.any(regions >= n_rois):
        raise InvalidValueError(
            f"{KEY}: '{path}' refers to rows {regions.min(initial=0)} to {regions.max(initial=0)} of the table '{table.name}', which "
            f"has {n_rois} rows, counted from 0; correct the file"
        )
    plain = plain_columns(table)
    return rows_of(TableColumns({"id": np.asarray(table.id[:]), **plain}, n_rois, plain.left_out), regions)


def _rows_in_order(series: OpenSeries, order: NDArray[np.intp]) -> Callable[[int, int], NDArray[np.float32]]:
    """Return a function that reads samples in the order `order`; for samples in no order, the whole range of their indices is read."""
    if np.array_equal(order, np.arange(len(series.time))):
        return lambda start, stop: series.rows(start, stop).astype(np.float32)

    def rows(start: int, stop: int) -> NDArray[np.float32]:
        at = order[start:stop]
        low = int(at.min())
        return series.rows(low, int(at.max()) + 1)[at - low].astype(np.float32)

    return rows
