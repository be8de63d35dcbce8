"""What a user sees when something is wrong: the key or the file, the cure, a non-zero exit, nothing half-written."""

import pytest
import yaml

from helpers.project import TINY, jobs, rscnav, snakemake


def test_dry_run_of_the_default(project):
    run = snakemake(project, "--dry-run", preset=None)
    assert run.returncode == 0, run.stdout[-3000:]
    assert "Using workflow specific profile profiles/default" in run.stdout


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["quick", "paper", "replicates", "architectures", "rules"])
def test_dry_run_of_the_presets(project, preset):
    run = snakemake(project, "--dry-run", preset=f"workflow/presets/{preset}.yaml")
    assert run.returncode == 0, run.stdout[-3000:]
    assert {"train", "summary"} <= set(jobs(run.stdout))
    assert not (project / "results").exists()  # a dry run writes nothing


@pytest.mark.slow
@pytest.mark.parametrize(
    ("left_out", "absent", "present"),
    [("networks", "train", "import_recording"), ("recordings", "import_recording", "train")],
)
def test_either_list_may_be_left_out(project, left_out, absent, present):
    config = yaml.safe_load((project / "config.yaml").read_text())
    del config[left_out]
    (project / "config.yaml").write_text(yaml.safe_dump(config))
    run = snakemake(project, "--dry-run", preset=None)
    assert run.returncode == 0, run.stdout[-3000:]
    assert absent not in jobs(run.stdout)
    assert present in jobs(run.stdout)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"traning": {}}, "traning (tiny.yaml, line {line}): unknown key; did you mean 'training'?"),
        (
            {"training": {"max_learning_rate": "fast"}},
            "training.max_learning_rate (tiny.yaml, line {line}): 'fast' is not valid: a number is needed, and this is text",
        ),
        (
            {"recordings": [{"name": "rat", "file": "rat.nwb"}]},
            "recording 'rat': recordings.file: rat.nwb: no such file",
        ),
    ],
)
def test_a_wrong_configuration_names_the_key(project, change, message):
    (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | change))
    run = snakemake(project, "--dry-run")
    assert run.returncode != 0
    written = (project / "tiny.yaml").read_text().splitlines()
    key = message.split(" (")[0].rpartition(".")[2]
    line = next((number for number, text in enumerate(written, 1) if text.strip().startswith(f"{key}:")), 0)
    assert message.format(line=line) in run.stdout
    assert "Traceback" not in run.stdout


@pytest.mark.slow
def test_a_failed_job_says_why_in_its_log_and_leaves_nothing(project):
    config = yaml.safe_load((project / "config.yaml").read_text())
    recording = config["recordings"][0]
    recording["position"]["series"] = "angel"
    (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"recordings": [recording], "networks": []}))
    run = snakemake(project)
    assert run.returncode != 0
    log = (project / "results" / "logs" / "import_recording" / "example.log").read_text()
    assert "angel" in log
    assert "angle" in log  # the one that is there
    assert log in run.stdout or "angel" in run.stdout
    assert not (project / "results" / "sessions" / "example.h5").exists()
    assert not list((project / "results" / "sessions").glob(".*"))


def test_cuda_where_there_is_none_says_so(project, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"device": "cuda"}))
    run = rscnav(
        project,
        "train",
        "--config",
        "config.yaml",
        "--config",
        "tiny.yaml",
        "--session",
        "gru-s1",
        "--output-dir",
        "net",
    )
    assert run.returncode == 1
    assert "device: 'cuda', but torch finds no CUDA GPU on this machine" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (project / "net").exists()
