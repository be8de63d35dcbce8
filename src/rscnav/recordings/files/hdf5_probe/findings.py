"""Probe of an HDF5 file in a separate process: start it, and return its findings.

libhdf5 can loop, crash or fill the memory on a damaged file. No file is opened in this process before the probe
(`rscnav.recordings.files.hdf5_probe.probe`) has gone through it.
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
        With a leading slash; for an object in a linked file, the name of that file comes first.
    kind : str
        ``group`` or ``dataset``.
    type : str
        ``namespace.neurodata_type``; '' if the file names none.
    shape : tuple of int
        Shape of a dataset.
    dtype, unit : str
    """

    path: str
    kind: str
    type: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    unit: str = ""

    def words(self) -> str:
        """Return a description in one line."""
        parts = [self.type.rpartition(".")[2] or self.kind]
        if self.kind == "dataset":
            parts += [" x ".join(str(n) for n in self.shape) or "one value", self.dtype]
        return f"{self.path}: {', '.join(part for part in [*parts, self.unit] if part)}"


@dataclass(frozen=True)
class Fault:
    """Fault of one object: its path, and the reason."""

    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


@dataclass
class Probed:
    """Findings of the probe of an HDF5 file.

    Parameters
    ----------
    path : str
    objects : list of FoundObject
        All objects; of a damaged file those up to the damage.
    refusal : str
        Why the file is not read at all; '' if it can be read.
    refused : dict of Fault
        Datasets whose values are not read, by file and address; the rest of the file can be read.
    dropped : dict of Fault
        Objects that no reader can interpret, by file and address.
    skipped : dict of Fault
        Links that are not followed, by file and address of their group, and name.
    partial : dict of Fault
        Datasets with chunks that are not stored, by file and address.
    linked : list of str
        Other files in the same folder that links point to.
    notes : list of str
        Notes on a file that can be read.
    plugins : bool
        Whether it needs filters of the package hdf5plugin.
    is_nwb : bool
        Whether it has the attribute ``nwb_version``.
    specifications : str
        Path of the group with the stored specifications of extensions.
    busy : bool
        Whether it could not be opened, for example while another program writes it; such findings are not cached.
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
        """Return a line for each object, except stored specifications."""
        wrong = self.faults()
        return [
            found.words() + (f"; {wrong[found.path]}" if found.path in wrong else "")
            for found in self.objects
            if found.path != "/" and not found.path.startswith("/specifications")
        ]

    def faults(self) -> dict[str, str]:
        """Return the faults of single objects and links: reasons by path."""
        every = [*self.refused.values(), *self.dropped.values(), *self.skipped.values()]
        return {fault.path: fault.why for fault in every}


def probed(path: str | os.PathLike[str]) -> Probed:
    """Probe an HDF5 file before h5py opens it, and raise if it is not safe to open.

    Filters of hdf5plugin that the file needs are registered.

    Parameters
    ----------
    path : path-like
        A regular file (`rscnav.recordings.files.open_file.refuse_unreadable`).

    Returns
    -------
    Probed
        Its `faults` are datasets and links that must not be read or followed.

    Raises
    ------
    InvalidValueError
        If the file is damaged, not HDF5, or open for writing; the message names the object and the remedy.
    """
    found = probe(path)
    if found.refusal:
        raise InvalidValueError(found.refusal)
    if found.plugins:
        import hdf5plugin  # noqa: F401  registers its filters
    return found


def probe(path: str | os.PathLike[str]) -> Probed:
    """Probe an HDF5 file like `probed`, but return the reason in `refusal` instead of raising. Findings are cached until it changes."""
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
    """Return file and address of an open object, which identify it."""
    import h5py

    return os.path.realpath(item.file.filename), int(h5py.h5o.get_info(item.id).addr)


def refuse_values(found: Probed, item: Any) -> None:
    """Raise an InvalidValueError if the values of an open object must not be read."""
    if not found.refused and not found.dropped:
        return
    fault = found.refused.get(key_of(item)) or found.dropped.get(key_of(item))
    if fault is not None:
        raise InvalidValueError(str(fault))


def followed(found: Probed, group: Any) -> list[str]:
    """Return the names of the members of an open group, without links that must not be followed."""
    if not found.skipped:
        return list(group)
    key = key_of(group)
    return [name for name in group if (*key, name) not in found.skipped]


def is_hdf5(path: str | os.PathLike[str]) -> bool:
    """Return whether a file has the signature of HDF5, at its start or after a user block; libhdf5 is not used."""
    with open(path, "rb") as file:
        start, size = 0, os.fstat(file.fileno()).st_size
        while start + len(_SIGNATURE) <= size:
            file.seek(start)
            if file.read(len(_SIGNATURE)) == _SIGNATURE:
                return True
            start = max(512, 2 * start)
    return False


def _look(path: str) -> Probed:
    """Run the probe, and return its findings."""
    found = Probed(path)
    if not is_hdf5(path):
        found.refusal = f"{path}: not an HDF5 file, or a damaged one; expected an NWB file in HDF5"
        return found
    status, out, complaint = _run(os.path.abspath(path))
    at, ended = "its beginning", False
    for line in out.splitlines():
        try:
            record = json.loads(line)
        except ValueError:  # incomplete last line of a process that was ended
            break
        at, ended = record.get("at", at), ended or "end" in record or "closed" in record
        _enter(found, record)
    if not found.refusal and (status or not ended):
        found.refusal = _ended(path, status, at, complaint.decode("utf-8", "replace"))
    return found


def _run(path: str) -> tuple[int, bytes, bytes]:
    """Run the probe; return its exit status (negative: the signal that ended it), standard output and standard error."""
    package = os.path.dirname(os.path.dirname(rscnav.__file__))
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**os.environ, **threads, "PYTHONPATH": os.pathsep.join([package, *filter(None, sys.path)])}
    command = [sys.executable, "-P", "-m", "rscnav.recordings.files.hdf5_probe.probe", path]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, env=environment, check=False)
    return done.returncode, done.stdout, done.stderr


def _enter(found: Probed, record: dict) -> None:
    """Add one record of the probe to the findings."""
    key = tuple(record["key"]) if "key" in record else ("", 0)
    for word, into in (("refuse", found.refused), ("drop", found.dropped), ("partial", found.partial)):
        if word in record:
            into[key] = Fault(record[word], record["why"])
    if "skip" in record:
        name = record["skip"]
        found.skipped[(*key, name)] = Fault(f"{record['group'].rstrip('/')}/{name}", record["why"])
    elif "object" in record:
        kind = ".".join(filter(None, (record.get("namespace"), record.get("neurodata_type"))))
        shape = tuple(record.get("shape", ()))
        found.objects.append(
            FoundObject(record["object"], record["kind"], kind, shape, record.get("dtype", ""), record.get("unit", ""))
        )
    elif "follow" in record and record["follow"] not in found.linked:
        found.linked.append(record["follow"])
        found.notes.append(f"{record['link']} is read from the linked file '{os.path.basename(record['follow'])}'")
    elif "top" in record:
        found.is_nwb = "nwb_version" in record["top"]
    elif "specifications" in record:
        found.specifications = record["specifications"]
    elif "plugin" in record:
        found.plugins = True
    elif "damage" in record and not found.refusal:
        found.refusal = (
            f"{found.path}: the file is damaged at '{record['damage']}' ({record['why']}); copy or download it again"
        )
    elif "closed" in record:
        found.refusal, found.busy = _closed(found.path, record["closed"], record["errno"]), True


def _closed(path: str, why: str, number: int | None) -> str:
    """Return the message for a file that cannot be opened."""
    if number in (EAGAIN, EACCES):
        return f"{path}: another program has the file open for writing ({why}); close it there and run again"
    if "h5clear file" in why:  # advice of libhdf5 for a file that its writer did not close
        return (
            f"{path}: the file is marked as open for writing; close it in the program that writes it, or, if that program was "
            f"killed, run h5clear -s {path}"
        )
    if "truncated file" in why:
        return f"{path}: the file is truncated ({why}); copy or download it again"
    return f"{path}: the file is damaged: it cannot be opened as HDF5 ({why}); copy or download it again"


def _ended(path: str, status: int, at: str, output: str) -> str:
    """Return the message for a probe that ended before the end of the file."""
    cure = "copy or download it again"
    if status == -signal.SIGPROF:
        return f"{path}: the file is damaged at '{at}': libhdf5 does not finish reading it; {cure}"
    if status == -signal.SIGKILL:
        return (
            f"{path}: the check of the file was killed at '{at}', because memory ran out or the file is damaged there; free memory "
            f"and run again, or {cure}"
        )
    if status < 0:
        return f"{path}: the file is damaged at '{at}': libhdf5 crashes there ({signal.Signals(-status).name}); {cure}"
    last = (output.strip().splitlines() or ["no message"])[-1]
    return f"{path}: the check of the file failed at '{at}' ({last}); {cure} if it is damaged"
