"""Run ownership: the run that a job belongs to, and whether it is still the current run of the folder.

A run records itself in ``.snakemake/rscnav-run.json`` when it starts (`begin_run`, under Snakemake's lock). Its jobs inherit two
environment variables: `RUN` (token of the run and path of the record) and `SCHEDULER` (the process that started them). A job ends when
its scheduler ends (`end_with_scheduler`). It writes nothing if its scheduler has ended or another run has begun in the folder
(`refuse_if_orphaned`). A command that a user types has neither variable and is not checked.
"""

import json
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from rscnav.errors import FileError

RUN, SCHEDULER = "RSCNAV_RUN", "RSCNAV_SCHEDULER"
RECORD = Path(".snakemake/rscnav-run.json")
LOCKS = Path(".snakemake/locks")
LOOK_EVERY_S = 0.5
TIME_TO_END_S = 5.0  # for a job to remove its temporary files


class OrphanedError(FileError):
    """The run that started this job has ended, or another run has begun in the folder."""


@dataclass(frozen=True)
class Process:
    """A process of a machine; `started` distinguishes it from a later process with the same number."""

    host: str
    pid: int
    started: str

    @property
    def alive(self) -> bool | None:
        """Whether it runs; None for a process of another machine."""
        if self.host != socket.gethostname():
            return None
        return _started(self.pid) == self.started


@dataclass(frozen=True)
class RecordedRun:
    """A run of the workflow: its token and its scheduler's process."""

    token: str
    process: Process


def this_process() -> Process:
    """Return the current process."""
    return Process(socket.gethostname(), os.getpid(), str(_started(os.getpid())))


def announce_scheduler() -> None:
    """Set the environment variables that jobs of this process inherit; called when the Snakefile is read."""
    own = this_process()
    os.environ[SCHEDULER] = f"{own.pid}:{own.started}"
    record = RECORD.absolute()
    if RUN not in os.environ and (run := recorded_run()) is not None:
        os.environ[RUN] = f"{run.token}@{record}"  # a job on a cluster, which reads the Snakefile again on its node


def begin_run() -> None:
    """Record this process as the current run of the folder; from then on, jobs of earlier runs cannot write."""
    from rscnav.files.atomic import write_text

    run = RecordedRun(secrets.token_hex(8), this_process())
    write_text(RECORD, json.dumps(asdict(run), sort_keys=True))
    os.environ[RUN] = f"{run.token}@{RECORD.absolute()}"


def recorded_run(folder: Path = Path()) -> RecordedRun | None:
    """Return the last run in a folder; None if there is none, or its record cannot be read."""
    return _read(folder / RECORD)


def killed_run(folder: Path = Path()) -> str:
    """Return a message about a killed run that left its lock in a folder; '' if there is none."""
    if not is_locked(folder):
        return ""
    run = recorded_run(folder)
    if run is not None and run.process.alive is None:
        return (
            f"a run on the machine {run.process.host} (process {run.process.pid}) holds the lock of this folder; this machine cannot "
            "check whether it still runs. If it does not, `snakemake --unlock` removes its lock"
        )
    if (run is not None and run.process.alive) or schedulers_in(folder.absolute()):
        return ""
    return (
        "an earlier run was killed in this folder, and its lock on the results is still there. `make unlock` (or `snakemake --unlock`) "
        "removes it; then start again: finished results are kept, and networks resume from their last checkpoint"
    )


def is_locked(folder: Path = Path()) -> bool:
    """Return whether Snakemake's lock is on a folder."""
    locks = folder / LOCKS
    return locks.is_dir() and any(locks.glob("*.lock"))


def schedulers_in(folder: Path) -> list[int]:
    """Return the processes that run Snakemake in a folder, without this process and its parents."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = process.info["cmdline"] or []
        names = [Path(word).name for word in words[:3]]
        is_snakemake = "snakemake" in names[:2] or (names[1:2] == ["-m"] and names[2:3] == ["snakemake"])
        if is_snakemake and process.info["cwd"] == str(folder) and process.pid not in own:
            found.append(process.pid)
    return found


def orphans_in(folder: Path) -> list[psutil.Process]:
    """Return the jobs of a run in a folder whose scheduler has ended."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            variables = process.environ() if "rscnav" in " ".join((process.info["cmdline"] or [])[:3]) else {}
        except psutil.Error:  # process of another user, or ended
            continue
        record = variables.get(RUN, "").partition("@")[2]
        if record == str((folder / RECORD).absolute()) and not _alive(variables.get(SCHEDULER, "")):
            found.append(process)
    return found


def refuse_if_orphaned() -> None:
    """Raise an OrphanedError if the run of this job has ended, or another run has begun in the folder."""
    why = _why_orphaned()
    if why:
        raise OrphanedError(f"{why}: this job stops and writes nothing")


def end_with_scheduler(clean: Callable[[], Any], interrupt: Callable[[], Any]) -> None:
    """Start a thread that ends this process when its scheduler ends; do nothing without a scheduler.

    Parameters
    ----------
    clean : callable
        Removes temporary files; called if the main thread does not end in time.
    interrupt : callable
        Interrupts the main thread (``_thread.interrupt_main``).
    """
    if SCHEDULER in os.environ:
        threading.Thread(target=_watch, args=(clean, interrupt), daemon=True, name="scheduler").start()


def _watch(clean: Callable[[], Any], interrupt: Callable[[], Any]) -> None:
    while not (why := _why_orphaned()):
        time.sleep(LOOK_EVERY_S)
    print(f"rscnav: {why}: this job stops", file=sys.stderr, flush=True)
    interrupt()
    time.sleep(TIME_TO_END_S)
    clean()
    os._exit(1)


def _why_orphaned() -> str:
    scheduler = os.environ.get(SCHEDULER)
    if scheduler is None:
        return ""
    if not _alive(scheduler):
        return "the workflow that started this job has ended"
    token, _, record = os.environ.get(RUN, "").partition("@")
    run = _read(Path(record)) if record else None
    return "another run of the workflow has begun in this folder" if run is not None and run.token != token else ""


def _alive(scheduler: str) -> bool:
    pid, _, started = scheduler.partition(":")
    return pid.isdigit() and _started(int(pid)) == started


def _read(path: Path) -> RecordedRun | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return RecordedRun(str(values["token"]), Process(**values["process"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _started(pid: int) -> str | None:
    """Return the start time of a process as text; None if there is no such process, or it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]  # ticks since boot, independent of the clock
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    except OSError:
        return None
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.0f}"
    except psutil.Error:
        return None
