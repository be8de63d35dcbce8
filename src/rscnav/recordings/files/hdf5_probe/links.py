"""Where the links of an HDF5 file lead, found out without opening anything outside the file's folder."""

import os
import stat
from dataclasses import dataclass
from typing import Any

import h5py

_MOST_LINKS = 40  # one after the other


class Outside(Exception):
    """A link that is not followed; the message says why."""


@dataclass(frozen=True)
class Target:
    """An object: its file, and a path in it of hard links only."""

    file: h5py.File
    path: str


def resolve(walk: Any, at: Target, name: str, group: Any = None, n_links: int = 0) -> Target | None:
    """Follow a link, hard or not, of the object at `at` (`group`, where it is open already); None where it leads to nothing.

    The `rscnav.recordings.files.hdf5_probe.probe.FileWalk` opens files, and is told which links are followed. `n_links` were
    followed before.

    Raises
    ------
    Outside
        For a link into another folder, or to what is no regular file.
    """
    if n_links > _MOST_LINKS:
        raise Outside("a link that leads back to itself")
    encoded = name.encode("utf-8", "surrogateescape")
    if group is None:
        group = at.file[at.path]
    if not isinstance(group, h5py.Group) or not group.id.links.exists(encoded):
        return None
    kind = group.id.links.get_info(encoded).type
    if kind == h5py.h5l.TYPE_HARD:
        return Target(at.file, f"{at.path.rstrip('/')}/{name}")
    value = group.id.links.get_val(encoded)
    if kind == h5py.h5l.TYPE_SOFT:
        path = value.decode("utf-8", "surrogateescape")
        return _descend(walk, Target(at.file, "/" if path.startswith("/") else at.path), path, n_links + 1)
    if kind != h5py.h5l.TYPE_EXTERNAL:
        raise Outside("a link of a kind that is not known")
    other, path = (os.fsdecode(part) for part in value)
    found = beside(at.file.filename, other)
    try:
        opened = walk.open(found)
    except OSError as error:
        raise Outside(f"a link into '{other}', which cannot be opened ({str(error).splitlines()[0]})") from None
    target = _descend(walk, Target(opened, "/"), path, n_links + 1)
    if target is not None:
        walk.emit(follow=found, link=f"{at.path.rstrip('/')}/{name}")
    return target


def _descend(walk: Any, at: Target, path: str, n_links: int) -> Target | None:
    for name in path.split("/"):
        if name in ("", "."):
            continue
        below = resolve(walk, at, name, n_links=n_links)
        if below is None:
            return None
        at = below
    return at


def beside(path: str, other: str) -> str:
    """Return the path of another file that a file names, where it is a regular file in the same folder.

    Raises
    ------
    Outside
        Where it is not; nothing is opened.
    """
    folders = [os.path.dirname(os.path.abspath(path)), os.path.dirname(os.path.realpath(path))]
    # libhdf5 takes an absolute path as it is if there is something, and its last part in the file's folder otherwise.
    tried = [other] if os.path.isabs(other) and os.path.lexists(other) else []
    tried += [os.path.join(folder, os.path.basename(other) if os.path.isabs(other) else other) for folder in folders]
    for candidate in tried:
        if not os.path.lexists(candidate):
            continue
        if os.path.dirname(os.path.realpath(candidate)) not in {os.path.realpath(folder) for folder in folders}:
            raise Outside(
                f"a link into '{other}', which lies in another folder; only files in the same folder are read"
            )
        if not os.path.exists(candidate):
            break
        if not stat.S_ISREG(os.stat(candidate).st_mode):
            raise Outside(f"a link into '{other}', which is no regular file")
        return candidate
    raise Outside(f"a link into '{other}', which is not there; put that file into the same folder")
