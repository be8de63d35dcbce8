"""Rows of estimates and of truths, and their CSV files."""

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from typing import Any

from rscnav.files.sealed.tails import read_rows_with_digest, write_with_digest

SPIKES, RATES = "spikes", "rates"


@dataclass(frozen=True)
class EstimateRow:
    """One estimate of one recording: the simulation's seed, the size, and whether of spikes or of expected rates."""

    seed: int
    units: int
    trials: int
    activity: str
    estimate: str
    phase: str
    value: float
    low: float
    high: float


COLUMNS = tuple(field.name for field in fields(EstimateRow))


def write_rows(rows: Iterable[Any], path: str | os.PathLike[str]) -> None:
    """Write rows (dataclasses of one kind) as CSV, whole or not at all; NaN is left empty.

    Raises
    ------
    InvalidValueError
        Where there are none.
    """
    table = list(rows)
    if not table:
        raise ValueError(f"{os.fspath(path)}: there are no rows to write")
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([field.name for field in fields(table[0])])
    writer.writerows([["" if value != value else value for value in astuple(row)] for row in table])
    write_with_digest(path, file.getvalue())


def read_rows(path: str | os.PathLike[str]) -> list[EstimateRow]:
    """Read rows of estimates that `write_rows` wrote."""
    return read_rows_with_digest(
        path,
        lambda r: EstimateRow(
            int(r["seed"]), int(r["units"]), int(r["trials"]), r["activity"], r["estimate"], r["phase"],
            *(float(r[key] or "nan") for key in ("value", "low", "high")),
        ),
    )  # fmt: skip
