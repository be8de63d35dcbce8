"""``python -m rscnav.recordings.files.hdf5_probe.probe FILE``: look through an HDF5 file in a process that may crash or be ended.

libhdf5 loops, crashes or fills memory on some damaged files. This process opens every object of a file, reads what may do so, and
prints what it finds as JSON, an object a line; `rscnav.recordings.files.hdf5_probe.findings` starts it and reads the lines. It ends itself by a signal
after `STEP_S` seconds of CPU time without progress (`SMALL_STEP_S` in a small file), and may use no more than `MEMORY` bytes.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any

import h5py

from rscnav.errors import first_line
from rscnav.recordings.files.hdf5_probe.datasets import look_at_dataset, overlapping
from rscnav.recordings.files.hdf5_probe.links import Outside, Target, resolve

Key = tuple[str, int]
STEP_S, SMALL_STEP_S = 4.0, 2.0  # CPU time of one step; unpacking a large chunk takes less than 1 s
SMALL = 64 << 20  # bytes of a file in which no sound step takes long
MEMORY = 4 << 30
_READ_IN_FULL = 10_000  # of more objects than that (MATLAB's cells), only the headers are read


class FileWalk:
    """One look through a file and the files that it links to; results are written to standard output."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.step_s = SMALL_STEP_S if os.path.getsize(path) < SMALL else STEP_S
        self.files: dict[str, h5py.File] = {}
        self.main: h5py.File | None = None
        self.real: dict[str, str] = {}  # by the name under which a file was opened
        self.seen: set[Key] = set()
        self.extents: dict[str, list[tuple[int, int, str]]] = {}
        self.n_objects = 0
        self.damaged = False

    def emit(self, **line: Any) -> None:
        """Write a line, and allow the next step its full CPU time."""
        self.progress()
        self.damaged = self.damaged or "damage" in line
        os.write(1, (json.dumps(line) + "\n").encode())

    def progress(self) -> None:
        """Allow the next step its full CPU time. The kernel counts it, also while libhdf5 loops in C.

        After the first damage there is that much time for all the rest: the file is refused, and the rest only listed.
        """
        if self.damaged:
            return
        signal.setitimer(signal.ITIMER_PROF, self.step_s)

    def open(self, path: str) -> h5py.File:
        """Open a file once."""
        real = os.path.realpath(path)
        if real not in self.files:
            self.files[real] = file = h5py.File(path, "r")
            self.real[file.filename] = real
            self.extents[real] = []
        return self.files[real]

    def name(self, file: h5py.File, path: str) -> str:
        """Return the path of an object for messages, with the file's name where it is another file."""
        return path if file is self.main else f"{os.path.basename(file.filename)}:{path}"

    def run(self) -> None:
        """Look at everything, depth first, in the order in which hdmf reads."""
        self.main = self.open(self.path)
        root = Target(self.main, "/")
        stack = [(self.key(root), self.members(root, self.key(root), frozenset()))]
        self.seen.add(stack[0][0])
        while stack:
            below = next(stack[-1][1], None)
            if below is None:
                stack.pop()
                continue
            target, key = below
            if key not in self.seen:
                self.seen.add(key)
                stack.append((key, self.members(target, key, frozenset(on for on, _ in stack))))
        for file, extents in self.extents.items():
            for path in overlapping(extents):
                self.emit(damage=self.name(self.files[file], path), why="its values overlap those of another dataset")
        self.emit(end=self.n_objects)

    def key(self, target: Target) -> Key:
        """Return what identifies an object: its file and its address."""
        info = h5py.h5o.get_info(target.file.id, target.path.encode("utf-8", "surrogateescape"))
        return self.real[target.file.filename], int(info.addr)

    def members(self, target: Target, key: Key, above: frozenset[Key]) -> Iterator[tuple[Target, Key]]:
        """Look at an object itself, then yield what is in it, if it is a group."""
        file, path = target.file, target.path
        name = self.name(file, path)
        self.n_objects += 1
        if self.n_objects <= _READ_IN_FULL:
            self.emit(at=name)
        else:
            self.progress()
        try:
            item = file[path]
            listed = self.attributes(item, name, key)
            if path == "/" and file is self.main:
                self.emit(top=list(item.attrs))
            if isinstance(item, h5py.Dataset):
                full = self.n_objects <= _READ_IN_FULL
                listed |= look_at_dataset(self, item, name, key, full)
            elif not isinstance(item, h5py.Group):
                self.emit(drop=name, key=key, why="a named data type, which holds no data")
            if not path.startswith("/#refs#/"):
                self.emit(object=name, kind="dataset" if isinstance(item, h5py.Dataset) else "group", **listed)
            links = sorted(item) if isinstance(item, h5py.Group) else []
        except Exception as error:
            self.emit(damage=name, why=first_line(error))
            return
        for link in links:
            try:
                found = resolve(self, target, link, item)
                there = None if found is None else self.key(found)
            except Outside as error:
                self.emit(skip=link, key=key, group=name, why=str(error))
                continue
            except Exception as error:
                self.emit(damage=f"{name.rstrip('/')}/{link}", why=first_line(error))
                continue
            if found is None or there is None:
                self.emit(skip=link, key=key, group=name, why="a link to what is not there")
            elif there == key or there in above:
                self.emit(skip=link, key=key, group=name, why="a link to a group that holds it")
            else:
                yield found, there

    def attributes(self, item: Any, name: str, key: Key) -> dict[str, Any]:
        """Read all attributes; return those that say what the object is."""
        said: dict[str, Any] = {}
        for attribute in item.attrs:
            try:
                value = item.attrs[attribute]
            except TypeError as error:  # a data type that numpy does not have
                self.emit(drop=name, key=key, why=f"its attribute '{attribute}' cannot be read ({first_line(error)})")
                continue
            if isinstance(value, h5py.Reference):
                try:
                    there = item.file[value]
                    if attribute == ".specloc" and name == "/":
                        self.emit(specifications=there.name)
                except Exception:
                    self.emit(drop=name, key=key, why=f"its attribute '{attribute}' refers to an object that is gone")
            elif attribute in ("namespace", "neurodata_type", "unit") and isinstance(value, str | bytes):
                said[attribute] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return said


def main(path: str) -> None:
    """Look through one file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard < 0 else min(MEMORY, hard), hard))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    walk = FileWalk(path)
    walk.progress()
    try:
        walk.open(path)
    except OSError as error:
        walk.emit(closed=first_line(error), errno=error.errno)
        return
    walk.run()
    os._exit(0)  # closing a damaged file may crash too, after all was said


if __name__ == "__main__":
    main(sys.argv[1])
