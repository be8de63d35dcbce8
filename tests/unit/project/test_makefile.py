"""The commands that README, messages and CI name are there, each once and explained."""

import re
import subprocess

import yaml

from helpers import ROOT
from rscnav.figures.registry import FIGURES


def test_targets_are_there_once_and_explained():
    run = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stderr == ""
    listed = re.findall(r"^  make ([\w-]+) ", run.stdout, re.MULTILINE)
    assert len(set(listed)) == len(listed)
    assert {"help", "figures", "quick", "test", "test-all", "coverage", "lint", "clean", "unlock"} <= set(listed)


def test_unlock_ends_orphans_before_it_clears_the_lock():
    plan = subprocess.run(
        ["make", "-n", "-o", ".venv/.ready", "unlock"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = plan.stdout.splitlines()
    assert lines.index("rscnav status --kill") < lines.index("snakemake --unlock")


def test_named_targets_exist():
    makefile = (ROOT / "Makefile").read_text()
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / ".ci" / "run", *(ROOT / "docs").glob("*.md")]
    for text in texts:
        for target in re.findall(
            r"`?make ([\w-]+)`?$|^ *make ([\w-]+)$|`make ([\w-]+)`", text.read_text(), re.MULTILINE
        ):
            name = next(part for part in target if part)
            assert re.search(rf"^{name}:", makefile, re.MULTILINE), f"{text.name}: make {name}"


def test_the_readme_s_figures_are_those_that_a_run_draws():
    """`make readme` copies figures by name: each is drawn, and README or a page in docs shows it."""
    listed = re.search(r"for figure in ([\w ]+); do cp", (ROOT / "Makefile").read_text())
    assert listed
    texts = "".join(path.read_text() for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")))
    for figure in listed[1].split():
        assert figure in FIGURES
        assert f"figures/{figure}.png" in texts, figure


def test_hooks_are_the_checks_of_make_lint():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    tools = [line.split()[0] for line in recipe[1].splitlines()]
    hooked = [hook["entry"].removeprefix(".venv/bin/").split()[0] for hook in hooks]
    assert hooked == tools
    assert all(hook["entry"].startswith(".venv/bin/") and hook["language"] == "system" for hook in hooks)
