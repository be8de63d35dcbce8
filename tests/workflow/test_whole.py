"""The whole workflow on a tiny configuration: all of it from one command, nothing the second time, little after an edit.

The tests of this file run in order and share one project.
"""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import h5py
import jupytext
import numpy as np
import pytest
import yaml
from nbclient import NotebookClient
from pynwb import NWBHDF5IO, NWBFile

from helpers.project import ROOT, TINY, copy_source, jobs, rscnav, snakemake
from rscnav.analyses.registry import ANALYSES
from rscnav.analyses.result import read_result
from rscnav.config.load import merge
from rscnav.figures.registry import FIGURES
from rscnav.sessions.hdf5 import load_session

SESSIONS = ("gru-s1", "gru-s1-like-example", "example")
COMPARED = [{"name": "side-by-side", "sessions": ["gru-s1", "example"]}]


def write_spikes_only(path: Path) -> None:
    """Write a recording with spike times and nothing else."""
    rng = np.random.default_rng(0)
    file = NWBFile("spikes", "spikes", datetime(2020, 1, 1, tzinfo=UTC))
    for _ in range(5):
        file.add_unit(spike_times=np.sort(rng.uniform(0, 120, 600)))
    with NWBHDF5IO(path, "w") as io:
        io.write(file)


@pytest.fixture(scope="module")
def finished(shared_project):
    (shared_project / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"comparisons": COMPARED}))
    run = snakemake(shared_project)
    assert run.returncode == 0, run.stdout[-6000:]
    return shared_project, run.stdout


@pytest.fixture(scope="module")
def with_spikes(finished):
    """The same project with one more recording, of spikes only; only what it needs is made."""
    project, _ = finished
    write_spikes_only(project / "spikes.nwb")
    default = yaml.safe_load((project / "config.yaml").read_text())
    recordings = [*default["recordings"], {"name": "spikes", "file": "spikes.nwb"}]
    (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"recordings": recordings}))
    run = snakemake(project)
    assert run.returncode == 0, run.stdout[-6000:]
    made = jobs(run.stdout)
    assert made["import_recording"] == made["analyse_dimension"] == 1
    assert "train" not in made
    return project


def test_every_figure_is_there_and_named_at_the_end(finished):
    project, output = finished
    for figure in FIGURES:
        assert f"results/figures/{figure}.png" in output
        for folder in ("", *SESSIONS):
            for suffix in (".png", ".pdf"):
                assert (project / "results" / "figures" / folder / f"{figure}{suffix}").stat().st_size > 1000


def test_numbers_have_the_promised_keys(finished):
    project, _ = finished
    text = (project / "results" / "numbers" / "summary.json").read_text()
    summary = json.loads(text)
    assert summary["schema"] == 5
    assert set(summary["run"]) == {"config_sha", "code"}
    assert list(summary["sessions"]) == list(SESSIONS)
    network, sampled, mouse = summary["sessions"].values()
    assert (network["kind"], network["network"], network["seed"], network["n_units"]) == ("network", "gru", 1, 6)
    assert set(network["gap"]) == {"overall", "LM0", "LM1", "LM2"}
    assert network["gap"]["overall"]["value"] > 0
    assert (sampled["kind"], sampled["gap"]) == ("sampled network", None)
    assert (sampled["n_trials"], sampled["n_units"]) == (mouse["n_trials"], mouse["n_units"])
    assert mouse["gap"] is None
    assert mouse["n_trials"] == 24
    assert "NaN" not in text


def test_results_record_what_made_them(finished):
    project, _ = finished
    with h5py.File(project / "results" / "analyses" / "optimality_gap" / "gru-s1.h5") as file:
        assert file.attrs["record:rscnav_version"]
        assert len(file.attrs["record:code"]) == 12
        assert "cutoff_hz" in file.attrs["record:settings"]
    session = load_session(project / "results" / "sessions" / "gru-s1.h5", ())
    assert "numpy" in session.attributes["packages"]
    assert json.loads(session.attributes["settings"])["network"]["hidden_size"] == 6


