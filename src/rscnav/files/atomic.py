"""Atomic writing of files: a file is complete or does not exist."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from rscnav.errors import FileError
from rscnav.files.run_ownership import OrphanedError, refuse_if_orphaned

_FORBIDDEN = "make the folder writable, or choose another folder (`results_dir`)"
_FILE = "a part of its path is a file: rename that, or choose another folder (`results_dir`)"
_CURES = {
    errno.ENOSPC: "free some space, or choose a folder on another disk (`results_dir`)",
    errno.EDQUOT: "free some space, or choose a folder on another disk (`results_dir`)",
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _FORBIDDEN,
    errno.ENOTDIR: _FILE,
    errno.EEXIST: _FILE,
}
# Temporary files of `atomic_path`.
_PART = re.compile(r"\.(?P<stem>.*)\.(?P<process>[0-9]+)\.part(?P<suffix>(\..*)?)", re.DOTALL)
_unfinished: set[Path] = set()  # temporary files of this process


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`; rename it to `path` on success, remove it on any error.

    Parameters
    ----------
    path : path-like
        The file to write. A missing folder is made.

    Yields
    ------
    pathlib.Path
        Path to write to, in the same folder and with the same suffix, since some libraries depend on the suffix.

    Raises
    ------
    OrphanedError
        In a job whose run has ended, or if another run has begun in the folder (`rscnav.files.run_ownership`).
    FileError
        For an error of the file system (disk full, no permission); the message names `path`.
    """
    target = Path(path)
    refuse_if_orphaned()
    temporary = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(target.parent, target)
    except OSError as error:
        raise not_written(error, target) from error
    _unfinished.add(temporary)
    try:
        yield temporary
        refuse_if_orphaned()
        os.replace(temporary, target)
    except OrphanedError:
        raise
    except OSError as error:
        if error.filename is not None and os.fspath(error.filename) != os.fspath(temporary):
            raise  # an error of another file
        if error.errno is None:
            raise FileError(f"{target}: could not be written ({error})") from error
        raise not_written(error, target) from error
    finally:
        with suppress(OSError):  # nothing was written: not a folder, or a read-only disk
            temporary.unlink()
        _unfinished.discard(temporary)


def not_written(error: OSError, target: Path) -> FileError:
    """Return the error for a file that was not written, with the cause and the cure."""
    number = error.errno or errno.EIO
    cure = f"; {_CURES[number]}" if number in _CURES else ""
    return FileError(number, f"{os.strerror(number)}; nothing was written{cure}", str(target))


@contextmanager
def atomic_paths(*paths: str | os.PathLike[str]) -> Iterator[list[Path]]:
    """Yield a temporary path for each file of a group; on success all are renamed (the first one last), on an error none.

    Raises the errors of `atomic_path`. Write each file within `writing`, so that the message names the right file.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(atomic_path(path)) for path in paths]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Add the name of the file to errors of the file system that name none."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise FileError(error.errno, os.strerror(error.errno), str(path)) from error
        raise


def remove_unfinished() -> None:
    """Remove the temporary files of this process."""
    for temporary in list(_unfinished):
        temporary.unlink(missing_ok=True)


def clear_leftovers(folder: Path, target: Path | None = None) -> None:
    """Remove the temporary files of ended processes in a folder (see `is_left_over`): all, or those of one target."""
    for path in folder.iterdir() if folder.is_dir() else ():
        part = _PART.fullmatch(path.name)
        of_target = target is None or (
            part is not None and (part["stem"], part["suffix"]) == (target.stem, target.suffix)
        )
        if of_target and is_left_over(path.name):
            path.unlink(missing_ok=True)


def is_left_over(name: str) -> bool:
    """Return whether a file name is that of a temporary file (`atomic_path`) of a process that has ended."""
    part = _PART.fullmatch(name)
    return part is not None and not psutil.pid_exists(int(part["process"]))


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file atomically; do nothing if it already contains the same text."""
    target = Path(path)
    content = text.encode()
    if target.is_file() and target.read_bytes() == content:
        return
    with atomic_path(target) as temporary:
        temporary.write_bytes(content)
