"""``python -m rscnav.recordings.files.hdf5_probe.probe FILE``: check an HDF5 file in a separate process, which may crash.

libhdf5 loops, crashes or fills the memory on some damaged files. This process opens every object of a file, and reads the values that can
cause this. It prints its findings as JSON, one object per line; `rscnav.recordings.files.hdf5_probe.findings` starts it and reads the lines.
A signal ends the process after `STEP_S` seconds of CPU time without progress (`SMALL_STEP_S` in a small file). It can use at most `MEMORY`
bytes.
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
from rscnav.recordings.files.hdf5_probe.datasets import check_dataset, overlapping
from rscnav.recordings.files.hdf5_probe.links import Outside, Target, resolve

Key = tuple[str, int]
STEP_S, SMALL_STEP_S = 4.0, 2.0  # largest CPU time of one step (s); decompressing a large chunk takes less than 1 s
SMALL = 64 << 20  # largest size of a small file (bytes)
MEMORY = 4 << 30  # bytes
_READ_IN_FULL = 10_000  # objects whose values are read; of later ones (MATLAB's cells) only the headers


class FileWalk:
    """Walk through a file and the files that it links to; findings are written to standard output."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.step_s = SMALL_STEP_S if os.path.getsize(path) < SMALL else STEP_S
        self.files: dict[str, h5py.File] = {}
        self.main: h5py.File | None = None
        self.real: dict[str, str] = {}  # real path, by the name under which a file was opened
        self.seen: set[Key] = set()
        self.extents: dict[str, list[tuple[int, int, str]]] = {}
        self.n_objects = 0
        self.damaged = False

    def emit(self, **line: Any) -> None:
        """Write a line of findings, and restart the timer of CPU time."""
        self.progress()
        self.damaged = self.damaged or "damage" in line
        os.write(1, (json.dumps(line) + "\n").encode())

    def progress(self) -> None:
        """Restart the timer of CPU time. The kernel runs it, also while libhdf5 loops in C.

        After the first damage the timer is not restarted: the file is rejected, and further objects are only listed.
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
        """Return the path of an object for messages; in a linked file, after the name of that file."""
        return path if file is self.main else f"{os.path.basename(file.filename)}:{path}"

    def run(self) -> None:
        """Check all objects, depth first, in the order in which hdmf reads them."""
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
        """Return file and address of an object, which identify it."""
        info = h5py.h5o.get_info(target.file.id, target.path.encode("utf-8", "surrogateescape"))
        return self.real[target.file.filename], int(info.addr)

    def members(self, target: Target, key: Key, above: frozenset[Key]) -> Iterator[tuple[Target, Key]]:
        """Check an object, then yield its members if it is a group."""
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
                listed |= check_dataset(self, item, name, key, full)
            elif not isinstance(item, h5py.Group):
                self.emit(drop=name, key=key, why="a named data type, which contains no data")
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
                self.emit(skip=link, key=key, group=name, why="a link to an object that does not exist")
            elif there == key or there in above:
                self.emit(skip=link, key=key, group=name, why="a link to a group that contains it")
            else:
                yield found, there

    def attributes(self, item: Any, name: str, key: Key) -> dict[str, Any]:
        """Read all attributes; return namespace, neurodata_type and unit."""
        described: dict[str, Any] = {}
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
                    self.emit(drop=name, key=key, why=f"its attribute '{attribute}' refers to a missing object")
            elif attribute in ("namespace", "neurodata_type", "unit") and isinstance(value, str | bytes):
                described[attribute] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        return described


def main(path: str) -> None:
    """Check one file, with limits of memory and of CPU time."""
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
    os._exit(0)  # closing a damaged file can crash too


if __name__ == "__main__":
    main(sys.argv[1])
