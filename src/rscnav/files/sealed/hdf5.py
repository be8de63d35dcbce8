"""Writing and reading of sealed HDF5 files, which any HDF5 program can open."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h5py

from rscnav.errors import FileError, InvalidValueError, is_internal
from rscnav.files.atomic import atomic_path
from rscnav.files.sealed.blocks import HEADER_BYTES, MAGIC, Header, block_at, check_block, read_header, read_table, seal
from rscnav.files.sealed.regular import CURE, DamagedError, opened
from rscnav.files.sealed.streams import Input, Output

NWB_FORMAT = "rscnav nwb 1"
COPY = f"copy it again from its source, or, if a run made it, {CURE}"
CHANGED = f"{COPY}. If you changed it on purpose, accept it as it is: `rscnav check --accept FILE`"


class SealedFile(h5py.File):
    """An open HDF5 file; `seal` is the digest of its whole content."""

    seal = ""


@contextmanager
def new_hdf5(path: str | os.PathLike[str], name: str) -> Iterator[h5py.File]:
    """Write a sealed HDF5 file atomically; `name` is its format with a version, for example ``rscnav session 4``.

    Raises
    ------
    FileError
        For an error of the file system (disk full); the message names the file.
    """
    with atomic_path(path) as temporary:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        output = Output(descriptor)
        try:
            # Without a chunk cache each chunk is written at once, so that a full disk raises an error here.
            with h5py.File(output, "w", rdcc_nbytes=0, userblock_size=HEADER_BYTES) as file:
                yield file
            if output.error is None:
                seal(descriptor, name)
        except Exception:
            if output.error is None:
                raise
        finally:
            error = output.error
            output.give_up()
            os.close(descriptor)
        if error is not None:  # whatever error libhdf5 raised from it
            raise FileError(error.errno, error.strerror)


@contextmanager
def open_hdf5(path: str | os.PathLike[str], name: str, seal: str = "") -> Iterator[SealedFile]:
    """Open a sealed HDF5 file for reading; every byte is checked before libhdf5 reads it.

    It must have the format `name` and, if it was open before, the digest `seal`.

    Raises
    ------
    MissingFileError
        For a missing file.
    InvalidValueError
        For a file of another format, a damaged file (`DamagedError`), one that does not fit the schema of its format, or one that was
        written again since it was open before. The message names the file and the cure.
    """
    with opened(path) as descriptor:
        header = header_of(descriptor, path)
        if header is None or header.format != name:
            found = "another program's file, or an older version's" if header is None else f"format '{header.format}'"
            raise InvalidValueError(f"{os.fspath(path)}: not valid; expected format '{name}', found {found}; {COPY}")
        if seal and header.digest != seal:
            raise InvalidValueError(f"{os.fspath(path)}: written again while it was being read; run the command again")
        source = Input(descriptor, header, read_table(descriptor, header, path), path)
        file = _file(source, path, name)
        try:
            with file:
                file.seal = header.digest
                yield file
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            if not source.damage:
                if is_internal(error) or os.fspath(path) in str(error):
                    raise
                raise _named(error, path, name) from error
        if source.damage:  # also if libhdf5 continued without the damaged bytes
            raise DamagedError(path, source.damage)


def _file(source: Input, path: str | os.PathLike[str], name: str) -> SealedFile:
    """Open a file from its stream.

    Errors of h5py are replaced by new ones: an error that references a stream makes libhdf5 crash at the exit of Python.
    """
    try:
        return SealedFile(source, "r")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = DamagedError(path, source.damage) if source.damage else _named(error, path, name)
    raise problem


def header_of(descriptor: int, path: str | os.PathLike[str]) -> Header | None:
    """Read the header of a file; None if it is not sealed. Raise a DamagedError if the header is damaged."""
    header = read_header(descriptor)
    if header is None and _begins_like_one(descriptor):
        raise DamagedError(path, "damaged: its first 512 bytes changed after it was written", COPY)
    return header


def _begins_like_one(descriptor: int) -> bool:
    start = os.pread(descriptor, len(MAGIC), 0)
    same = sum(a == b for a, b in zip(start, MAGIC, strict=False))
    return len(start) >= 8 and same >= max(8, len(start) - 6)


def sealed_format(path: str | os.PathLike[str]) -> str:
    """Return the format of a sealed file, from its header; '' for any other file."""
    try:
        with opened(path) as descriptor:
            header = header_of(descriptor, path)
    except DamagedError:
        raise
    except (OSError, InvalidValueError):
        return ""
    return "" if header is None else header.format


def check_sealed(path: str | os.PathLike[str], cure: str = COPY) -> str:
    """Check every byte of a sealed file and return its format; return '' for any other file.

    Raises
    ------
    DamagedError
        If the file is damaged; the message contains `cure`.
    """
    try:
        with opened(path) as descriptor:
            header = header_of(descriptor, path)
            if header is None:
                return ""
            table = read_table(descriptor, header, path)
            for number in range(header.n_blocks):
                check_block(block_at(descriptor, number, header.end), number, table, path)
            return header.format
    except DamagedError as error:
        raise DamagedError(path, error.reason, cure) from None


def accept(path: str | os.PathLike[str]) -> None:
    """Renew the digests of a sealed file that was changed on purpose by another program.

    Raises
    ------
    InvalidValueError
        For a file that was never sealed, or that libhdf5 cannot open.
    """
    with opened(path) as descriptor:
        header = read_header(descriptor)
    if header is None:
        raise InvalidValueError(
            f"{os.fspath(path)}: not a sealed file of rscnav, or its header is damaged, so there is no digest to renew"
        )
    with atomic_path(path) as temporary:
        shutil.copyfile(path, temporary)
        try:
            with h5py.File(temporary, "r+"):
                pass  # libhdf5 removes the bytes after the content: the old digests
        except (OSError, RuntimeError) as error:
            raise DamagedError(path, f"libhdf5 cannot open it ({_first_line(error)})", COPY) from None
        descriptor = os.open(temporary, os.O_RDWR | os.O_CLOEXEC)
        try:
            seal(descriptor, header.format)
        finally:
            os.close(descriptor)


def _named(error: Exception, path: str | os.PathLike[str], name: str) -> Exception:
    """Return an error that names the file, for any error of a library."""
    text = os.fspath(path)
    if isinstance(error, OSError) and error.errno is not None:
        return FileError(error.errno, os.strerror(error.errno), text)
    if isinstance(error, ValueError):
        return InvalidValueError(f"{text}: {error}")
    return DamagedError(text, f"not valid for format '{name}' ({_first_line(error)})")


def _first_line(error: Exception) -> str:
    text: Any = error.args[0] if isinstance(error, KeyError) and error.args else error
    return (str(text).strip().splitlines() or [type(error).__name__])[0][:200]
