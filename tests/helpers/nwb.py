"""Small NWB files whose content is given in plain arrays."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from pynwb import NWBHDF5IO, NWBFile
from pynwb.behavior import Position, SpatialSeries


def new_nwb() -> NWBFile:
    """Make an empty file, to be filled and written."""
    return NWBFile("small", "small", datetime(2025, 1, 1, tzinfo=UTC))


def write_nwb(
    path: Path,
    spikes: Sequence[Any] | None = ((0.5, 1.5, 2.5), (1.1, 1.2)),
    series: Mapping[str, Mapping[str, Any]] | None = None,
    trials: Sequence[Mapping[str, Any]] | None = None,
    epochs: Sequence[Mapping[str, Any]] | None = None,
    unit_columns: Mapping[str, Sequence[Any]] | None = None,
) -> Path:
    """Write one; `series` maps a name to the arguments of SpatialSeries, rows of `trials` and `epochs` to their columns."""
    file = new_nwb()
    if spikes is not None:
        for name in unit_columns or {}:
            file.add_unit_column(name, name)
        for row, times in enumerate(spikes):
            extra = {name: values[row] for name, values in (unit_columns or {}).items()}
            file.add_unit(spike_times=np.asarray(times, float), **extra)
    if series:
        module = file.create_processing_module("behavior", "tracked")
        interface = Position(name="Position")
        module.add(interface)
        for name, arguments in series.items():
            interface.add_spatial_series(SpatialSeries(name=name, reference_frame="room", **arguments))
    for rows, add_column, add in (
        (trials, file.add_trial_column, file.add_trial),
        (epochs, file.add_epoch_column, file.add_epoch),
    ):
        for name in (rows or [{}])[0]:
            if name not in ("start_time", "stop_time"):
                add_column(name, name)
        for row in rows or []:
            add(**row)
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def walk(n_samples: int = 500, rate: float = 50.0, unit: str = "meters") -> dict[str, Any]:
    """Straight walk at 1 unit/s along (1, 0.5), from the origin."""
    time = np.arange(n_samples) / rate
    return {"data": np.stack([time, 0.5 * time], axis=1), "timestamps": time, "unit": unit}
