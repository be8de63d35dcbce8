"""Check of one HDF5 dataset: where its values are stored, its compression, and its first and last elements."""

import math
import os
from collections.abc import Iterable, Iterator
from typing import Any

import h5py
import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.hdf5_probe.links import Outside, sibling_path

_LARGE_CHUNK = 64 << 20  # bytes; larger chunks are not decompressed here
_SMALLEST_REFUSED = 256 << 20  # bytes; a smaller dataset is never too large
_MOST_PACKED = 1000  # largest compression ratio; gzip compresses 1,032 equal bytes to one
_VARIABLE = 200_000  # elements of variable length, or references, that are read from one dataset
_COMMON = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF}
_UNCOMMON_IN_FULL = 64 << 20  # bytes; smaller datasets with other filters are decompressed completely
Extent = tuple[int, int, str]


def check_dataset(walk: Any, data: h5py.Dataset, name: str, key: tuple[str, int], full: bool) -> dict[str, Any]:
    """Check a dataset, report faults to the walk, and return its entry for the list of contents.

    Parameters
    ----------
    walk : rscnav.recordings.files.hdf5_probe.probe.FileWalk
    data : h5py.Dataset
    name : str
        Path, for messages.
    key : (str, int)
        File and address.
    full : bool
        Whether values are read.

    Returns
    -------
    dict
        ``shape``, ``dtype`` and ``bytes``; empty for a type that cannot be read.

    Raises
    ------
    Exception
        Any error of libhdf5 for a damaged dataset.
    """
    try:
        kind = data.dtype
    except TypeError as error:
        walk.emit(drop=name, key=key, why=f"its values are of a type that cannot be read ({error})")
        return {}
    if data.shape is None:
        walk.emit(drop=name, key=key, why="it has neither values nor a shape")
        return {"dtype": str(kind)}
    listed = {"shape": list(data.shape), "dtype": "text" if h5py.check_string_dtype(kind) else str(kind)}
    listed["bytes"] = claimed = math.prod(data.shape) * kind.itemsize
    packed = data.id.get_create_plist()
    refusal = _stored_elsewhere(walk, data, packed) or _filter_missing(walk, packed)
    stored = walk.extents[key[0]]
    if not refusal:
        extents, note = _extents(walk, data, packed)
        size = os.path.getsize(key[0])
        if any(start + length > size for start, length, _ in extents):
            raise InvalidValueError("its values would be stored beyond the end of the file")
        stored += extents
        if claimed > max(_SMALLEST_REFUSED, _MOST_PACKED * size):
            refusal = (
                f"its shape {data.shape} needs {_size(claimed)} of values in a file of {_size(size)}, more than compression can "
                "explain; the shape is damaged, or the values were never written"
            )
        elif note:
            walk.emit(partial=name, key=key, why=note)
    if refusal:
        walk.emit(refuse=name, key=key, why=refusal)
    elif full:
        _read_some(walk, data, packed)
    return listed


def _stored_elsewhere(walk: Any, data: h5py.Dataset, packed: Any) -> str:
    """Return why values stored in other files are not read; '' for values in this file or in existing files of its folder."""
    if packed.get_external_count():
        other = os.fsdecode(packed.get_external(0)[0])
        return (
            f"its values are in another file, '{other}' (external storage), and only values inside the file are read; copy them "
            "into the file with h5repack FILE NEW_FILE"
        )
    if packed.get_layout() != h5py.h5d.VIRTUAL:
        return ""
    for number in range(packed.get_virtual_count()):
        other, path = packed.get_virtual_filename(number), packed.get_virtual_dsetname(number)
        if other == ".":
            source = data.file
        elif "%" in other:
            return f"a virtual dataset of a pattern of files, '{other}'; write its values into the file itself"
        else:
            try:
                source = walk.open(sibling_path(data.file.filename, other))
            except Outside as error:
                return f"a virtual dataset: {error}"
            except OSError as error:
                return f"a virtual dataset of '{other}', which cannot be opened ({str(error).splitlines()[0]})"
            walk.emit(follow=source.filename, link=data.name)
        # The source must be a plain dataset of that file, because links in it could point to any file.
        item = source.get(path) if _all_hard(source, path) else None
        if not isinstance(item, h5py.Dataset) or item.id.get_create_plist().get_external_count() or item.is_virtual:
            return (
                f"a virtual dataset of '{path}' in '{other}', which is not a dataset with values of its own; write its values into "
                "the file itself"
            )
    return ""


def _all_hard(file: h5py.File, path: str) -> bool:
    group: Any = file
    for name in filter(None, path.split("/")):
        if not isinstance(group, h5py.Group) or not isinstance(group.get(name, getlink=True), h5py.HardLink):
            return False
        group = group[name]
    return True


def _filter_missing(walk: Any, packed: Any) -> str:
    """Return why a compression filter cannot be read, '' if all can; report filters that need hdf5plugin to the walk."""
    for number in range(packed.get_nfilters()):
        code, _, _, label = packed.get_filter(number)
        if h5py.h5z.filter_avail(code):
            continue
        try:
            import hdf5plugin  # noqa: F401  registers its filters

            known = h5py.h5z.filter_avail(code)
        except ImportError:
            return f"it is compressed with {_filter(code, label)}; install most filters with pip install hdf5plugin"
        if not known:
            return (
                f"it is compressed with {_filter(code, label)}, which the package hdf5plugin does not have; decompress it where it "
                "was written (h5repack -f NONE FILE NEW_FILE), or install the HDF5 plugin of that filter"
            )
        walk.emit(plugin=int(code))
    return ""


def _filter(code: int, label: bytes) -> str:
    text = label.decode("utf-8", "replace").strip()
    return f"filter {code}" + (f" ('{text}')" if text else "")


def _extents(walk: Any, data: h5py.Dataset, packed: Any) -> tuple[list[Extent], str]:
    """Return the extents (start, length, path) of the values in the file, and a note on chunks that are not stored."""
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
    return found, f"{gone} of its {whole} chunks are not stored, and are read as {data.fillvalue}" if gone > 0 else ""


def overlapping(extents: list[Extent]) -> Iterator[str]:
    """Yield the paths of datasets whose values overlap those of another dataset."""
    if not extents:
        return
    starts, lengths = (np.array([extent[k] for extent in extents], np.int64) for k in (0, 1))
    order = np.argsort(starts, kind="stable")
    ends = np.maximum.accumulate((starts + lengths)[order])
    bad = np.flatnonzero(starts[order][1:] < ends[:-1]) + 1
    yield from sorted({extents[order[k]][2] for k in bad})


def _read_some(walk: Any, data: h5py.Dataset, packed: Any) -> None:
    """Read the first and last element, and all values of types and filters in which reading can loop or crash."""
    if data.size == 0:
        return
    chunks = data.chunks
    if chunks is not None and math.prod(chunks) * data.dtype.itemsize > _LARGE_CHUNK:
        return
    for corner in {(0,) * data.ndim, tuple(n - 1 for n in data.shape)}:
        _references(data, [data[corner]])
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
    """Open the targets of references; a reference without a target is not damage."""
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
