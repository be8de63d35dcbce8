"""Write files whole or not at all."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from rscnav.errors import FileError
from rscnav.files.run_ownership import OrphanedError, refuse_if_orphaned

_FORBIDDEN = "make the folder writable, or choose another one (`results_dir`)"
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
# What `atomic_path` writes into.
_PART = re.compile(r"\.(?P<stem>.*)\.(?P<process>[0-9]+)\.part(?P<suffix>(\..*)?)", re.DOTALL)
_unfinished: set[Path] = set()  # temporary files of this process


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it takes the name `path`, on any error it is removed.

    Parameters
    ----------
    path : path-like
        The file to be written. Its folder is made where it is missing.

    Yields
    ------
    pathlib.Path
        Where to write. Same folder and same suffix, so that formats that look at the suffix still work.

    Raises
    ------
    OrphanedError
        In a job whose run has ended, or whose folder another run has taken (`rscnav.files.run_ownership`).
    FileError
        What the file system says (disk full, no permission), with the name of the file meant.
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
            raise  # some other file's trouble
        if error.errno is None:
            raise FileError(f"{target}: could not be written ({error})") from error
        raise not_written(error, target) from error
    finally:
        with suppress(OSError):  # a path that is no folder, a disk that is read-only: there is nothing to remove
            temporary.unlink()
        _unfinished.discard(temporary)


def not_written(error: OSError, target: Path) -> FileError:
    """Say that a file was not written, why, and the cure."""
    number = error.errno or errno.EIO
    cure = f"; {_CURES[number]}" if number in _CURES else ""
    return FileError(number, f"{os.strerror(number)}; nothing was written{cure}", str(target))


@contextmanager
def atomic_paths(*paths: str | os.PathLike[str]) -> Iterator[list[Path]]:
    """Give a temporary path for each of several files that belong together; all take their names, the first one last, or none does.

    Errors as `atomic_path`; write each file within `writing`, so that the message names the right one.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(atomic_path(path)) for path in paths]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Add the name of the file that is being written to errors that have none."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise FileError(error.errno, os.strerror(error.errno), str(path)) from error
        raise


def remove_unfinished() -> None:
    """Remove what this process has begun to write and not finished."""
    for temporary in list(_unfinished):
        temporary.unlink(missing_ok=True)


def clear_leftovers(folder: Path, target: Path | None = None) -> None:
    """Remove half-written files in a folder that killed processes left (see `is_left_over`): all, or those of one file."""
    for path in folder.iterdir() if folder.is_dir() else ():
        part = _PART.fullmatch(path.name)
        of_target = target is None or (
            part is not None and (part["stem"], part["suffix"]) == (target.stem, target.suffix)
        )
        if of_target and is_left_over(path.name):
            path.unlink(missing_ok=True)


def is_left_over(name: str) -> bool:
    """Tell whether a file of this name is half-written by a process that has ended; see `atomic_path`."""
    part = _PART.fullmatch(name)
    return part is not None and not psutil.pid_exists(int(part["process"]))


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file atomically, and leave it alone where it already holds the same text."""
    target = Path(path)
    content = text.encode()
    if target.is_file() and target.read_bytes() == content:
        return
    with atomic_path(target) as temporary:
        temporary.write_bytes(content)
