"""Folders that can be written: for what libraries keep between runs, and for results before a long job begins."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rscnav.files.atomic import not_written

ENOUGH_BYTES = 16 << 20  # free space that a library's cache must have: few survive a full disk


def is_usable(folder: Path) -> bool:
    """Tell whether files can be written into a folder, which is made where it is missing, and whether there is room."""
    try:
        refuse_unwritable(folder)
        found = os.statvfs(folder)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize >= ENOUGH_BYTES


def private_folders(name: str) -> Iterator[Path]:
    """Name folders among the temporary files that only this user can write, for a purpose."""
    for place in ("", "/dev/shm", "/var/tmp"):
        try:
            folder = Path(place or tempfile.gettempdir(), f"rscnav-{name}-{os.geteuid()}")
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
        except OSError:
            continue
        # Code may lie there that is run: a folder that another user could have put there will not do.
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o022:
            yield folder


def settle_cache() -> None:
    """Give programs a folder for their caches where the user's own cannot be written; Snakemake does not start without one."""
    own = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if not is_usable(Path(own)):
        for folder in private_folders("cache"):
            if is_usable(folder):
                os.environ["XDG_CACHE_HOME"] = str(folder)
                return


def refuse_unwritable(folder: Path) -> None:
    """Raise a FileError with the cure where no file can be written into a folder: better now than after a long job."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise not_written(error, folder) from None
