"""Sessions in HDF5 files: `load_session` and `write_session` are both derived from the schema."""

import os
from collections.abc import Collection
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.files.sealed.datasets import typed
from rscnav.files.sealed.hdf5 import SealedFile, new_hdf5, open_hdf5
from rscnav.sessions.hdf5_tables import read_table, write_table
from rscnav.sessions.lazy import TILE, LazyRows, LazySpikeTrains, Trains, row_blocks, spike_counts
from rscnav.sessions.rebinning import Rebinning, in_bins, wide_bins
from rscnav.sessions.schema import ARRAYS, TABLES
from rscnav.sessions.session import Session

FORMAT = "rscnav session 4"
_TEXTS, _NUMBERS = ("name", "kind", "subject", "position_unit"), ("dt_s", "visibility_radius")
_NAMES = ("landmark_names", "head_names", "observer_names")
_ALWAYS = ("activity", "time", "trial", "trials", "units")


def write_session(session: Session, path: str | os.PathLike[str]) -> None:
    """Write a session to HDF5 atomically.

    Lazy activity (`rscnav.sessions.lazy`) is written block by block, and lazy spikes unit by unit; the file is the same.

    Raises
    ------
    FileError
        If the file cannot be written; no partial file is left.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from rscnav.recordings import session_from_arrays
    >>> from rscnav.sessions import load_session, write_session
    >>> counts = np.random.default_rng(0).poisson(0.5, (600, 4))
    >>> session = session_from_arrays(counts / 0.1, 0.1, name="rat7", trial=np.repeat([0, 1, 2], 200))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_session(session, f"{folder}/rat7.h5")
    ...     again = load_session(f"{folder}/rat7.h5")
    >>> again.name, len(again.trials), bool(np.all(again.activity == session.activity))
    ('rat7', 3, True)
    """
    with new_hdf5(path, FORMAT) as file:
        file.attrs["format"] = FORMAT
        for key in (*_TEXTS, *_NUMBERS):
            if getattr(session, key) is not None:
                file.attrs[key] = getattr(session, key)
        for key in _NAMES:
            file.attrs[key] = [str(name) for name in getattr(session, key)]
        for key, value in session.attributes.items():
            file.attrs[f"attribute:{key}"] = value
        for spec in ARRAYS:
            array = getattr(session, spec.name)
            if array is not None:
                if spec.name == "activity":
                    data = _write_activity(file, session)
                else:
                    data = file.create_dataset(spec.name, data=np.asarray(array, spec.dtype))
                unit = session.position_unit if spec.unit == "position_unit" else spec.unit
                data.attrs.update({"dims": list(spec.dims), "unit": unit, "about": spec.about})
        for name in (*TABLES, "units"):
            table = getattr(session, name)
            if table is not None:
                write_table(file, name, table, TABLES.get(name))
        if session.spikes is not None:
            _write_spikes(file, session.spikes)
        file.attrs["fields"] = sorted(file)


def _write_activity(file: h5py.File, session: Session) -> h5py.Dataset:
    """Write the activity block by block; rates of spikes in compressed chunks, because most bins are empty."""
    activity, shape = session.activity, session.activity.shape
    options: dict[str, Any] = {}
    if session.spikes is not None and 0 not in shape:
        tile = tuple(min(size, whole) for size, whole in zip(TILE, shape, strict=True))
        options = {"chunks": tile, "compression": "gzip", "compression_opts": 1}
    data = file.create_dataset("activity", shape, "f4", **options)
    if isinstance(activity, LazyRows):
        for samples, units, values in activity.blocks():
            data[samples, units] = values
    else:
        for samples in row_blocks(shape, multiple=TILE[0]):
            data[samples] = np.asarray(activity[samples], "f4")
    return data


def _write_spikes(file: h5py.File, spikes: Trains) -> None:
    """Write the spike times of all units one after the other, and the end index of each unit."""
    group = file.create_group("spikes")
    stop = np.cumsum([0, *spike_counts(spikes)], dtype="i8")
    times = group.create_dataset("times", (int(stop[-1]),), "f8")
    times.attrs["unit"] = "s"
    for k in range(len(spikes)):
        if stop[k + 1] > stop[k]:
            times[stop[k] : stop[k + 1]] = spikes[k]
    group.create_dataset("stop", data=stop[1:])


