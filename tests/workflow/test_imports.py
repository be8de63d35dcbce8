"""Every command of the workflow is run, and what it imported is compared with the code that is its job's trigger."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from helpers.project import ROOT, TINY, environment
from rscnav.analyses.registry import ANALYSES
from rscnav.config.load import load_config
from rscnav.figures.registry import FIGURES
from rscnav.workflow.jobs.planned import modules_of
from rscnav.workflow.jobs.studies import modules_of_calibration, modules_of_ground_truth
from rscnav.workflow.provenance.import_closure import closure
from rscnav.workflow.provenance.package_versions import WITHOUT_EFFECT

pytestmark = pytest.mark.slow

NETWORK, RECORDING, SIDE = "gru-s1", "example", "side-by-side"
SAMPLED = f"{NETWORK}-like-{RECORDING}"
OTHERS = {  # networks that between them have every task, kind of cell and learning rule
    "a": {"task": "ring-internal-map", "cell": "leaky", "training": {"learning_rule": {"name": "e-prop"}}},
    "b": {"task": "ring-external-map", "cell": "convolution"},
    "c": {"task": "arena", "cell": "diagonal", "training": {"learning_rule": {"name": "crbp"}}},
    "d": {"cell": "tanh", "training": {"learning_rule": {"name": "rtrl"}}},
    "e": {"cell": "lstm", "training": {"learning_rule": {"name": "snap"}}},
    "f": {"cell": "relu", "training": {"learning_rule": {"name": "truncated_bptt"}}},
}
MORE = {
    "networks": [{"name": name, "hidden_size": 5, "seeds": [1], **given} for name, given in OTHERS.items()],
    "sampled_networks": [],
    "recordings": [],
    "simulations": [],
    "comparisons": [],
    "observer": {"particles": 64, "grid_bins": 128},
    "rollout": {"train_trials": 4, "test_trials": 8},
}
JOINT = {"sampled_networks": [], "figures": {"dpi": 50}}  # of the jobs that take all sessions


@dataclass
class Job:
    """A stage with its item, and the command that does it."""

    stage: str
    item: str
    command: tuple[str, ...]


def session_file(name: str) -> str:
    return f"results/sessions/{name}.h5"


def jobs() -> Iterator[Job]:
    """List all kinds of jobs of the main workflow, each after those that make its input."""
    tiny, more, joint = (("--config", "config.yaml", "--config", f"{file}.yaml") for file in ("tiny", "more", "joint"))
    for name, config in {NETWORK: tiny, **dict.fromkeys((f"{name}-s1" for name in OTHERS), more)}.items():
        folder, session = ("--network-dir", f"results/networks/{name}"), ("--session", name)
        dynamics = ("--session-file", session_file(name), "--output", f"results/analyses/dynamics/{name}.h5")
        yield Job("train", name, ("train", *config, *session, "--output-dir", folder[1]))
        yield Job("rollout", name, ("rollout", *config, *session, *folder, "--output", session_file(name)))
        yield Job("network_dynamics", name, ("network-dynamics", *config, *session, *folder, *dynamics))
    file = f"results/recordings/{RECORDING}.nwb"
    yield Job("simulate", RECORDING, ("simulate", *tiny, "--name", RECORDING, "--output", file))
    yield Job(
        "import_recording",
        RECORDING,
        ("import-recording", *tiny, "--session", RECORDING, "--output", session_file(RECORDING)),
    )
    given = ("--network-session", session_file(NETWORK), "--match", session_file(RECORDING))
    yield Job(
        "sample_network",
        SAMPLED,
        ("sample-network", *tiny, "--session", SAMPLED, *given, "--output", session_file(SAMPLED)),
    )
    for name in (SAMPLED, RECORDING):
        dynamics = ("--session-file", session_file(name), "--output", f"results/analyses/dynamics/{name}.h5")
        yield Job("network_dynamics", name, ("network-dynamics", *tiny, "--session", name, *dynamics))
    for name in (NETWORK, RECORDING):
        for analysis in ANALYSES:
            files = ("--session", session_file(name), "--output", f"results/analyses/{analysis}/{name}.h5")
            yield Job("analyse", analysis, ("analyse", *tiny, "--analysis", analysis, *files))
    results = (*joint, "--results", "results", "--output")
    yield Job("pool", "", ("pool", *results, "results/numbers/pooled.h5"))
    yield Job("compare", SIDE, ("compare", *results, f"results/comparisons/{SIDE}.h5", "--name", SIDE))
    yield Job("plot_comparison", SIDE, ("plot-comparison", *results, "side.pdf", "--name", SIDE, "--table", "side.csv"))
    for figure in FIGURES:
        yield Job("joint_figure", figure, ("plot", *results, "all.pdf", "--figure", figure))
    yield Job("figure", figure, ("plot", *results, "one.pdf", "--figure", figure, "--sessions", RECORDING))
    yield Job("summary", "", ("summary", *results, "results/numbers/summary.json"))
    for name in (NETWORK, RECORDING):
        yield Job("export_nwb", "", ("export", *tiny, "--session", session_file(name), "--nwb", f"{name}.nwb"))
        yield Job("export_tables", "", ("export", *tiny, "--session", session_file(name), "--tables", name))


def other_jobs() -> Iterator[Job]:
    """List those of the calibration and of the ground truth."""
    for kind, analysis in (("noise", "tuning_entropy"), ("planted", "spatial_entropy")):
        run = ("--analysis", analysis, "--kind", kind, "--sessions", "1", "--output", f"{kind}.csv")
        yield Job("calibrate run", analysis, ("calibrate", "run", *run))
    yield Job("calibrate table", "", ("calibrate", "table", "--inputs", "noise.csv", "planted.csv", "--output", "t.md"))
    config = ("--config", "config.yaml", "--config", "tiny.yaml")
    size = ("--seed", "1", "--units", "5", "--trials", "12")
    outputs = ("--output", "spikes.h5", "--rates", "rates.h5")
    yield Job("ground-truth simulate", "", ("ground-truth", "simulate", *config, *size, *outputs))
    for activity in ("spikes", "rates"):
        files = ("--session", f"{activity}.h5", "--output", f"{activity}.csv", "--activity", activity)
        yield Job("ground-truth measure", "", ("ground-truth", "measure", *config, *size, *files))
    truth = ("--trials", "200", "--units", "5", "--output", "truth.csv")
    yield Job("ground-truth truth", "", ("ground-truth", "truth", *config, *truth))
    inputs = ("--inputs", "spikes.csv", "rates.csv", "--truth", "truth.csv", "--folder", "summary")
    yield Job("ground-truth summary", "", ("ground-truth", "summary", *inputs))


def trigger(folder: Path, job: Job) -> tuple[str, ...]:
    """Return the modules that the workflow plans a job with."""
    command, _, part = job.stage.partition(" ")
    if command == "calibrate":
        return modules_of_calibration(part, job.item)
    if command == "ground-truth":
        return modules_of_ground_truth(part)
    preset = next(argument for argument in reversed(job.command) if argument.endswith(".yaml"))
    return modules_of(load_config(folder / "config.yaml", folder / preset), job.stage, job.item)


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """Run all of them; gives each with what it imported."""
    folder = tmp_path_factory.mktemp("imports")
    (folder / "config.yaml").write_text((ROOT / "config.yaml").read_text())
    default = yaml.safe_load((ROOT / "config.yaml").read_text())
    main = TINY | {"recordings": default["recordings"]}
    (folder / "tiny.yaml").write_text(yaml.safe_dump(main))
    (folder / "joint.yaml").write_text(yaml.safe_dump(main | JOINT))
    (folder / "more.yaml").write_text(yaml.safe_dump(TINY | MORE))
    planned = [*jobs(), *other_jobs()]
    run = subprocess.run(
        [sys.executable, ROOT / "tests" / "helpers" / "trace_imports.py", "found.json"],
        input=json.dumps([job.command for job in planned]),
        cwd=folder,
        env=environment(ROOT),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    found = json.loads((folder / "found.json").read_text())
    assert [f"{job.command}" for job, one in zip(planned, found, strict=True) if one["status"]] == [], run.stderr[
        -4000:
    ]
    return [(job, trigger(folder, job), one) for job, one in zip(planned, found, strict=True)]


def test_what_a_command_imports_is_the_code_of_its_job(traced):
    """An edit of a module that a job uses makes the job run again."""
    missing = {
        f"{job.stage} {job.item}": sorted(set(one["modules"]) - set(closure(*modules).modules) - {"rscnav.cli.main"})
        for job, modules, one in traced
    }
    assert {job: modules for job, modules in missing.items() if modules} == {}


def test_packages_that_a_command_imports_are_among_those_of_its_job(traced):
    """Another version of a package that a job uses makes the job run again."""
    passed_over = set(sys.stdlib_module_names) | WITHOUT_EFFECT
    missing = {
        f"{job.stage} {job.item}": sorted(set(one["packages"]) - set(closure(*modules).packages) - passed_over)
        for job, modules, one in traced
    }
    assert {job: packages for job, packages in missing.items() if packages} == {}


def test_every_stage_was_tried(traced):
    from rscnav.config.job_settings import STAGES

    assert {job.stage for job, _, _ in traced} >= set(STAGES)
    trained = {module for job, _, one in traced if job.stage == "train" for module in one["modules"]}
    assert {f"rscnav.networks.learning_rules.{name}" for name in ("bptt", "crbp", "eprop", "rtrl", "snap")} <= trained
    assert {f"rscnav.networks.cells.{name}" for name in ("non_recurrent", "gated", "vanilla")} <= trained
