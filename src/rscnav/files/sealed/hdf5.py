"""Write and open sealed HDF5 files; any program that reads HDF5 opens them, too."""

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
COPY = f"copy it again from where it came, or, where a run made it, {CURE}"
CHANGED = f"{COPY}. If you changed it on purpose, accept it as it is: `rscnav check --accept FILE`"


class SealedFile(h5py.File):
    """An open HDF5 file; `seal` is the digest that stands for its whole content."""

    seal = ""


@contextmanager
def new_hdf5(path: str | os.PathLike[str], name: str) -> Iterator[h5py.File]:
    """Write a sealed HDF5 file, whole or not at all; `name` is that of its format, with a number, for example ``rscnav session 4``.

    Raises
    ------
    FileError
        With the file's name and what the system says (disk full).
    """
    with atomic_path(path) as temporary:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        output = Output(descriptor)
        try:
            # Without a cache of chunks each goes to disk as it is written, and a full disk shows at once.
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
        if error is not None:  # whatever libhdf5 and its users made of it
            raise FileError(error.errno, error.strerror)


@contextmanager
def open_hdf5(path: str | os.PathLike[str], name: str, seal: str = "") -> Iterator[SealedFile]:
    """Open a sealed HDF5 file for reading; every byte is checked when it is read, so libhdf5 never sees a damaged one.

    It must have the format `name` and, where it was open before, the digest `seal`.

    Raises
    ------
    MissingFileError
        For a missing file.
    InvalidValueError
        For a file of another format, one that is damaged (`DamagedError`) or not of the schema of its format, and one that was
        written anew since it was open before. The message names the file and the cure.
    """
    with opened(path) as descriptor:
        header = header_of(descriptor, path)
        if header is None or header.format != name:
            found = (
                "another program's file, or an older version's" if header is None else f"of format '{header.format}'"
            )
            raise InvalidValueError(f"{os.fspath(path)}: not a file of format '{name}' but {found}; {COPY}")
        if seal and header.digest != seal:
            raise InvalidValueError(
                f"{os.fspath(path)}: was written anew while it was being read; run the command again"
            )
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
        if source.damage:  # even where libhdf5 went on without what could not be read
            raise DamagedError(path, source.damage)


def _file(source: Input, path: str | os.PathLike[str], name: str) -> SealedFile:
    """Open a file by its stream.

    An error of h5py's does not leave this function: at the end of Python libhdf5 crashes where one that holds a stream still lives.
    """
    try:
        return SealedFile(source, "r")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = DamagedError(path, source.damage) if source.damage else _named(error, path, name)
    raise problem


def header_of(descriptor: int, path: str | os.PathLike[str]) -> Header | None:
    """Read the header of a file; None for a file that is not sealed; a DamagedError where only the header is damaged."""
    header = read_header(descriptor)
    if header is None and _begins_like_one(descriptor):
        raise DamagedError(path, "damaged: its first 512 bytes are not those that were written", COPY)
    return header


def _begins_like_one(descriptor: int) -> bool:
    start = os.pread(descriptor, len(MAGIC), 0)
    same = sum(a == b for a, b in zip(start, MAGIC, strict=False))
    return len(start) >= 8 and same >= max(8, len(start) - 6)


def sealed_format(path: str | os.PathLike[str]) -> str:
    """Return the format that a file's header names, without libhdf5; '' for what is not a sealed file."""
    try:
        with opened(path) as descriptor:
            header = header_of(descriptor, path)
    except DamagedError:
        raise
    except (OSError, InvalidValueError):
        return ""
    return "" if header is None else header.format


def check_sealed(path: str | os.PathLike[str], cure: str = COPY) -> str:
    """Check every byte of a file, where it is a sealed one; return its format, '' where it is not.

    Raises
    ------
    DamagedError
        With the `cure` in its message.
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
    """Seal a file anew that was changed on purpose by another program.

    Raises
    ------
    InvalidValueError
        For a file that was never a sealed one, or that libhdf5 cannot open.
    """
    with opened(path) as descriptor:
        header = read_header(descriptor)
    if header is None:
        raise InvalidValueError(
            f"{os.fspath(path)}: no file of this program's with a sound first line, so it has no digest to renew"
        )
    with atomic_path(path) as temporary:
        shutil.copyfile(path, temporary)
        try:
            with h5py.File(temporary, "r+"):
                pass  # libhdf5 cuts off what lies beyond the content: the old digests
        except (OSError, RuntimeError) as error:
            raise DamagedError(path, f"libhdf5 cannot open it ({_said(error)})", COPY) from None
        descriptor = os.open(temporary, os.O_RDWR | os.O_CLOEXEC)
        try:
            seal(descriptor, header.format)
        finally:
            os.close(descriptor)


def _named(error: Exception, path: str | os.PathLike[str], name: str) -> Exception:
    """Return an error that names the file, whatever a library raised on the content."""
    text = os.fspath(path)
    if isinstance(error, OSError) and error.errno is not None:
        return FileError(error.errno, os.strerror(error.errno), text)
    if isinstance(error, ValueError):
        return InvalidValueError(f"{text}: {error}")
    return DamagedError(text, f"not as a file of format '{name}' should be ({_said(error)})")


def _said(error: Exception) -> str:
    text: Any = error.args[0] if isinstance(error, KeyError) and error.args else error
    return (str(text).strip().splitlines() or [type(error).__name__])[0][:200]
