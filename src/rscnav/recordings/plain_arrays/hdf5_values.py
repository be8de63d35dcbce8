"""Values of an HDF5 file in the form of `rscnav.recordings.plain_arrays.array_values`.

A MATLAB file of version 7.3 is HDF5; it stores its classes in attributes.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.hdf5_probe.findings import Probed, followed, refuse_values
from rscnav.recordings.plain_arrays.array_values import MAX_DEPTH, SPARSE, Unreadable, Value, plain, unreadable


def hdf5_values(path: str, found: Probed) -> dict[str, Callable[[], Value]]:
    """Return the function that reads each value of an HDF5 file, by the path of the value in the file.

    Parameters
    ----------
    path : str
    found : Probed
        Findings of the check of the file.

    Raises
    ------
    InvalidValueError
        If groups are nested too deep; from the functions, also if a value is damaged.
    """
    import h5py

    wrong = found.faults()

    def read(name: str) -> Value:
        if f"/{name}" in wrong:
            raise InvalidValueError(wrong[f"/{name}"])
        with h5py.File(path, "r") as file:
            item = file[name]
            return _item(item.file, item, found)  # item.file can be a linked file

    with h5py.File(path, "r") as file:
        return {name: partial(read, name) for name in _leaves(file, "", found)}


def _leaves(group: Any, above: str, found: Probed, depth: int = 0) -> Iterator[str]:
    """Yield the paths of all values in a group and its subgroups: datasets, objects and arrays of structures.

    External links that must not be followed are listed, but not opened.
    """
    import h5py

    if depth > MAX_DEPTH:
        raise InvalidValueError(f"groups are nested more than {MAX_DEPTH} levels deep")
    follow = set(followed(found, group))
    for name in group:
        if name.startswith("#"):
            continue  # internal to MATLAB
        if name not in follow:
            if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
                yield above + name  # reading it raises the reason why it is not followed
            continue
        item = group.get(name)
        if item is None:
            continue  # a link without a target
        whole = (
            not isinstance(item, h5py.Group) or "MATLAB_object_decode" in item.attrs or "MATLAB_sparse" in item.attrs
        )
        if whole or any(_is_field_of_many(item.get(field)) for field in followed(found, item)):
            yield above + name
        else:
            yield from _leaves(item, f"{above}{name}/", found, depth + 1)


def _item(file: Any, item: Any, found: Probed, depth: int = 0) -> Value:
    """Read a group or a dataset."""
    import h5py

    if depth > MAX_DEPTH:
        raise InvalidValueError(f"groups, cells and structures are nested more than {MAX_DEPTH} levels deep")
    refuse_values(found, item)
    kind = item.attrs.get("MATLAB_class", b"")
    kind = kind.decode() if isinstance(kind, bytes) else str(kind)
    if "MATLAB_object_decode" in item.attrs:
        return unreadable(kind)
    if "MATLAB_sparse" in item.attrs:
        return SPARSE
    if isinstance(item, h5py.Group):
        fields = {name: item[name] for name in followed(found, item) if not name.startswith("#")}
        if kind == "struct" and fields and all(_is_field_of_many(field) for field in fields.values()):
            columns = {
                name: [_item(file, file[ref], found, depth + 1) for ref in _flat(f)] for name, f in fields.items()
            }
            lengths = {len(column) for column in columns.values()}
            if len(lengths) == 1:
                return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return {name: _item(file, field, found, depth + 1) for name, field in fields.items()}
    if not isinstance(item, h5py.Dataset):
        return Unreadable(f"{type(item).__name__} of HDF5", "it contains no array")
    if item.attrs.get("MATLAB_empty"):
        return [] if kind == "cell" else "" if kind == "char" else np.empty(0)  # type: ignore[return-value]
    if h5py.check_ref_dtype(item.dtype) is not None:
        return [_item(file, file[ref], found, depth + 1) for ref in _flat(item)]
    if h5py.check_string_dtype(item.dtype) is not None:
        return np.asarray(item.asstr()[()], dtype=str)
    values = np.asarray(item[()])
    if values.dtype == object:
        return [np.asarray(cell) for cell in values.ravel()]
    if kind:  # the first dimension of MATLAB is the last of HDF5
        values = values.T
    if kind == "char":
        return np.array(["".join(map(chr, row)) for row in np.atleast_2d(values).tolist()])
    if kind == "logical":
        return values.astype(bool)
    if values.dtype.names == ("real", "imag"):
        return values["real"] + 1j * values["imag"]
    return plain(values)


def _flat(item: Any) -> Any:
    """Return the references of a dataset in MATLAB's order (columns first)."""
    return np.asarray(item[()]).T.ravel("F") if item.shape else [item[()]]


def _is_field_of_many(item: Any) -> bool:
    """Return whether an item is a field of an array of structures: a dataset of references without a MATLAB class."""
    import h5py

    return (
        isinstance(item, h5py.Dataset)
        and h5py.check_ref_dtype(item.dtype) is not None
        and "MATLAB_class" not in item.attrs
    )
