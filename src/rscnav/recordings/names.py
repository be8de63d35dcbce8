"""Find time series and tables in an NWB file by name or path: one rule for every kind of object.

A name is, in this order: a whole path (as `rscnav inspect` prints it, with or without NWB's folder: `behavior/Position/head`,
`processing/behavior/Position/head`, `/animal`, `acquisition/animal`), or as much of a path's end as makes it the only one of
its kind. A name that fits several objects is refused with all their paths.
"""

import difflib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rscnav.recordings.tolerant import damaged_objects

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
_LISTED = 30  # names in a message


@dataclass(frozen=True)
class Kind:
    """A kind of object that a key of the mapping may name.

    Parameters
    ----------
    word, words : str
        For messages: one, and several.
    fits : callable
        Tells whether an object is of the kind.
    """

    word: str
    words: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Named:
    """An object of a file: its path without NWB's folder, and with it."""

    item: Any
    short: str
    full: str


class Names:
    """Names of all time series, tables and interfaces of an open file.

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
                self._exact.setdefault(_plain(path), []).append(named)
            parts = _plain(named.full).split("/")
            for k in range(len(parts)):
                self._ends.setdefault("/".join(parts[k:]), []).append(named)

    def meant(self, name: str, fits: Callable[[Any], bool] = lambda _: True) -> list[Named]:
        """Return the objects that a name may stand for; one where it is clear."""
        plain = _plain(name)
        if name.startswith("/"):
            found = [n for n in self._exact.get(plain, []) if fits(n.item)]
            return [n for n in found if _plain(n.full) == plain] or found
        ends = [n for n in self._ends.get(plain, []) if fits(n.item)]
        exact = [n for n in self._exact.get(plain, []) if fits(n.item)]
        if "/" in plain:
            return exact or ends
        own = [n for n in exact if plain in _SINGLE and _plain(n.full) == f"{_SINGLE[plain]}/{plain}".strip("/")]
        return own or ends  # `trials` is NWB's own table of that name, whatever else is called so

    def path(self, item: Any, fits: Callable[[Any], bool] = lambda _: True) -> str:
        """Return the shortest of an object's paths that finds it: without NWB's folder, with it, or with `/` before it."""
        named = self._by_id[id(item)]
        for path in (named.short, named.full):
            if [n.item for n in self.meant(path, fits)] == [item]:
                return path
        return f"/{named.full}"

    def find(self, name: str, kind: Kind, key: str, first: Callable[[Any], bool] | None = None) -> Any:
        """Return the one object of a kind that a name stands for.

        Parameters
        ----------
        name : str
        kind : Kind
        key : str
            The configuration's key, for messages.
        first : callable, optional
            Which objects of the kind are listed first where the name is unknown.

        Raises
        ------
        ValueError
            Where there is none, or more than one; the message lists the paths there are.
        """
        found = self.meant(name, kind.fits)
        if len(found) == 1:
            return found[0].item
        if found:
            paths = [self.path(n.item, kind.fits) for n in found]
            raise ValueError(
                f"{key}: '{name}' is the name of {len(paths)} {kind.words}; write the path of one: {listed(paths)}"
            )
        there = [n for n in self.all if kind.fits(n.item)]
        there.sort(key=lambda n: first is not None and not first(n.item))
        paths = [self.path(n.item, kind.fits) for n in there]
        other = self.meant(name)
        why = f" ('{name}' is a {type(other[0].item).__name__})" if other else self._damage(name)
        near = _near(name, paths)
        raise ValueError(
            f"{key}: there is no {kind.word} '{name}' in the file{why}; there are: {listed(paths)}"
            + (f"; did you mean '{near}'?" if near else "")
        )

    def _damage(self, name: str) -> str:
        """Return why an object of that name can't be read; '' where there is none."""
        plain = _plain(name)
        found = [path for path in self.damaged if path == plain or path.endswith(f"/{plain}")]
        return f" ('{found[0]}' can't be read: {self.damaged[found[0]]})" if found else ""

    def of_kind(self, kind: Kind) -> list[tuple[str, Any]]:
        """Return the path and the object of everything of a kind, in order of paths."""
        return [(self.path(n.item, kind.fits), n.item) for n in self.all if kind.fits(n.item)]


def path_of(file: Any, item: Any) -> str:
    """Return the path of a series or a table as `inspect` prints it and as a mapping may name it."""
    return Names(file).path(item, SERIES.fits if SERIES.fits(item) else TABLE.fits)


def listed(names: Iterable[Any]) -> str:
    """Return names for a message, at most 30 of them."""
    every = [str(name) for name in names]
    more = f" and {len(every) - _LISTED} more" if len(every) > _LISTED else ""
    return (", ".join(every[:_LISTED]) + more) or "none"


def _is_series(item: Any) -> bool:
    from pynwb import TimeSeries  # takes longer to import than most jobs to start

    return isinstance(item, TimeSeries)


def _is_table(item: Any) -> bool:
    from hdmf.common import DynamicTable

    return isinstance(item, DynamicTable)


SERIES = Kind("series", "series", _is_series)
TABLE = Kind("table", "tables", _is_table)


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


def _plain(path: str) -> str:
    """Write a path in one way: no empty parts, accents composed."""
    return "/".join(part for part in unicodedata.normalize("NFC", path).split("/") if part)


def _near(name: str, paths: list[str]) -> str:
    """Return the path that a misspelt name is closest to; '' where none is close."""
    by_end = {path.rpartition("/")[2].lower(): path for path in reversed(paths)}
    by_end |= {path.lower(): path for path in reversed(paths)}
    near = difflib.get_close_matches(_plain(name).lower(), by_end, 1)
    near = near or difflib.get_close_matches(_plain(name).rpartition("/")[2].lower(), by_end, 1)
    return by_end[near[0]] if near else ""
