"""Sessions in HDF5 files: `read_session` and `write_session` both run from the schema, so they cannot drift apart."""

import os
from collections.abc import Collection
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from rscnav.files import atomic_path
from rscnav.sessions.coarse import in_bins, wide_bins
from rscnav.sessions.schema import ARRAYS, TABLES
from rscnav.sessions.session import Session

FORMAT = "rscnav session 2"
_SCALARS = ("name", "kind", "subject", "dt_s", "visibility_radius", "position_unit")
_NAMES = ("landmark_names", "head_names", "observer_names")
_ALWAYS = ("activity", "time", "trial", "trials", "units")


def write_session(session: Session, path: str | os.PathLike[str]) -> None:
    """Write a session to HDF5, whole or not at all.

    Parameters
    ----------
    session : Session
    path : path-like

    Raises
    ------
    OSError
        Where the file cannot be written; nothing half-written is left.
    """
    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["format"] = FORMAT
        for key in _SCALARS:
            if getattr(session, key) is not None:
                file.attrs[key] = getattr(session, key)
        for key in _NAMES:
            file.attrs[key] = [str(name) for name in getattr(session, key)]
        for key, value in session.attributes.items():
            file.attrs[f"attribute:{key}"] = value
        for spec in ARRAYS:
            array = getattr(session, spec.name)
            if array is not None:
                data = file.create_dataset(spec.name, data=np.asarray(array, spec.dtype))
                unit = session.position_unit if spec.unit == "position_unit" else spec.unit
                data.attrs.update({"dims": list(spec.dims), "unit": unit, "about": spec.about})
        for name in (*TABLES, "units"):
            table = getattr(session, name)
            if table is not None:
                write_table(file, name, table)
        if session.spikes is not None:
            counts = [len(times) for times in session.spikes]
            group = file.create_group("spikes")
            group.create_dataset("times", data=np.concatenate([*session.spikes, []]).astype("f8")).attrs["unit"] = "s"
            group.create_dataset("stop", data=np.cumsum(counts, dtype="i8"))


def read_session(
    path: str | os.PathLike[str], fields: Collection[str] | None = None, dt_s: float | None = None
) -> Session:
    """Read a session from HDF5.

    Parameters
    ----------
    path : path-like
    fields : collection of str, optional
        Read only these besides activity, time, trial, trials and units; the others are None. Default: all.
    dt_s : float, optional
        Read into time bins of this width (s) where the file's are narrower (see `rscnav.sessions.coarse`); no more of the
        activity than that is ever in memory. Default: as in the file.

    Returns
    -------
    Session

    Raises
    ------
    FileNotFoundError
        For a missing file.
    ValueError
        For a file that is not a session, or a field that the schema does not have.
    """
    known = {*(spec.name for spec in ARRAYS), *TABLES, "units", "spikes"}
    wanted = known if fields is None else {*fields, *_ALWAYS}
    if wanted - known:
        raise ValueError(
            f"fields {sorted(wanted - known)} are not in the schema; there are: {', '.join(sorted(known))}"
        )
    with open_hdf5(path, FORMAT) as file:
        values: dict[str, Any] = {key: file.attrs[key] for key in _SCALARS if key in file.attrs}
        values["dt_s"] = float(values["dt_s"])
        values |= {key: tuple(str(name) for name in file.attrs[key]) for key in _NAMES}
        values["attributes"] = {
            key.removeprefix("attribute:"): value for key, value in file.attrs.items() if key.startswith("attribute:")
        }
        bins = wide_bins(file["time"][:], file["trial"][:], values["dt_s"], dt_s) if dt_s else None
        for spec in ARRAYS:
            if spec.name in file and spec.name in wanted:
                data = file[spec.name]
                if bins is None or spec.dims[0] != "time":
                    values[spec.name] = data[:]
                else:
                    values[spec.name] = in_bins(spec.name, data, bins, values["dt_s"])
        values["dt_s"] *= bins.width if bins else 1
        for name in (*TABLES, "units"):
            if name in file and name in wanted:
                values[name] = read_table(file, name)
        if "spikes" in file and "spikes" in wanted:
            values["spikes"] = np.split(file["spikes/times"][:], file["spikes/stop"][:-1])
    return Session(**values)


def session_kind(path: str | os.PathLike[str]) -> str:
    """Tell a session's kind without reading the session."""
    with open_hdf5(path, FORMAT) as file:
        return str(file.attrs["kind"])


def open_hdf5(path: str | os.PathLike[str], expected: str) -> h5py.File:
    """Open an HDF5 file of ours for reading.

    Raises
    ------
    FileNotFoundError, ValueError
        With the file's name, for a missing file, one that is not HDF5, or one of another format.
    """
    if not os.path.exists(path):
        raise FileNotFoundError(f"{os.fspath(path)}: no such file")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ValueError(f"{os.fspath(path)}: not an HDF5 file, or a damaged one ({error})") from None
    found = file.attrs.get("format", "none")
    if found != expected:
        file.close()
        raise ValueError(f"{os.fspath(path)}: expected an HDF5 file of format '{expected}', found '{found}'")
    return file


def write_table(file: h5py.Group, name: str, table: NDArray) -> None:
    """Write a structured array as a group with one dataset a column."""
    group = file.create_group(name)
    group.attrs["columns"] = list(table.dtype.names or ())
    group.attrs["n_rows"] = len(table)
    for column in table.dtype.names or ():
        values = table[column]
        if values.dtype.kind == "U":
            values = np.char.encode(values, "utf-8") if len(values) else np.empty(0, "S1")
            group.create_dataset(column, data=values).attrs["width"] = table.dtype[column].itemsize // 4
        else:
            group.create_dataset(column, data=values)


def read_table(file: h5py.Group, name: str) -> NDArray:
    """Read what `write_table` wrote."""
    group = file[name]
    columns = {str(column): group[column][:] for column in group.attrs["columns"]}
    for column, values in columns.items():
        if values.dtype.kind == "S":
            columns[column] = np.char.decode(values, "utf-8").astype(f"U{group[column].attrs['width']}")
    dtype = [(column, values.dtype) for column, values in columns.items()]
    table = np.empty(int(group.attrs["n_rows"]), dtype)
    for column, values in columns.items():
        table[column] = values
    return table
