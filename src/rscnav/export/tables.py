"""Session -> tidy tables: one row a time bin, trial, encounter, unit; Parquet or CSV."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rscnav.files import atomic_path
from rscnav.sessions.schema import ARRAYS, PHASES
from rscnav.sessions.session import Session

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["parquet", "csv"]
_ROWS = 1 << 16  # rows of activity that are written at once
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
    if session.spikes is not None:
        counts = [len(times) for times in session.spikes]
        times = np.concatenate([*session.spikes, np.empty(0)])
        tables["spikes"] = pd.DataFrame({"unit": np.repeat(np.arange(len(counts)), counts), "time_s": times})
    paths = [_write(table, target / f"{name}.{kind}", kind) for name, table in tables.items()]
    paths.append(_write_activity(session, target / f"activity.{kind}", kind))
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


def _write_activity(session: Session, path: Path, kind: Kind) -> Path:
    """Write time and the activity of each unit, a stretch of rows after the other."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [f"unit_{k}" for k in range(session.n_units)]
    fields = [pa.field("time", pa.float64()), *(pa.field(name, pa.float32()) for name in names)]
    with atomic_path(path) as temporary:
        starts = range(0, max(len(session.time), 1), _ROWS)
        if kind == "csv":
            for start in starts:
                block = pd.DataFrame(np.asarray(session.activity[start : start + _ROWS], np.float32), columns=names)
                block.insert(0, "time", session.time[start : start + _ROWS])
                block.to_csv(temporary, mode="a", header=start == 0, index=False)
            return path
        with pq.ParquetWriter(temporary, pa.schema(fields)) as writer:
            for start in starts:
                rates = np.asarray(session.activity[start : start + _ROWS], np.float32)
                columns = [pa.array(session.time[start : start + _ROWS]), *(pa.array(c) for c in rates.T.copy())]
                writer.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)))
    return path
