"""Find time series and tables in an NWB file by name or path, by the same rules for every kind of object.

A name is a whole path, as `rscnav inspect` prints it, with or without NWB's folder: `behavior/Position/head`,
`processing/behavior/Position/head`, `/animal`, `acquisition/animal`. Otherwise it is the end of a path, long enough to be unique among
the objects of that kind. A name that fits several objects raises an error that lists all their paths.
"""

import difflib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.damaged_objects import damaged_objects
from rscnav.settings.printable import listed

_FILES = "rscnav_files"
_FOLDERS = {  # attributes of an NWBFile that hold objects by name, and their folder in the file
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
class Kind:
    """A kind of object that a key of the mapping can name.

    Parameters
    ----------
    word, words : str
        Singular and plural, for messages.
    fits : callable
        Returns whether an object is of this kind.
    """

    word: str
    words: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Named:
    """An object of a file, with its path without NWB's folder (`short`) and with it (`full`)."""

    item: Any
    short: str
    full: str

    def is_own(self, name: str) -> bool:
        """Return whether this is NWB's own table of a reserved name (`trials`, `epochs`, `invalid_times`, `units`)."""
        return name in _SINGLE and self.full == f"{_SINGLE[name]}/{name}".strip("/")


class Paths:
    """Paths of all time series, tables and interfaces of one open file."""

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
        """Return the objects of this file that a name fits; exactly one if the name is unique."""
        plain = plain_path(name)
        if name.startswith("/"):
            found = [n for n in self._exact.get(plain, []) if fits(n.item)]
            return [n for n in found if plain_path(n.full) == plain] or found
        ends = [n for n in self._ends.get(plain, []) if fits(n.item)]
        exact = [n for n in self._exact.get(plain, []) if fits(n.item)]
        if "/" in plain:
            return exact or ends
        own = [n for n in exact if n.is_own(plain)]
        return own or ends  # `trials` is NWB's own table, even if other objects have that name

    def path(self, item: Any, fits: Callable[[Any], bool] = lambda _: True) -> str:
        """Return the shortest path that finds an object: without NWB's folder, with it, or with a leading `/`."""
        named = self._by_id[id(item)]
        for path in (named.short, named.full):
            found = self.meant(path, fits)
            if len(found) == 1 and found[0].item is item:
                return path
        return f"/{named.full}"

    def damage(self, name: str) -> str:
        """Return why the damaged object of that name cannot be read; '' if no damaged object has that name."""
        plain = plain_path(name)
        found = [path for path in self.damaged if path == plain or path.endswith(f"/{plain}")]
        return f"'{found[0]}' can't be read: {self.damaged[found[0]]}" if found else ""


class Names:
    """Names of all time series, tables and interfaces of an open file and of the files that are joined to it (`more_files`)."""

    def __init__(self, file: Any) -> None:
        self.files = {name: Paths(each) for name, each in files_of(file).items()}
        self.all = [(name, named) for name, paths in self.files.items() for named in paths.all]
        self._file_of = {id(named.item): name for name, named in self.all}

    def meant(self, name: str, fits: Callable[[Any], bool] = lambda _: True) -> list[Any]:
        """Return the objects of all files that a name fits; exactly one if the name is unique."""
        return [named.item for found in self._by_file(name, fits).values() for named in found]

    def path(self, item: Any, fits: Callable[[Any], bool] = lambda _: True) -> str:
        """Return the shortest path that finds an object; it begins with the name of the file if several files are read."""
        file = self._file_of[id(item)]
        path = self.files[file].path(item, fits)
        return path if len(self.files) == 1 else f"{file}:{path}"

    def find(self, name: str, kind: Kind, key: str, first: Callable[[Any], bool] | None = None) -> Any:
        """Return the only object of a kind that a name fits.

        Parameters
        ----------
        name : str
        kind : Kind
        key : str
            Key of the configuration, for messages.
        first : callable, optional
            Returns whether an object is listed first in the message about an unknown name.

        Raises
        ------
        InvalidValueError
            If the name fits no object or several; the message lists the paths to choose from.
        """
        found = self.meant(name, kind.fits)
        if len(found) == 1:
            return found[0]
        if found:
            paths = [self.path(item, kind.fits) for item in found]
            raise InvalidValueError(
                f"{key}: '{name}' is the name of {len(paths)} {kind.words}; write the path of one of them: {listed(paths)}"
            )
        there = sorted(self.of_kind(kind), key=lambda one: first is not None and not first(one[1]))
        paths = [path for path, _ in there]
        other = [f"'{name}' is a {type(item).__name__}" for item in self.meant(name)[:1]]
        other += [damage for each in self.files.values() if (damage := each.damage(name))]
        near = _near(name, paths)
        raise InvalidValueError(
            f"{key}: there is no {kind.word} '{name}' in the file{f' ({other[0]})' if other else ''}; there are: {listed(paths)}"
            + (f"; did you mean '{near}'?" if near else "")
        )

    def each(self, name: str, kind: Kind, key: str, first: Callable[[Any], bool] | None = None) -> list[Any]:
        """Return all objects that a pattern with `*` fits, or the object of each file that a name fits; see `find`."""
        if "*" in name:
            there = self.of_kind(kind)
            found = [item for path, item in there if any(fnmatchcase(path, p + name) for p in ("", "*/", "*:"))]
            if not found:
                raise InvalidValueError(
                    f"{key}: no {kind.word} in the file matches '{name}'; there are: {listed(path for path, _ in there)}"
                )
            return found
        by_file = self._by_file(name, kind.fits, own=False)
        if by_file and all(len(items) == 1 for items in by_file.values()):
            return [items[0].item for items in by_file.values()]
        return [self.find(name, kind, key, first)]

    def several_in_a_file(self, paths: Iterable[str]) -> bool:
        """Return whether two or more of the paths are in the same file."""
        return max(Counter(self._file_of[id(self.meant(path)[0])] for path in paths).values(), default=0) > 1

    def of_kind(self, kind: Kind) -> list[tuple[str, Any]]:
        """Return path and object of everything of a kind, file by file, sorted by path."""
        return [(self.path(n.item, kind.fits), n.item) for _, n in self.all if kind.fits(n.item)]

    def _by_file(self, name: str, fits: Callable[[Any], bool], own: bool = True) -> dict[str, list[Named]]:
        """Return the objects of each file that a name fits; with `own`, NWB's own tables are taken from the first file."""
        file, colon, rest = name.partition(":")
        if colon and file in self.files:
            return {file: self.files[file].meant(rest, fits)}
        first, paths = next(iter(self.files.items()))
        of_first = [named for named in paths.meant(name, fits) if own and named.is_own(name)]
        if of_first:
            return {first: of_first}
        found = {file: paths.meant(name, fits) for file, paths in self.files.items()}
        return {file: items for file, items in found.items() if items}


def read_with(file: Any, path: str, more: Iterable[tuple[str, Any]]) -> None:
    """Join other open files (path, content) to a file, so that `Names` of the file finds their objects too."""
    files: dict[str, Any] = {}
    for where, each in [(path, file), *more]:
        stem = plain_path(where).rpartition("/")[2].split(".")[0]
        same = Counter(name.partition("#")[0] for name in files)[stem]
        files[f"{stem}#{same + 1}" if same else stem] = each
    setattr(file, _FILES, files)


def files_of(file: Any) -> dict[str, Any]:
    """Return a file and the files joined to it, by name."""
    return getattr(file, _FILES, None) or {"file": file}


def _is_series(item: Any) -> bool:
    from pynwb import TimeSeries  # slow import, so only where it is needed

    return isinstance(item, TimeSeries)


def _is_table(item: Any) -> bool:
    from hdmf.common import DynamicTable

    return isinstance(item, DynamicTable)


SERIES = Kind("series", "series", _is_series)
TABLE = Kind("table", "tables", _is_table)


def _near(name: str, paths: list[str]) -> str:
    """Return the path most similar to a misspelt name; '' if none is similar."""
    by_end = {path.rpartition("/")[2].lower(): path for path in reversed(paths)}
    by_end |= {path.lower(): path for path in reversed(paths)}
    near = difflib.get_close_matches(plain_path(name).lower(), by_end, 1)
    near = near or difflib.get_close_matches(plain_path(name).rpartition("/")[2].lower(), by_end, 1)
    return by_end[near[0]] if near else ""


def _below(file: Any) -> list[Any]:
    """Return all containers of a file except columns of tables: its children, and the targets of links into other files."""
    from hdmf.container import Container

    found: dict[int, Any] = {}
    stack = list(file.children)
    for attribute in _FOLDERS:
        stack += _children(file, attribute)
    while stack:
        item = stack.pop()
        if id(item) in found or not isinstance(item, Container):
            continue
        found[id(item)] = item
        stack += list(item.children)
    return list(found.values())


def _named(file: Any, item: Any) -> Named:
    """Return an object with its paths, built from the names of its parents."""
    parts, top = [item.name], item
    while top.parent is not None and top.parent is not file and top.parent.parent is not None:
        top = top.parent
        parts.append(top.name)
    short = "/".join(reversed(parts))
    folders = [folder for name, folder in _FOLDERS.items() if any(top is child for child in _children(file, name))]
    folders += [folder for name, folder in _SINGLE.items() if getattr(file, name, None) is top]
    return Named(item, short, f"{folders[0] if folders else ''}/{short}".strip("/"))


def _children(file: Any, attribute: str) -> list[Any]:
    return list((getattr(file, attribute, None) or {}).values())


def plain_path(path: str) -> str:
    """Return a path in normal form: no empty parts, Unicode NFC."""
    return "/".join(part for part in unicodedata.normalize("NFC", path).split("/") if part)
