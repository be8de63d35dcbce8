"""Result of an analysis: named arrays with units, notes and a status; its HDF5 file."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError
from rscnav.files.sealed.datasets import digest_of, parts_of
from rscnav.files.sealed.hdf5 import new_hdf5, open_hdf5
from rscnav.files.sealed.regular import DamagedError
from rscnav.settings.object_repr import clipped, counted, html_table, size_text

FORMAT = "rscnav result 3"
OK, NOT_APPLICABLE = "ok", "not applicable"
INTERVAL = ("", "_low", "_high")  # endings of the keys of an estimate and its confidence interval
BAND = ("mean", "low", "high")  # endings of the keys of a null distribution: mean and 95 % band


_MOST_NUMBERS, _MOST_ARRAYS, _MOST_ROWS = 20, 10, 100  # of the description of a result, as text and as a table


@dataclass(repr=False)
class Result:
    """Arrays and numbers of one analysis of one session.

    Names may have parts: ``LM1/eigenvalues``. A number is an array without dimensions. `notes` holds remarks for the reader
    (``{"LM0": "12 samples are too few"}``), keyed by the name of the part they concern, or ``""`` for the whole result.
    """

    arrays: dict[str, NDArray] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    dims: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    status: str = OK
    reason: str = ""

    def __repr__(self) -> str:
        """Return the first numbers with their intervals, and the names and sizes of the first arrays."""
        if not self.applicable:
            return f"<Result: {self.status}: {clipped(self.reason)}>"
        numbers = [f"{clipped(name)} = {value}" for name, value, *_ in self._rows() if value]
        arrays = [f"{clipped(name)} ({size})" for name, value, size, _ in self._rows() if not value]
        lines = [*_first(numbers, _MOST_NUMBERS, "number"), *_first(arrays, _MOST_ARRAYS, "array")]
        return "\n  ".join([f"<Result: {counted(len(self.arrays), 'array')}", *lines]) + ">"

    def _repr_html_(self) -> str:
        """Return the same as a table, for notebooks."""
        if not self.applicable:
            return html_table(f"Result: {self.status}: {self.reason}", (), ())
        rows = [(name, value or size, unit) for name, value, size, unit in self._rows()]
        title = f"Result: {counted(len(self.arrays), 'array')}" + "".join(f"; {n}" for n in self.notes.values())
        return html_table(title, ("name", "value (95 % interval), or size", "unit"), rows[:_MOST_ROWS])

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield name, value with its interval ('' for an array), size and unit; ends of intervals have no row of their own."""
        for name, array in self.arrays.items():
            stem, _, end = name.rpartition("_")
            if end in ("low", "high") and stem in self.arrays:
                continue
            value = ""
            if not array.ndim:
                value = _short(array)
                if f"{name}_low" in self.arrays and f"{name}_high" in self.arrays:
                    value += f" ({_short(self.arrays[f'{name}_low'])} to {_short(self.arrays[f'{name}_high'])})"
            yield name, value, size_text(self.dims[name], array.shape), self.units[name]

    @classmethod
    def not_applicable(cls, reason: str) -> "Result":
        """Return the result of an analysis that does not apply to the session, with the reason."""
        return cls(status=NOT_APPLICABLE, reason=reason)

    @property
    def applicable(self) -> bool:
        """Whether the analysis was applicable, so that the result holds arrays."""
        return self.status == OK

    def add(self, name: str, values: ArrayLike, unit: str = "", dims: tuple[str, ...] = ()) -> None:
        """Add an array or a number, with its unit ('' for none) and the names of its dimensions.

        Raises
        ------
        InvalidValueError
            If the number of names differs from the number of dimensions.
        """
        array = np.asarray(values)
        if array.ndim != len(dims):
            raise InvalidValueError(
                f"{name}: an array of shape {array.shape} needs {array.ndim} names of dimensions, got {dims}"
            )
        self.arrays[name], self.units[name], self.dims[name] = array, unit, dims

    def add_each(
        self, name: str, ends: Iterable[str], values: Iterable[ArrayLike], unit: str = "", dims: tuple[str, ...] = ()
    ) -> None:
        """Add several arrays of one unit and shape, for example an interval; each name is `name` plus one of `ends`."""
        for end, array in zip(ends, values, strict=True):
            self.add(f"{name}{end}", array, unit, dims)

    def __getitem__(self, name: str) -> NDArray:
        if name not in self.arrays:
            raise KeyError(f"this result has no array '{name}'; it has: {', '.join(self.arrays) or 'none'}")
        return self.arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self.arrays

    def scalar(self, name: str) -> Any:
        """Return one number as a plain Python value; None if it is absent or NaN."""
        if name not in self.arrays:
            return None
        value = self.arrays[name].item()
        return None if isinstance(value, float) and not np.isfinite(value) else value

    def scalars(self) -> dict[str, Any]:
        """Return all numbers by name, converted as in `scalar`."""
        return {name: self.scalar(name) for name, array in self.arrays.items() if array.ndim == 0}


