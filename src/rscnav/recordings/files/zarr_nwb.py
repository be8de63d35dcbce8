"""Read NWB in Zarr, after a check of the store: it must contain all objects that it names, and run no code."""

import io
import json
import os
import pickle
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from rscnav.errors import InvalidValueError

_METADATA = (".zgroup", ".zarray", ".zattrs", ".zmetadata", "zarr.json")  # of format 2, and of format 3
_MOST_PACKED = 1000  # largest compression ratio, as in `rscnav.recordings.files.hdf5_probe.datasets`
_SMALLEST_REFUSED = 256 << 20
_LARGEST_METADATA = 64 << 20
_VARIABLE_LENGTH = ("string", "bytes", "variable_length_bytes", "variable_length_utf8")
# Classes in a pickled array of texts or references; any other class could run code.
_HARMLESS = {
    ("numpy", "ndarray"), ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"), ("hdmf_zarr.utils", "ZarrReference"), ("hdmf_zarr.zarr_utils", "ZarrReference"),
}  # fmt: skip


def is_zarr(text: str) -> bool:
    """Return whether a folder contains a Zarr store."""
    return any(os.path.exists(os.path.join(text, name)) for name in (".zgroup", ".zmetadata", ".zattrs", "zarr.json"))


def open_zarr(path: str) -> Any:
    """Open an NWB file in Zarr (format 2 or 3) as a hdmf_zarr.NWBZarrIO.

    Raises
    ------
    InvalidValueError
        If the store is damaged, links to data outside, or is in format 3 and the installed zarr reads only format 2.
    """
    check_metadata(path)
    import hdmf_zarr
    from numcodecs.registry import register_codec

    is_format_3 = os.path.exists(os.path.join(path, "zarr.json"))
    # From version 0.14 on (zarr 3, Python 3.12 and newer), hdmf_zarr has one reader for each format.
    format_2 = getattr(hdmf_zarr, "NWBZarrV2IO", None)
    if is_format_3 and format_2 is None:
        raise InvalidValueError(
            f"{path}: a store in Zarr format 3, which zarr {version('zarr')} does not read; use rscnav with Python 3.12 or newer"
        )

    class Reader(hdmf_zarr.NWBZarrIO if is_format_3 or format_2 is None else format_2):  # type: ignore[misc]
        """Reader that follows links only inside the store."""

        def read(self, **options: Any) -> Any:
            with _format_2_warnings_ignored():
                return super().read(**options)

        def resolve_ref(self, zarr_ref: Any) -> Any:
            refuse_outside(path, zarr_ref, "a link or a reference")
            return super().resolve_ref(zarr_ref)

    register_codec(_pickle(), "pickle")
    options = {"allow_pickle": True} if issubclass(Reader, format_2 or ()) else {}  # the codec above runs no code
    with _format_2_warnings_ignored():
        return Reader(path, "r", **options)


@contextmanager
def _format_2_warnings_ignored() -> Iterator[None]:
    """Ignore the warnings of zarr 3 about a store of format 2."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore",
            message=r"(Could not read spec dataset|Read) '.*' (via zarr API|in '.*' via zarr v2 store fallback)",
        )
        yield


def check_metadata(path: str) -> None:
    """Check all metadata of a store; raise an InvalidValueError if it is damaged or links to data outside."""
    total = 0
    claimed: list[tuple[str, int]] = []
    for file, inside in _files(path):
        total += os.path.getsize(file)
        name = os.path.basename(file)
        if name not in _METADATA:
            continue
        if os.path.getsize(file) > _LARGEST_METADATA:
            raise InvalidValueError(
                f"{path}: the store is damaged: '{inside}' has {os.path.getsize(file)} bytes, and metadata have at most "
                f"{_LARGEST_METADATA}; copy or download it again"
            )
        try:
            with open(file, encoding="utf-8") as text:
                content = json.load(text)
        except (ValueError, RecursionError) as error:
            raise InvalidValueError(
                f"{path}: the store is damaged: '{inside}' is not JSON ({error}); copy or download it again"
            ) from None
        for where, value in _described(inside, content):
            if where.endswith(".zarray") or _is_array(value):
                claimed.append((where, _claimed(path, where, value)))
            if where.endswith((".zattrs", "zarr.json")):
                _refuse_links_out(path, where, value)
    for where, n_bytes in claimed:
        if n_bytes > max(_SMALLEST_REFUSED, _MOST_PACKED * total):
            raise InvalidValueError(
                f"{path}: '{where}' has a shape for {n_bytes:.3g} bytes of values, in a store of {total:.3g} bytes, which is more "
                "than compression can explain; its shape is damaged, or its values were never written; copy or download it again"
            )


def _described(inside: str, content: Any) -> Iterator[tuple[str, Any]]:
    """Yield path and content of the metadata in a file: its own, and the copies of other objects' metadata if consolidated."""
    folder, name = os.path.split(inside)
    if name == ".zmetadata":
        for key, value in _dict(_dict(content).get("metadata")).items():
            yield os.path.join(folder, key), value
        return
    yield inside, content
    if name == "zarr.json":
        consolidated = _dict(_dict(content).get("consolidated_metadata"))
        for key, value in _dict(consolidated.get("metadata")).items():
            yield os.path.join(folder, key, name), value


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_array(metadata: Any) -> bool:
    return isinstance(metadata, dict) and metadata.get("node_type") == "array"


