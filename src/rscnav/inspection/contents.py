"""Everything that is in a file, by type and not by name, without reading its data."""

from dataclasses import dataclass
from typing import Any

import numpy as np

_UNREAD = {
    "ElectricalSeries": "voltages; no analysis reads them",
    "ImageSeries": "a film; no analysis reads it",
    "TwoPhotonSeries": "a film; no analysis reads it",
    "OnePhotonSeries": "a film; no analysis reads it",
}


@dataclass(frozen=True)
class Item:
    """A series or a table.

    Parameters
    ----------
    path : str
        Names of its parents and its own, as a mapping may use it.
    kind : str
        NWB's type.
    shape : tuple of int
        Of the data; of a table its rows.
    unit : str
    rate_hz : float
        NaN where it is not known.
    start_s, stop_s : float
        NaN where there are no times.
    columns : tuple of str
        Of a table.
    why_not : str
        Why no mapping can use it; '' where one could.
    """

    path: str
    kind: str
    shape: tuple[int, ...]
    unit: str = ""
    rate_hz: float = float("nan")
    start_s: float = float("nan")
    stop_s: float = float("nan")
    columns: tuple[str, ...] = ()
    why_not: str = ""

    def words(self) -> str:
        """Say it in one line."""
        size = " x ".join(str(n) for n in self.shape)
        parts = [f"{self.path}: {self.kind}, {size}" + (" rows" if self.columns or self.kind == "Units" else "")]
        parts += [self.unit] if self.unit else []
        parts += [f"{self.rate_hz:.4g} Hz"] if np.isfinite(self.rate_hz) else []
        parts += [f"{self.start_s:.2f} to {self.stop_s:.2f} s"] if np.isfinite(self.start_s) else []
        parts += [f"columns {', '.join(self.columns)}"] if self.columns else []
        return "; ".join(parts)


def contents(file: Any) -> list[Item]:
    """List every series and table of a file.

    Parameters
    ----------
    file : pynwb.NWBFile

    Returns
    -------
    list of Item
        In order of their paths.
    """
    from hdmf.common import DynamicTable
    from pynwb import TimeSeries

    items = []
    for item in file.objects.values():
        if isinstance(item, TimeSeries):
            items.append(_series(item))
        elif isinstance(item, DynamicTable):
            items.append(_table(item))
    return sorted(items, key=lambda item: item.path)


def _series(item: Any) -> Item:
    from rscnav.recordings.nwb import path_of

    shape = tuple(int(n) for n in getattr(item.data, "shape", None) or np.shape(item.data))
    kind = type(item).__name__
    why = _UNREAD.get(kind, "") or ("no samples" if not shape or not shape[0] else "")
    start = stop = rate = float("nan")
    n = shape[0] if shape else 0
    if item.timestamps is not None and n:
        head = np.asarray(item.timestamps[: min(n, 1000)], float)
        start, stop = float(item.timestamps[0]), float(item.timestamps[n - 1])
        rate = float(1 / np.median(np.diff(head))) if len(head) > 1 and np.median(np.diff(head)) > 0 else rate
    elif item.rate and n:
        rate, start = float(item.rate), float(item.starting_time or 0.0)
        stop = start + (n - 1) / rate
    return Item(path_of(item), kind, shape, str(item.unit or ""), rate, start, stop, why_not=why)


def _table(item: Any) -> Item:
    from rscnav.recordings.nwb import path_of

    names = tuple(name for name in item.colnames if name not in ("start_time", "stop_time"))
    start = stop = float("nan")
    if "start_time" in item.colnames and len(item):
        start = float(np.min(np.asarray(item["start_time"].data[:], float)))
        stop = float(np.max(np.asarray(item["stop_time"].data[:], float)))
    return Item(path_of(item), type(item).__name__, (len(item),), start_s=start, stop_s=stop, columns=names)
