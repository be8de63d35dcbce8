"""A job's mark: the command refuses other settings and other code than it was planned with, and what the workflow plans it accepts."""

import ast
import re

import pytest
import yaml

from helpers import ROOT
from helpers.sessions import uneven_session
from rscnav.analyses.registry import ANALYSES
from rscnav.cli.main import main
from rscnav.config.job_settings import STAGES, network_sessions, session_names, settings_for, settings_text
from rscnav.config.load import load_config, parse_config
from rscnav.figures.registry import FIGURES
from rscnav.sessions.hdf5 import write_session
from rscnav.workflow.jobs import planned as jobs
from rscnav.workflow.jobs.planned import ChangedError, Job, check_mark, planned, settings_file, settings_file_text

VALUES = {
    "networks": [{"name": "n", "seeds": [1, 2]}, {"name": "m", "seeds": [1], "task": "arena"}],
    "simulations": [{"name": "sim"}],
    "recordings": [{"name": "rat", "file": "{results_dir}/recordings/sim.nwb", "position": {"series": "angle"}}],
    "sampled_networks": [{"network": "n", "match_recording": "rat"}],
    "comparisons": [{"name": "side"}],
}
ITEMS = {
    "train": "m-s1",
    "rollout": "n-s1",
    "network_dynamics": "m-s1",
    "sample_network": "n-s1-like-rat",
    "simulate": "sim",
    "import_recording": "rat",
    "analyse": "tuning_entropy",
    "compare": "side",
    "plot_comparison": "side",
    "figure": "task",
    "joint_figure": "task",
}


@pytest.fixture
def config():
    return parse_config(VALUES)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_can_be_planned_and_checked(config, stage):
    job = planned(config, stage, ITEMS.get(stage, ""))
    assert job.settings == settings_text(config, stage, ITEMS.get(stage, ""))
    jobs.check_planned(config, [job.mark], "config.yaml")


def test_a_job_s_code_includes_its_item_s(config):
    assert "rscnav.tasks.arena" in jobs.modules_of(config, "train", "m-s1")
    assert jobs.modules_of(config, "network_dynamics", "rat") == ("rscnav.cli.network_dynamics",)
    assert jobs.modules_of(config, "analyse", "tuning_entropy") == ("rscnav.cli.analyse", ANALYSES["tuning_entropy"])
    assert jobs.modules_of(config, "joint_figure", "task") == ("rscnav.cli.plot", FIGURES["task"])


def test_what_differs_is_named():
    def now(settings, code):
        return Job("analyse", "tuning_entropy", settings, code)

    word = now("{}", "c0de").mark
    assert re.fullmatch(r"analyse:tuning_entropy:[0-9a-f]{12}:c0de", word)
    check_mark(word, now("{}", "c0de"), "f.yaml")
    with pytest.raises(
        ChangedError, match=r"^the settings in f.yaml changed .*\(analyse tuning entropy\); start snakemake again"
    ):
        check_mark(word, now('{"seed": 1}', "c0de"), "f.yaml")
    with pytest.raises(ChangedError, match="^the code of `rscnav analyse` changed"):
        check_mark(word, now("{}", "0ther"), "f.yaml")
    with pytest.raises(ChangedError, match="^the settings in f.yaml and the code of `rscnav analyse` changed"):
        check_mark(word, now("", "0ther"), "f.yaml")
    with pytest.raises(ValueError, match="'analyse' is not valid; expected STAGE:ITEM:SETTINGS:CODE"):
        check_mark("analyse", now("", ""), "f.yaml")


def test_a_command_refuses_other_settings_and_makes_nothing(tmp_path, capsys):
    write_session(uneven_session(), tmp_path / "s.h5")
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(VALUES))
    word = planned(load_config(tmp_path / "c.yaml"), "analyse", "optimality_gap").mark
    job = ["analyse", "--config", str(tmp_path / "c.yaml"), "--expect", word, "--analysis", "optimality_gap"]
    job += ["--session", str(tmp_path / "s.h5"), "--output", str(tmp_path / "r.h5")]
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(VALUES | {"seed": 7}))
    assert main(job) == 1
    assert "c.yaml changed after this run was planned, so nothing was made" in capsys.readouterr().err
    assert not (tmp_path / "r.h5").exists()
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(VALUES | {"figures": {"dpi": 60}}))
    assert main(job) == 0  # a setting of other jobs


