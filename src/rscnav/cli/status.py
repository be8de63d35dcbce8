"""``rscnav status``: say what still runs in this folder after a kill, and how to clear what it left."""

import argparse
from pathlib import Path

import psutil


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--end", action="store_true", help="end the jobs that a killed run left behind")


def run(arguments: argparse.Namespace) -> None:
    """Report; raises an error (exit status 1) where a new run cannot start."""
    workflows, jobs = running_here(Path.cwd())
    locked = any(Path(".snakemake/locks").glob("*.lock")) if Path(".snakemake/locks").is_dir() else False
    if workflows:
        raise RuntimeErrorForUser(
            f"a workflow is running in this folder (process {', '.join(str(p.pid) for p in workflows)}); "
            "wait for it, or end it with Ctrl-C in its terminal"
        )
    if arguments.end:
        for job in jobs:
            print(f"ending process {job.pid}: {command_of(job)}")
            job.terminate()
        _, alive = psutil.wait_procs(jobs, timeout=10)
        for job in alive:
            job.kill()
        return
    if jobs or locked:
        lines = ["an earlier run was killed in this folder."]
        lines += [f"  still running: process {job.pid}: {command_of(job)}" for job in jobs]
        lines += ["  its lock on the results is still there."] if locked else []
        lines += ["`make unlock` ends what still runs and clears the lock; then start again: nothing finished is lost,"]
        lines += ["and networks go on from their last checkpoint."]
        raise RuntimeErrorForUser("\n".join(lines))


class RuntimeErrorForUser(OSError):
    """A state of the machine that the user can mend."""


def running_here(folder: Path) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """Find the workflows, and the jobs without a workflow above them, that run in a folder."""
    workflows, jobs = [], []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = process.info["cmdline"] or []
        if process.info["cwd"] != str(folder) or process.pid == psutil.Process().pid:
            continue
        names = [Path(word).name for word in words[:2]]
        if "snakemake" in names:
            workflows.append(process)
        elif "rscnav" in names and "status" not in words:
            jobs.append(process)
    return workflows, jobs


def command_of(process: psutil.Process) -> str:
    """Show a process' command as a person would type it."""
    words = process.info["cmdline"]
    first = next(k for k, word in enumerate(words[:2]) if Path(word).name == "rscnav")
    return " ".join(["rscnav", *words[first + 1 :]])
