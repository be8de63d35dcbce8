"""Exported NWB file -> session."""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.export.nwb.layout import (
    BIN_CENTRES,
    INFERENCE,
    OF_TRIALS,
    RECORD,
    SERIES,
    TIME,
    UNIT_TABLE,
    columns_of,
    parsed,
)
from rscnav.recordings.files.open_file import open_recording
from rscnav.sessions.schema import ARRAYS
from rscnav.sessions.session import Session

_DTYPES = {spec.name: spec.dtype for spec in ARRAYS}
_TIMES = {"trials": ("start_s", "stop_s"), "encounters": ("onset_s", "offset_s")}


def read_exported(path: str | os.PathLike[str]) -> Session:
    """Read a session from an NWB file that `export_nwb` wrote; every field equals the exported one.

    Raises
    ------
    MissingFileError
        If the file does not exist.
    InvalidValueError
        If the file is not NWB, or was not written by `export_nwb`.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from rscnav.export import export_nwb, read_exported
    >>> from rscnav.recordings import session_from_arrays
    >>> session = session_from_arrays(np.ones((100, 3)), 0.1, trial=np.repeat([0, 1], 50), outcome=["correct", "none"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_nwb(session, f"{folder}/session.nwb")
    ...     again = read_exported(f"{folder}/session.nwb")
    >>> bool(np.all(again.activity == session.activity)), again.trials["outcome"].tolist()
    (True, ['correct', 'none'])
    """
    with open_recording(path) as file:
        if file.scratch is None or RECORD not in file.scratch:
            raise InvalidValueError(
                f"{os.fspath(path)}: is not a session that rscnav exported; read it as a recording, with a mapping of its names"
            )
        try:
            record = parsed(str(file.get_scratch(RECORD)))
        except InvalidValueError as error:
            raise InvalidValueError(f"{os.fspath(path)}: {error}") from None
        values: dict[str, Any] = dict(record["plain"])
        for name in SERIES:
            if name in record["arrays"]:
                item = _series(file, name)
                values[name] = np.asarray(item.data[:], _DTYPES[name])
                values.setdefault("time", _time(file, item))
        trials = {} if file.trials is None else _of(file.trials)
        for name in OF_TRIALS:
            if name in record["arrays"]:
                shape = tuple(record["arrays"][name])
                columns = [trials[column] for column in columns_of(name, shape)] if shape[0] else []
                values[name] = np.array(columns, _DTYPES[name]).T.reshape(shape)
        if "bin_centres" in record["arrays"]:
            table = file.processing[INFERENCE][BIN_CENTRES]
            values["bin_centres"] = np.stack([np.asarray(c.data[:], "f8") for c in table.columns], axis=1)
        for name, spec in record["tables"].items():
            values[name] = _table(file, name, spec, trials, record["spikes"])
        if record["spikes"]:
            values["spikes"] = [
                np.asarray(file.units.get_unit_spike_times(k), float) for k in range(len(values["units"]))
            ]
    return Session(**values)


def _time(file: Any, item: Any) -> NDArray[np.float64]:
    stored = file.get_scratch(TIME) if item.timestamps is None else item.timestamps[:]
    return np.asarray(stored, np.float64)


def _series(file: Any, name: str) -> Any:
    module = file.processing[SERIES[name]]
    if name in ("position", "heading"):
        return module["Position" if name == "position" else "CompassDirection"][name]
    return module[name]


def _table(file: Any, name: str, spec: dict[str, Any], trials: dict[str, NDArray], with_spikes: bool) -> NDArray:
    """Return a table as a structured array with its original types."""
    result = np.empty(spec["n_rows"], spec["dtype"])
    if not len(result):
        return result
    names, columns = spec["dtype"].names or (), {}
    if name == "trials":
        columns = trials
    elif name == "encounters":
        columns = _of(file.intervals["encounters"])
    elif name == "units" and with_spikes:
        columns = {c.name: c.data[:] for c in file.units.columns if c.name in (*names, "unit_id")}
        if "id" in names and spec["dtype"]["id"].kind in "iu":
            columns["id"] = file.units.id[:]
    else:
        table = file.get_scratch(UNIT_TABLE if name == "units" else name)
        columns = {c: table[c].to_numpy() for c in table.columns} if hasattr(table, "to_numpy") else _of(table)
    start, stop = _TIMES.get(name, ("", ""))
    for column in names:
        stored = {start: "start_time", stop: "stop_time"}.get(column, column)
        if stored == "id" and "id" not in columns:
            stored = "unit_id"
        result[column] = columns[stored]
    return result


def _of(table: Any) -> dict[str, NDArray]:
    return {column.name: np.asarray(column.data[:]) for column in table.columns}
