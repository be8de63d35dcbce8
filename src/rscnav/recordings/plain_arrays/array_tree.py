"""Content of `.npz`, `.mat` and HDF5 files by name, read on access."""

import os
import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from rscnav.errors import InvalidValueError, is_internal
from rscnav.recordings.files.hdf5_probe.findings import is_hdf5, probed
from rscnav.recordings.plain_arrays.array_values import Unreadable, Value, plain
from rscnav.recordings.plain_arrays.hdf5_values import hdf5_values


class Tree:
    """Values of a file by name, in the order of the file, each with the function that reads it."""

    def __init__(self, path: str, values: dict[str, Callable[[], Value]]) -> None:
        self.path, self._values = path, values
        self._read: dict[str, Value] = {}

    @property
    def names(self) -> list[str]:
        """Names at the top level."""
        return list(self._values)

    def read(self, name: str) -> Value:
        """Return the value of a name at the top level; raise an InvalidValueError that names the file if it is damaged."""
        if name not in self._read:
            with named_errors(self.path, f"'{name}' "):
                self._read[name] = self._values[name]()
        return self._read[name]


@contextmanager
def named_errors(path: str, what: str = "") -> Any:
    """Convert errors of a reader on a damaged file to an InvalidValueError that names the file."""
    try:
        yield
    except (FileNotFoundError, PermissionError):
        raise
    except MemoryError:
        raise InvalidValueError(
            f"{path}: {what}needs more memory than is available; the file may be damaged; if not, save the arrays that are needed "
            "in a file of their own"
        ) from None
    except Exception as error:  # zipfile, zlib, numpy, scipy and h5py raise many kinds on damaged bytes
        if is_internal(error):
            raise
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InvalidValueError(f"{path}: {what}can't be read ({reason}); copy or save the file again") from error


def open_tree(path: str) -> Tree:
    """Open a `.npz`, `.mat` (any version) or HDF5 file.

    Parameters
    ----------
    path : str

    Returns
    -------
    Tree

    Raises
    ------
    InvalidValueError
        If the file has another format or is damaged; the message names the file and the valid formats.
    """
    ending = os.path.splitext(path)[1].lower()
    with named_errors(path):
        if ending == ".npz":
            return _of_npz(path)
        if ending == ".mat" and not is_hdf5(path):
            return _of_matlab(path)
        if not is_hdf5(path):
            raise InvalidValueError("not an HDF5 file, or a truncated one; expected a .npz, .mat or HDF5 file")
    found = probed(path)
    with named_errors(path):
        return Tree(path, hdf5_values(path, found))


def _of_npz(path: str) -> Tree:
    if not zipfile.is_zipfile(path):
        raise InvalidValueError("not a .npz archive, or a truncated one")
    with np.load(path, allow_pickle=False) as archive:
        return Tree(path, {name: partial(_npz_array, path, name) for name in archive.files})


def _npz_array(path: str, name: str) -> Value:
    with np.load(path, allow_pickle=False) as archive:
        try:
            return plain(archive[name])
        except ValueError as error:
            if "Object arrays" not in str(error):
                raise
    cure = "such objects could run code; save the spike times as one array, and the unit of each spike as another"
    return Unreadable("array of Python objects", cure)


def _of_matlab(path: str) -> Tree:
    """Read a MATLAB file of version 4 to 7."""
    from scipy.io import whosmat
    from scipy.io.matlab import varmats_from_mat

    def reader(source: Any, name: str) -> Callable[[], Value]:
        return lambda: plain(_loaded(source, [name])[name])

    values: dict[str, Callable[[], Value]] = {}
    try:
        values |= {name: reader(path, name) for name, _, _ in whosmat(path)}
    except TypeError:  # raised by scipy for a variable that is an object of a class; it has no name in scipy either
        with open(path, "rb") as file:
            for name, part in varmats_from_mat(file):
                if name == "None":
                    value = next(v for key, v in _loaded(part).items() if not key.startswith("__"))
                    values[_opaque_name(value)] = partial(plain, value)
                else:
                    values[name] = reader(path, name)
    return Tree(path, {name: read for name, read in values.items() if name and not name.startswith("__")})


def _loaded(source: Any, names: list[str] | None = None) -> dict[str, Any]:
    import warnings

    from scipy.io import loadmat

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(loadmat(source, variable_names=names, chars_as_strings=True, struct_as_record=True))


def _opaque_name(value: Any) -> str:
    try:
        return value["s0"].ravel()[0].decode()  # holds the name up to scipy 1.17
    except (ValueError, IndexError, AttributeError, TypeError):
        return "object"