def test_logs_are_filled(finished):
    project, _ = finished
    logs = project / "results" / "logs"
    assert "batch 6/6" in (logs / "train" / "gru-s1.log").read_text()
    assert "not applicable" in (logs / "analyse" / "optimality_gap" / "example.log").read_text()


def test_a_second_run_does_nothing(finished):
    project, _ = finished
    run = snakemake(project)
    assert run.returncode == 0
    assert "Nothing to be done" in run.stdout


def test_every_file_is_declared(finished):
    project, _ = finished
    results = project / "results"
    summary = snakemake(project, "--summary").stdout.splitlines()
    declared = {line.split("\t")[0] for line in summary if line.startswith("results/")}
    made = {str(path.relative_to(project)) for path in results.rglob("*") if path.is_file()}
    apart = ("results/logs/", "results/benchmarks/", "results/config/")
    assert {name for name in made if not name.startswith(apart)} - declared == {"results/networks/gru-s1/progress.csv"}


def test_editing_a_figure_reruns_that_figure_only(finished):
    project, _ = finished
    source = copy_source(project)
    assert "Nothing to be done" in snakemake(project, "--dry-run").stdout
    module = source / "figures" / "learning.py"
    module.write_text(module.read_text() + "\nEDITED = True\n")
    output = snakemake(project, "--dry-run").stdout
    shutil.rmtree(project / "src")
    assert jobs(output) == {"figure_learning": 1, "figure_learning_of_session": len(SESSIONS), "all": 1}


def preset_with(project: Path, **changes: dict) -> str:
    """Write the tiny preset with other settings laid over it; returns the file's name."""
    preset = yaml.safe_load((project / "tiny.yaml").read_text())
    (project / "changed.yaml").write_text(yaml.safe_dump(merge(preset, changes)))
    return "changed.yaml"


def test_a_colour_or_a_cutoff_does_not_train_again(finished):
    project, _ = finished
    output = snakemake(
        project, "--dry-run", preset=preset_with(project, analyses={"common": {"cutoff_hz": 0.4}})
    ).stdout
    assert {"train", "rollout", "simulate", "import_recording"}.isdisjoint(jobs(output))
    assert jobs(output)["analyse_dimension"] == len(SESSIONS)
    output = snakemake(project, "--dry-run", preset=preset_with(project, figures={"width_mm": 120.0})).stdout
    assert all(
        rule.startswith("figure_") or rule in ("plot_comparison", "all") for rule in jobs(output)
    )  # beside: comparisons' figure


def test_the_notebook_runs_on_these_results(finished, monkeypatch):
    project, _ = finished
    monkeypatch.setenv("RSCNAV_RESULTS", str(project / "results"))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = jupytext.read(ROOT / "notebooks" / "explore.py")
    NotebookClient(notebook, kernel_name="python3", timeout=300).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
    assert "LM1/eigenvalues" in str(outputs)


@pytest.mark.slow
def test_the_same_configuration_gives_the_same_bytes(finished, project):
    """Run again elsewhere: tables, arrays and figures are the same byte for byte."""
    first, _ = finished
    targets = ["results/figures/gru-s1/learning.png", "results/figures/example/task.pdf"]
    targets += [
        "results/analyses/dimension/gru-s1.h5",
        "results/networks/gru-s1/weights.pt",
        "results/sessions/gru-s1.h5",
    ]
    targets += ["results/figures/gru-s1/state_space.pdf", "results/analyses/tuning_entropy/example.h5"]
    run = snakemake(project, *targets)
    assert run.returncode == 0, run.stdout[-3000:]
    for target in targets:
        assert (project / target).read_bytes() == (first / target).read_bytes(), target


@pytest.mark.slow
def test_spikes_alone_go_through_and_say_what_is_missing(with_spikes):
    results = {a: read_result(with_spikes / "results" / "analyses" / a / "spikes.h5") for a in ANALYSES}
    computed = {name for name, result in results.items() if result.applicable}
    assert {"eigenspectrum", "dimension", "state_space"} <= computed
    assert results["optimality_gap"].reason == "the session has no belief, no bayes_posterior, no position, no phase"
    for name in set(ANALYSES) - computed:
        assert results[name].status == "not applicable"
        assert "the session has no" in results[name].reason
    summary = json.loads((with_spikes / "results" / "numbers" / "summary.json").read_text())["sessions"]["spikes"]
    assert summary["n_encounters"] is None
    assert summary["tuning_entropy"] is None
    assert set(summary["dimension"]) == {"all"}
    log = with_spikes / "results" / "logs" / "analyse" / "optimality_gap" / "spikes.log"
    assert "not applicable" in log.read_text()


