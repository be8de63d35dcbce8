"""Tables as CSV with a digest file; each row is a dataclass whose fields are texts and numbers."""

import csv
import io
import math
import os
from collections.abc import Iterable
from dataclasses import astuple, fields
from typing import Any, TypeVar

from rscnav.errors import InvalidValueError
from rscnav.files.sealed.tails import read_with_digest, write_with_digest

Row = TypeVar("Row")


def write_rows(
    rows: Iterable[Any], path: str | os.PathLike[str], kind: type | None = None, *, blank: bool = True
) -> None:
    """Write rows of one dataclass as a CSV table, atomically.

    Parameters
    ----------
    rows : iterable of dataclass
    path : path-like
    kind : type, optional
        Dataclass of the rows; required if there may be no rows.
    blank : bool
        Write a number that is not finite as an empty field; otherwise as ``nan`` or ``inf``.

    Raises
    ------
    ValueError
        If there are neither rows nor `kind`.
    """
    table = list(rows)
    if kind is None and not table:
        raise ValueError(f"{os.fspath(path)}: there are no rows to write")
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([field.name for field in fields(kind or type(table[0]))])
    for row in table:
        writer.writerow(["" if blank and isinstance(v, float) and not math.isfinite(v) else v for v in astuple(row)])
    write_with_digest(path, file.getvalue())


def read_rows(path: str | os.PathLike[str], kind: type[Row]) -> list[Row]:
    """Read rows written by `write_rows`; an empty number is NaN.

    Raises
    ------
    InvalidValueError
        For a table with other columns or values; also the errors of `read_with_digest`.
    """
    lines = csv.DictReader(io.StringIO(read_with_digest(path), newline=""))
    made: dict[str, Any] = {field.name: _number if field.type is float else field.type for field in fields(kind)}  # type: ignore[arg-type]
    try:
        return [kind(**{name: make(line[name]) for name, make in made.items()}) for line in lines]
    except (KeyError, TypeError, ValueError) as error:
        found = ", ".join(lines.fieldnames or ()) or "none"
        raise InvalidValueError(
            f"{os.fspath(path)}: not the expected table ({type(error).__name__}: {error}); expected the columns {', '.join(made)}, found {found}"
        ) from None


def _number(text: str) -> float:
    return float("nan" if text == "" else text)
