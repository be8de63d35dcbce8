"""What the look through an HDF5 file (`rscnav.recordings.files.hdf5_probe.probe`) found, and whether the file may be read.

libhdf5 is trusted with no file that was not looked through by a process of its own before.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from errno import EACCES, EAGAIN
from typing import Any

import rscnav
from rscnav.errors import InvalidValueError

_CACHE: dict[tuple, "Probed"] = {}
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
Key = tuple[str, int]


@dataclass(frozen=True)
class FoundObject:
    """An object of a file.

    Parameters
    ----------
    path : str
        As libhdf5 has it, with a slash at its start; of an object in a linked file with the file's name before it.
    kind : str
        ``group`` or ``dataset``.
    type : str
        ``namespace.neurodata_type``, '' where the file gives none.
    shape : tuple of int
        Of a dataset.
    dtype, unit : str
    """

    path: str
    kind: str
    type: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    unit: str = ""

    def words(self) -> str:
        """Describe it in one line."""
        parts = [self.type.rpartition(".")[2] or self.kind]
        if self.kind == "dataset":
            parts += [" x ".join(str(n) for n in self.shape) or "one value", self.dtype]
        return f"{self.path}: {', '.join(part for part in [*parts, self.unit] if part)}"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one object: its path, and a sentence's end."""

    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


@dataclass
class Probed:
    """What is in an HDF5 file.

    Parameters
    ----------
    path : str
    objects : list of Found
        As far as the look came.
    refusal : str
        Why the file is not read at all; '' where it may be.
    refused : dict of Fault
        Datasets whose values are not read, by file and address; the rest of the file may be.
    dropped : dict of Fault
        Objects that no reader understands, by file and address.
    skipped : dict of Fault
        Links that are not followed, by the file and address of their group, and name.
    partial : dict of Fault
        Datasets of which a part was never stored, by file and address.
    linked : list of str
        Other files, in the same folder, that links lead into.
    notes : list of str
        What is to be said of a file that is read.
    plugins : bool
        Whether it needs filters of the package hdf5plugin.
    is_nwb : bool
        Whether it says of itself that it is NWB.
    specifications : str
        Path of the group with the file's own copy of its extensions.
    busy : bool
        Whether it could not be opened, which may be different soon.
    """

    path: str
    objects: list[FoundObject] = field(default_factory=list)
    refusal: str = ""
    refused: dict[Key, Fault] = field(default_factory=dict)
    dropped: dict[Key, Fault] = field(default_factory=dict)
    skipped: dict[tuple[str, int, str], Fault] = field(default_factory=dict)
    partial: dict[Key, Fault] = field(default_factory=dict)
    linked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    plugins: bool = False
    is_nwb: bool = False
    specifications: str = ""
    busy: bool = False

    def listed(self) -> list[str]:
        """Return a line for each object, but for stored specifications."""
        wrong = self.faults()
        return [
            found.words() + (f"; {wrong[found.path]}" if found.path in wrong else "")
            for found in self.objects
            if found.path != "/" and not found.path.startswith("/specifications")
        ]

    def faults(self) -> dict[str, str]:
        """Return what is wrong with single objects and links, by path."""
        every = [*self.refused.values(), *self.dropped.values(), *self.skipped.values()]
        return {fault.path: fault.why for fault in every}


def probed(path: str | os.PathLike[str]) -> Probed:
    """Look through an HDF5 file, and refuse it where libhdf5 cannot be trusted with it. Call this before h5py opens it.

    It must be a regular file (`rscnav.recordings.files.open_file.refuse_unreadable`). Filters of hdf5plugin that it needs are there
    afterwards. What comes back names, as `faults`, datasets and links that must not be read or followed.

    Raises
    ------
    InvalidValueError
        For a file that is damaged, not HDF5, or open for writing; the message names file, place and cure.
    """
    found = probe(path)
    if found.refusal:
        raise InvalidValueError(found.refusal)
    if found.plugins:
        import hdf5plugin  # noqa: F401  registers its filters
    return found


