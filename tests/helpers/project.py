"""A copy of the project in a folder of its own, with a configuration so small that the whole workflow runs in a test."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from helpers import ROOT

PARTS = ("Snakefile", "config.yaml", "Makefile", "workflow", "profiles")
TINY = {
    "results_dir": "results",
    "device": "cpu",
    "networks": [{"name": "gru", "cell": "gru", "hidden_size": 6, "seeds": [1]}],
    "training": {
        "batch_size": 16,
        "n_batches": 6,
        "validation_trials": 20,
        "validate_every_batches": 3,
        "checkpoint_every_s": 0.2,
        "target_gap": None,
    },
    "rollout": {"train_trials": 10, "test_trials": 24},
    "simulations": [{"name": "example", "n_trials": 24, "n_units": 6, "task": {"motion": {"noise_rad": 0.12}}}],
    "dynamics": {"n_inits": 4, "max_iters": 20, "n_trials": 5, "n_null": 5, "min_trials": 2},
    "analyses": {
        "tuning_entropy": {"n_null": 5},
        "spatial_entropy": {"n_null": 5},
        "rate_dispersion": {"n_matching_draws": 2, "n_null": 5},
        "eigenspectrum": {"n_null": 20, "max_samples": 500},
        "pairwise": {"n_null": 5},
        "position_decoding": {"n_null": 5, "max_samples": 500},
        "dimension": {"max_points": 500, "n_null": 5, "n_subsets": 1},
        "trajectory_divergence": {"n_null": 5},
        "decoding": {"n_null": 5},
        "non_encounters": {"n_null": 5},
    },
    "similarity": {
        "n_groups": 4,
        "n_subsamples": 10,
        "n_null": 19,
        "n_splits": 2,
        "n_components": 4,
        "rank": 4,
        "iterations": 50,
        "n_dynamics_subsamples": 10,
        "n_dynamics_splits": 1,
    },
    "figures": {"dpi": 50},
}


def environment(project: Path) -> dict[str, str]:
    """Variables under which commands use this Python's tools, and the copy's own code where it has one."""
    bin_dir = str(Path(sys.executable).parent)
    source = project / "src"
    return os.environ | {
        "PATH": bin_dir + os.pathsep + os.environ["PATH"],
        "OMP_NUM_THREADS": "1",
        **({"PYTHONPATH": str(source)} if source.exists() else {}),
    }


def copy_project(folder: Path) -> Path:
    """Copy what the workflow runs from, without the code: it is the installed one, whose compiled functions are cached."""
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    (folder / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    return folder


def copy_source(project: Path) -> Path:
    """Copy the code into a project, to edit it there; gives the package's folder. Caches of compiled functions come along."""
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("*.egg-info"))
    return project / "src" / "rscnav"


def snakemake(project: Path, *arguments: str, preset: str | None = "tiny.yaml") -> subprocess.CompletedProcess:
    """Run snakemake in a project; output and errors come back together."""
    extra = ["--configfile", preset] if preset else []
    return subprocess.run(
        ["snakemake", *arguments, *extra],
        cwd=project,
        env=environment(project),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def rscnav(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run one of our commands in a project."""
    command = [str(Path(sys.executable).parent / "rscnav"), *arguments]
    return subprocess.run(command, cwd=project, env=environment(project), text=True, capture_output=True, check=False)


def jobs(output: str) -> dict[str, int]:
    """Read the table of jobs that snakemake prints: rule -> count."""
    table = output.split("Job stats:")[1].split("\n\n")[0]
    return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE) if rule != "total"}
