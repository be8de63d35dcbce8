"""Read an NWB file that has damaged objects: these are left out by name, and the rest is read.

pynwb rejects a whole file for one object that it cannot construct, such as a series without times. Here that object is removed from the
builders in memory, and construction starts again; the file on disk is not changed. Objects that need the removed one are removed too.
If the root of the file is among them, the file is rejected.

hdmf rejects a whole file for one column with another count of rows than its table. Such columns are replaced by NaN and listed by name.
A mapping that uses one raises an error with the reason.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

_FAULTS, _NOTES, _LEFT_OUT = "rscnav_faults", "rscnav_notes", "rscnav_left_out"
_MOST = 100  # largest count of damaged objects


def read_tolerantly(io: Any) -> Any:
    """Read an NWB file without the objects that cannot be constructed.

    Parameters
    ----------
    io : pynwb.NWBHDF5IO or hdmf_zarr.NWBZarrIO

    Returns
    -------
    pynwb.NWBFile
        `damaged_objects` and `damage_notes` list what was left out.

    Raises
    ------
    Exception
        Any error of pynwb, hdmf, h5py or zarr if the file itself cannot be constructed.
    """
    from hdmf.build import ConstructError

    faults: dict[str, str] = {}
    gone: list[Any] = []
    with tolerant_tables():
        while True:
            try:
                file = io.read()
                break
            except ConstructError as error:
                builder, why = error.args[0], str(error.args[-1])
                owners = _owners(io.read_builder(), builder) if any(builder is one for one in gone) else [builder]
                if not owners or len(gone) >= _MOST or any(owner.parent is None for owner in owners):
                    raise
                for owner in owners:
                    faults[owner.path.removeprefix("root/")] = _short(why)
                    _remove(owner)
                gone += owners
    setattr(file, _FAULTS, {path.strip("/"): why for path, why in getattr(io, "left_out", {}).items()} | faults)
    add_notes(file, getattr(io, "notes", []))
    return file


def add_notes(file: Any, notes: list[str]) -> None:
    """Attach a list of notes to a file; `damage_notes` returns them, including those added to the list later."""
    setattr(file, _NOTES, notes)


def damaged_objects(file: Any) -> dict[str, str]:
    """Return the objects that were left out when a file was opened: reasons by path."""
    return dict(getattr(file, _FAULTS, {}))


def damage_notes(file: Any) -> list[str]:
    """Return a note for each object that was left out when a file was opened, and the notes of `add_notes`."""
    left = [f"'{path}' can't be read and was left out ({why})" for path, why in damaged_objects(file).items()]
    return [*left, *getattr(file, _NOTES, [])]


def _remove(builder: Any) -> None:
    """Remove the builder of an object from its parent group."""
    for members in (builder.parent.groups, builder.parent.datasets, builder.parent.links):
        if members.get(builder.name) is builder:
            del members[builder.name]


def _owners(root: Any, gone: Any) -> list[Any]:
    """Return the links to a removed object, and the objects with an attribute that refers to it."""
    found, stack = [], [root]
    while stack:
        group = stack.pop()
        for member in [*group.groups.values(), *group.datasets.values()]:
            if any(getattr(value, "builder", value) is gone for value in member.attributes.values()):
                found.append(member)
        found += [link for link in group.links.values() if link.builder is gone]
        stack += list(group.groups.values())
    return found


def _short(why: str) -> str:
    """Return the last cause in a message of hdmf, in one line of at most 160 characters."""
    return " ".join(why.rpartition("due to: ")[2].split())[:160]


@contextmanager
def tolerant_tables() -> Iterator[None]:
    """Within this context, read tables without the columns that do not fit them."""
    from hdmf.common import DynamicTable

    strict = DynamicTable.__init__

    @wraps(strict)
    def tolerant(self: Any, *args: Any, **kwargs: Any) -> None:
        reasons: dict[str, str] = {}
        if kwargs.get("columns"):
            kwargs["columns"], reasons = _fitting(kwargs["columns"], kwargs.get("colnames"), kwargs.get("id"))
        strict(self, *args, **kwargs)
        if reasons:
            setattr(self, _LEFT_OUT, reasons)

    setattr(DynamicTable, "__init__", tolerant)  # noqa: B010
    try:
        yield
    finally:
        setattr(DynamicTable, "__init__", strict)  # noqa: B010


def misshapen_columns(table: Any) -> dict[str, str]:
    """Return the columns that were left out of a table when its file was opened: reasons by name."""
    return dict(getattr(table, _LEFT_OUT, {}))


def _fitting(columns: Any, colnames: Any, ids: Any) -> tuple[list[Any], dict[str, str]]:
    """Return the columns of a table, with NaN in place of those that do not fit it, and the reasons by name."""
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
    """Return a column and its targets: an index comes before its values, and the last element has the column's name."""
    from hdmf.common import VectorIndex

    chain = [column]
    while isinstance(chain[-1], VectorIndex):
        chain.append(chain[-1].target)
    return chain


def _length(column: Any) -> int | None:
    try:
        return len(column.data)
    except TypeError:  # a single value, or data that hdmf could not read
        return None
