"""A workflow killed while it trains: the state is explained, one command clears it, the result is the same."""

import os
import signal
import subprocess
import time

import psutil
import pytest
import yaml

from helpers.project import TINY, copy_project, environment, rscnav, snakemake

TARGETS = ("results/networks/gru-s1/weights.pt", "results/networks/gru-s1/curve.csv")
LONG = TINY["training"] | {"n_batches": 250, "validate_every_batches": 50}


def test_killed_while_training(tmp_path):
    killed, whole = copy_project(tmp_path / "killed"), copy_project(tmp_path / "whole")
    for project in (killed, whole):
        (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"training": LONG}))
    workflow = begin(killed)
    checkpoint = killed / "results" / "networks" / "gru-s1" / "checkpoint.pt"
    until(checkpoint.exists)
    assert "a workflow is running in this folder" in rscnav(killed, "status").stderr
    job = job_of(workflow)
    os.kill(workflow.pid, signal.SIGKILL)
    workflow.wait()

    until(lambda: not job.is_running())  # a job ends with its workflow
    state = rscnav(killed, "status")
    assert state.returncode == 1
    assert "an earlier run was killed in this folder, and its lock on the results is still there" in state.stderr
    assert "`make unlock` (or `snakemake --unlock`)" in state.stderr
    assert not (killed / TARGETS[0]).exists()
    assert not list((killed / "results").rglob(".*"))
    refused = snakemake(killed, *TARGETS)
    assert refused.returncode != 0
    assert "rscnav: an earlier run was killed in this folder" in refused.stdout

    assert rscnav(killed, "status", "--kill").returncode == 0  # these two are `make unlock`
    assert snakemake(killed, "--unlock").returncode == 0
    assert rscnav(killed, "status").returncode == 0
    assert checkpoint.exists()

    run = snakemake(killed, *TARGETS)
    assert run.returncode == 0, run.stdout[-3000:]
    files = ["--config", "config.yaml", "--config", "tiny.yaml", "--output-dir", "results/networks/gru-s1"]
    assert rscnav(whole, "train", "--session", "gru-s1", *files).returncode == 0
    assert "resumes from its checkpoint" in (killed / "results" / "logs" / "train" / "gru-s1.log").read_text()
    for target in TARGETS:
        assert (killed / target).read_bytes() == (whole / target).read_bytes(), target


@pytest.mark.slow
def test_a_job_of_a_killed_run_does_not_overwrite_the_next_run_s_results(tmp_path):
    project = copy_project(tmp_path / "project")
    (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"training": LONG | {"n_batches": 20_000}}))
    workflow = begin(project)
    until((project / "results" / "networks" / "gru-s1" / "checkpoint.pt").exists)
    job = job_of(workflow)
    job.suspend()  # as a job that hangs in a call: it can't end by itself before the next run
    os.kill(workflow.pid, signal.SIGKILL)
    workflow.wait()
    assert snakemake(project, "--unlock").returncode == 0
    (project / "tiny.yaml").write_text(
        yaml.safe_dump(TINY | {"training": LONG | {"n_batches": 10, "validate_every_batches": 5}})
    )
    run = snakemake(project, *TARGETS)
    assert run.returncode == 0, run.stdout[-3000:]
    before = [(project / target).read_bytes() for target in TARGETS]
    assert before[1].decode().splitlines()[-1].startswith("10,")
    job.resume()
    until(lambda: not job.is_running() or job.status() == psutil.STATUS_ZOMBIE)
    assert [(project / target).read_bytes() for target in TARGETS] == before
    assert "Nothing to be done" in snakemake(project, "-n", *TARGETS).stdout
    assert not list((project / "results").rglob(".*"))


def begin(project):
    return subprocess.Popen(
        ["snakemake", *TARGETS, "--configfile", "tiny.yaml"],
        cwd=project,
        env=environment(project),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def job_of(workflow):
    """Find the command that a workflow runs."""
    found = [p for p in psutil.Process(workflow.pid).children(recursive=True) if "rscnav" in " ".join(p.cmdline()[:2])]
    return found[0]


def until(met, seconds=120):
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.05)
