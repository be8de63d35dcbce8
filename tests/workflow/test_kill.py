"""A workflow killed while it trains: the state is explained, one command clears it, the result is the same."""

import os
import signal
import subprocess
import time

import yaml
from tiny_project import TINY, copy_project, environment, rscnav, snakemake

TARGETS = ("results/networks/gru-s1/weights.pt", "results/networks/gru-s1/curve.csv")
LONG = TINY["training"] | {"n_batches": 250, "validate_every": 50}


def test_killed_while_training(tmp_path):
    killed, whole = copy_project(tmp_path / "killed"), copy_project(tmp_path / "whole")
    for project in (killed, whole):
        (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"training": LONG}))
    workflow = subprocess.Popen(
        ["snakemake", *TARGETS, "--configfile", "tiny.yaml"],
        cwd=killed,
        env=environment(killed),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    checkpoint = killed / "results" / "networks" / "gru-s1" / "checkpoint.pt"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert checkpoint.exists()
    assert "a workflow is running in this folder" in rscnav(killed, "status").stderr
    os.kill(workflow.pid, signal.SIGKILL)
    workflow.wait()

    state = rscnav(killed, "status")
    assert state.returncode == 1
    assert "still running: process" in state.stderr
    assert "rscnav train" in state.stderr
    assert "its lock on the results is still there" in state.stderr
    assert "`make unlock`" in state.stderr
    assert not (killed / TARGETS[0]).exists()

    assert "ending process" in rscnav(killed, "status", "--end").stdout  # these two are `make unlock`
    assert snakemake(killed, "--unlock").returncode == 0
    assert rscnav(killed, "status").returncode == 0
    assert checkpoint.exists()

    run = snakemake(killed, *TARGETS)
    assert run.returncode == 0, run.stdout[-3000:]
    files = ["--config", "config.yaml", "--config", "tiny.yaml", "--output-dir", "results/networks/gru-s1"]
    assert rscnav(whole, "train", "--session", "gru-s1", *files).returncode == 0
    assert "goes on from its checkpoint" in (killed / "results" / "logs" / "train" / "gru-s1.log").read_text()
    for target in TARGETS:
        assert (killed / target).read_bytes() == (whole / target).read_bytes(), target