def _short(number: NDArray) -> str:
    value = number.item()
    return f"{value:.4g}" if isinstance(value, float) else clipped(str(value))


def _first(lines: list[str], most: int, noun: str) -> list[str]:
    more = len(lines) - most
    return lines[:most] + ([f"... {counted(more, f'more {noun}')}"] if more > 0 else [])


def write_result(result: Result, path: str | os.PathLike[str], record: Mapping[str, str] | None = None) -> None:
    """Write a result to an HDF5 file, completely or not at all; `record` (see `provenance`) becomes attributes of the file.

    Examples
    --------
    >>> import tempfile
    >>> from rscnav.analyses import Result, read_result, write_result
    >>> result = Result()
    >>> result.add("entropy", [2.5, 1.0], "bits", ("unit",))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_result(result, f"{folder}/result.h5")
    ...     again = read_result(f"{folder}/result.h5")
    >>> again["entropy"].tolist(), again.units["entropy"], again.dims["entropy"]
    ([2.5, 1.0], 'bits', ('unit',))
    """
    with new_hdf5(path, FORMAT) as file:
        file.attrs["format"] = FORMAT
        file.attrs["status"] = result.status
        file.attrs["reason"] = result.reason
        for key, text in (record or {}).items():
            file.attrs[f"record:{key}"] = text
        for part, note in result.notes.items():
            file.attrs[f"note:{part}"] = note
        for name, array in result.arrays.items():
            stored = np.char.encode(array, "utf-8") if array.dtype.kind == "U" else array
            data = file.create_dataset(name, data=stored)
            data.attrs["unit"] = result.units[name]
            data.attrs["dims"] = ",".join(result.dims[name])
        file.attrs["contents"] = digest_of(parts_of(file))


def read_result(path: str | os.PathLike[str]) -> Result:
    """Read a result that `write_result` wrote.

    Raises
    ------
    MissingFileError, InvalidValueError
        If the file is missing, or is not a result.
    DamagedError
        If the arrays differ from those that were written.

    Examples
    --------
    >>> import tempfile
    >>> from rscnav.analyses import Result, read_result, write_result
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_result(Result.not_applicable("the session has no position"), f"{folder}/result.h5")
    ...     result = read_result(f"{folder}/result.h5")
    >>> result.status, result.reason
    ('not applicable', 'the session has no position')
    """
    result = Result()
    with open_hdf5(path, FORMAT) as file:
        parts = parts_of(file)
        if digest_of(parts) != file.attrs["contents"]:
            raise DamagedError(path, f"its {len(parts)} arrays are not those that were written")
        result.status, result.reason = str(file.attrs["status"]), str(file.attrs["reason"])
        result.notes = {k.removeprefix("note:"): str(v) for k, v in file.attrs.items() if k.startswith("note:")}
        for name, _, _, unit, dims in parts:
            values = np.asarray(file[name][()])
            values = np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values
            result.add(name, values, unit, tuple(dims.split(",")) if dims else ())
    return result
