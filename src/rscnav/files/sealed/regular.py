"""Opening of regular files; errors for folders, pipes and devices."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from rscnav.errors import InvalidValueError, MissingFileError

CURE = "delete it, and the next run makes it again (`rscnav check` finds all damaged files of a results folder)"
BLOCK_BYTES = 1 << 20


class DamagedError(InvalidValueError):
    """A sealed file changed after it was written. The message names the file and the cure."""

    def __init__(self, path: str | os.PathLike[str], reason: str, cure: str = CURE) -> None:
        super().__init__(f"{os.fspath(path)}: {reason}; {cure}")
        self.reason = reason


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[int]:
    """Open a regular file for reading and yield its descriptor; never block on a pipe or a device.

    Raises
    ------
    MissingFileError, InvalidValueError
        For a missing file, a folder, a pipe, a socket or a device.
    """
    text = os.fspath(path)
    try:
        _refuse_irregular(text, os.stat(text).st_mode)
        descriptor = os.open(text, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise MissingFileError(f"{text}: no such file") from None
    try:
        _refuse_irregular(text, os.fstat(descriptor).st_mode)
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_irregular(text: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a named pipe" if stat.S_ISFIFO(mode) else "a device or a socket"
        raise InvalidValueError(f"{text}: {kind}; expected a file")


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Read a whole regular file; raises the errors of `opened`."""
    with opened(path) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
        return file.read()


def file_digest(path: str | os.PathLike[str]) -> str:
    """Compute the SHA-256 of a whole file (64 hexadecimal digits); raises the errors of `opened`."""
    digest = hashlib.sha256()
    with opened(path) as descriptor:
        while block := os.read(descriptor, BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
