"""Checks whether folders are writable: caches of libraries, and results before a long job."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rscnav.files.atomic import not_written

ENOUGH_BYTES = 16 << 20  # free space for the cache of a library; most libraries fail on a full disk


def is_usable(folder: Path) -> bool:
    """Return whether a folder is writable and has free space; a missing folder is made."""
    try:
        refuse_unwritable(folder)
        found = os.statvfs(folder)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize >= ENOUGH_BYTES


def private_folders(name: str) -> Iterator[Path]:
    """Yield temporary folders that only this user can write; `name` is part of their names."""
    for place in ("", "/dev/shm", "/var/tmp"):
        try:
            folder = Path(place or tempfile.gettempdir(), f"rscnav-{name}-{os.geteuid()}")
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
        except OSError:
            continue
        # Cached code in the folder is executed, so a folder that another user can write is not safe.
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o022:
            yield folder


def settle_cache() -> None:
    """Set XDG_CACHE_HOME to a private folder if the user's cache is not writable; Snakemake needs one to start."""
    own = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if not is_usable(Path(own)):
        for folder in private_folders("cache"):
            if is_usable(folder):
                os.environ["XDG_CACHE_HOME"] = str(folder)
                return


def refuse_unwritable(folder: Path) -> None:
    """Raise a FileError with the cure if a folder is not writable; called before a long job."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise not_written(error, folder) from None
