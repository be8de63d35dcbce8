"""Write files whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    OSError
        What the file system says (disk full, no permission), with the name of the file meant.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        yield temporary
        os.replace(temporary, target)
    except OSError as error:
        if error.filename is not None and os.fspath(error.filename) != os.fspath(temporary):
            raise  # some other file's trouble
        if error.errno is None:
            raise OSError(f"{target}: could not be written ({error})") from error
        raise OSError(error.errno, f"{os.strerror(error.errno)}; nothing was written", str(target)) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file atomically, and leave it alone where it already holds the same text."""
    target = Path(path)
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
