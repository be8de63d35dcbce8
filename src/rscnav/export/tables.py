"""Session -> tidy tables: one row a time bin, trial, encounter, unit; Parquet or CSV."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from rscnav.files import atomic_path
from rscnav.sessions.lazy import Trains, row_blocks, spike_counts
from rscnav.sessions.schema import ARRAYS, PHASES
from rscnav.sessions.session import Session

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["parquet", "csv"]
_SPIKES = 1 << 22  # spikes that are written at once
_LEFT_OUT = ("belief", "bayes")  # (time, bin): in the NWB file


def export_tables(session: Session, folder: str | os.PathLike[str], kind: Kind = "parquet") -> list[Path]:
    """Write a session's tables into a folder.

    ``samples`` has one row a time bin with all that is known over time but the activity, ``activity`` the same rows with a
    column a unit; ``trials``, ``encounters``, ``units`` and, where there are spikes, ``spikes`` (unit, time_s). What each
    column means stands in ``columns.json``.

    Parameters
    ----------
    session : Session
    folder : path-like
        Is made.
    kind : {"parquet", "csv"}

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    OSError
        Where a file cannot be written.
    """
    import pandas as pd

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    samples, about = _samples(session)
    tables = {"samples": samples, "trials": pd.DataFrame(session.trials), "units": pd.DataFrame(session.units)}
    if session.encounters is not None:
        tables["encounters"] = pd.DataFrame(session.encounters)
    paths = [_write(table, target / f"{name}.{kind}", kind) for name, table in tables.items()]
    if session.spikes is not None:
        paths.append(_write_pieces(_spike_pieces(session.spikes), target / f"spikes.{kind}", kind))
    paths.append(_write_pieces(_activity_pieces(session), target / f"activity.{kind}", kind))
    with atomic_path(target / "columns.json") as temporary:
        temporary.write_text(json.dumps({"session": session.name, "samples": about}, indent=1), encoding="utf-8")
    return [*paths, target / "columns.json"]


def _samples(session: Session) -> tuple["pd.DataFrame", dict[str, dict[str, str]]]:
    """Give what is known over time, and unit and meaning of each column."""
    import pandas as pd

    columns: dict[str, Any] = {}
    about: dict[str, dict[str, str]] = {}
    for spec in ARRAYS:
        array = getattr(session, spec.name)
        if array is None or spec.dims[0] != "time" or spec.name in ("activity", *_LEFT_OUT):
            continue
        unit = spec.unit.replace("position_unit", session.position_unit)
        values = np.asarray(array)
        if values.ndim == 1:
            parts = {spec.name: values}
        else:
            names = {"head": session.head_names, "observer": session.observer_names}.get(spec.dims[1], ())
            tags = names or [str(k) for k in range(values.shape[1])]
            parts = {f"{spec.name}_{tag}": values[:, k] for k, tag in enumerate(tags)}
        columns |= parts
        about |= {name: {"unit": unit, "about": spec.about} for name in parts}
    if session.phase is not None:
        columns["phase"] = np.array([*PHASES, ""])[np.minimum(session.phase, len(PHASES))]
        about["phase"] = {"unit": "", "about": "LM0, LM1, LM2; empty: not applicable"}
    return pd.DataFrame(columns), about


def _write(table: "pd.DataFrame", path: Path, kind: Kind) -> Path:
    with atomic_path(path) as temporary:
        if kind == "parquet":
            table.to_parquet(temporary, index=False)
        else:
            table.to_csv(temporary, index=False)
    return path


def _spike_pieces(spikes: Trains) -> Iterator[dict[str, NDArray]]:
    """Give unit and time of the spikes, some units at a time."""
    counts = spike_counts(spikes)
    piece = (np.cumsum(counts) - counts) // _SPIKES
    for k in np.unique(piece) if len(counts) else [0]:
        units = np.flatnonzero(piece == k)
        times = np.concatenate([*(spikes[int(unit)] for unit in units), np.empty(0)])
        yield {"unit": np.repeat(units, counts[units]), "time_s": times}


def _activity_pieces(session: Session) -> Iterator[dict[str, NDArray]]:
    """Give time and the activity of each unit, a stretch of rows after the other."""
    for block in [*row_blocks(session.activity.shape)] or [slice(0, 0)]:
        rates = np.asarray(session.activity[block], np.float32)
        units = {f"unit_{k}": column for k, column in enumerate(rates.T.copy())}
        yield {"time": np.asarray(session.time[block], np.float64), **units}


def _write_pieces(pieces: Iterator[dict[str, NDArray]], path: Path, kind: Kind) -> Path:
    """Write a table piece by piece; the first one says what its columns are."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    with atomic_path(path) as temporary:
        if kind == "csv":
            for k, columns in enumerate(pieces):
                pd.DataFrame(columns).to_csv(temporary, mode="a", header=k == 0, index=False)
            return path
        first = pa.table(next(pieces))
        with pq.ParquetWriter(temporary, first.schema) as writer:
            writer.write_table(first)
            for columns in pieces:
                writer.write_table(pa.table(columns, schema=first.schema))
    return path
