"""`results_dir`: one spelling, any name a file system allows, and never a folder that holds something else."""

import os
import subprocess

import pytest

from helpers import ROOT
from rscnav.cli.main import main
from rscnav.config.load import parse_config
from rscnav.config.results_folder import OWN_FOLDERS, results_folder
from rscnav.settings.strict_settings import ConfigError

RUN = {"networks": [{"name": "n", "seeds": [1]}]}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Make a folder with a Snakefile to work in."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Snakefile").write_text("")
    for name in ("src", "docs/figures", "examples/lab", ".venv", "data"):
        (folder / name).mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("results", "results"),
        ("results/", "results"),
        ("./results//quick/", "results/quick"),
        ("data/../out", "out"),
        ("data/results", "data/results"),
        ("examples/lab/results", "examples/lab/results"),
        ("//tmp/rscnav-no-such", "/tmp/rscnav-no-such"),
        ("../elsewhere", "../elsewhere"),
        ("my rés $(touch pwned) & ; 'q\" `x` | <>#!%~\\", "my rés $(touch pwned) & ; 'q\" `x` | <>#!%~\\"),
    ],
)
def test_one_spelling(project, given, folder):
    assert results_folder(given) == folder
    assert results_folder(folder) == folder


def test_the_home_folder(project, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert results_folder("~/results") == str(tmp_path / "results")
    assert results_folder("out/~") == "out/~"
    with pytest.raises(ValueError, match="there is no home folder ~no-such-person"):
        results_folder("~no-such-person/results")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (".", "it is the current folder"),
        ("docs/..", "it is the current folder"),
        ("..", "the current folder lies in it"),
        ("/", "the current folder lies in it"),
        ("src", "src/ belongs to the project"),
        ("src/new", "src/ belongs to the project"),
        ("data/../docs", "docs/ belongs to the project"),
        ("docs/figures", "docs/ belongs to the project"),
        (".venv", ".venv/ belongs to the project"),
        (".new", ".new/ belongs to the project"),
        (".git/x", "it lies in .git"),
        ("data/.snakemake", "it lies in .snakemake"),
        ("examples", "examples/ belongs to the project"),
        ("examples/lab", "examples/lab/ belongs to the project"),
        ("Snakefile", "Snakefile is a file"),
        ("Snakefile/x", "Snakefile is a file"),
        ("link", "src/ belongs to the project"),
        ("link/deeper", "src/ belongs to the project"),
        ("other", "it holds pyproject.toml, so it is the folder of a project"),
        ("  ", "it is blank"),
        ("a\nb", r"control character '\\n'"),
        ("a\x00b", r"control character '\\x00'"),
        ("a\u2028b", "control character"),
        ("r{session}", "it contains '{', but braces stand for wildcards"),
        ("r*", "it stands for a pattern"),
        ("s3://bucket/results", "it is an internet address"),
        ("-rf", "commands would read it as an option"),
        ("a/" + "é" * 130, "at most 255 bytes"),
    ],
)
def test_what_will_not_do_is_refused(project, given, why):
    (project / "link").symlink_to("src")
    (project / "other").mkdir()
    (project / "other" / "pyproject.toml").write_text("")
    with pytest.raises(ConfigError, match=f"results_dir: .* is not valid as results folder: .*{why}"):
        parse_config(RUN | {"results_dir": given})


def test_the_package_s_own_checkout_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for given in (ROOT, ROOT / "src", ROOT / "docs" / "figures", ROOT.parent):
        with pytest.raises(ValueError, match="is not valid as results folder"):
            results_folder(os.fspath(given))
    assert results_folder(os.fspath(ROOT / "results")) == os.fspath(ROOT / "results")
    assert results_folder("docs") == "docs"  # of no project


def test_all_folders_that_the_project_ships_are_known():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    shipped = {line.split("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    if listed.returncode:  # an unpacked archive of the project
        shipped = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert {name for name in shipped if not name.startswith(".")} == {*OWN_FOLDERS, "examples", "results"}


def test_files_in_the_folder_of_results_follow_it(project):
    recordings = [{"name": "x", "file": "{results_dir}/recordings/x.nwb"}]
    config = parse_config(RUN | {"results_dir": "./out//", "recordings": recordings})
    assert (config.results_dir, config.recordings[0].file) == ("out", "out/recordings/x.nwb")


def test_validate_refuses_as_well(project, capsys):
    (project / "config.yaml").write_text("results_dir: .\nnetworks: [{name: n, seeds: [1]}]\n")
    assert main(["validate", "--config", "config.yaml"]) == 1
    assert "results_dir: '.' is not valid as results folder" in capsys.readouterr().err
