"""Which run of the workflow a job belongs to, and whether that run still holds the folder.

A run records itself in ``.snakemake/rscnav-run.json`` when it starts (`begin_run`, under Snakemake's own lock). Its jobs inherit two
environment variables: `RUN` (the run's token and the record's path) and `SCHEDULER` (the process that started them). A job ends when
its scheduler ends (`end_with_scheduler`), and writes nothing when its scheduler has ended or another run has taken the folder
(`refuse_if_orphaned`). A command that a person types has neither variable and belongs to nobody.
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
TIME_TO_END_S = 5.0  # for a job to remove what it had half-written


class OrphanedError(FileError):
    """The run that started this job has ended, or another one has taken the folder."""


@dataclass(frozen=True)
class Process:
    """One process of one machine; `started` tells it from a later one of the same number."""

    host: str
    pid: int
    started: str

    @property
    def alive(self) -> bool | None:
        """Whether it runs; None where it is a process of another machine, which can't be seen from here."""
        if self.host != socket.gethostname():
            return None
        return _started(self.pid) == self.started


@dataclass(frozen=True)
class Run:
    """A run of the workflow: its token and its scheduler's process."""

    token: str
    process: Process


def this_process() -> Process:
    """Return the process that calls."""
    return Process(socket.gethostname(), os.getpid(), str(_started(os.getpid())))


def announce_scheduler() -> None:
    """Tell the jobs that this process will start whose they are; called when the Snakefile is read."""
    own = this_process()
    os.environ[SCHEDULER] = f"{own.pid}:{own.started}"
    record = RECORD.absolute()
    if RUN not in os.environ and (run := recorded_run()) is not None:
        os.environ[RUN] = f"{run.token}@{record}"  # a cluster's job, which reads the Snakefile anew on its node


def begin_run() -> None:
    """Record this process as the run that holds the current folder; jobs of earlier runs can write no more."""
    from rscnav.files.atomic import write_text

    run = Run(secrets.token_hex(8), this_process())
    write_text(RECORD, json.dumps(asdict(run), sort_keys=True))
    os.environ[RUN] = f"{run.token}@{RECORD.absolute()}"


def recorded_run(folder: Path = Path()) -> Run | None:
    """Return the last run that began in a folder; None where there was none, or its record cannot be read."""
    return _read(folder / RECORD)


def killed_run(folder: Path = Path()) -> str:
    """Return a sentence on the run that was killed in a folder and left its lock; '' where there is none."""
    if not is_locked(folder):
        return ""
    run = recorded_run(folder)
    if run is not None and run.process.alive is None:
        return (
            f"a run that began on the machine {run.process.host} (process {run.process.pid}) holds the lock of this folder; from here it "
            "can't be seen whether it still runs. If it does not, `snakemake --unlock` clears its lock"
        )
    if (run is not None and run.process.alive) or schedulers_in(folder.absolute()):
        return ""
    return (
        "an earlier run was killed in this folder, and its lock on the results is still there. `make unlock` (or `snakemake --unlock`) "
        "clears it; then start again: nothing that was finished is lost, and networks go on from their last checkpoint"
    )


def is_locked(folder: Path = Path()) -> bool:
    """Whether Snakemake's lock is on a folder."""
    locks = folder / LOCKS
    return locks.is_dir() and any(locks.glob("*.lock"))


def schedulers_in(folder: Path) -> list[int]:
    """List the processes that run Snakemake in a folder, this one and its parents left out."""
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
    """List the jobs of this project that a run in a folder started and whose scheduler has ended."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        try:
            variables = process.environ() if "rscnav" in " ".join((process.info["cmdline"] or [])[:3]) else {}
        except psutil.Error:  # another user's, or gone
            continue
        record = variables.get(RUN, "").partition("@")[2]
        if record == str((folder / RECORD).absolute()) and not _alive(variables.get(SCHEDULER, "")):
            found.append(process)
    return found


def refuse_if_orphaned() -> None:
    """Raise `OrphanedError` where the run that started this job has ended, or another run has taken the folder since."""
    why = _why_orphaned()
    if why:
        raise OrphanedError(f"{why}: this job stops and writes nothing")


def end_with_scheduler(clean: Callable[[], Any], interrupt: Callable[[], Any]) -> None:
    """End this process soon after the scheduler that started it; without one, do nothing.

    Parameters
    ----------
    clean : callable
        Removes what is half-written, called where the main thread could not be interrupted in time.
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


def _read(path: Path) -> Run | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Run(str(values["token"]), Process(**values["process"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _started(pid: int) -> str | None:
    """Return when a process started, as its system tells it; None where there is none of that number, or it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]  # ticks since the machine started: no clock moves them
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
