"""Content of `.npz`, `.mat` and HDF5 files in one common form, read on access.

A value is one of

- an array, as MATLAB or numpy displays it (a v7.3 file stores it transposed; this is undone);
- a list of values: a cell array, or an array of structures;
- a dict of values by name: a structure, or a group;
- `Unreadable`: an object of a class that cannot be read, with instructions for saving it.
"""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError, is_internal
from rscnav.recordings.files.hdf5_probe.findings import Probed, followed, is_hdf5, probed, refuse_values

_DEPTH = 20  # largest depth of nested cells and structures
_CURES = {
    "string": "save it as a cell array of char: x = cellstr(x)",
    "table": 'save it as a structure: x = table2struct(x, "ToScalar", true)',
    "timetable": 'save it as a structure: x = table2struct(timetable2table(x), "ToScalar", true)',
    "categorical": "save it as a cell array of char: x = cellstr(x)",
    "datetime": "save it as seconds from a reference time: x = seconds(x - x(1))",
    "duration": "save it in seconds: x = seconds(x)",
    "calendarDuration": "save it in seconds",
    "containers.Map": "save its keys and values as arrays: k = keys(x); v = values(x)",
    "dictionary": "save its keys and values as arrays",
    "function_handle": "it contains code, not data",
}


@dataclass(frozen=True)
class Unreadable:
    """A value of a class that cannot be read.

    Parameters
    ----------
    kind : str
        Name of the class: ``MATLAB string``, ``sparse matrix``, ``array of Python objects``.
    cure : str
        How to save the value in a form that can be read.
    """

    kind: str
    cure: str

    def __str__(self) -> str:
        return f"{'an' if self.kind[0] in 'aeiou' else 'a'} {self.kind}, which can't be read; {self.cure}"


_SPARSE = Unreadable("sparse matrix", "save it as a full matrix: x = full(x)")
Value = NDArray | list[Any] | dict[str, Any] | Unreadable


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
        return _of_hdf5(path, found)


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


def plain(value: Any, depth: int = 0) -> Value:
    """Convert a value of numpy or scipy to the common form of this module."""
    if depth > _DEPTH:
        raise InvalidValueError(f"cells and structures are nested more than {_DEPTH} levels deep")
    if hasattr(value, "tocsc"):
        return _SPARSE
    if value is None:
        return {}  # a structure without fields
    array = np.asarray(value)
    opaque = _opaque_class(value, array)
    if opaque:
        return unreadable(opaque)
    if array.dtype.names:
        if not array.ndim or (array.dtype.hasobject and array.size == 1):  # one structure
            one = array if not array.ndim else array.ravel()[0]
            return {name: plain(one[name], depth + 1) for name in array.dtype.names}
        if array.dtype.hasobject:
            return [{name: plain(one[name], depth + 1) for name in array.dtype.names} for one in array.ravel("F")]
        return {name: array[name] for name in array.dtype.names}  # numpy's structured array: a table
    if array.dtype == object:
        return [plain(cell, depth + 1) for cell in array.ravel("F")]
    if array.dtype.kind == "S":
        return np.char.decode(array, "utf-8")
    return array


def _opaque_class(value: Any, array: NDArray) -> str:
    """Return the class of a MATLAB object that scipy cannot read; '' for other values."""
    kind = type(value).__name__
    if kind == "MatlabFunction":
        return "function_handle"
    if kind not in ("MatlabOpaque", "MatlabObject"):
        return ""
    for field in ("_Class", "s2"):  # from scipy 1.18 on; before
        if field in (array.dtype.names or ()) and array.size:
            found = array[field].ravel()[0]
            return found.decode() if isinstance(found, bytes) else str(found)
    return str(getattr(value, "classname", "object"))


def unreadable(kind: str) -> Unreadable:
    """Return the `Unreadable` for a MATLAB class."""
    cure = _CURES.get(kind, "save its values as plain arrays, cells and structures")
    return Unreadable(f"MATLAB {kind}" if kind != "object" else "MATLAB object", cure)


