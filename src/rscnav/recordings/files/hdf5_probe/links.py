"""Targets of the links of an HDF5 file, found without opening files outside the file's folder."""

import os
import stat
from dataclasses import dataclass
from typing import Any

import h5py

_MOST_LINKS = 40  # in a chain


class Outside(Exception):
    """A link that is not followed; the message is the reason."""


@dataclass(frozen=True)
class Target:
    """An object: its file, and a path in it that has only hard links."""

    file: h5py.File
    path: str


def resolve(walk: Any, at: Target, name: str, group: Any = None, n_links: int = 0) -> Target | None:
    """Follow a link of any kind to its target.

    Parameters
    ----------
    walk : rscnav.recordings.files.hdf5_probe.probe.FileWalk
        Opens linked files, and records the links that are followed.
    at : Target
        Group that contains the link.
    name : str
        Name of the link.
    group : h5py.Group, optional
        The group at `at`, if it is already open.
    n_links : int
        Count of links that were followed before.

    Returns
    -------
    Target or None
        None if the link has no target.

    Raises
    ------
    Outside
        For a link to another folder or to an object that is not a regular file, and for a link to itself.
    """
    if n_links > _MOST_LINKS:
        raise Outside("a link that points back to itself")
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
        raise Outside("a link of an unknown kind")
    other, path = (os.fsdecode(part) for part in value)
    found = sibling_path(at.file.filename, other)
    try:
        opened = walk.open(found)
    except OSError as error:
        raise Outside(f"a link to '{other}', which cannot be opened ({str(error).splitlines()[0]})") from None
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


def sibling_path(path: str, other: str) -> str:
    """Return the path of another file named in a file, without opening it.

    Raises
    ------
    Outside
        If it is not a regular file in the same folder.
    """
    folders = [os.path.dirname(os.path.abspath(path)), os.path.dirname(os.path.realpath(path))]
    # libhdf5 uses an absolute path if it exists, and otherwise its last part in the file's folder.
    tried = [other] if os.path.isabs(other) and os.path.lexists(other) else []
    tried += [os.path.join(folder, os.path.basename(other) if os.path.isabs(other) else other) for folder in folders]
    for candidate in tried:
        if not os.path.lexists(candidate):
            continue
        if os.path.dirname(os.path.realpath(candidate)) not in {os.path.realpath(folder) for folder in folders}:
            raise Outside(
                f"a link to '{other}', which is in another folder; only files in the same folder are read; copy that file into it"
            )
        if not os.path.exists(candidate):
            break
        if not stat.S_ISREG(os.stat(candidate).st_mode):
            raise Outside(f"a link to '{other}', which is not a regular file")
        return candidate
    raise Outside(f"a link to '{other}', which does not exist; copy that file into the same folder")
