"""Plain `snakemake` names the file and the line of what is wrong in a configuration, whoever reads it first."""

import pytest

from helpers.project import copy_project, snakemake


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("configfiles") / "project")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"seed: 1\nseed: 2\n", "bad.yaml: line 2, column 1: seed: this key is there twice, first in line 1"),
        (b"# M\xfcller\n", "bad.yaml: line 1: byte 4 of the file (0xFC) is not UTF-8"),
        (b"seed: " + b"9" * 5000, "has 5,000 digits"),
        (b"seed: " + b"[" * 5000 + b"]" * 5000, "nested deeper than 50 levels"),
        (
            b"training:\n  max_learning_rate: -1\n",
            "training.max_learning_rate (bad.yaml, line 2): -1 is not valid: it must be greater than 0",
        ),
    ],
)
def test_a_preset_that_is_not_valid(project, content, words):
    (project / "bad.yaml").write_bytes(content)
    run = snakemake(project, "-n", "--quiet", preset="bad.yaml")
    assert run.returncode == 1
    assert words in run.stdout
    assert "Traceback" not in run.stdout
    assert len(run.stdout) < 1500


def test_the_project_s_own_file(project):
    own = (project / "config.yaml").read_text()
    try:
        (project / "config.yaml").write_text(own + "\nseed: 3\n")
        run = snakemake(project, "-n", "--quiet", preset=None)
        assert run.returncode == 1
        assert f"config.yaml: line {own.count(chr(10)) + 2}, column 1: seed: this key is there twice" in run.stdout
    finally:
        (project / "config.yaml").write_text(own)


def test_a_target_behind_the_configuration(project):
    run = snakemake(project, "-n", "--configfile", "tiny.yaml", "results/figures/task.png", preset=None)
    assert run.returncode == 1
    assert "write targets before it: snakemake TARGET --configfile FILE" in run.stdout


def test_a_comparison_may_have_the_name_of_a_figure(project):
    (project / "named.yaml").write_text("comparisons: [{name: task}]\ntraining: {max_learning_rate: 1e-3}\n")
    run = snakemake(
        project, "-n", "results/figures/comparisons/task.png", "--configfile", "tiny.yaml", "named.yaml", preset=None
    )
    assert run.returncode == 0, run.stdout
    assert "compare" in run.stdout
