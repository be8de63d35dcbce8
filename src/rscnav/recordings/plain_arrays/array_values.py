"""Values of `.npz`, `.mat` and HDF5 files in one common form.

A value is one of

- an array, as MATLAB or numpy displays it (a v7.3 file stores it transposed; this is undone);
- a list of values: a cell array, or an array of structures;
- a dict of values by name: a structure, or a group;
- `Unreadable`: an object of a class that cannot be read, with instructions for saving it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError

MAX_DEPTH = 20  # largest depth of nested cells and structures
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


SPARSE = Unreadable("sparse matrix", "save it as a full matrix: x = full(x)")
Value = NDArray | list[Any] | dict[str, Any] | Unreadable


def plain(value: Any, depth: int = 0) -> Value:
    """Convert a value of numpy or scipy to the common form of this module."""
    if depth > MAX_DEPTH:
        raise InvalidValueError(f"cells and structures are nested more than {MAX_DEPTH} levels deep")
    if hasattr(value, "tocsc"):
        return SPARSE
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
