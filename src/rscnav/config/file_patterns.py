"""File patterns in `recordings` -> one recording per file."""

import fnmatch
import glob
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rscnav.settings.printable import listed, shown
from rscnav.settings.strict_settings import ConfigError

ENDINGS = (
    ".nwb",
    ".npz",
    ".mat",
    ".hdf5",
    ".h5",
)  # of recorded files; folders with the ending .zarr are recordings, too
MOST_RECORDINGS = 1_000  # of one pattern
MOST_LOOKED_AT = 200_000  # files and folders
MOST_TIME_S = 30.0  # of one search
NO_FILES = ("/proc", "/sys", "/dev")  # folders of the system, without recordings
_HOW = "begin the pattern with the folder that the recordings are in, for example data/mouse7/*.nwb"


def expand_files(recording: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    """Return one entry for each recording that matches the pattern, sorted by path; an entry without a pattern is unchanged.

    `*`, `?` and `[...]` match parts of names, `**` any number of folders. Only recordings match: files that end in `ENDINGS`, and
    folders that end in ``.zarr``. `{stem}` in the name is replaced by the file name without folder and ending; a name without it
    becomes NAME-STEM.

    Raises
    ------
    ConfigError
        If no recording matches, too many match, or two have the same name; for a pattern that would search the whole machine, or more
        than `MOST_LOOKED_AT` files.
    """
    pattern = recording.get("file")
    if not isinstance(pattern, str) or not glob.has_magic(pattern) or "\0" in pattern or os.path.exists(pattern):
        return [dict(recording)]
    where = f"{source}: {shown(recording.get('name'))}"
    search = _Search(pattern, where)
    files = search.files()
    if not files:
        folder = os.path.dirname(pattern) or "."
        others = (
            f"; it matches {listed(search.others, 3)}, but recordings end in {', '.join(ENDINGS)}, .zarr"
            if search.others
            else ""
        )
        raise ConfigError(
            f"{where}: no file matches the pattern file: {pattern} (from the folder {os.getcwd()}"
            f"{'' if glob.has_magic(folder) or os.path.isdir(folder) else f', which has no folder {folder}'}){others}"
        )
    named: dict[str, str] = {}
    for file in files:
        name = _name(recording.get("name"), file)
        if name in named:
            raise ConfigError(
                f"{source}: {named[name]} and {file} would both be the session '{name}'; rename one file, or write an "
                "entry with its own name for each folder"
            )
        named[name] = file
    if recording.get("more_files") and len(named) > 1:
        raise ConfigError(
            f"{where}: more_files belong to one session, but {len(named)} files match the pattern {pattern}; write one entry for "
            "each session"
        )
    return [{**recording, "name": name, "file": file} for name, file in named.items()]


@dataclass
class _Search:
    """Search of folders for a pattern, with limits on count and time."""

    pattern: str
    where: str
    others: list[str] = field(default_factory=list)
    looked_at: int = 0
    began: float = field(default_factory=lambda: time.monotonic())

    def files(self) -> list[str]:
        """Return the recordings that match, sorted."""
        parts = [part for part in self.pattern.split("/") if part not in ("", ".")]
        fixed = 0
        while fixed < len(parts) and not glob.has_magic(parts[fixed]):
            fixed += 1
        folder = ("/" if self.pattern.startswith("/") else "") + "/".join(parts[:fixed])
        real = os.path.realpath(folder or ".")
        if real == "/" or any(real == own or real.startswith(own + "/") for own in NO_FILES):
            raise ConfigError(f"{self.where}: file: {shown(self.pattern)} is not valid: it would search {real}; {_HOW}")
        found: set[str] = set()
        for path in self._matching(folder, parts[fixed:], frozenset()):
            if self._is_recording(path):
                found.add(path)
            elif len(self.others) < 4 and os.path.isfile(path):
                self.others.append(path)
            if len(found) > MOST_RECORDINGS:
                raise ConfigError(
                    f"{self.where}: file: {shown(self.pattern)} matches more than {MOST_RECORDINGS:,} recordings, the maximum "
                    "for one pattern; use a narrower pattern, or several entries"
                )
        return sorted(found)

    def _matching(self, folder: str, parts: list[str], above: frozenset[tuple[int, int]]) -> Iterator[str]:
        """Yield matching paths in a folder; `above` are its parent folders, so that circular links end."""
        first, rest = parts[0], parts[1:]
        for entry in self._entries(folder):
            path = f"{folder}/{entry.name}" if folder not in ("", "/") else f"{folder}{entry.name}"
            hidden = entry.name.startswith(".") and not first.startswith(".")
            if first != "**":
                if hidden or not fnmatch.fnmatchcase(entry.name, first):
                    continue
                if not rest:
                    yield path
                elif _is_folder(entry):
                    yield from self._matching(path, rest, above)
                continue
            if hidden:
                continue
            if not rest:
                yield path
            if entry.name.endswith(".zarr") or not _is_folder(entry):
                continue
            here = os.stat(path)
            if (here.st_dev, here.st_ino) not in above:
                yield from self._matching(path, parts, above | {(here.st_dev, here.st_ino)})
        if first == "**" and rest:
            yield from self._matching(folder, rest, above)

    def _entries(self, folder: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder or ".") as entries:
                for entry in entries:
                    self.looked_at += 1
                    if self.looked_at > MOST_LOOKED_AT or time.monotonic() - self.began > MOST_TIME_S:
                        raise ConfigError(
                            f"{self.where}: file: {shown(self.pattern)} searches more than {self.looked_at - 1:,} files and folders "
                            f"(at most {MOST_LOOKED_AT:,} in {MOST_TIME_S:.0f} s); {_HOW}"
                        )
                    yield entry
        except OSError:  # missing or unreadable folder: no match
            return

    def _is_recording(self, path: str) -> bool:
        if path.endswith(".zarr"):
            return os.path.isdir(path)
        return path.lower().endswith(ENDINGS) and os.path.isfile(path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _name(template: Any, file: str) -> str:
    """Return the session name of a file."""
    stem = os.path.basename(os.path.normpath(file))
    for ending in (".zarr", *ENDINGS):
        stem = stem[: -len(ending)] if stem.lower().endswith(ending) else stem
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-") or "file"
    if template is None:
        return stem
    text = str(template)
    return text.replace("{stem}", stem) if "{stem}" in text else f"{text}-{stem}"
