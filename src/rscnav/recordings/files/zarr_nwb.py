"""NWB in Zarr, opened after a look through the store: it must hold all that it names, and run no code."""

import io
import json
import os
import pickle
import stat
from collections.abc import Iterator
from typing import Any

from rscnav.errors import InvalidValueError

_METADATA = (".zgroup", ".zarray", ".zattrs", ".zmetadata")
_MOST_PACKED = 1000  # times the size of the store, as `rscnav.recordings.files.hdf5_probe.datasets`
_SMALLEST_REFUSED = 256 << 20
_LARGEST_METADATA = 64 << 20
# What a pickled array of texts or references is made of; anything else could run code.
_HARMLESS = {
    ("numpy", "ndarray"), ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"), ("hdmf_zarr.utils", "ZarrReference"), ("hdmf_zarr.zarr_utils", "ZarrReference"),
}  # fmt: skip


def is_zarr(text: str) -> bool:
    """Tell whether a folder holds a Zarr store."""
    return any(os.path.exists(os.path.join(text, name)) for name in (".zgroup", ".zmetadata", ".zattrs", "zarr.json"))


def open_zarr(path: str) -> Any:
    """Open an NWB file in Zarr, as a hdmf_zarr.NWBZarrIO.

    Raises
    ------
    InvalidValueError
        For a store that is damaged, or of which a part lies elsewhere.
    """
    look_through(path)
    from hdmf_zarr import NWBZarrIO
    from numcodecs.registry import register_codec

    class Reader(NWBZarrIO):
        """Follows links inside the store only."""

        def resolve_ref(self, zarr_ref: Any) -> Any:
            refuse_outside(path, zarr_ref, "a link or reference")
            return super().resolve_ref(zarr_ref)

    register_codec(_pickle(), "pickle")
    return Reader(path, "r")


def look_through(path: str) -> None:
    """Read all metadata of a store, and raise an InvalidValueError for what is damaged or leads out of it."""
    total = 0
    claimed: list[tuple[str, int]] = []
    for file, inside in _files(path):
        total += os.path.getsize(file)
        name = os.path.basename(file)
        if name not in _METADATA:
            continue
        if os.path.getsize(file) > _LARGEST_METADATA:
            raise InvalidValueError(
                f"{path}: '{inside}' is too large ({os.path.getsize(file)} bytes) to be a description"
            )
        try:
            with open(file, encoding="utf-8") as text:
                said = json.load(text)
        except (ValueError, RecursionError) as error:
            raise InvalidValueError(
                f"{path}: the store is damaged: '{inside}' is no JSON ({error}); copy or download it again"
            ) from None
        every = said.get("metadata", {}) if isinstance(said, dict) and name == ".zmetadata" else {name: said}
        for key, value in every.items() if isinstance(every, dict) else ():
            where = os.path.join(os.path.dirname(inside), key) if name == ".zmetadata" else inside
            if key.endswith(".zarray"):
                claimed.append((where, _claimed(path, where, value)))
            if key.endswith(".zattrs"):
                _refuse_links_out(path, where, value)
    for where, n_bytes in claimed:
        if n_bytes > max(_SMALLEST_REFUSED, _MOST_PACKED * total):
            raise InvalidValueError(
                f"{path}: '{where}' claims {n_bytes:.3g} bytes of values in a store of {total:.3g}, more than can be packed into "
                "it: its shape is damaged, or it was never filled"
            )


def _files(path: str) -> Iterator[tuple[str, str]]:
    """Return all files of a store, and their paths in it; raise for what is neither file nor folder, and for links."""
    real = os.path.realpath(path)
    for folder, folders, files in os.walk(real):
        for name in [*folders, *files]:
            file = os.path.join(folder, name)
            inside, mode = os.path.relpath(file, real), os.lstat(file).st_mode
            if stat.S_ISLNK(mode) or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                kind = "a link" if stat.S_ISLNK(mode) else "neither file nor folder"
                raise InvalidValueError(f"{path}: '{inside}' is {kind}; a store must hold all its files itself")
        yield from ((os.path.join(folder, name), os.path.relpath(os.path.join(folder, name), real)) for name in files)


def _claimed(path: str, where: str, said: Any) -> int:
    """Return how many bytes an array says that it has."""
    import numpy as np

    try:
        kind = said["dtype"]
        kind = np.dtype([tuple(field[:2]) for field in kind] if isinstance(kind, list) else kind)
        sizes = [int(n) for n in said["shape"]]
        if any(n < 0 for n in sizes):
            raise InvalidValueError(f"shape {sizes}")
        return int(np.prod(sizes, dtype=object)) * kind.itemsize
    except (TypeError, KeyError, ValueError, IndexError) as error:
        raise InvalidValueError(f"{path}: the store is damaged: '{where}' describes no array ({error})") from None


def _refuse_links_out(path: str, where: str, said: Any) -> None:
    """Raise for a link or a reference in attributes that leaves the store."""
    if isinstance(said, list):
        for item in said:
            _refuse_links_out(path, where, item)
    elif isinstance(said, dict):
        if "source" in said and "path" in said:
            refuse_outside(path, said, f"'{where}'")
        for item in said.values():
            if isinstance(item, dict | list):
                _refuse_links_out(path, where, item)


def refuse_outside(path: str, link: Any, where: str) -> None:
    """Raise an InvalidValueError for a link or reference into another store, or up from this one."""
    source, target = str(link.get("source") or "."), str(link.get("path") or "/")
    store = os.path.realpath(path)
    own = os.path.realpath(os.path.join(store, source)) == store or source in (".", os.path.basename(store))
    if "://" in source or not own or ".." in target.split("/"):
        raise InvalidValueError(
            f"{path}: {where} leads out of the store, to '{source}' ('{target}'), which is not followed; export the file into one "
            "store first"
        )


def _pickle() -> Any:
    """Return the codec of pickled arrays, but for arrays of texts and references only."""
    from numcodecs.pickles import Pickle

    class Harmless(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            if (module, name) in _HARMLESS:
                return super().find_class(module, name)
            raise InvalidValueError(
                f"an array holds Python objects ({module}.{name}), which are not read since they could run code"
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
