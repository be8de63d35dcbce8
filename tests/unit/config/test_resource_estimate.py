"""Memory and disk of a run: near what was measured, growing with the keys it names, and refused by validate beyond the machine."""

from types import SimpleNamespace

import pytest

from rscnav.cli.main import main
from rscnav.config import resource_estimate as module
from rscnav.config.load import load_config, parse_config
from rscnav.config.resource_estimate import estimate, too_large

GIB = 2**30


@pytest.fixture
def default(pytestconfig):
    return load_config(pytestconfig.rootpath / "config.yaml")


def part(config, job):
    """Find one job among the parts."""
    found = {}
    keep = module.Part
    try:
        module.Part = lambda *given: found.setdefault(given[0], keep(*given))
        estimate(config)
    finally:
        module.Part = keep
    return found[job]


def test_the_default_run_is_estimated_as_it_was_measured(default):
    found = estimate(default)
    assert found.largest.job == "rollout of 'gru-s1'"
    assert found.largest.size / GIB == pytest.approx(1.28, rel=0.15)
    assert part(default, "training of 'gru-s1'").size / GIB == pytest.approx(0.74, rel=0.2)
    assert part(default, "analyses of 'gru-s1'").size / GIB == pytest.approx(1.1, rel=0.15)
    assert found.disk == pytest.approx(2 * 747e6, rel=0.15)
    assert too_large(default, found) == []


def test_a_long_recording_is_estimated_as_it_was_measured():
    config = parse_config({"recordings": [{"name": "r", "file": "x.nwb", "bin_s": 0.01}]})
    found = estimate(config, {"r": (720_000, 1000)})
    assert found.largest.size / GIB == pytest.approx(2.03, rel=0.1)


@pytest.mark.parametrize(
    ("values", "job", "key"),
    [
        ({"networks": [{"name": "g", "seeds": [1], "hidden_size": 20_000}]}, "analyses of 'g-s1'", "networks.hidden_size"),
        ({"networks": [{"name": "g", "seeds": [1], "training": {"batch_size": 10**6}}]}, "training of 'g-s1'", "training.batch_size"),
        ({"networks": [{"name": "g", "seeds": [1]}], "tasks": {"ring-fixed": {"trial_s": 10_000.0}}}, "rollout of 'g-s1'", "trial_s (or raise dt_s)"),
        ({"networks": [{"name": "g", "seeds": [1]}], "simulations": [{"name": "e", "n_units": 10**5, "n_trials": 10**4}]}, "simulation 'e'", "simulations.e.n_units"),
    ],
)  # fmt: skip
def test_what_is_too_large_names_its_keys(monkeypatch, values, job, key):
    monkeypatch.setattr(module.psutil, "virtual_memory", lambda: SimpleNamespace(total=16e9))
    config = parse_config(values)
    (line, *_) = too_large(config, estimate(config))
    assert line.startswith(f"memory: the {job} needs about ")
    assert ", and this machine has 16.0 GB; lower " in line
    assert key in line.split("; lower ")[1]


def test_a_lesson_may_be_what_takes_most():
    lesson = {"until": 0.5, "task": {"trial_s": 100.0}}
    plain, long = (
        part(
            parse_config({"networks": [{"name": "g", "seeds": [1], "training": {"curriculum": c}}]}),
            "training of 'g-s1'",
        )
        for c in ([], [lesson])
    )
    assert long.size > plain.size * 2


def test_disk_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=1e9))
    config = parse_config({"networks": [{"name": "g", "seeds": [1, 2, 3]}], "results_dir": str(tmp_path / "a" / "b")})
    (line,) = too_large(config, estimate(config))
    assert line.startswith("disk: the results need about 2.")
    assert (
        "has 1.0 GB of free space; lower rollout.test_trials, networks.seeds, export (nwb: false, tables: null)" in line
    )
    (tmp_path / "a" / "b").mkdir(parents=True)
    with (tmp_path / "a" / "b" / "old").open("wb") as file:
        file.truncate(2 * 10**9)  # what a run replaces is room, too
    assert too_large(config, estimate(config)) == []
    less = parse_config({**{"networks": [{"name": "g", "seeds": [1]}]}, "export": {"nwb": False, "tables": None}})
    assert estimate(less).disk < 0.4 * estimate(parse_config({"networks": [{"name": "g", "seeds": [1]}]})).disk


def test_validate_says_both_and_refuses_what_is_too_large(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text("networks: [{name: g, seeds: [1]}]\n")
    main(["validate", "--config", "c.yaml"])
    assert "largest job: about 1.4 GB of memory (rollout of 'g-s1'); results: about 7" in capsys.readouterr().out
    (tmp_path / "c.yaml").write_text("networks: [{name: g, seeds: [1], training: {batch_size: 1000000}}]\n")
    monkeypatch.setattr(module.psutil, "virtual_memory", lambda: SimpleNamespace(total=16e9))
    assert main(["validate", "--config", "c.yaml"]) != 0
    out = capsys.readouterr()
    assert "WRONG: memory: the training of 'g-s1' needs about " in out.out
    assert "1 problem: memory" in out.err
