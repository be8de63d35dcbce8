"""Read arrays of a `.npz`, `.mat` or HDF5 file by name: `a.b` or `a/b` inside structures and groups, `a[:, 1]` for a column."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError, did_you_mean
from rscnav.recordings.plain_arrays.array_tree import open_tree
from rscnav.recordings.plain_arrays.array_values import Unreadable, Value
from rscnav.settings.printable import listed

_INDEXED = re.compile(r"^(?P<name>.*?)\s*(?:\[(?P<index>[^\[\]]*)\])?$", re.DOTALL)


class ArrayFile:
    """Values of a file by name, with the shape that each use needs; for errors on opening see `open_tree`.

    All methods take the name and the key of the configuration, which appears in messages. They raise an InvalidValueError if the name
    does not exist (the message lists all names), if the object cannot be read (with the remedy), or if the shape is not valid.
    """

    def __init__(self, path: str) -> None:
        self.path, self._tree = path, open_tree(path)

    def get(self, name: str, key: str) -> Value:
        """Return a value: an array, a list (cells, or one field of an array of structures), or a dict (a structure)."""
        match = _INDEXED.match(name)
        assert match is not None  # it matches any text
        top, rest = self._top(match["name"], key)
        value = self._tree.read(top)
        for part in rest:
            value = self._inside(value, part, name, key)
        if isinstance(value, Unreadable):
            raise InvalidValueError(f"{key}: '{name}' in {self.path} is {value}")
        return value if match["index"] is None else _picked(value, match["index"], name, key)

    def vector(self, name: str, key: str) -> NDArray:
        """Return a vector of numbers or texts, (row,), from a row or column vector, or from cells of one number or text each."""
        value = self._no_structure(name, key)
        array = _of_cells(value, name, key) if isinstance(value, list) else np.asarray(value)
        sides = [size for size in array.shape if size != 1]
        if len(sides) > 1:
            raise InvalidValueError(
                f"{key}: '{name}' has shape {array.shape}; expected a vector; name one of its columns, counted from 0: "
                f'"{name}[:, 0]", or one of its rows: "{name}[0, :]"'
            )
        array = array.reshape(-1)
        return np.char.rstrip(array) if array.dtype.kind == "U" else array  # MATLAB pads texts with blanks

    def numbers(self, name: str, key: str) -> NDArray[np.float64]:
        """Return a vector of numbers, (row,)."""
        return _floats(self.vector(name, key), name, key)

    def trains(self, name: str, key: str) -> list[NDArray[np.float64]]:
        """Return the spike times of each unit: one vector of numbers for each cell, structure or field of a structure."""
        value = self.get(name, key)
        if isinstance(value, np.ndarray):
            raise InvalidValueError(
                f"{key}: '{name}' is one array, of shape {value.shape}; set `unit` to the array with the unit of each spike, or save "
                "a cell array with the spike times of each unit"
            )
        cells: Any = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
        return [_train(cell, f"{name}{{{where}}}", key) for where, cell in cells]

    def matrix(self, name: str, key: str) -> NDArray[np.float64]:
        """Return numbers in one or two dimensions; cells of equal length become columns."""
        value = self._no_structure(name, key)
        if isinstance(value, list):
            columns = [_train(cell, f"{name}{{{k}}}", key) for k, cell in enumerate(value)]
            if len({len(column) for column in columns}) != 1:
                raise InvalidValueError(
                    f"{key}: '{name}' has cells of different lengths; expected an array of numbers, or cells of equal length"
                )
            return np.stack(columns, axis=1)
        array = _floats(value, name, key)
        while array.ndim > 2 and 1 in array.shape:
            array = array.squeeze(axis=array.shape.index(1))
        if array.ndim > 2:
            raise InvalidValueError(
                f"{key}: '{name}' has shape {array.shape}; expected an array of one or two dimensions"
            )
        return array

    def _no_structure(self, name: str, key: str) -> Value:
        value = self.get(name, key)
        if isinstance(value, dict):
            raise InvalidValueError(f"{key}: '{name}' is a structure; name one of its fields: {', '.join(value)}")
        return value

    def _top(self, name: str, key: str) -> tuple[str, list[str]]:
        """Split a name into the name of a value at the top level and the names of fields inside it."""
        if name in self._tree.names:
            return name, []
        plain = {top.replace(".", "/"): top for top in self._tree.names}
        parts = name.strip("/").replace(".", "/").split("/")
        for n in range(len(parts), 0, -1):
            top = "/".join(parts[:n])
            if top in plain:
                return plain[top], parts[n:]
        hint = did_you_mean("/".join(parts), plain)
        raise InvalidValueError(
            f"{key}: there is no array '{name}' in {self.path}; there are: {listed(sorted(self._tree.names))}{hint}"
        )

    def _inside(self, value: Value, part: str, name: str, key: str) -> Value:
        """Return a field of a structure, or the list of that field in an array of structures."""
        while isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict | list):
            value = value[0]  # a cell, or an array, of one structure
            if isinstance(value, dict):
                return [self._inside(value, part, name, key)]
        if isinstance(value, dict):
            if part not in value:
                raise InvalidValueError(
                    f"{key}: '{name}' in {self.path}: there is no '{part}'; there are: {listed(sorted(value))}"
                )
            return value[part]
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            return [self._inside(one, part, name, key) for one in value]
        if isinstance(value, Unreadable):
            raise InvalidValueError(f"{key}: '{name}' in {self.path} is {value}")
        raise InvalidValueError(
            f"{key}: '{name}' in {self.path}: the value before '{part}' is not a structure and has no fields"
        )


def _picked(value: Value, index: str, name: str, key: str) -> Value:
    """Return part of a value: columns `[:, 1]` or `[:, 1:3]`, a row `[0, :]` or an element `[3]`, counted from 0."""
    parts = [part.strip() for part in index.split(",")]
    numbers = [_index(part) for part in parts]
    n_dims = 1 if isinstance(value, list) else np.ndim(value)  # type: ignore[arg-type]
    if isinstance(value, dict) or None in numbers or len(parts) != n_dims:
        raise InvalidValueError(
            f"{key}: '{name}': the index [{index}] is not valid for {n_dims} dimension(s); write [:, 1] for a column, [:, 1:3] for "
            "two columns, [0, :] for a row, [3] for an element, counted from 0"
        )
    try:
        picked: Any = tuple(numbers)
        return value[picked[0]] if isinstance(value, list) else np.asarray(value)[picked]
    except IndexError:
        size = len(value) if isinstance(value, list) else value.shape  # type: ignore[union-attr]
        raise InvalidValueError(
            f"{key}: '{name}': the index [{index}] is outside its size, {size}; indices count from 0"
        ) from None


def _index(text: str) -> int | slice | None:
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    ends = re.fullmatch(r"(-?\d+)?\s*:\s*(-?\d+)?", text)
    return None if ends is None else slice(*(None if end is None else int(end) for end in ends.groups()))


def _unwrapped(value: Value) -> Value:
    """Return the value inside nested cells of one element each."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return np.empty(0) if isinstance(value, list) and not value else value