def load_session(
    path: str | os.PathLike[str], fields: Collection[str] | None = None, dt_s: float | None = None, lazy: bool = False
) -> Session:
    """Read a session from HDF5.

    Parameters
    ----------
    fields : collection of str, optional
        Fields to read in addition to activity, time, trial, trials and units; the others are None. Default: all.
    dt_s : float, optional
        Average narrower time bins to this width (s) while reading (see `rscnav.sessions.rebinning`); the fine activity is not
        kept in memory. Default: bins of the file.
    lazy : bool
        Leave activity and spikes in the file and read them on access (see `rscnav.sessions.lazy`).

    Raises
    ------
    MissingFileError
        For a missing file.
    InvalidValueError
        For a file that is not a session, or a field that is not in the schema.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from rscnav.recordings import session_from_arrays
    >>> from rscnav.sessions import load_session, write_session
    >>> fine = session_from_arrays(np.ones((2000, 3)), 0.01, trial=np.zeros(2000, int))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_session(fine, f"{folder}/fine.h5")
    ...     session = load_session(f"{folder}/fine.h5", dt_s=0.1)
    >>> session.activity.shape, round(session.dt_s, 3)
    ((200, 3), 0.1)
    """
    known = {*(spec.name for spec in ARRAYS), *TABLES, "units", "spikes"}
    wanted = known if fields is None else {*fields, *_ALWAYS}
    if wanted - known:
        raise InvalidValueError(
            f"fields {sorted(wanted - known)} are not in the schema; there are: {', '.join(sorted(known))}"
        )
    with open_hdf5(path, FORMAT) as file:
        _check_fields(file, known)
        values = _attributes(file)
        time, trial = typed(file, "time", "f8", 1), typed(file, "trial", "i4", 1)
        bins = wide_bins(time[:], trial[:], values["dt_s"], dt_s) if dt_s else None
        for spec in ARRAYS:
            if spec.name in file and spec.name in wanted:
                data = typed(file, spec.name, spec.dtype, len(spec.dims))
                if spec.dims[0] == "time" and len(data) != len(time):
                    raise InvalidValueError(f"'{spec.name}' has {len(data)} samples, 'time' has {len(time)}")
                if lazy and spec.name == "activity":
                    values[spec.name] = FileActivity(path, data.shape, bins, file.seal)
                elif bins is None or spec.dims[0] != "time":
                    values[spec.name] = data[:]
                else:
                    values[spec.name] = in_bins(spec.name, data, bins, values["dt_s"])
        values["dt_s"] *= bins.width if bins else 1
        for name in (*TABLES, "units"):
            if name in file and name in wanted:
                values[name] = read_table(file, name, TABLES.get(name))
        if "spikes" in file and "spikes" in wanted:
            times, stop = typed(file, "spikes/times", "f8", 1), typed(file, "spikes/stop", "i8", 1)[:]
            if np.any(np.diff(stop, prepend=0) < 0) or len(times) != (stop[-1] if len(stop) else 0):
                raise InvalidValueError(f"'spikes/stop' does not fit the {len(times)} times of 'spikes/times'")
            if lazy:
                values["spikes"] = _trains_of_file(path, stop, file.seal)
            else:
                values["spikes"] = np.split(times[:], stop[:-1])
        return Session(**values)


def _check_fields(file: SealedFile, known: set[str]) -> None:
    """Raise an InvalidValueError if written fields are missing, or unknown fields are present."""
    written, there = {str(name) for name in file.attrs["fields"]}, set(file)
    if written != there or not set(_ALWAYS) <= there <= known:
        raise InvalidValueError(f"its fields are {', '.join(sorted(there))}; {', '.join(sorted(written))} were written")


def _attributes(file: SealedFile) -> dict[str, Any]:
    """Read the attributes: values that are neither arrays nor tables."""
    values: dict[str, Any] = {key: file.attrs[key] for key in (*_TEXTS, *_NUMBERS) if key in file.attrs}
    for key in _TEXTS:
        if not isinstance(values.get(key), str):
            raise InvalidValueError(f"attribute '{key}': {values.get(key)!r:.40} is no text")
    values["dt_s"] = float(values["dt_s"])
    if not 0 < values["dt_s"] < np.inf:
        raise InvalidValueError(f"attribute 'dt_s': {values['dt_s']} is not valid; expected a positive time in seconds")
    values |= {key: tuple(map(str, file.attrs[key])) for key in _NAMES}
    mark = "attribute:"
    values["attributes"] = {key.removeprefix(mark): file.attrs[key] for key in file.attrs if key.startswith(mark)}
    return values


class FileActivity(LazyRows):
    """Activity of a session file, read on access, in the bins of the file or in wider bins."""

    def __init__(
        self, path: str | os.PathLike[str], shape: tuple[int, int], bins: Rebinning | None = None, seal: str = ""
    ) -> None:
        super().__init__(shape[0] if bins is None else len(bins.start), shape[1])
        self.path, self.bins, self.seal = path, bins, seal

    def rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Read the samples from `start` to before `stop`."""
        with open_hdf5(self.path, FORMAT, self.seal) as file:
            data = file["activity"]
            if self.bins is None:
                return data[start:stop]
            return self.bins.averaged(lambda rows: data[rows], start, stop)


def _trains_of_file(path: str | os.PathLike[str], stop: NDArray[np.int64], seal: str) -> LazySpikeTrains:
    edges = np.append(0, stop)

    def get(k: int) -> NDArray[np.float64]:
        with open_hdf5(path, FORMAT, seal) as file:
            return file["spikes/times"][edges[k] : edges[k + 1]]

    return LazySpikeTrains(np.diff(edges), get)


def session_kind(path: str | os.PathLike[str]) -> str:
    """Return the kind of a session without reading its data."""
    with open_hdf5(path, FORMAT) as file:
        return str(file.attrs["kind"])
