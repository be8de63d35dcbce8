"""Tables of a file whose columns do not all have as many rows as the table: the others are read all the same.

hdmf refuses a whole file for one column of the wrong length, in whatever table. While a file is opened here, such columns are
replaced by NaN and named; a mapping that uses one is refused with the reason.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

_REASONS = "rscnav_left_out"


@contextmanager
def tolerant_tables() -> Iterator[None]:
    """Read tables without the columns that do not fit them, as long as the context lasts."""
    from hdmf.common import DynamicTable

    strict = DynamicTable.__init__

    @wraps(strict)
    def tolerant(self: Any, *args: Any, **kwargs: Any) -> None:
        reasons: dict[str, str] = {}
        if kwargs.get("columns"):
            kwargs["columns"], reasons = _fitting(kwargs["columns"], kwargs.get("colnames"), kwargs.get("id"))
        strict(self, *args, **kwargs)
        if reasons:
            setattr(self, _REASONS, reasons)

    setattr(DynamicTable, "__init__", tolerant)  # noqa: B010
    try:
        yield
    finally:
        setattr(DynamicTable, "__init__", strict)  # noqa: B010


def misshapen_columns(table: Any) -> dict[str, str]:
    """Return the columns that were left out of a table when its file was opened, and why."""
    return dict(getattr(table, _REASONS, {}))


def _fitting(columns: Any, colnames: Any, ids: Any) -> tuple[list[Any], dict[str, str]]:
    """Return the columns of a table, with NaN in place of those that do not fit it, and why they do not."""
    from hdmf.common import EnumData, VectorData, VectorIndex

    by_id = {id(column): column for column in columns}
    inner = {id(c.target) for c in columns if isinstance(c, VectorIndex)}
    inner |= {id(c.elements) for c in columns if isinstance(c, EnumData)}
    chains = {key: _chain(column) for key, column in by_id.items() if key not in inner}
    lengths = {key: _length(chain[0]) for key, chain in chains.items()}
    known = Counter(n for n in lengths.values() if n is not None)
    n_rows = len(ids) if ids is not None and len(ids) else known.most_common(1)[0][0] if known else 0
    reasons: dict[str, str] = {}
    gone: set[int] = set()
    for key, chain in chains.items():
        name, n = chain[-1].name, lengths[key]
        broken = any(id(part) not in by_id for part in chain)
        if n == n_rows and not broken:
            continue
        reasons[name] = "its values are not in the file" if broken else f"shape ({n},) in a table of {n_rows} rows"
        gone.update(id(part) for part in chain)
    left = [column for column in columns if id(column) not in gone]
    there = {column.name for column in left} | set(reasons)
    for name in () if colnames is None else colnames:
        text = name.decode() if isinstance(name, bytes) else str(name)
        if text not in there:
            reasons[text] = "it is not in the file"
    unknown = np.full(n_rows, np.nan)
    return [*left, *(VectorData(name=name, description=why, data=unknown) for name, why in reasons.items())], reasons


def _chain(column: Any) -> list[Any]:
    """Return a column and what it points to: an index before its values; the last one has the column's name."""
    from hdmf.common import VectorIndex

    chain = [column]
    while isinstance(chain[-1], VectorIndex):
        chain.append(chain[-1].target)
    return chain


def _length(column: Any) -> int | None:
    try:
        return len(column.data)
    except TypeError:  # a single value, or what hdmf could not read
        return None
