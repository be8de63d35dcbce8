"""Columns of a table in an NWB file: those that hold one value a row are read, the others are left out by name."""

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
_PAIR = 2  # columns of a column, such as suite2p's iscell: flag and probability


class TableColumns(Columns):
    """Columns of a table by name, (row, ...).

    Parameters
    ----------
    columns : dict of array
    n_rows : int
    left_out : dict of str
        Columns that hold no single value a row, or can't be read, and why.
    """

    def __init__(self, columns: Mapping[str, NDArray], n_rows: int, left_out: Mapping[str, str] | None = None) -> None:
        super().__init__(columns)
        self.n_rows = n_rows
        self.left_out = dict(left_out or {})


def plain_columns(table: Any) -> TableColumns:
    """Read the columns of a table that hold one number, text or array of one shape a row; the others are left out by name.

    Labels that are stored as numbers (EnumData) are read as their names.
    """
    n_rows = len(table.id)
    left_out = misshapen_columns(table)
    found = {}
    for column, ragged in named_columns(table):
        if column.name in left_out:
            continue
        if ragged:
            left_out[column.name] = "ragged: several values a row"
            continue
        try:
            values = _values(column)
        except Exception as error:  # whatever h5py, zarr or hdmf make of a damaged or foreign column
            left_out[column.name] = " ".join(str(error).split())[:120] or type(error).__name__
            continue
        if len(values) != n_rows:
            left_out[column.name] = f"shape {values.shape} in a table of {n_rows} rows"
            continue
        found[column.name] = values
    return TableColumns(found, n_rows, left_out)


def named_columns(table: Any) -> list[tuple[Any, bool]]:
    """Return the columns of a table that have values of their own, no indices and no names of labels, and whether each is ragged."""
    from hdmf.common import EnumData, VectorIndex

    ragged = {id(column.target) for column in table.columns if isinstance(column, VectorIndex)}
    labels = {id(column.elements) for column in table.columns if isinstance(column, EnumData)}
    own = [column for column in table.columns if not isinstance(column, VectorIndex) and id(column) not in labels]
    return [(column, id(column) in ragged) for column in own]


def left_out_notes(columns: Mapping[str, NDArray], where: str) -> list[str]:
    """Return a note that names the columns of a table that were not read; none where there are none."""
    left_out: dict[str, str] = getattr(columns, "left_out", {})
    words = listed(f"{name} ({why})" for name, why in left_out.items())
    return [f"columns of {where} that were not read: {words}"] if left_out else []


def rows_of(columns: Columns, rows: NDArray) -> TableColumns:
    """Select rows of all columns, by index or by mask."""
    chosen = {name: values[rows] for name, values in columns.items()}
    n_rows = int(rows.sum()) if rows.dtype == bool else len(rows)
    return TableColumns(chosen, n_rows, getattr(columns, "left_out", None))


def joined_columns(parts: Mapping[str, TableColumns], which: str) -> TableColumns:
    """Put tables of units one under the other: the columns that all have, and a column that says which table a row is of.

    Parameters
    ----------
    parts : dict of TableColumns
        By path. One alone stays as it is.
    which : str
        Name of the column with the path.
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
            left_out[name] = "of another kind or shape in each table"
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
    """Mark the rows of a table that meet every rule.

    Parameters
    ----------
    columns : dict of array, (row, ...)
    rules : sequence of Rule
        On a column of two values a row (suite2p's `iscell`: flag and probability) the first one counts; `name[:, 1]` names the
        second.
    key : str
        The configuration's key, for messages.
    notes : list of str, optional
        Where it is noted that the first of two values was taken.
    computed : sequence of str, optional
        Columns that rules may name besides, for messages.

    Raises
    ------
    InvalidValueError
        For a rule on a column that is not there (those there are get listed), or bounds on a column of text.
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
            raise InvalidValueError(f"{key}: column '{rule.column}' holds text; use `values` and not min or max")
        keep &= (values >= (-np.inf if rule.min is None else rule.min)) & (
            values <= (np.inf if rule.max is None else rule.max)
        )
    return keep


def column_of(columns: Mapping[str, NDArray], name: str, key: str, computed: Sequence[str] = ()) -> NDArray:
    """Return a column, or one column of it (`name[:, 0]`); an InvalidValueError that lists those there are where it is not there."""
    if name in columns:
        return columns[name]
    part = _PART.match(name)
    if part and part["name"] in columns:
        values, at = columns[part["name"]], int(part["at"])
        if values.ndim != 2 or at >= values.shape[1]:
            raise InvalidValueError(f"{key}: '{name}' is no column: '{part['name']}' has shape {values.shape}")
        return values[:, at]
    left_out = getattr(columns, "left_out", {})
    plain, there = part["name"] if part else name, listed([*columns, *computed])
    if plain in left_out:
        raise InvalidValueError(f"{key}: column '{plain}' can't be used: {left_out[plain]}; there are: {there}")
    hint = did_you_mean(plain, [*columns, *computed])
    raise InvalidValueError(f"{key}: there is no column '{name}'; there are: {there}{hint}")


def _one_value(values: NDArray, name: str, key: str, notes: list[str] | None) -> NDArray:
    """Return the value of each row that a rule goes by."""
    flat = values.reshape(len(values), -1) if len(values) else values.reshape(0, -1 if values.ndim == 1 else 1)
    if values.ndim == 1 or flat.shape[1] == 1:
        return flat[:, 0] if values.ndim > 1 else values
    if values.ndim == 2 and values.shape[1] == _PAIR:
        if notes is not None:
            notes.append(
                f"column '{name}' holds two values a row; the rule goes by the first ('{name}[:, 1]' is the second)"
            )
        return values[:, 0]
    raise InvalidValueError(
        f"{key}: column '{name}' holds {values.shape[1:]} values a row; rules need one: name it, '{name}[:, 0]' is the first"
    )


def _values(column: Any) -> NDArray:
    """Read a column; an InvalidValueError with the reason where it holds no plain values."""
    from hdmf.common import DynamicTableRegion, EnumData

    if isinstance(column, DynamicTableRegion):
        raise InvalidValueError("rows of another table")
    values = _plain_array(column.data[:])
    if not isinstance(column, EnumData):
        return values
    names = _plain_array(column.elements.data[:])
    if values.dtype.kind not in "iu" or np.any(values.astype(np.int64) < 0) or np.any(values >= len(names)):
        raise InvalidValueError(f"its numbers do not all stand for one of its {len(names)} names")
    return names[values.astype(np.int64)]


def _plain_array(raw: Any) -> NDArray:
    """Return numbers, truth values or text as an array; an InvalidValueError where it holds something else."""
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
            raise InvalidValueError(f"it holds {', '.join(other)}, neither numbers nor text")
        values = np.array(flat, dtype=str).reshape(values.shape)
    if values.dtype.kind not in "biufUT":
        raise InvalidValueError(f"it holds {values.dtype}, neither numbers nor text")
    return values
