"""Session -> tidy tables: one row per time bin, trial, encounter or unit; Parquet or CSV."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import extra
from rscnav.files.atomic import atomic_paths, writing
from rscnav.files.sealed.regular import file_digest
from rscnav.files.sealed.tails import json_bytes, sealed
from rscnav.sessions.lazy import Trains, row_blocks, spike_counts
from rscnav.sessions.schema import ARRAYS, ENCOUNTERS, PHASES
from rscnav.sessions.session import Session

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["parquet", "csv"]
TABLES = ("samples", "trials", "units", "encounters", "spikes", "activity")
COLUMNS = "columns.json"  # unit and meaning of each column, and the SHA-256 of each table
_SPIKES = 1 << 22  # spikes that are written in one piece
_LEFT_OUT = ("belief", "bayes_posterior")  # (time, bin): in the NWB file


def export_tables(session: Session, folder: str | os.PathLike[str], kind: Kind = "parquet") -> list[Path]:
    """Write a session as tidy tables into a folder: all files or none.

    The tables are those in `TABLES`, for every session:

    - ``samples``: one row per time bin, with all fields over time except the activity
    - ``activity``: the same rows, with one column per unit
    - ``trials``, ``encounters``, ``units``: one row per trial, encounter, unit
    - ``spikes``: one row per spike (unit, time_s)

    A table that the session does not have is written without rows. ``columns.json`` lists these tables as absent, describes each column
    of ``samples``, and holds the SHA-256 of each file.

    Parameters
    ----------
    session : Session
    folder : path-like
        It is created if it does not exist.
    kind : {"parquet", "csv"}

    Returns
    -------
    list of Path
        Paths of the files.

    Raises
    ------
    FileError
        If a file cannot be written.
    MissingPackageError
        For Parquet, if pyarrow is not installed.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import pandas as pd
    >>> from rscnav.export import export_tables
    >>> from rscnav.recordings import session_from_arrays
    >>> session = session_from_arrays(np.ones((100, 3)), 0.1, trial=np.repeat([0, 1], 50))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = export_tables(session, folder, "csv")
    ...     trials = pd.read_csv(f"{folder}/trials.csv")
    >>> sorted(file.name for file in files)
    ['activity.csv', 'columns.json', 'encounters.csv', 'samples.csv', 'spikes.csv', 'trials.csv', 'units.csv']
    >>> trials["stop_s"].round(3).tolist()
    [5.0, 10.0]
    """
    import pandas as pd

    if kind == "parquet":
        with extra("export"):
            import pyarrow  # noqa: F401  # fails before any file is written
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    samples, about = _samples(session)
    encounters = session.encounters if session.encounters is not None else np.empty(0, ENCOUNTERS)
    spikes: Trains = session.spikes if session.spikes is not None else [np.empty(0)]
    tables: dict[str, Any] = {
        "samples": samples,
        "trials": session.trials,
        "units": session.units,
        "encounters": encounters,
    }
    absent = [name for name in ("encounters", "spikes") if getattr(session, name) is None]
    *files, _ = table_files(kind)
    with atomic_paths(target / COLUMNS, *(target / file for file in files)) as (columns, *temporaries):
        paths = dict(zip(TABLES, temporaries, strict=True))
        for name, table in tables.items():
            _write(pd.DataFrame(table), paths[name], kind)
        _write_pieces(_spike_pieces(spikes), paths["spikes"], kind)
        _write_pieces(_activity_pieces(session), paths["activity"], kind)
        digests = {file: file_digest(path) for file, path in zip(files, temporaries, strict=True)}
        content = {"session": session.name, "absent": absent, "samples": about, "sha256_of": digests}
        with writing(columns):
            columns.write_bytes(sealed(json_bytes(content), ".json"))
    for other in get_args(Kind):
        for name in TABLES if other != kind else ():
            (target / f"{name}.{other}").unlink(missing_ok=True)  # of an earlier export in the other format
    return [target / name for name in table_files(kind)]


def table_files(kind: Kind) -> list[str]:
    """Return the names of the files of an export; they are the same for every session."""
    return [*(f"{name}.{kind}" for name in TABLES), COLUMNS]


def _samples(session: Session) -> tuple["pd.DataFrame", dict[str, dict[str, str]]]:
    """Return the table of all fields over time except the activity, and the unit and meaning of each column."""
    import pandas as pd

    columns: dict[str, Any] = {}
    about: dict[str, dict[str, str]] = {}
    for spec in ARRAYS:
        array = getattr(session, spec.name)
        if array is None or spec.dims[0] != "time" or spec.name in ("activity", *_LEFT_OUT):
            continue
        unit = session.unit_of(spec)
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
        about["phase"] = {
            "unit": "",
            "about": "LM0, LM1, LM2: count of distinct landmarks encountered; empty: not applicable",
        }
    return pd.DataFrame(columns), about


def _write(table: "pd.DataFrame", path: Path, kind: Kind) -> None:
    with writing(path):
        if kind == "parquet":
            table.to_parquet(path, index=False)
        else:
            table.to_csv(path, index=False)


def _spike_pieces(spikes: Trains) -> Iterator[dict[str, NDArray]]:
    """Yield unit and time of the spikes, for some units at a time."""
    counts = spike_counts(spikes)
    piece = (np.cumsum(counts) - counts) // _SPIKES
    for k in np.unique(piece) if len(counts) else [0]:
        units = np.flatnonzero(piece == k)
        times = np.concatenate([*(spikes[int(unit)] for unit in units), np.empty(0)])
        yield {"unit": np.repeat(units, counts[units]), "time_s": times}


def _activity_pieces(session: Session) -> Iterator[dict[str, NDArray]]:
    """Yield time and the activity of each unit, in blocks of rows."""
    for block in [*row_blocks(session.activity.shape)] or [slice(0, 0)]:
        rates = np.asarray(session.activity[block], np.float32)
        units = {f"unit_{k}": column for k, column in enumerate(rates.T.copy())}
        yield {"time": np.asarray(session.time[block], np.float64), **units}


def _write_pieces(pieces: Iterator[dict[str, NDArray]], path: Path, kind: Kind) -> None:
    """Write a table piece by piece; the first piece defines the columns."""
    import pandas as pd

    with writing(path):
        if kind == "csv":
            for k, columns in enumerate(pieces):
                pd.DataFrame(columns).to_csv(path, mode="a", header=k == 0, index=False)
            return
        import pyarrow as pa
        import pyarrow.parquet as pq

        first = pa.table(next(pieces))
        with pq.ParquetWriter(path, first.schema) as writer:
            writer.write_table(first)
            for columns in pieces:
                writer.write_table(pa.table(columns, schema=first.schema))
