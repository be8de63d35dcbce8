"""``rscnav status``: running or killed workflows in this folder."""

import argparse
from pathlib import Path

import psutil

from rscnav.errors import RscnavError
from rscnav.files.run_ownership import killed_run, orphans_in, recorded_run, schedulers_in


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--kill", action="store_true", help="end the jobs that a killed run left")


def run(arguments: argparse.Namespace) -> None:
    """Raise a FolderTakenError (exit status 1) if a new run cannot start in this folder."""
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
        lines = ["the jobs of a killed run in this folder are ending; wait a few seconds.", *lines]
    if lines:
        raise FolderTakenError("\n".join(lines))


class FolderTakenError(RscnavError):
    """A workflow, or jobs of a killed one, still use the folder."""


def _end(jobs: list[psutil.Process]) -> None:
    """End jobs (SIGTERM, after 10 s SIGKILL)."""
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
    """Return the command line of a process, from ``rscnav`` on."""
    words = process.info["cmdline"]
    first = next((k for k, word in enumerate(words[:3]) if Path(word).name == "rscnav"), None)
    return " ".join(words if first is None else ["rscnav", *words[first + 1 :]])
