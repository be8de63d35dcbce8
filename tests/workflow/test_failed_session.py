"""One recording that can't be read does not take the others' figures and numbers with it: it is a named gap, until it is mended.

The tests of this file run in order and share one project.
"""

import json

import pytest
import yaml

from helpers.project import TINY, jobs, snakemake
from rscnav.analyses.result import read_result

pytestmark = pytest.mark.slow

TARGETS = [f"results/{name}" for name in ("figures/task.pdf", "figures/entropy.pdf", "numbers/summary.json")]
GAP = (
    "reading failed: recording 'rat7', file results/recordings/example.nwb: position.series: there is no series 'angel'"
)
JOINT = {"figure_task", "figure_entropy", "pool", "summary"}


def write(project, series):
    default = yaml.safe_load((project / "config.yaml").read_text())["recordings"][0]
    bad = default | {"name": "rat7", "position": default["position"] | {"series": series}}
    changes = {"networks": [], "sampled_networks": [], "comparisons": [], "recordings": [default, bad]}
    (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | changes))


@pytest.fixture(scope="module")
def failed(shared_project):
    write(shared_project, "angel")
    return shared_project, snakemake(shared_project, *TARGETS)


def summary(project):
    return json.loads((project / "results" / "numbers" / "summary.json").read_text())


def test_the_run_fails_with_a_table(failed):
    project, run = failed
    assert run.returncode == 1
    table = run.stdout[run.stdout.index("1 job failed, and") :]
    assert "import_recording  rat7  results/logs/import_recording/rat7.log" in table
    assert "there is no series 'angel'" in table
    assert "4 joint outputs were made from the available results" in table
    assert "Traceback" not in run.stdout
    assert (project / "results" / "logs" / "failed.txt").read_text().strip() in run.stdout


def test_joint_outputs_name_the_gap(failed):
    project, _ = failed
    numbers = summary(project)["sessions"]
    assert list(numbers) == ["example", "rat7"]
    assert numbers["example"]["status"] == "ok"
    assert numbers["example"]["n_trials"] == 24
    assert (numbers["rat7"]["status"], numbers["rat7"]["stage"]) == ("failed", "reading")
    assert numbers["rat7"]["log"] == "results/logs/import_recording/rat7.log"
    assert "there is no series 'angel'" in numbers["rat7"]["reason"]
    pooled = read_result(project / "results" / "numbers" / "pooled.h5")
    assert pooled["session"].tolist() == ["example"]
    assert pooled.notes["left out"].startswith(f"rat7: {GAP}")
    for figure in ("task", "entropy"):
        assert (project / "results" / "figures" / f"{figure}.pdf").stat().st_size > 1000
        assert f"missing: rat7: {GAP}" in (project / "results" / "logs" / "figures" / f"{figure}.log").read_text()


def test_the_next_run_does_the_failed_one_again_and_no_other(failed):
    project, _ = failed
    assert set(jobs(snakemake(project, "--dry-run", *TARGETS).stdout)) >= {"import_recording", *JOINT}
    again = snakemake(project, *TARGETS)
    assert again.returncode == 1
    assert "import_recording  rat7  results/logs/import_recording/rat7.log" in again.stdout
    assert "(Rule: " not in again.stdout  # none was finished, for none of the others was due


def test_a_mended_recording_makes_all_anew(failed):
    project, _ = failed
    write(project, "angle")
    run = snakemake(project, *TARGETS)
    assert run.returncode == 0, run.stdout[-3000:]
    done = jobs(run.stdout)
    assert done["import_recording"] == done["analyse_tuning_entropy"] == 1
    assert set(done) >= JOINT
    assert {entry["status"] for entry in summary(project)["sessions"].values()} == {"ok"}
    assert read_result(project / "results" / "numbers" / "pooled.h5")["session"].tolist() == ["example", "rat7"]
    assert "missing" not in (project / "results" / "logs" / "figures" / "entropy.log").read_text()
    assert "Nothing to be done" in snakemake(project, "--dry-run", *TARGETS).stdout
