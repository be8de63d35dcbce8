"""The ground truth's own workflow: one job a seed, number of units and number of trials, and nothing else."""

import subprocess
import sys
from collections import Counter

from tiny_project import environment


def planned(project, *config):
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "-s", "workflow/ground_truth.smk", "--config", *config],
        cwd=project,
        env=environment(project),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return Counter(line.split()[1].rstrip(":") for line in run.stdout.splitlines() if line.startswith("rule "))


def test_one_job_for_each_size(project):
    assert planned(project, "seeds=2", "units=5,20", "trials=10,30,100") == {
        "simulate": 2,
        "measure": 2 * (2 * 3 + 1),  # and the rates of the largest
        "truth": 1,
        "summary": 1,
    }


def test_what_is_there_is_not_made_again(project):
    there = project / "results" / "ground_truth" / "parts" / "s1"
    there.mkdir(parents=True)
    (there / "spikes-5-10.csv").write_text("seed\n")
    assert planned(project, "seeds=1", "units=5,20", "trials=10,30")["measure"] == 4
