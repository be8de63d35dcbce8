"""Everything that is in a file, by type and not by name, with what no mapping can use."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rscnav.recordings.files.nwb_listing import list_series, list_tables

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

    @property
    def parent(self) -> str:
        """The path of what it lies in."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition("/")[2]

    @property
    def width(self) -> int:
        """Values a sample."""
        return 1 if len(self.shape) == 1 else self.shape[1]

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
    """List every series and table of a `pynwb.NWBFile`, in order of their paths."""
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
        tables.append(Item(table.path, table.type, (table.n_rows,), start_s=start, stop_s=stop, columns=names))
    return sorted([*series, *tables], key=lambda item: item.path)
