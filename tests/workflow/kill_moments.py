"""Kill a tiny workflow at random moments, go on as its own messages say, and compare the results with an undisturbed run's.

    python tests/workflow/kill_moments.py 20 FOLDER

Kills the scheduler, a job, or both; before the first kill, while a network trains, a dry run and a second start with other settings
look at the folder.
"""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.project import TINY, copy_project, environment, snakemake

TIMES = ("logs", "benchmarks")  # what says how long things took
WAYS = ("scheduler", "job", "both")


def content(project: Path) -> dict[str, str]:
    """Give a digest of each file of the results; those that hold times or random identifiers (NWB) are left out."""
    results = project / "results"
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file() and not {*TIMES} & {*path.parts} and path.name != "progress.csv" and path.suffix != ".nwb"
    }


def jobs_of(workflow: subprocess.Popen) -> list[psutil.Process]:
    """List the commands that a workflow runs just now."""
    try:
        below = psutil.Process(workflow.pid).children(recursive=True)
        return [process for process in below if "rscnav" in " ".join(process.cmdline()[:2])]
    except psutil.Error:
        return []


def kill(workflow: subprocess.Popen, way: str) -> None:
    """Send SIGKILL to the scheduler, to its jobs, or to all of them."""
    jobs = jobs_of(workflow)
    if way != "job":
        workflow.kill()
    for job in jobs if way != "scheduler" else []:
        try:
            job.kill()
        except psutil.NoSuchProcess:
            continue


def start(project: Path) -> subprocess.Popen:
    """Start the workflow."""
    return subprocess.Popen(
        ["snakemake", "-c2", "--configfile", "tiny.yaml"],
        cwd=project,
        env=environment(project),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_again_and_again(whole: Path, project: Path, n_kills: int, seed: int) -> Iterator[str]:
    """Kill a project's workflow `n_kills` times, then let it end; gives a line on each kill.

    A run that ends before it is killed is compared with the undisturbed one; its results are removed, and the kills go on in the next.
    """
    moments, number = random.Random(seed), 0
    (project / "other.yaml").write_text(
        yaml.safe_dump(yaml.safe_load((project / "tiny.yaml").read_text()) | {"seed": 99})
    )
    while number < n_kills:
        workflow = start(project)
        while workflow.poll() is None and not jobs_of(workflow):
            time.sleep(0.02)
        time.sleep(moments.uniform(0, 4))
        if workflow.poll() is not None:
            assert workflow.returncode == 0, "a run failed that was not killed"
            assert not differences(whole, project), differences(whole, project)
            yield f"a run ended after {number} kills, with the bytes of the undisturbed one; its results are removed"
            shutil.rmtree(project / "results")
            continue
        if number == 0:
            assert snakemake(project, "-n", preset="other.yaml").returncode == 0
            assert snakemake(project, preset="other.yaml").returncode != 0  # refused by the lock
        way = WAYS[number % len(WAYS)]
        kill(workflow, way)
        workflow.wait(timeout=600)
        again = snakemake(project, "-n")
        killed = "an earlier run was killed in this folder" in again.stdout
        assert killed == (way != "job"), again.stdout[-2000:]
        if killed:
            assert "snakemake --unlock" in again.stdout
            assert snakemake(project, "--unlock").returncode == 0
        number += 1
        yield f"{number}: {way}"
    last = snakemake(project, "-c2")
    assert last.returncode == 0, last.stdout[-4000:]


def differences(whole: Path, killed: Path) -> list[str]:
    """List the files that differ between the results of two projects, or are in one only."""
    first, second = content(whole), content(killed)
    return [name for name in sorted(first.keys() | second.keys()) if first.get(name) != second.get(name)]


def main() -> None:
    """Run from the command line."""
    n_kills, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    whole, killed = copy_project(folder / "whole"), copy_project(folder / "killed")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for project in (whole, killed):
        training = TINY["training"] | {"n_batches": 4000, "validate_every_batches": 500, "checkpoint_every_s": 0.5}
        (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"training": training}))
    first = snakemake(whole, "-c2")
    assert first.returncode == 0, first.stdout[-4000:]
    for line in kill_again_and_again(whole, killed, n_kills, seed=0):
        print(line, flush=True)
    different = differences(whole, killed)
    print(f"{len(content(whole))} files compared; different: {different or 'none'}")
    sys.exit(bool(different))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
