"""Paths of the objects in one NWB file, and what a name in it may stand for."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rscnav.recordings.files.damaged_objects import damaged_objects

_FOLDERS = {  # attributes of an NWBFile that hold objects by name, and the folder of the file that they are
    "acquisition": "acquisition",
    "processing": "processing",
    "intervals": "intervals",
    "events": "events",
    "scratch": "scratch",
    "analysis": "analysis",
    "stimulus": "stimulus/presentation",
    "stimulus_template": "stimulus/templates",
    "lab_meta_data": "general",
}
_SINGLE = {"trials": "intervals", "epochs": "intervals", "invalid_times": "intervals", "units": ""}


@dataclass(frozen=True)
class Named:
    """An object of a file: its path without NWB's folder, and with it."""

    item: Any
    short: str
    full: str


class Paths:
    """Paths of all time series, tables and interfaces of an open file.

    Parameters
    ----------
    file : pynwb.NWBFile
    """

    def __init__(self, file: Any) -> None:
        self.damaged = damaged_objects(file)
        self.all = sorted((_named(file, item) for item in _below(file)), key=lambda n: n.full)
        self._by_id = {id(named.item): named for named in self.all}
        self._exact: dict[str, list[Named]] = {}
        self._ends: dict[str, list[Named]] = {}
        for named in self.all:
            for path in {named.short, named.full}:
                self._exact.setdefault(plain_path(path), []).append(named)
            parts = plain_path(named.full).split("/")
            for k in range(len(parts)):
                self._ends.setdefault("/".join(parts[k:]), []).append(named)

    def meant(self, name: str, fits: Callable[[Any], bool] = lambda _: True) -> list[Named]:
        """Return the objects that a name may stand for; one where it is clear."""
        plain = plain_path(name)
        if name.startswith("/"):
            found = [n for n in self._exact.get(plain, []) if fits(n.item)]
            return [n for n in found if plain_path(n.full) == plain] or found
        ends = [n for n in self._ends.get(plain, []) if fits(n.item)]
        exact = [n for n in self._exact.get(plain, []) if fits(n.item)]
        if "/" in plain:
            return exact or ends
        own = [n for n in exact if plain in _SINGLE and plain_path(n.full) == f"{_SINGLE[plain]}/{plain}".strip("/")]
        return own or ends  # `trials` is NWB's own table of that name, whatever else is called so

    def path(self, item: Any, fits: Callable[[Any], bool] = lambda _: True) -> str:
        """Return the shortest of an object's paths that finds it: without NWB's folder, with it, or with `/` before it."""
        named = self._by_id[id(item)]
        for path in (named.short, named.full):
            found = self.meant(path, fits)
            if len(found) == 1 and found[0].item is item:
                return path
        return f"/{named.full}"

    def own(self, name: str, fits: Callable[[Any], bool]) -> list[Named]:
        """Return NWB's own table of a reserved name (`trials`, `epochs`, `invalid_times`, `units`), if that is the name."""
        return [n for n in self.meant(name, fits) if name in _SINGLE and n.full == f"{_SINGLE[name]}/{name}".strip("/")]

    def damage(self, name: str) -> str:
        """Return why an object of that name can't be read; '' where there is none."""
        plain = plain_path(name)
        found = [path for path in self.damaged if path == plain or path.endswith(f"/{plain}")]
        return f"'{found[0]}' can't be read: {self.damaged[found[0]]}" if found else ""


def _below(file: Any) -> list[Any]:
    """Return all containers of a file but for columns of tables: children, and what a folder links to in another file."""
    from hdmf.container import Container

    found: dict[int, Any] = {}
    stack = list(file.children)
    for attribute in _FOLDERS:
        stack += list((getattr(file, attribute, None) or {}).values())
    while stack:
        item = stack.pop()
        if id(item) in found or not isinstance(item, Container):
            continue
        found[id(item)] = item
        stack += list(item.children)
    return list(found.values())


def _named(file: Any, item: Any) -> Named:
    """Name an object by its parents."""
    parts, top = [item.name], item
    while top.parent is not None and top.parent is not file and top.parent.parent is not None:
        top = top.parent
        parts.append(top.name)
    short = "/".join(reversed(parts))
    folder = next(
        (
            folder
            for attribute, folder in _FOLDERS.items()
            if any(top is held for held in (getattr(file, attribute, None) or {}).values())
        ),
        None,
    )
    if folder is None:
        folder = next((place for name, place in _SINGLE.items() if getattr(file, name, None) is top), "")
    return Named(item, short, f"{folder}/{short}".strip("/"))


def plain_path(path: str) -> str:
    """Write a path in one way: no empty parts, accents composed."""
    return "/".join(part for part in unicodedata.normalize("NFC", path).split("/") if part)
