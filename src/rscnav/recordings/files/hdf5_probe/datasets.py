"""What is looked at in one dataset: where its values lie, how they are packed, and its first and last elements."""

import math
import os
from collections.abc import Iterable, Iterator
from typing import Any

import h5py
import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.hdf5_probe.links import Outside, beside

_LARGE_CHUNK = 64 << 20  # larger chunks are not unpacked here
_SMALLEST_REFUSED = 256 << 20  # a dataset of less is never too large
_MOST_PACKED = 1000  # times the size of the file: gzip packs 1,032 equal bytes into one
_VARIABLE = 200_000  # elements of variable length, or references, that are read of one dataset
_COMMON = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF}
_UNCOMMON_IN_FULL = 64 << 20  # bytes of a dataset with other filters that are unpacked here
Extent = tuple[int, int, str]


def look_at_dataset(walk: Any, data: h5py.Dataset, name: str, key: tuple[str, int], full: bool) -> dict[str, Any]:
    """Look at a dataset, report to the walk what is wrong with it, and return what a list of contents says of it.

    Parameters
    ----------
    walk : rscnav.recordings.files.hdf5_probe.probe.FileWalk
    data : h5py.Dataset
    name : str
        For messages.
    key : (str, int)
        File and address.
    full : bool
        Whether values are read.

    Raises
    ------
    Exception
        Whatever libhdf5 raises for a damaged dataset.
    """
    try:
        kind = data.dtype
    except TypeError as error:
        walk.emit(drop=name, key=key, why=f"its values are of a type that cannot be read ({error})")
        return {}
    if data.shape is None:
        walk.emit(drop=name, key=key, why="it holds no values, not even a shape")
        return {"dtype": str(kind)}
    listed = {"shape": list(data.shape), "dtype": "text" if h5py.check_string_dtype(kind) else str(kind)}
    listed["bytes"] = claimed = math.prod(data.shape) * kind.itemsize
    packed = data.id.get_create_plist()
    refusal = _lies_elsewhere(walk, data, packed) or _filter_missing(walk, packed)
    stored = walk.extents[key[0]]
    if not refusal:
        extents, note = _extents(walk, data, packed)
        size = os.path.getsize(key[0])
        if any(start + length > size for start, length, _ in extents):
            raise InvalidValueError("its values lie beyond the end of the file")
        stored += extents
        if claimed > max(_SMALLEST_REFUSED, _MOST_PACKED * size):
            refusal = (
                f"it claims {_size(claimed)} of values in a file of {_size(size)}, more than can be packed into it: its shape "
                f"{data.shape} is damaged, or it was never filled"
            )
        elif note:
            walk.emit(partial=name, key=key, why=note)
    if refusal:
        walk.emit(refuse=name, key=key, why=refusal)
    elif full:
        _read_some(walk, data, packed)
    return listed


def _lies_elsewhere(walk: Any, data: h5py.Dataset, packed: Any) -> str:
    """Say where else the values lie; '' where they lie in the file, or in files in the same folder that are there."""
    if packed.get_external_count():
        other = os.fsdecode(packed.get_external(0)[0])
        return (
            f"its values lie outside, in '{other}' (external storage), and only values inside the file are read; h5repack "
            "FILE NEW_FILE brings them in"
        )
    if packed.get_layout() != h5py.h5d.VIRTUAL:
        return ""
    for number in range(packed.get_virtual_count()):
        other, path = packed.get_virtual_filename(number), packed.get_virtual_dsetname(number)
        if other == ".":
            source = data.file
        elif "%" in other:
            return f"a virtual dataset of all files '{other}'; write its values into the file itself"
        else:
            try:
                source = walk.open(beside(data.file.filename, other))
            except Outside as error:
                return f"a virtual dataset: {error}"
            except OSError as error:
                return f"a virtual dataset of '{other}', which cannot be opened ({str(error).splitlines()[0]})"
            walk.emit(follow=source.filename, link=data.name)
        # The source must be a plain dataset of that file: links in it could lead anywhere.
        item = source.get(path) if _all_hard(source, path) else None
        if not isinstance(item, h5py.Dataset) or item.id.get_create_plist().get_external_count() or item.is_virtual:
            return f"a virtual dataset of '{path}' in '{other}', which is no dataset with values of its own"
    return ""


