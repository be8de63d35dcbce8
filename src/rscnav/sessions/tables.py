"""Structured arrays in HDF5: a group a table, a dataset a column."""

import h5py
import numpy as np
from numpy.typing import NDArray

from rscnav.sealed.datasets import dataset


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


def read_table(file: h5py.Group, name: str, expected: np.dtype | None = None) -> NDArray:
    """Read what `write_table` wrote.

    Parameters
    ----------
    file : h5py.Group
    name : str
    expected : dtype, optional
        Columns that the table must have, each with numbers or texts as here.

    Raises
    ------
    ValueError
        Where columns are missing, differ in length, or are not of the kind that is expected.
    """
    group = file[name]
    if not isinstance(group, h5py.Group):
        raise ValueError(f"'{name}' is a dataset, where a table is expected")
    names, n_rows = [str(column) for column in group.attrs["columns"]], int(group.attrs["n_rows"])
    if set(group) != set(names):
        raise ValueError(f"table '{name}' has the columns {sorted(group)}, and should have {sorted(names)}")
    if expected is not None and tuple(names) != expected.names:
        raise ValueError(f"table '{name}' has the columns {tuple(names)}; needed are {expected.names}")
    columns = {column: _column(group, column, n_rows) for column in names}
    for column, values in columns.items():
        is_text = values.dtype.kind == "U"
        if values.dtype.kind == "c" or (expected is not None and is_text != (expected[column].kind == "U")):
            raise ValueError(f"column '{column}' of table '{name}' has type {values.dtype}")
    table = np.empty(n_rows, [(column, values.dtype) for column, values in columns.items()])
    for column, values in columns.items():
        table[column] = values
    return table


def _column(group: h5py.Group, column: str, n_rows: int) -> NDArray:
    """Read a column, texts in the width that they were written with."""
    item = dataset(group, column)
    if item.shape != (n_rows,):
        raise ValueError(f"column '{group.name}/{column}' has shape {item.shape}, and its table {n_rows} rows")
    values = item[:]
    if values.dtype.kind != "S":
        return values
    width, texts = int(item.attrs["width"]), np.char.decode(values, "utf-8")
    if len(texts) and texts.dtype.itemsize // 4 > width:
        raise ValueError(f"column '{group.name}/{column}' has texts of more than {width} characters")
    return texts.astype(f"U{width}")
