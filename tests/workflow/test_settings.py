"""A run keeps the settings it began with, whatever else reads the Snakefile; reading it writes nothing; any name of a results folder works."""

import hashlib
import json
import os
import shutil
import subprocess

import h5py
import pytest
import yaml

from helpers.project import TINY, copy_source, environment, snakemake
from rscnav.config.load import load_config

pytestmark = pytest.mark.slow

RECORDING_ONLY = TINY | {"networks": [], "sampled_networks": [], "comparisons": []}
SESSION = "results/sessions/example.h5"
ANALYSES = ("spatial_entropy", "tuning_entropy")


@pytest.fixture
def recorded(project):
    (project / "tiny.yaml").write_text(yaml.safe_dump(RECORDING_ONLY))
    return project


def contents(folder):
    """Hash every file but Snakemake's own and Python's."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and ".snakemake" not in parts and "__pycache__" not in parts:
            found["/".join(parts)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def waiting_command(project, path):
    """Make a `rscnav` that waits for the file `go` before it does what the real one does; return its folder."""
    folder = project / "bin"
    folder.mkdir()
    real = shutil.which("rscnav", path=path)
    (folder / "rscnav").write_text(f'#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.1; done\nexec {real} "$@"\n')
    (folder / "rscnav").chmod(0o755)
    return folder


def test_reading_the_snakefile_writes_nothing(recorded):
    before = contents(recorded)
    for arguments in (["-n"], ["--lint"], ["--dag"], ["--summary"], ["--unlock"], ["-n", "--config", "seed=7"]):
        snakemake(recorded, *arguments)
        assert contents(recorded) == before, arguments
    assert not (recorded / "results").exists()


def test_a_run_writes_all_of_its_values(recorded):
    """For readers: the configuration with every default, under the name of the file that jobs read."""
    assert snakemake(recorded, "-c1", "results/recordings/example.nwb").returncode == 0
    (read,) = (recorded / "results" / "config").glob("*.yaml")
    (resolved,) = (recorded / "results" / "config" / "resolved").iterdir()
    assert resolved.name == read.name
    assert load_config(resolved) == load_config(read)
    written = yaml.safe_load(resolved.read_text())
    assert written["training"]["restart_lr_factor"] == 0.5
    assert "restart_lr_factor" not in read.read_text()
    check = subprocess.run(["rscnav", "check"], cwd=recorded, env=environment(recorded), capture_output=True, text=True)
    assert "resolved" not in check.stdout.replace(str(resolved), "")


def test_a_run_keeps_its_settings(recorded):
    assert snakemake(recorded, "-c1", SESSION).returncode == 0
    wanted = [f"results/analyses/{name}/example.h5" for name in ANALYSES]
    variables = environment(recorded)
    run = subprocess.Popen(
        ["snakemake", "-c1", *wanted, "--configfile", "tiny.yaml"],
        cwd=recorded,
        env=variables | {"PATH": f"{waiting_command(recorded, variables['PATH'])}:{variables['PATH']}"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = ""
    for line in run.stdout:
        said += line
        if "Execute 1 jobs" in line:
            break
    others = [
        snakemake(recorded, "-n", *wanted, "--config", "seed=7"),
        snakemake(recorded, "--summary", *wanted, "--config", "seed=7"),
        snakemake(recorded, "--lint", "--config", "seed=7"),
        snakemake(recorded, "-c1", *wanted, "--config", "seed=7"),
    ]
    assert run.poll() is None
    assert "LockException" in others[-1].stdout
    (recorded / "tiny.yaml").write_text(yaml.safe_dump(RECORDING_ONLY | {"seed": 8}))
    (recorded / "go").touch()
    said += run.communicate()[0]
    assert run.returncode == 0, said[-3000:]
    (recorded / "tiny.yaml").write_text(yaml.safe_dump(RECORDING_ONLY))
    for target in wanted:
        with h5py.File(recorded / target) as file:
            assert json.loads(file.attrs["record:settings"])["seed"] == 0, target
    assert "Nothing to be done" in snakemake(recorded, "-n", *wanted).stdout
    written = list((recorded / "results" / "config").glob("*.yaml"))
    assert len(written) == 1
    assert yaml.safe_load(written[0].read_text())["seed"] == 0


def test_an_edit_of_the_code_during_a_run_is_refused(recorded):
    """The dry run plans with the code as it is; a job that then finds other code makes nothing."""
    source = copy_source(recorded)
    assert snakemake(recorded, "-c1", SESSION).returncode == 0
    config = next((recorded / "results" / "config").glob("*.yaml"))
    plan = snakemake(recorded, "results/analyses/tuning_entropy/example.h5", "-n", "-p", "--quiet", "progress").stdout
    command = next(line for line in plan.splitlines() if "rscnav analyse" in line)
    command = command[command.index("rscnav") :].split(" 2>&1")[0]
    assert str(config.relative_to(recorded)) in command
    module = source / "analyses" / "tuning" / "tuning_entropy.py"
    module.write_text(module.read_text() + "\nEDITED = 1\n")
    job = subprocess.run(
        ["bash", "-c", command], cwd=recorded, env=environment(recorded), text=True, capture_output=True, check=False
    )
    assert job.returncode == 1
    assert "the code of `rscnav analyse` changed after this run was planned, so nothing was made" in job.stderr
    assert not (recorded / "results" / "analyses").exists()


def test_any_name_of_the_results_folder(recorded):
    folder = "my rés $(touch pwned) & 'q\" ;`touch pwned2`"
    targets = [
        f"{folder}/{name}"
        for name in (
            "figures/example/task.png",
            "figures/task.pdf",
            "numbers/summary.json",
            "export/example.nwb",
            "export/example/columns.json",
        )
    ]
    (recorded / "tiny.yaml").write_text(yaml.safe_dump(RECORDING_ONLY | {"results_dir": f"./{folder}//"}))
    before = set(os.listdir(recorded))
    run = snakemake(recorded, "-c2", *targets)
    assert run.returncode == 0, run.stdout[-4000:]
    assert set(os.listdir(recorded)) - before == {folder, ".snakemake"}
    assert {path.name for path in (recorded / folder).iterdir()} >= {
        "config",
        "logs",
        "sessions",
        "analyses",
        "benchmarks",
    }
    assert (recorded / folder / "logs" / "import_recording" / "example.log").read_text()
    assert "Nothing to be done" in snakemake(recorded, *targets).stdout


def test_a_preset_without_the_project_s_configuration(recorded, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "preset.yaml").write_text("seed: 1\n")
    run = snakemake(elsewhere, "-n", "-s", str(recorded / "Snakefile"), preset="preset.yaml")
    assert run.returncode != 0
    assert "config.yaml: no such file in this folder; give it with --configfile, before the presets" in run.stdout
    both = [str(recorded / name) for name in ("config.yaml", "tiny.yaml")]
    run = subprocess.run(
        ["snakemake", "-n", "-s", str(recorded / "Snakefile"), "--configfile", *both],
        cwd=elsewhere,
        env=environment(recorded),
        text=True,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert sorted(path.name for path in elsewhere.iterdir()) == [".snakemake", "preset.yaml"]


def test_the_ground_truth_reads_settings_of_its_own(recorded):
    """An edit of config.yaml while it runs changes nothing: its jobs read a copy, under a name that its content gives."""
    options = ["-n", "-p", "--quiet", "progress", "--config", "seeds=1", "units=5", "trials=10"]
    plan = snakemake(recorded, "-s", "workflow/ground_truth.smk", *options, preset=None).stdout
    commands = [
        line[line.index("rscnav ground-truth") :] for line in plan.splitlines() if "rscnav ground-truth" in line
    ]
    assert len(commands) == 5
    for line in commands:
        assert "--expect" in line
        assert ("--config results/ground_truth/config/" in line) == ("summary" not in line.split()[2])
    assert not (recorded / "results").exists()
