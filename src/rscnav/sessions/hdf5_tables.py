"""Structured arrays in HDF5: one group per table, one dataset per column."""

from collections.abc import Mapping

import h5py
import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.files.sealed.datasets import dataset


def write_table(file: h5py.Group, name: str, table: NDArray, expected: np.dtype | None = None) -> None:
    """Write a structured array as a group with one dataset per column, numbers with the types of `expected`.

    Raises
    ------
    InvalidValueError
        For numbers that the expected type cannot hold.
    """
    group = file.create_group(name)
    group.attrs["columns"] = list(table.dtype.names or ())
    group.attrs["n_rows"] = len(table)
    for column in table.dtype.names or ():
        values = table[column]
        if expected is not None:
            values = _as_expected(values, f"{name}.{column}", expected[column])
        if values.dtype.kind == "U":
            values = np.char.encode(values, "utf-8") if len(values) else np.empty(0, "S1")
            group.create_dataset(column, data=values).attrs["width"] = table.dtype[column].itemsize // 4
        else:
            group.create_dataset(column, data=values)


def _as_expected(values: NDArray, name: str, dtype: np.dtype) -> NDArray:
    """Return numbers with the type of the schema, texts unchanged."""
    if dtype.kind == "U" or values.dtype == dtype:
        return values
    with np.errstate(invalid="ignore", over="ignore"):
        cast = values.astype(dtype)
    if not np.array_equal(cast, values, equal_nan=dtype.kind == "f"):
        raise InvalidValueError(f"{name}: type {values.dtype} holds values that {dtype} cannot hold")
    return cast


def read_table(file: h5py.Group, name: str, expected: np.dtype | None = None) -> NDArray:
    """Read a table written by `write_table`.

    Parameters
    ----------
    expected : dtype, optional
        Required columns, with the types of their numbers; texts may have any width.

    Raises
    ------
    InvalidValueError
        If columns are missing, differ in length, or have another type.
    """
    group = file[name]
    if not isinstance(group, h5py.Group):
        raise InvalidValueError(f"'{name}' is a dataset, where a table is expected")
    names, n_rows = [str(column) for column in group.attrs["columns"]], int(group.attrs["n_rows"])
    if set(group) != set(names):
        raise InvalidValueError(f"table '{name}' has the columns {sorted(group)}, and should have {sorted(names)}")
    if expected is not None and tuple(names) != expected.names:
        raise InvalidValueError(f"table '{name}' has the columns {tuple(names)}; needed are {expected.names}")
    columns = {column: _column(group, column, n_rows) for column in names}
    for column, values in columns.items():
        wanted = values.dtype if expected is None else expected[column]
        same = values.dtype.kind == "U" if wanted.kind == "U" else values.dtype == wanted
        if values.dtype.kind == "c" or not same:
            raise InvalidValueError(f"column '{column}' of table '{name}' has type {values.dtype}")
    return structured(columns, n_rows)


def structured(columns: Mapping[str, NDArray], n_rows: int) -> NDArray:
    """Return a structured array of columns (row,)."""
    table = np.empty(n_rows, [(column, values.dtype) for column, values in columns.items()])
    for column, values in columns.items():
        table[column] = values
    return table


def _column(group: h5py.Group, column: str, n_rows: int) -> NDArray:
    """Read a column; texts keep the width with which they were written."""
    item = dataset(group, column)
    if item.shape != (n_rows,):
        raise InvalidValueError(f"column '{group.name}/{column}' has shape {item.shape}, and its table {n_rows} rows")
    values = item[:]
    if values.dtype.kind != "S":
        return values
    width, texts = int(item.attrs["width"]), np.char.decode(values, "utf-8")
    if len(texts) and texts.dtype.itemsize // 4 > width:
        raise InvalidValueError(f"column '{group.name}/{column}' has texts of more than {width} characters")
    return texts.astype(f"U{width}")
