"""The ground truth's own workflow: one job a seed, number of units and number of trials, and nothing else."""

import subprocess
import sys

import pytest

from helpers.project import environment, jobs

pytestmark = pytest.mark.slow


def planned(project, *config):
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "-s", "workflow/ground_truth.smk", "--config", *config],
        cwd=project,
        env=environment(project),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return jobs(run.stdout)


def test_one_job_for_each_size(project):
    assert planned(project, "seeds=2", "units=5,20", "trials=10,30,100") == {
        "simulate": 2,
        "measure": 2 * (2 * 3 + 1),  # and the rates of the largest
        "truth": 1,
        "summary": 1,
    }


def test_a_killed_run_goes_on_with_what_is_missing(project):
    """While sizes of an animal are missing its session stays; what was measured of it is not measured again."""
    results = project / "results" / "ground_truth"
    for path in (
        "sessions/s1/spikes.h5",
        "sessions/s1/rates.h5",
        "parts/s1/spikes-5-10.csv",
        "parts/s1/spikes-5-10.csv.sha256",
    ):
        (results / path).parent.mkdir(parents=True, exist_ok=True)
        (results / path).write_text("there\n")
    assert planned(project, "seeds=1", "units=5,20", "trials=10,30") == {"measure": 4, "truth": 1, "summary": 1}