def _train(value: Value, name: str, key: str) -> NDArray[np.float64]:
    """Return the numbers of one cell as a vector; an empty cell gives an empty vector."""
    value = _unwrapped(value)
    if isinstance(value, list | dict | Unreadable):
        words: dict[type, str] = {list: "a cell array", dict: "a structure"}
        what = words.get(type(value)) or str(value)
        raise InvalidValueError(f"{key}: '{name}' is {what}; expected a vector of numbers")
    array = np.asarray(value)
    if array.size == 0:
        return np.empty(0)
    if sum(size != 1 for size in array.shape) > 1:
        raise InvalidValueError(f"{key}: '{name}' has shape {array.shape}; expected a vector of numbers")
    return _floats(array.reshape(-1), name, key)


def _of_cells(cells: list[Value], name: str, key: str) -> NDArray:
    """Return an array from cells of one number or one text each."""
    values = [_unwrapped(cell) for cell in cells]
    if len(cells) == 1 and isinstance(values[0], np.ndarray) and values[0].dtype.kind != "U":
        return values[0]  # a cell around a vector
    arrays = [np.asarray(value) for value in values if isinstance(value, np.ndarray | str | np.generic)]
    if len(arrays) != len(values) or any(array.size > 1 for array in arrays):
        raise InvalidValueError(
            f"{key}: '{name}' has cells with more than one number or text; expected one in each cell"
        )
    if any(array.dtype.kind == "U" for array in arrays):
        if any(array.dtype.kind != "U" and array.size for array in arrays):
            raise InvalidValueError(f"{key}: '{name}' mixes texts and numbers; save all as texts, or all as numbers")
        return np.array([array.item() if array.size else "" for array in arrays], dtype=str)
    return np.array([array.item() if array.size else np.nan for array in arrays])


def _floats(value: Any, name: str, key: str) -> NDArray[np.float64]:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        kinds = {"U": "texts", "c": "complex numbers", "M": "dates", "m": "durations"}
        held = kinds.get(array.dtype.kind, str(array.dtype))
        raise InvalidValueError(f"{key}: '{name}' holds {held}; expected numbers")
    return array.astype(np.float64)