def probe(path: str | os.PathLike[str]) -> Probed:
    """Do what `probed` does, but only say in `refusal` why a file is refused. A file that did not change is looked at once."""
    text = os.fspath(path)
    state = os.stat(text)
    key = (os.path.abspath(text), state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    found = _CACHE.get(key)
    if found is None:
        found = _look(text)
        if not found.busy:
            _CACHE[key] = found
    return found


def key_of(item: Any) -> Key:
    """Return what identifies an open object: its file and its address."""
    import h5py

    return os.path.realpath(item.file.filename), int(h5py.h5o.get_info(item.id).addr)


def refuse_values(found: Probed, item: Any) -> None:
    """Raise an InvalidValueError for an open object whose values must not be read, by whatever path it was reached."""
    if not found.refused and not found.dropped:
        return
    fault = found.refused.get(key_of(item)) or found.dropped.get(key_of(item))
    if fault is not None:
        raise InvalidValueError(str(fault))


def followed(found: Probed, group: Any) -> list[str]:
    """Return the names in an open group without the links that must not be followed."""
    if not found.skipped:
        return list(group)
    key = key_of(group)
    return [name for name in group if (*key, name) not in found.skipped]


def is_hdf5(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file begins as HDF5 does, or does after a user block; libhdf5 is not asked."""
    with open(path, "rb") as file:
        start, size = 0, os.fstat(file.fileno()).st_size
        while start + len(_SIGNATURE) <= size:
            file.seek(start)
            if file.read(len(_SIGNATURE)) == _SIGNATURE:
                return True
            start = max(512, 2 * start)
    return False


def _look(path: str) -> Probed:
    """Run the process, and read its lines."""
    found = Probed(path)
    if not is_hdf5(path):
        found.refusal = f"{path}: not an HDF5 file, or a damaged one; NWB files are HDF5 files"
        return found
    status, out, complaint = _run(os.path.abspath(path))
    at, ended = "its beginning", False
    for line in out.splitlines():
        try:
            said = json.loads(line)
        except ValueError:  # cut off by the process's end
            break
        at, ended = said.get("at", at), ended or "end" in said or "closed" in said
        _enter(found, said)
    if not found.refusal and (status or not ended):
        found.refusal = _ended(path, status, at, complaint.decode("utf-8", "replace"))
    return found


def _run(path: str) -> tuple[int, bytes, bytes]:
    """Run the process; return its exit status (negative: the signal that ended it), what it found, and what it complains of."""
    package = os.path.dirname(os.path.dirname(rscnav.__file__))
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**os.environ, **threads, "PYTHONPATH": os.pathsep.join([package, *filter(None, sys.path)])}
    command = [sys.executable, "-P", "-m", "rscnav.recordings.files.hdf5_probe.probe", path]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, env=environment, check=False)
    return done.returncode, done.stdout, done.stderr


def _enter(found: Probed, said: dict) -> None:
    """Enter what one line says."""
    key = tuple(said["key"]) if "key" in said else ("", 0)
    for word, into in (("refuse", found.refused), ("drop", found.dropped), ("partial", found.partial)):
        if word in said:
            into[key] = Fault(said[word], said["why"])
    if "skip" in said:
        name = said["skip"]
        found.skipped[(*key, name)] = Fault(f"{said['group'].rstrip('/')}/{name}", said["why"])
    elif "object" in said:
        kind = ".".join(filter(None, (said.get("namespace"), said.get("neurodata_type"))))
        shape = tuple(said.get("shape", ()))
        found.objects.append(
            FoundObject(said["object"], said["kind"], kind, shape, said.get("dtype", ""), said.get("unit", ""))
        )
    elif "follow" in said and said["follow"] not in found.linked:
        found.linked.append(said["follow"])
        found.notes.append(f"{said['link']} is read from the linked file '{os.path.basename(said['follow'])}'")
    elif "top" in said:
        found.is_nwb = "nwb_version" in said["top"]
    elif "specifications" in said:
        found.specifications = said["specifications"]
    elif "plugin" in said:
        found.plugins = True
    elif "damage" in said and not found.refusal:
        found.refusal = (
            f"{found.path}: the file is damaged at '{said['damage']}' ({said['why']}); copy or download it again"
        )
    elif "closed" in said:
        found.refusal, found.busy = _closed(found.path, said["closed"], said["errno"]), True


def _closed(path: str, why: str, number: int | None) -> str:
    """Say why a file cannot be opened."""
    if number in (EAGAIN, EACCES):
        return f"{path}: another program has the file open for writing ({why}); close it there and run again"
    if "h5clear file" in why:  # libhdf5's advice for a file whose writer did not close it
        return (
            f"{path}: the file is marked as open for writing; close it in the program that writes it, or, if that program was "
            f"killed, run h5clear -s {path}"
        )
    if "truncated file" in why:
        return f"{path}: the file is cut short ({why}); copy or download it again"
    return f"{path}: the file is damaged: it cannot be opened as HDF5 ({why}); copy or download it again"


def _ended(path: str, status: int, at: str, said: str) -> str:
    """Say what became of a process that did not get through."""
    cure = "copy or download it again"
    if status == -signal.SIGPROF:
        return f"{path}: the file is damaged at '{at}': libhdf5 does not come to an end there; {cure}"
    if status == -signal.SIGKILL:
        return (
            f"{path}: the look through the file was killed at '{at}'; was memory short, or is the file damaged there?"
        )
    if status < 0:
        return f"{path}: the file is damaged at '{at}': libhdf5 crashes there ({signal.Signals(-status).name}); {cure}"
    last = (said.strip().splitlines() or ["no message"])[-1]
    return f"{path}: the file could not be looked through at '{at}' ({last}); {cure} if it is damaged"
