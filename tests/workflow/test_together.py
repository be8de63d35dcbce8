"""Networks of one shape train together in the job of one of them; the graph of jobs is the same whatever trains with what, and where."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from helpers.project import TINY, environment, jobs, snakemake
from rscnav.networks.rollout import read_curve
from rscnav.sessions.hdf5 import load_session

pytestmark = pytest.mark.slow

SWEEP = {
    "name": "n",
    "hidden_size": 4,
    "seeds": [1, 2],
    "cell": ["gru", "tanh"],
    "training": {"max_learning_rate": [0.002, 0.004]},
}
CHANGES = {"networks": [SWEEP], "recordings": [], "simulations": []}
MEMBERS = ["n-s1", "n-s2", "n-s3"]


def write(project, **changes):
    (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | CHANGES | changes))


def seeds(*numbers, **changes):
    return [{"name": "n", "cell": "gru", "hidden_size": 4, "seeds": list(numbers), **changes}]


def sessions(*names):
    return [f"results/sessions/{name}.h5" for name in names]


def log(project, name):
    return (project / "results" / "logs" / "train" / f"{name}.log").read_text()


@pytest.mark.parametrize(
    ("train_jobs", "device", "visible"),
    [
        ("separate", "auto", None),
        ("ensemble", "auto", "0,1"),
        ("auto", "auto", ""),
        ("auto", "auto", "0"),
        ("ensemble", "cuda", None),
    ],
)
def test_a_job_a_network_whatever_trains_together_and_on_whatever_machine(
    project, monkeypatch, train_jobs, device, visible
):
    write(project, train_jobs=train_jobs, device=device)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    tool = project / "bin" / "nvidia-smi"  # a machine that seems to have two GPUs
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho 'GPU 0: Fake'; echo 'GPU 1: Fake'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    run = snakemake(project, "--dry-run")
    assert run.returncode == 0, run.stdout[-3000:]
    planned = jobs(run.stdout)
    assert {rule: n for rule, n in planned.items() if rule in ("train", "rollout")} == {"train": 8, "rollout": 8}
    assert not [rule for rule in planned if "together" in rule]


def test_an_ensemble_trains_once_and_one_more_seed_trains_one(project, monkeypatch):
    write(project, train_jobs="ensemble", networks=seeds(1, 2))
    run = snakemake(project, "-c2", *sessions("n-s1", "n-s2"))
    assert run.returncode == 0, run.stdout[-3000:]
    assert jobs(run.stdout) == {"train": 2, "rollout": 2}
    logs = [log(project, name) for name in ("n-s1", "n-s2")]
    trained = [text for text in logs if "n-s1 … n-s2 (2 networks)  train together on cpu, torch" in text]
    assert len(trained) == 1
    assert all(re.search("trained on cpu, torch .*, together with others", text) for text in logs)
    assert all("cpu" in text.splitlines()[0] for text in logs)
    for name in ("n-s1", "n-s2"):
        assert read_curve(project / "results" / "networks" / name / "curve.csv")["batch"][-1] == 6
        session = load_session(project / "results" / "sessions" / f"{name}.h5", ())
        assert session.n_units == 4
        assert session.attributes["trained_on"].startswith("cpu, torch")
        assert session.attributes["rolled_out_on"].startswith("cpu, torch")
        assert not (project / "results" / "networks" / name / "ready").exists()
    before = {path: path.read_bytes() for path in (project / "results" / "networks").glob("*/weights.pt")}
    for train_jobs, device, visible in (("separate", "auto", "0"), ("auto", "auto", ""), ("auto", "cuda", "0")):
        write(project, train_jobs=train_jobs, device=device, networks=seeds(1, 2))
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert "Nothing to be done" in snakemake(project, *sessions("n-s1", "n-s2")).stdout
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")

    write(project, train_jobs="ensemble", networks=seeds(1, 2, 3))
    run = snakemake(project, "-c1", *sessions(*MEMBERS))
    assert run.returncode == 0, run.stdout[-3000:]
    assert jobs(run.stdout) == {"train": 1, "rollout": 1}
    assert "n-s3  trains on cpu" in log(project, "n-s3")
    assert all(path.read_bytes() == content for path, content in before.items())


def test_a_member_that_diverges_for_good_fails_alone(project):
    wild = [{"name": "wild", "cell": "gru", "hidden_size": 4, "seeds": [1], "training": {"max_learning_rate": 100.0}}]
    training = TINY["training"] | {"max_restarts": 0}
    write(project, train_jobs="ensemble", networks=[*wild, *seeds(1, 2)], training=training)
    names = ["wild-s1", "n-s1", "n-s2"]
    run = snakemake(project, "-c1", *sessions(*names))
    assert run.returncode == 1
    assert "wild-s1: diverged by batch" in log(project, "wild-s1")
    assert "lower training.max_learning_rate (100.0)" in log(project, "wild-s1")
    assert sum("train together on" in log(project, name) for name in names) == 1
    assert [(project / path).exists() for path in sessions(*names)] == [False, True, True]
    write(project, train_jobs="ensemble", networks=seeds(1, 2), training=training)
    assert "Nothing to be done" in snakemake(project, *sessions("n-s1", "n-s2")).stdout


def test_an_ensemble_that_was_killed_goes_on_in_another_member_s_job(project):
    long = TINY["training"] | {"n_batches": 250, "validate_every_batches": 50}
    write(project, train_jobs="ensemble", networks=seeds(1, 2), training=long)
    folder, files = project / "results" / "networks", ["--config", "config.yaml", "--config", "tiny.yaml"]
    command = ["train", *files, "--session", "n-s1", "--output-dir", str(folder / "n-s1")]
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "rscnav"), *command],
        cwd=project,
        env=environment(project),
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not (folder / "n-s1" / "checkpoint.pt").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert not list(folder.glob("*/weights.pt"))
    run = snakemake(project, "-c1", *[f"results/networks/{name}/weights.pt" for name in ("n-s2", "n-s1")])
    assert run.returncode == 0, run.stdout[-3000:]
    logs = [log(project, name) for name in ("n-s1", "n-s2")]
    assert sum("resumes from its checkpoint" in text for text in logs) == 1
    assert not any("from the beginning" in text for text in logs)
    assert {path.name for path in folder.glob("*/*")} == {"weights.pt", "curve.csv", "curve.csv.sha256", "progress.csv"}
