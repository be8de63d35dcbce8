"""Datasets of a sealed HDF5 file; links and external data are not read."""

import hashlib
import json
from typing import Any

import h5py

from rscnav.errors import InvalidValueError

Part = tuple[str, str, list[int], str, str]  # name, type, shape, unit, dimensions


def dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    """Return a dataset whose values are in this file.

    Raises
    ------
    InvalidValueError
        If it is missing, is a link, or its values are in another file.
    """
    where = f"{group.name.rstrip('/')}/{name}".lstrip("/")
    link = group.get(name, getlink=True)
    if link is None:
        raise InvalidValueError(f"'{where}' is missing")
    item = group[name] if isinstance(link, h5py.HardLink) else None
    if not isinstance(item, h5py.Dataset):
        kind = type(link).__name__ if item is None else "Group"
        raise InvalidValueError(f"'{where}' is a {kind}; expected a dataset")
    if item.external or item.is_virtual:
        raise InvalidValueError(f"the values of '{where}' are in another file, which is not read")
    if item.shape is None or item.dtype.kind not in "biufcS":
        raise InvalidValueError(f"'{where}' is not an array of numbers or texts")
    return item


def typed(group: h5py.Group, name: str, dtype: str, n_dims: int) -> h5py.Dataset:
    """Return a dataset after a check of its type and count of dimensions; raises the errors of `dataset`, too."""
    item = dataset(group, name)
    if item.dtype != dtype or item.ndim != n_dims:
        raise InvalidValueError(
            f"'{item.name.lstrip('/')}' has type {item.dtype} and shape {item.shape}, "
            f"expected {dtype} and {n_dims} dimension{'s' if n_dims != 1 else ''}"
        )
    return item


def parts_of(file: h5py.File) -> list[Part]:
    """Return all datasets of a file, in all groups: name, type, shape, unit and dimensions.

    Raises
    ------
    InvalidValueError, KeyError
        For a link, values in another file, or a dataset without unit or dimensions.
    """
    found: list[Part] = []

    def collect(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            item = dataset(file, name)
            unit, dims = item.attrs["unit"], item.attrs["dims"]
            if not isinstance(unit, str) or not isinstance(dims, str):
                raise InvalidValueError(f"'{name}': unit and dims must be texts, got {unit!r:.40} and {dims!r:.40}")
            found.append((name, item.dtype.str, list(item.shape), unit, dims))

    file.visititems(collect)
    return found


def digest_of(parts: list[Part]) -> str:
    """Compute a short digest of a list of datasets, which a file stores so that missing datasets are detected."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
