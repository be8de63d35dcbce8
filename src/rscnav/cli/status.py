"""``rscnav status``: whether a run is under way in this folder, and what a killed one left."""

import argparse
from pathlib import Path

import psutil

from rscnav.errors import RscnavError
from rscnav.files.run_ownership import killed_run, orphans_in, recorded_run, schedulers_in


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--kill", action="store_true", help="end the jobs that a killed run left behind")


def run(arguments: argparse.Namespace) -> None:
    """Report; raises an error (exit status 1) where a new run cannot start."""
    folder = Path.cwd()
    last = recorded_run(folder)
    running = schedulers_in(folder)
    if last is not None and last.process.alive and last.process.pid not in running:
        running.append(last.process.pid)
    if running:
        raise FolderTakenError(
            f"a workflow is running in this folder (process {', '.join(map(str, running))}); "
            "wait for it, or end it with Ctrl-C in its terminal"
        )
    orphans = orphans_in(folder)
    if arguments.kill:
        _end(orphans)
        return
    lines = [f"  still running: process {job.pid}: {_command_of(job)}" for job in orphans]
    killed = killed_run(folder)
    if killed:
        lines.insert(0, killed)
    elif orphans:
        lines = ["jobs of a run that was killed in this folder end now; wait a few seconds.", *lines]
    if lines:
        raise FolderTakenError("\n".join(lines))


class FolderTakenError(RscnavError):
    """A state of the folder that the user can mend."""


def _end(jobs: list[psutil.Process]) -> None:
    """End jobs, and wait until they have ended."""
    for job in jobs:
        print(f"ending process {job.pid}: {_command_of(job)}")
        try:
            job.terminate()
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(jobs, timeout=10)
    for job in alive:
        job.kill()


def _command_of(process: psutil.Process) -> str:
    """Return a process' command as a person would type it."""
    words = process.info["cmdline"]
    first = next((k for k, word in enumerate(words[:3]) if Path(word).name == "rscnav"), None)
    return " ".join(words if first is None else ["rscnav", *words[first + 1 :]])