def _files(path: str) -> Iterator[tuple[str, str]]:
    """Yield all files of a store with their paths in it; raise for links, and for objects that are neither file nor folder."""
    real = os.path.realpath(path)
    for folder, folders, files in os.walk(real):
        for name in [*folders, *files]:
            file = os.path.join(folder, name)
            inside, mode = os.path.relpath(file, real), os.lstat(file).st_mode
            if stat.S_ISLNK(mode) or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                kind = "a link" if stat.S_ISLNK(mode) else "neither file nor folder"
                raise InvalidValueError(
                    f"{path}: '{inside}' is {kind}; a store must contain only files and folders; copy the store with its links resolved"
                )
        yield from ((os.path.join(folder, name), os.path.relpath(os.path.join(folder, name), real)) for name in files)


def _claimed(path: str, where: str, metadata: Any) -> int:
    """Return the count of bytes of an array, from the shape and type in its metadata."""
    import numpy as np

    try:
        n_bytes = _bytes_each(metadata["data_type"] if _is_array(metadata) else metadata["dtype"])
        sizes = [int(n) for n in metadata["shape"]]
        if any(n < 0 for n in sizes):
            raise InvalidValueError(f"shape {sizes}")
        return int(np.prod(sizes, dtype=object)) * n_bytes
    except (TypeError, KeyError, ValueError, IndexError) as error:
        raise InvalidValueError(
            f"{path}: the store is damaged: '{where}' does not describe an array ({error}); copy or download it again"
        ) from None


def _bytes_each(kind: Any) -> int:
    """Return the count of bytes of one value of a data type; for types of variable length that of a pointer."""
    import numpy as np

    if isinstance(kind, list):  # fields of format 2
        return np.dtype([tuple(field[:2]) for field in kind]).itemsize
    if isinstance(kind, str):
        return 8 if kind in _VARIABLE_LENGTH else np.dtype(kind).itemsize
    settings = kind.get("configuration", {})
    if "fields" in settings:
        return sum(
            _bytes_each(field[1] if isinstance(field, list) else field["data_type"]) for field in settings["fields"]
        )
    return int(settings.get("length_bytes", 8))


def _refuse_links_out(path: str, where: str, metadata: Any) -> None:
    """Raise for a link or a reference in attributes to data outside the store."""
    if isinstance(metadata, list):
        for item in metadata:
            _refuse_links_out(path, where, item)
    elif isinstance(metadata, dict):
        if "source" in metadata and "path" in metadata:
            refuse_outside(path, metadata, f"'{where}'")
        for item in metadata.values():
            if isinstance(item, dict | list):
                _refuse_links_out(path, where, item)


def refuse_outside(path: str, link: Any, where: str) -> None:
    """Raise an InvalidValueError for a link or reference to another store, or to a folder above this one."""
    source, target = str(link.get("source") or "."), str(link.get("path") or "/")
    store = os.path.realpath(path)
    own = os.path.realpath(os.path.join(store, source)) == store or source in (".", os.path.basename(store))
    if "://" in source or not own or ".." in target.split("/"):
        raise InvalidValueError(
            f"{path}: {where} points outside the store, to '{source}' ('{target}'); only links inside the store are followed; "
            "export the file into one store first"
        )


def _pickle() -> Any:
    """Return a codec of pickled arrays that reads only arrays of texts and references."""
    from numcodecs.pickles import Pickle

    class Harmless(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            if (module, name) in _HARMLESS:
                return super().find_class(module, name)
            raise InvalidValueError(
                f"an array holds Python objects ({module}.{name}), which are not read because they could run code"
            )

    class HarmlessPickle(Pickle):
        codec_id = "pickle"

        def decode(self, buf: Any, out: Any = None) -> Any:
            from numcodecs.compat import ensure_contiguous_ndarray

            found = Harmless(io.BytesIO(ensure_contiguous_ndarray(buf).tobytes())).load()
            if out is not None:
                out[:] = found
                return out
            return found

    return HarmlessPickle
