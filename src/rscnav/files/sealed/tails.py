"""Digests inside JSON, PDF, PNG, Markdown and torch files, and digest files of CSV. Other programs can still read all of them.

Each format allows a text at its end: a last key, a comment, a text chunk, the comment of a zip archive. It contains the SHA-256 of all
bytes before it. CSV allows none: its digest is in ``NAME.csv.sha256``, which ``sha256sum -c`` reads.
"""

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.files.atomic import atomic_paths, writing
from rscnav.files.sealed.regular import DamagedError, read_bytes

_PNG_END = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
BESIDE = ".sha256"


def _png(digest: str) -> bytes:
    chunk = b"tEXtsha256\0" + digest.encode()
    return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + _PNG_END


TAILS: dict[str, Callable[[str], bytes]] = {
    ".json": lambda digest: f',\n  "sha256": "{digest}"\n}}\n'.encode(),
    ".md": lambda digest: f"\n<!-- sha256 {digest} -->\n".encode(),
    ".pdf": lambda digest: f"% sha256 {digest}\n".encode(),
    ".png": _png,
    ".pt": lambda digest: f"sha256 {digest}".encode(),
}  # ending of the file name -> bytes with the digest, at the end of the file
_PT_BYTES = len(TAILS[".pt"]("0" * 64))


def sealed(body: bytes, ending: str) -> bytes:
    """Return the bytes of a file of a type in `TAILS` with their digest.

    Raises
    ------
    ValueError
        For bytes that are not a file of this type (an internal error).
    """
    if ending == ".png":
        body = _without(body, _PNG_END, ending)
    elif ending == ".json":
        body = _without(body.rstrip(), b"}", ending).rstrip()
    elif ending == ".pt":  # the last two bytes of a zip archive are the length of its comment
        body = _without(body, b"\0\0", ending) + struct.pack("<H", _PT_BYTES)
    return body + TAILS[ending](hashlib.sha256(body).hexdigest())


def _without(body: bytes, end: bytes, ending: str) -> bytes:
    if not body.endswith(end):
        raise ValueError(f"these bytes are not a complete {ending} file")
    return body[: -len(end)]


def read_sealed(path: str | os.PathLike[str], ending: str | None = None) -> bytes:
    """Read a file that contains its digest; `ending` is its type, by default the ending of the path.

    Raises
    ------
    MissingFileError, InvalidValueError
        For a missing file; a `DamagedError` for a file that changed after it was written.
    """
    data = read_bytes(path)
    make = TAILS[ending or Path(path).suffix]
    cut = len(data) - len(make("0" * 64))
    if cut < 0 or data[cut:] != make(hashlib.sha256(data[:cut]).hexdigest()):
        why = f"damaged, cut short, or changed after it was written (its sha256 differs; {len(data):,} bytes)"
        raise DamagedError(path, why)
    return data


def write_sealed(path: str | os.PathLike[str], body: bytes) -> None:
    """Write a file with its digest, atomically; do nothing if it already has the same content."""
    write_all_sealed({Path(path): body})


def write_all_sealed(bodies: Mapping[Path, bytes]) -> None:
    """Write a group of files as `write_sealed` does, all or none."""
    data = {path: sealed(body, path.suffix) for path, body in bodies.items()}
    _write_all({path: content for path, content in data.items() if not _holds(path, content)})


def _write_all(data: Mapping[Path, bytes]) -> None:
    with atomic_paths(*data) as temporaries:
        for temporary, content in zip(temporaries, data.values(), strict=True):
            with writing(temporary):
                temporary.write_bytes(content)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def json_bytes(values: Mapping[str, Any]) -> bytes:
    """Return values as JSON for `write_sealed`; raise a ValueError for NaN."""
    return (json.dumps(values, indent=2, allow_nan=False) + "\n").encode()


def write_with_digest(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file and its digest file; do nothing if both already have the same content."""
    target, data = Path(path), text.encode()
    digest_path = digest_file(target)
    line = digest_line(data, target).encode()
    if not (_holds(target, data) and _holds(digest_path, line)):
        _write_all({digest_path: line, target: data})


def read_with_digest(path: str | os.PathLike[str]) -> str:
    """Read a text file written by `write_with_digest`.

    Raises
    ------
    MissingFileError, InvalidValueError
        For a missing file; a `DamagedError` if the file or its digest file changed after it was written.
    """
    data, digest_path = read_bytes(path), digest_file(path)
    try:
        line = read_bytes(digest_path)
    except FileNotFoundError:
        raise DamagedError(path, f"its digest {digest_path.name} is missing, so it cannot be checked") from None
    if line != digest_line(data, path).encode():
        raise DamagedError(
            path, f"damaged, or changed after it was written (its sha256 is not that in {digest_path.name})"
        )
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise InvalidValueError(f"{os.fspath(path)}: not a text file in UTF-8") from None


def digest_file(path: str | os.PathLike[str]) -> Path:
    """Return the path of the digest file of a file."""
    return Path(f"{os.fspath(path)}{BESIDE}")


def digest_line(data: bytes, path: str | os.PathLike[str]) -> str:
    """Return the content of a digest file, one line that ``sha256sum -c`` reads."""
    return f"{hashlib.sha256(data).hexdigest()}  {Path(path).name}\n"