def test_a_command_refuses_other_code(tmp_path, capsys, monkeypatch):
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(VALUES))
    word = planned(load_config(tmp_path / "c.yaml"), "summary").mark
    monkeypatch.setattr(jobs, "code_hash", lambda *modules: "edited")
    assert (
        main(["summary", "--config", str(tmp_path / "c.yaml"), "--expect", word, "--results", ".", "--output", "x"])
        == 1
    )
    assert "the code of `rscnav summary` changed after this run was planned" in capsys.readouterr().err


def test_a_missing_file_of_settings_is_explained(tmp_path, capsys):
    arguments = ["--expect", "read:rat:x:y", "--session", "rat", "--output", str(tmp_path / "x.h5")]
    assert main(["import-recording", "--config", str(tmp_path / "no.yaml"), *arguments]) == 1
    assert "no.yaml: the settings of this run are missing" in capsys.readouterr().err


@pytest.mark.parametrize("preset", [None, *sorted(path.name for path in (ROOT / "workflow" / "presets").iterdir())])
def test_the_written_configuration_gives_the_same_settings(preset, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    merged = yaml.safe_load((ROOT / "config.yaml").read_text())
    if preset:
        from rscnav.config.load import merge

        merged = merge(merged, yaml.safe_load((ROOT / "workflow" / "presets" / preset).read_text()))
    config = parse_config(merged)
    text = settings_file_text(config, merged)
    path = tmp_path / "c.yaml"
    path.write_text(text)
    again = load_config(path)
    assert again == config
    assert settings_for(again, "summary", "") == settings_for(config, "summary", "")
    assert settings_file("r", text) == settings_file("r", settings_file_text(again, yaml.safe_load(text)))


def test_a_file_that_appears_later_changes_no_job(tmp_path):
    (tmp_path / "a.nwb").touch()
    values = {"recordings": [{"file": f"{tmp_path}/*.nwb"}]}
    config = parse_config(values)
    (tmp_path / "c.yaml").write_text(settings_file_text(config, values))
    (tmp_path / "b.nwb").touch()
    assert session_names(load_config(tmp_path / "c.yaml")) == ["a"]
    assert session_names(parse_config(values)) == ["a", "b"]


def test_numbers_depend_on_the_settings_that_results_depend_on():
    def sha(**changes):
        return settings_for(parse_config(VALUES | changes), "summary", "")["settings_sha"]

    assert sha() == sha(device="cpu") == sha(figures={"dpi": 60}) == sha(tasks={"ring-internal-map": {"trial_s": 5.0}})
    assert len({sha(), sha(seed=1), sha(rollout={"test_trials": 9}), sha(similarity={"n_subsamples": 11})}) == 4


def test_names_of_sessions_are_made_once(config):
    assert network_sessions(config) is network_sessions(config)
    assert list(network_sessions(parse_config({"networks": [{"name": "x", "seeds": [3]}]}))) == ["x-s3"]
    assert list(network_sessions(config)) == ["n-s1", "n-s2", "m-s1"]


def test_commands_take_their_settings_from_the_stage_that_triggers_them():
    """Each command asks `job_settings` for stages of its own, all of which are in the table."""
    asked = {}
    for path in sorted((ROOT / "src" / "rscnav" / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "job_settings":
                stage = node.args[1]
                asked.setdefault(path.stem, set()).update([stage.value] if isinstance(stage, ast.Constant) else ["?"])
    for command, stages in asked.items():
        for stage in stages - {"?"}:
            assert jobs.COMMANDS.get(stage, stage) == command
    apart = {"train", "figure", "joint_figure", "export_nwb"}  # asked for elsewhere, or by a name that is worked out
    assert {stage for stages in asked.values() for stage in stages} >= set(STAGES) - apart
