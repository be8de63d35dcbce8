"""Networks of one shape train together in the job of one of them; the graph of jobs is the same whatever trains with what, and where."""

import os
import re
import subprocess

import yaml
from tiny_project import TINY, environment, jobs, rscnav, snakemake

from rscnav.sessions.hdf5 import read_session
from rscnav.sessions.rollout import read_curve

SWEEP = {
    "name": "n",
    "hidden_size": 4,
    "seeds": [1, 2],
    "cell": ["gru", "tanh"],
    "training": {"peak_rate": [0.002, 0.004]},
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


def test_a_job_a_network_whatever_trains_together_and_on_whatever_machine(project):
    plans = []
    for together in ("jobs", "ensemble", "auto"):
        for device in ("auto", "cpu", "cuda"):
            for gpus in (None, "", "0,1"):
                write(project, together=together, device=device)
                variables = {k: v for k, v in environment(project).items() if k != "CUDA_VISIBLE_DEVICES"}
                run = subprocess.run(
                    ["snakemake", "--dry-run", "--configfile", "tiny.yaml"],
                    cwd=project,
                    env=variables | ({} if gpus is None else {"CUDA_VISIBLE_DEVICES": gpus}),
                    text=True,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    check=False,
                ) if (device == "auto") or gpus is None else None  # fmt: skip
                if run is not None:
                    assert run.returncode == 0, run.stdout[-3000:]
                    plans.append(jobs(run.stdout))
    assert plans[0]["train"] == plans[0]["rollout"] == 8
    assert all(plan == plans[0] for plan in plans)


def test_an_ensemble_trains_once_and_one_more_seed_trains_one(project):
    write(project, together="ensemble", networks=seeds(1, 2))
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
        session = read_session(project / "results" / "sessions" / f"{name}.h5", ())
        assert session.n_units == 4
        assert session.attributes["trained_on"].startswith("cpu, torch")
        assert session.attributes["rolled_out_on"].startswith("cpu, torch")
        assert not (project / "results" / "networks" / name / "ready").exists()
    before = {path: path.read_bytes() for path in (project / "results" / "networks").glob("*/weights.pt")}
    for together in ("jobs", "auto", "ensemble"):
        for device in ("auto", "cpu"):
            write(project, together=together, device=device, networks=seeds(1, 2))
            assert "Nothing to be done" in snakemake(project, *sessions("n-s1", "n-s2")).stdout

    write(project, together="ensemble", networks=seeds(1, 2, 3))
    run = snakemake(project, "-c1", *sessions(*MEMBERS))
    assert run.returncode == 0, run.stdout[-3000:]
    assert jobs(run.stdout) == {"train": 1, "rollout": 1}
    assert "n-s3  trains on cpu" in log(project, "n-s3")
    assert all(path.read_bytes() == content for path, content in before.items())


def test_a_member_that_diverges_for_good_fails_alone(project):
    wild = [{"name": "wild", "cell": "gru", "hidden_size": 4, "seeds": [1], "training": {"peak_rate": 100.0}}]
    training = TINY["training"] | {"max_restarts": 0}
    write(project, together="ensemble", networks=[*wild, *seeds(1, 2)], training=training)
    names = ["wild-s1", "n-s1", "n-s2"]
    run = snakemake(project, "-c1", *sessions(*names))
    assert run.returncode == 1
    assert "wild-s1: diverged by batch" in log(project, "wild-s1")
    assert "lower training.peak_rate (100.0)" in log(project, "wild-s1")
    assert sum("train together on" in log(project, name) for name in names) == 1
    assert [(project / path).exists() for path in sessions(*names)] == [False, True, True]
    write(project, together="ensemble", networks=seeds(1, 2), training=training)
    assert "Nothing to be done" in snakemake(project, *sessions("n-s1", "n-s2")).stdout


def test_no_lock_and_no_gpu_is_left_behind(project):
    write(project, together="ensemble", networks=seeds(1, 2))
    folder = project / "results" / "networks"
    for name in ("n-s1", "n-s2"):
        done = rscnav(
            project, "train", "--config", "config.yaml", "--config", "tiny.yaml", "--session", name,
            "--output-dir", str(folder / name),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert {path.name for path in folder.glob("*/*")} == {"weights.pt", "curve.csv", "curve.csv.sha256", "progress.csv"}
    assert len(list(folder.glob(".together-*.lock"))) == 1
    assert os.stat(next(folder.glob(".together-*.lock"))).st_size == 0