def _of_hdf5(path: str, found: Probed) -> Tree:
    """Open HDF5; a MATLAB file of version 7.3 stores its classes in attributes."""
    import h5py

    wrong = found.faults()

    def read(name: str) -> Value:
        if f"/{name}" in wrong:
            raise InvalidValueError(wrong[f"/{name}"])
        with h5py.File(path, "r") as file:
            item = file[name]
            return _item(item.file, item, found)  # item.file can be a linked file

    with h5py.File(path, "r") as file:
        return Tree(path, {name: partial(read, name) for name in _leaves(file, "", found)})


def _leaves(group: Any, above: str, found: Probed, depth: int = 0) -> Iterator[str]:
    """Yield the paths of all values in a group and its subgroups: datasets, objects and arrays of structures.

    External links that must not be followed are listed, but not opened.
    """
    import h5py

    if depth > _DEPTH:
        raise InvalidValueError(f"groups are nested more than {_DEPTH} levels deep")
    follow = set(followed(found, group))
    for name in group:
        if name.startswith("#"):
            continue  # internal to MATLAB
        if name not in follow:
            if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
                yield above + name  # reading it raises the reason why it is not followed
            continue
        item = group.get(name)
        if item is None:
            continue  # a link without a target
        whole = (
            not isinstance(item, h5py.Group) or "MATLAB_object_decode" in item.attrs or "MATLAB_sparse" in item.attrs
        )
        if whole or any(_is_field_of_many(item.get(field)) for field in followed(found, item)):
            yield above + name
        else:
            yield from _leaves(item, f"{above}{name}/", found, depth + 1)


def _item(file: Any, item: Any, found: Probed, depth: int = 0) -> Value:
    """Read a group or a dataset."""
    import h5py

    if depth > _DEPTH:
        raise InvalidValueError(f"groups, cells and structures are nested more than {_DEPTH} levels deep")
    refuse_values(found, item)
    kind = item.attrs.get("MATLAB_class", b"")
    kind = kind.decode() if isinstance(kind, bytes) else str(kind)
    if "MATLAB_object_decode" in item.attrs:
        return unreadable(kind)
    if "MATLAB_sparse" in item.attrs:
        return _SPARSE
    if isinstance(item, h5py.Group):
        fields = {name: item[name] for name in followed(found, item) if not name.startswith("#")}
        if kind == "struct" and fields and all(_is_field_of_many(field) for field in fields.values()):
            columns = {
                name: [_item(file, file[ref], found, depth + 1) for ref in _flat(f)] for name, f in fields.items()
            }
            lengths = {len(column) for column in columns.values()}
            if len(lengths) == 1:
                return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return {name: _item(file, field, found, depth + 1) for name, field in fields.items()}
    if not isinstance(item, h5py.Dataset):
        return Unreadable(f"{type(item).__name__} of HDF5", "it contains no array")
    if item.attrs.get("MATLAB_empty"):
        return [] if kind == "cell" else "" if kind == "char" else np.empty(0)  # type: ignore[return-value]
    if h5py.check_ref_dtype(item.dtype) is not None:
        return [_item(file, file[ref], found, depth + 1) for ref in _flat(item)]
    if h5py.check_string_dtype(item.dtype) is not None:
        return np.asarray(item.asstr()[()], dtype=str)
    values = np.asarray(item[()])
    if values.dtype == object:
        return [np.asarray(cell) for cell in values.ravel()]
    if kind:  # the first dimension of MATLAB is the last of HDF5
        values = values.T
    if kind == "char":
        return np.array(["".join(map(chr, row)) for row in np.atleast_2d(values).tolist()])
    if kind == "logical":
        return values.astype(bool)
    if values.dtype.names == ("real", "imag"):
        return values["real"] + 1j * values["imag"]
    return plain(values)


def _flat(item: Any) -> Any:
    """Return the references of a dataset in MATLAB's order (columns first)."""
    return np.asarray(item[()]).T.ravel("F") if item.shape else [item[()]]


def _is_field_of_many(item: Any) -> bool:
    """Return whether an item is a field of an array of structures: a dataset of references without a MATLAB class."""
    import h5py

    return (
        isinstance(item, h5py.Dataset)
        and h5py.check_ref_dtype(item.dtype) is not None
        and "MATLAB_class" not in item.attrs
    )
