"""List of all series and tables of a file by their NWB type, with the reason if no mapping can use one."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rscnav.recordings.files.nwb_listing import list_series, list_tables

_UNREAD = {
    "ElectricalSeries": "voltages; no analysis uses them",
    "ImageSeries": "images; no analysis uses them",
    "TwoPhotonSeries": "images; no analysis uses them",
    "OnePhotonSeries": "images; no analysis uses them",
}


@dataclass(frozen=True)
class Item:
    """A series or a table of a file.

    Parameters
    ----------
    path : str
        Path for use in a mapping: names of the parents and of the object.
    kind : str
        NWB type.
    shape : tuple of int
        Shape of the data of a series; count of rows of a table.
    unit : str
    rate_hz : float
        Sampling rate (Hz); NaN if unknown.
    start_s, stop_s : float
        First and last time (s); NaN without times.
    is_table : bool
    columns : tuple of str
        Columns of a table.
    why_not : str
        Reason why no mapping can use it; '' if one can.
    """

    path: str
    kind: str
    shape: tuple[int, ...]
    unit: str = ""
    rate_hz: float = float("nan")
    start_s: float = float("nan")
    stop_s: float = float("nan")
    is_table: bool = False
    columns: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def parent(self) -> str:
        """Path of the parent object."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Name without the path."""
        return self.path.rpartition("/")[2]

    @property
    def width(self) -> int:
        """Count of values per sample."""
        return 1 if len(self.shape) == 1 else self.shape[1]

    def words(self) -> str:
        """Return a description in one line."""
        size = " x ".join(str(n) for n in self.shape)
        parts = [f"{self.path}: {self.kind}, {size}" + (" rows" if self.is_table else "")]
        parts += [self.unit] if self.unit else []
        parts += [f"{self.rate_hz:.4g} Hz"] if np.isfinite(self.rate_hz) else []
        parts += [f"{self.start_s:.2f} to {self.stop_s:.2f} s"] if np.isfinite(self.start_s) else []
        parts += [f"columns {', '.join(self.columns)}"] if self.columns else []
        return "; ".join(parts)


def contents(file: Any) -> list[Item]:
    """Return every series and table of a `pynwb.NWBFile`, sorted by path."""
    series = [
        Item(
            path=found.path,
            kind=found.type,
            shape=found.shape,
            unit=found.unit,
            rate_hz=found.rate,
            start_s=found.extent[0],
            stop_s=found.extent[1],
            why_not=_UNREAD.get(found.type) or found.fault or ("" if any(found.shape[:1]) else "no samples"),
        )
        for found in list_series(file)
    ]
    tables = []
    for table in list_tables(file):
        names = tuple(name for name in table.columns if name not in ("start_time", "stop_time"))
        start, stop = table.extent or (float("nan"), float("nan"))
        item = Item(table.path, table.type, (table.n_rows,), start_s=start, stop_s=stop, is_table=True, columns=names)
        tables.append(item)
    return sorted([*series, *tables], key=lambda item: item.path)