REMOVED = (  # each file: the rule that makes it again
    {
        "figures/task.pdf": "figure_task",
        "figures/example/learning.pdf": "figure_learning_of_session",
        "figures/comparisons/side-by-side.pdf": "plot_comparison",
        "export/example/spikes.parquet": "export_tables",
        "export/spikes.nwb": "export_nwb",
        "numbers/summary.json": "summary",
    },
    {
        "comparisons/side-by-side.csv": "plot_comparison",
        "comparisons/side-by-side.csv.sha256": "plot_comparison",
        "numbers/pooled.h5": "pool",
        "export/spikes/columns.json": "export_tables",
    },
    {
        "recordings/example_truth.h5": "simulate",
        "networks/gru-s1/curve.csv": "train",
        "analyses/optimality_gap/spikes.h5": "analyse_optimality_gap",
        "analyses/dynamics/spikes.h5": "network_dynamics_without_network",
    },
    {"sessions/spikes.h5": "import_recording"},
)


@pytest.mark.slow
@pytest.mark.parametrize("removed", REMOVED)
def test_a_removed_file_of_any_kind_is_made_again(with_spikes, removed):
    project = with_spikes
    results = project / "results"
    for name in removed:
        (results / name).rename(results / f"{name}.away")
    planned = jobs(snakemake(project, "--dry-run").stdout)
    for name in removed:
        (results / f"{name}.away").rename(results / name)
    assert set(removed.values()) <= set(planned)


@pytest.mark.slow
def test_check_names_what_is_damaged_and_missing_and_makes_it_again(with_spikes):
    """One file of each way to keep a digest is damaged; a run of what is named gives the bytes of the undisturbed one."""
    project = with_spikes
    results = project / "results"
    apart = ("logs", "benchmarks")
    before = {
        path: path.read_bytes() for path in results.rglob("*") if path.is_file() and path.parts[-2] not in apart
        and path.relative_to(results).parts[0] not in apart
    }  # fmt: skip
    sound = rscnav(project, "check")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "no damaged files, no missing files" in sound.stdout
    damaged = (
        "analyses/tuning_entropy/spikes.h5", "comparisons/side-by-side.csv", "export/spikes/spikes.parquet", "figures/task.pdf",
        "figures/spikes/task.png", "numbers/summary.json",
    )  # fmt: skip
    missing = ("figures/example/task.png", "export/example/columns.json", "numbers/pooled.h5")
    for name in damaged:
        data = bytearray((results / name).read_bytes())
        data[len(data) // 2] ^= 1
        (results / name).write_bytes(data)
    for name in missing:
        (results / name).unlink()
    (results / "sessions" / ".spikes.4999999.part.h5").write_bytes(b"half")
    (results / "sessions" / "old.h5").write_bytes((results / "sessions" / "spikes.h5").read_bytes())
    found = rscnav(project, "check", "results", "--config", "config.yaml", "--config", "tiny.yaml")
    assert found.returncode == 1
    lines = [line.split(": ")[:2] for line in found.stdout.splitlines()]
    assert {name for kind, name in lines if kind == "damaged"} == set(damaged)
    assert {name for kind, name in lines if kind == "missing"} == set(missing)
    assert ["left over", "sessions/.spikes.4999999.part.h5"] in lines
    assert ["not in the configuration", "'old'"] in lines
    assert "6 files are damaged, 3 are missing; `rscnav check results --config" in found.stderr
    remade = rscnav(project, "check", "--remake")
    assert remade.returncode == 0, remade.stdout[-3000:] + remade.stderr[-3000:]
    (results / "sessions" / ".spikes.4999999.part.h5").unlink()
    (results / "sessions" / "old.h5").unlink()
    assert {path: path.read_bytes() for path in before} == before