def _all_hard(file: h5py.File, path: str) -> bool:
    group: Any = file
    for name in filter(None, path.split("/")):
        if not isinstance(group, h5py.Group) or not isinstance(group.get(name, getlink=True), h5py.HardLink):
            return False
        group = group[name]
    return True


def _filter_missing(walk: Any, packed: Any) -> str:
    """Say which filter cannot be read; report those that a plugin reads."""
    for number in range(packed.get_nfilters()):
        code, _, _, label = packed.get_filter(number)
        if h5py.h5z.filter_avail(code):
            continue
        try:
            import hdf5plugin  # noqa: F401  registers its filters

            known = h5py.h5z.filter_avail(code)
        except ImportError:
            return f"it is compressed by {_filter(code, label)}; pip install hdf5plugin into the environment reads most"
        if not known:
            return (
                f"it is compressed by {_filter(code, label)}, which the package hdf5plugin does not have; unpack it where it was "
                "written (h5repack -f NONE FILE NEW_FILE), or install that filter's own HDF5 plugin"
            )
        walk.emit(plugin=int(code))
    return ""


def _filter(code: int, label: bytes) -> str:
    text = label.decode("utf-8", "replace").strip()
    return f"filter {code}" + (f" ('{text}')" if text else "")


def _extents(walk: Any, data: h5py.Dataset, packed: Any) -> tuple[list[Extent], str]:
    """Return where in the file the values lie, and what is to be said of values that are not stored."""
    if packed.get_layout() == h5py.h5d.CONTIGUOUS:
        start, length = data.id.get_offset(), data.id.get_storage_size()
        return ([(start, length, data.name)] if start is not None and length else []), ""
    if packed.get_layout() != h5py.h5d.CHUNKED or not data.size:
        return [], ""
    found: list[Extent] = []

    def enter(chunk: Any) -> None:
        found.append((chunk.byte_offset, chunk.size, data.name))
        if len(found) % 10_000 == 0:
            walk.progress()

    data.id.chunk_iter(enter)
    whole = math.prod([-(-n // c) for n, c in zip(data.shape, data.chunks, strict=True)])
    gone = whole - len(found)
    return found, f"{gone} of its {whole} chunks are not stored, and read as {data.fillvalue}" if gone > 0 else ""


def overlapping(extents: list[Extent]) -> Iterator[str]:
    """Return the datasets of which values lie where others lie."""
    if not extents:
        return
    starts, lengths = (np.array([extent[k] for extent in extents], np.int64) for k in (0, 1))
    order = np.argsort(starts, kind="stable")
    ends = np.maximum.accumulate((starts + lengths)[order])
    bad = np.flatnonzero(starts[order][1:] < ends[:-1]) + 1
    yield from sorted({extents[order[k]][2] for k in bad})


def _read_some(walk: Any, data: h5py.Dataset, packed: Any) -> None:
    """Read the first and the last element, and all of what may loop or crash when it is read."""
    if data.size == 0:
        return
    chunks = data.chunks
    if chunks is not None and math.prod(chunks) * data.dtype.itemsize > _LARGE_CHUNK:
        return
    for place in {(0,) * data.ndim, tuple(n - 1 for n in data.shape)}:
        _references(data, [data[place]])
        walk.progress()
    if data.dtype.kind == "O" or (data.dtype.names and data.dtype.hasobject):
        for start in range(0, min(data.shape[0] if data.ndim else 0, _VARIABLE), 500):
            _references(data, np.ravel(data[start : start + 500]).tolist())
            walk.progress()
        return
    filters = {packed.get_filter(number)[0] for number in range(packed.get_nfilters())}
    if filters - _COMMON and data.nbytes <= _UNCOMMON_IN_FULL:
        for start in data.iter_chunks():
            data[start]
            walk.progress()


def _references(data: h5py.Dataset, values: Iterable[Any]) -> None:
    """Open what references refer to; one that refers to nothing is no damage."""
    for value in values:
        if isinstance(value, h5py.Reference) and value:
            try:
                data.file[value]
            except (ValueError, KeyError, OSError, RuntimeError):
                continue


def _size(n_bytes: int) -> str:
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= factor:
            return f"{n_bytes / factor:.3g} {unit}"
    return f"{n_bytes} bytes"
