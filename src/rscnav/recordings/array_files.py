"""All arrays of a `.npz`, `.mat` or HDF5 file, by name."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_arrays(path: str) -> "Held":
    """Read all arrays of a file by name."""
    ending = os.path.splitext(path)[1].lower()
    try:
        if ending == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return Held(path, {name: _loaded(archive, name, path) for name in archive.files})
        if ending == ".mat":
            return Held(path, _matlab(path))
        return Held(path, _hdf5(path))
    except (OSError, EOFError, NotImplementedError, ValueError) as error:  # the third: a compression of .npz
        if "Python objects" in str(error):
            raise
        raise ValueError(f"{path}: no arrays can be read from it ({error}); .npz, .mat and HDF5 files can") from None


class Held:
    """Arrays by name; a name that is not there raises a ValueError that lists those there are."""

    def __init__(self, path: str, arrays: dict[str, Any]) -> None:
        self.path, self.arrays = path, arrays

    def get(self, name: str, key: str) -> Any:
        """Return the array of a name, with `.` or `/` between levels."""
        plain = name.replace(".", "/")
        if plain not in self.arrays:
            there = ", ".join(sorted(self.arrays)) or "none"
            raise ValueError(f"{key}: there is no array '{name}' in {self.path}; there are: {there}")
        return self.arrays[plain]


def _loaded(archive: Any, name: str, path: str) -> NDArray:
    try:
        return archive[name]
    except ValueError:
        raise ValueError(
            f"{path}: '{name}' holds Python objects, which are not read since they could run code; save spike times as one "
            "array, and the unit of each spike as another"
        ) from None


def _matlab(path: str) -> dict[str, Any]:
    """Read a MATLAB file; version 7.3 is HDF5."""
    from scipy.io import loadmat

    try:
        content = loadmat(path, squeeze_me=True, chars_as_strings=True)
    except NotImplementedError:  # so loadmat says that the file is of version 7.3
        return _hdf5(path)
    found: dict[str, Any] = {}
    for name, value in content.items():
        if not name.startswith("__"):
            _flatten(name, value, found)
    return found


def _flatten(name: str, value: Any, found: dict[str, Any]) -> None:
    """Enter an array, the fields of a structure, or the arrays of a cell array."""
    array = np.asarray(value)
    if array.dtype.names and array.size == 1:
        for field in array.dtype.names:
            _flatten(f"{name}/{field}", array[field].item() if array.ndim == 0 else array[field].ravel()[0], found)
    elif array.dtype == object:
        cells = array.ravel().tolist()
        found[name] = np.array(cells, str) if all(isinstance(c, str) for c in cells) else [np.ravel(c) for c in cells]
    else:
        found[name] = np.atleast_1d(array)


def _hdf5(path: str) -> dict[str, Any]:
    """Read all datasets; a dataset of references (MATLAB's cell array) becomes a list of arrays."""
    import h5py

    found: dict[str, Any] = {}
    with h5py.File(path, "r") as file:

        def enter(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset) and not name.startswith("#refs#"):
                found[name] = _dataset(file, item)

        visit: Callable[..., Any] = file.visititems
        visit(enter)
    return found


def _dataset(file: Any, item: Any) -> Any:
    import h5py

    if h5py.check_ref_dtype(item.dtype) is not None:
        parts = [file[reference] for reference in np.ravel(item[()])]
        texts = [part.attrs.get("MATLAB_class") == b"char" for part in parts]
        if texts and all(texts):
            return np.array(["".join(map(chr, np.ravel(part[()]))) for part in parts])
        return [np.empty(0) if part.attrs.get("MATLAB_empty") else np.ravel(part[()]) for part in parts]
    values = item[()]
    if h5py.check_string_dtype(item.dtype) is not None:
        return np.array([v.decode() if isinstance(v, bytes) else v for v in np.ravel(values)])
    return np.atleast_1d(np.asarray(values))
