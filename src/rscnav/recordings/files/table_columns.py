"""Read and filter the columns of a table in an NWB file.

Columns that hold one value for each row are read; other columns are left out, and listed by name with the reason.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError, did_you_mean
from rscnav.recordings.files.damaged_objects import misshapen_columns
from rscnav.recordings.files.value_mismatch import refuse_other_types
from rscnav.recordings.settings.mapping import RowFilter
from rscnav.settings.printable import listed

Columns = dict[str, NDArray]
_PART = re.compile(r"^(?P<name>.+)\[\s*:\s*,\s*(?P<at>\d+)\s*\]$")  # iscell[:, 1]
_PAIR = 2  # values for each row, as in suite2p's iscell: flag and probability


class TableColumns(Columns):
    """Columns of a table by name, (row, ...).

    Parameters
    ----------
    columns : dict of array
    n_rows : int
    left_out : dict of str
        Reasons, by name, for the columns that were not read.
    """

    def __init__(self, columns: Mapping[str, NDArray], n_rows: int, left_out: Mapping[str, str] | None = None) -> None:
        super().__init__(columns)
        self.n_rows = n_rows
        self.left_out = dict(left_out or {})


def plain_columns(table: Any) -> TableColumns:
    """Read the columns of a table that hold one number, text or array of fixed shape for each row.

    Labels that are stored as numbers (EnumData) are read as their names. Other columns are in `left_out` of the result.
    """
    n_rows = len(table.id)
    left_out = misshapen_columns(table)
    found = {}
    for column, ragged in named_columns(table):
        if column.name in left_out:
            continue
        if ragged:
            left_out[column.name] = "ragged: several values for each row"
            continue
        try:
            values = _values(column)
        except Exception as error:  # h5py, zarr and hdmf raise many kinds of errors on a damaged or unknown column
            left_out[column.name] = " ".join(str(error).split())[:120] or type(error).__name__
            continue
        if len(values) != n_rows:
            left_out[column.name] = f"shape {values.shape} in a table of {n_rows} rows"
            continue
        found[column.name] = values
    return TableColumns(found, n_rows, left_out)


def named_columns(table: Any) -> list[tuple[Any, bool]]:
    """Return the value columns of a table (without indices and label names), each with whether it is ragged."""
    from hdmf.common import EnumData, VectorIndex

    ragged = {id(column.target) for column in table.columns if isinstance(column, VectorIndex)}
    labels = {id(column.elements) for column in table.columns if isinstance(column, EnumData)}
    own = [column for column in table.columns if not isinstance(column, VectorIndex) and id(column) not in labels]
    return [(column, id(column) in ragged) for column in own]


def left_out_notes(columns: Mapping[str, NDArray], where: str) -> list[str]:
    """Return a note that lists the columns of a table that were not read; an empty list if all were read."""
    left_out: dict[str, str] = getattr(columns, "left_out", {})
    names = listed(f"{name} ({why})" for name, why in left_out.items())
    return [f"columns of {where} that were not read: {names}"] if left_out else []


def rows_of(columns: Columns, rows: NDArray) -> TableColumns:
    """Select rows of all columns, by index or by mask."""
    chosen = {name: values[rows] for name, values in columns.items()}
    n_rows = int(rows.sum()) if rows.dtype == bool else len(rows)
    return TableColumns(chosen, n_rows, getattr(columns, "left_out", None))


def joined_columns(parts: Mapping[str, TableColumns], which: str) -> TableColumns:
    """Concatenate tables of units: the columns that all tables have, and a column with the path of the table of each row.

    Parameters
    ----------
    parts : dict of TableColumns
        By path. A single table is returned unchanged.
    which : str
        Name of the added column.

    Returns
    -------
    TableColumns
    """
    if len(parts) == 1:
        return next(iter(parts.values()))
    left_out = {name: why for part in parts.values() for name, why in part.left_out.items()}
    common = {}
    for name in dict.fromkeys(name for part in parts.values() for name in part):
        lacking = [path for path, part in parts.items() if name not in part]
        kinds = {(part[name].shape[1:], part[name].dtype.kind in "UT") for part in parts.values() if name in part}
        if lacking:
            left_out.setdefault(name, f"not in {listed(lacking)}")
        elif len(kinds) > 1:
            left_out[name] = "its type or shape differs between the tables"
        else:
            common[name] = np.concatenate([part[name] for part in parts.values()])
    common[which] = np.repeat(list(parts), [part.n_rows for part in parts.values()])
    return TableColumns(common, len(common[which]), left_out)


def filter_rows(
    columns: Columns,
    rules: Sequence[RowFilter],
    key: str,
    notes: list[str] | None = None,
    computed: Sequence[str] = (),
) -> NDArray[np.bool_]:
    """Return a mask of the rows of a table that meet all rules, (row,).

    Parameters
    ----------
    columns : dict of array, (row, ...)
    rules : sequence of RowFilter
        In a column with two values for each row (suite2p's `iscell`: flag and probability) the first value is tested; `name[:, 1]`
        selects the second.
    key : str
        Key of the configuration, for messages.
    notes : list of str, optional
        A note is added here if the first of two values was used.
    computed : sequence of str, optional
        Names of further columns that rules can use, for messages.

    Returns
    -------
    array of bool, (row,)

    Raises
    ------
    InvalidValueError
        If a rule names a column that does not exist (the message lists all columns), or sets bounds on a column of text.
    """
    n_rows = columns.n_rows if isinstance(columns, TableColumns) else len(next(iter(columns.values()), ()))
    keep = np.ones(n_rows, bool)
    for rule in rules:
        values = _one_value(column_of(columns, rule.column, key, computed), rule.column, key, notes)
        if rule.values is not None:
            refuse_other_types(values.tolist(), {f"{key}: values": rule.values}, f"column '{rule.column}'")
            keep &= np.array([value in rule.values for value in values.tolist()], bool)
        if rule.min is None and rule.max is None:
            continue
        if values.dtype.kind not in "fiub":
            raise InvalidValueError(f"{key}: column '{rule.column}' holds text; use `values` instead of min or max")
        keep &= (values >= (-np.inf if rule.min is None else rule.min)) & (
            values <= (np.inf if rule.max is None else rule.max)
        )
    return keep


def column_of(columns: Mapping[str, NDArray], name: str, key: str, computed: Sequence[str] = ()) -> NDArray:
    """Return a column, or one part of it (`name[:, 0]`); raise an InvalidValueError that lists all columns if it does not exist."""
    if name in columns:
        return columns[name]
    part = _PART.match(name)
    if part and part["name"] in columns:
        values, at = columns[part["name"]], int(part["at"])
        if values.ndim != 2 or at >= values.shape[1]:
            raise InvalidValueError(
                f"{key}: '{name}' is not a column, because '{part['name']}' has shape {values.shape}; columns count from 0"
            )
        return values[:, at]
    left_out = getattr(columns, "left_out", {})
    plain, there = part["name"] if part else name, listed([*columns, *computed])
    if plain in left_out:
        raise InvalidValueError(f"{key}: column '{plain}' can't be used: {left_out[plain]}; there are: {there}")
    hint = did_you_mean(plain, [*columns, *computed])
    raise InvalidValueError(f"{key}: there is no column '{name}'; there are: {there}{hint}")


def _one_value(values: NDArray, name: str, key: str, notes: list[str] | None) -> NDArray:
    """Return the value of each row that a rule tests, (row,)."""
    flat = values.reshape(len(values), -1) if len(values) else values.reshape(0, -1 if values.ndim == 1 else 1)
    if values.ndim == 1 or flat.shape[1] == 1:
        return flat[:, 0] if values.ndim > 1 else values
    if values.ndim == 2 and values.shape[1] == _PAIR:
        if notes is not None:
            notes.append(
                f"column '{name}' holds two values for each row; the rule uses the first ('{name}[:, 1]' is the second)"
            )
        return values[:, 0]
    raise InvalidValueError(
        f"{key}: column '{name}' holds {values.shape[1:]} values for each row, and a rule needs one; select it, for example "
        f"'{name}[:, 0]' for the first"
    )


def _values(column: Any) -> NDArray:
    """Read the values of a column; raise an InvalidValueError with the reason if they are not plain values."""
    from hdmf.common import DynamicTableRegion, EnumData

    if isinstance(column, DynamicTableRegion):
        raise InvalidValueError("it refers to rows of another table")
    values = _plain_array(column.data[:])
    if not isinstance(column, EnumData):
        return values
    names = _plain_array(column.elements.data[:])
    if values.dtype.kind not in "iu" or np.any(values.astype(np.int64) < 0) or np.any(values >= len(names)):
        raise InvalidValueError(f"some of its values are not an index of its {len(names)} label names")
    return names[values.astype(np.int64)]


def _plain_array(raw: Any) -> NDArray:
    """Return numbers, truth values or text as an array; raise an InvalidValueError for other content."""
    from hdmf.container import AbstractContainer

    first = raw
    while isinstance(first, list | tuple) and len(first):
        first = first[0]
    if isinstance(first, AbstractContainer):
        raise InvalidValueError(f"it refers to objects ({type(first).__name__} '{first.name}')")
    values = np.asarray(raw)
    if values.dtype.kind in "OS":
        flat = [value.decode() if isinstance(value, bytes) else value for value in values.ravel().tolist()]
        if not all(isinstance(value, str) for value in flat):
            other = sorted({type(value).__name__ for value in flat if not isinstance(value, str)})
            raise InvalidValueError(f"it holds {', '.join(other)}; expected numbers or text")
        values = np.array(flat, dtype=str).reshape(values.shape)
    if values.dtype.kind not in "biufUT":
        raise InvalidValueError(f"it holds {values.dtype}; expected numbers or text")
    return values
