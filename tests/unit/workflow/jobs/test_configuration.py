"""The configuration of a workflow: merged in Snakemake's order, read by our loader; the check before Snakemake's own."""

import copy
import sys
from pathlib import Path

import pytest
import yaml
from snakemake.cli import parse_config as snakemake_values
from snakemake.exceptions import CliException
from snakemake.settings.types import ConfigSettings
from snakemake.utils import update_config

from rscnav.config.load import parse_config
from rscnav.config.yaml_file import parse_yaml
from rscnav.config.yaml_text import yaml_text
from rscnav.settings.strict_settings import ConfigError
from rscnav.workflow.jobs.configuration import workflow_config
from snakemake_logger_plugin_rscnav import LogHandlerSettings, configfiles


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(
        "seed: 1\nnetworks: [{name: g, seeds: [1]}]\ntraining: {n_batches: 5, max_learning_rate: 0.1}\n"
    )
    (tmp_path / "a.yaml").write_text(
        "training: {max_learning_rate: 0.2, learning_rule: {name: bptt}}\nobserver: null\n"
    )
    (tmp_path / "b.yaml").write_text(
        "networks: [{name: h, seeds: [2, 3]}]\nobserver: {grid_bins: 256}\ntraining: {n_batches: 7}\n"
    )
    (tmp_path / "c.json").write_text('{"figures": {"dpi": 72},\n "seed": 4}')
    return tmp_path


def by_snakemake(files, given, replace=False):
    """Merge as `configfile: "config.yaml"` does."""
    settings = ConfigSettings(config=snakemake_values(given), configfiles=files, config_args=given)
    config = copy.deepcopy(settings.overwrite_config)
    update_config(config, {} if replace else yaml.safe_load(Path("config.yaml").read_text()))
    update_config(config, settings.overwrite_config)
    return config


@pytest.mark.parametrize(
    ("files", "given"),
    [
        ([], []),
        (["a.yaml"], []),
        (["a.yaml", "b.yaml"], ["seed=7", "device=cpu"]),
        (["b.yaml", "a.yaml", "c.json"], ["results_dir=my results", "train_jobs="]),
    ],
)
def test_values_are_merged_in_snakemake_s_order(folder, files, given):
    paths = [folder / name for name in files]
    values, places, _ = workflow_config("config.yaml", paths, given)
    assert values == by_snakemake(paths, given)
    again, _, _ = workflow_config(
        "config.yaml", [path.absolute() for path in paths], given
    )  # as a job of the run reads it
    assert yaml_text(again) == yaml_text(values)
    assert parse_yaml(yaml_text(values), "x")[0] == values
    assert len(places) == 1 + len(files) + len(given)


def test_numbers_and_groups_of_the_command_line_are_read_as_in_a_file(folder):
    given = ["training={max_learning_rate: 1e-3, n_batches: 3}", "seed=5", "results_dir='007'", "device=a: b#c"]
    values, _, _ = workflow_config("config.yaml", [], given)
    assert values["training"] == {"n_batches": 3, "max_learning_rate": 0.001}
    assert (values["seed"], values["results_dir"], values["device"]) == (5, "007", "a: b#c")
    replaced, _, _ = workflow_config("config.yaml", [folder / "b.yaml"], ["seed=5"], replace=True)
    assert replaced == yaml.safe_load((folder / "b.yaml").read_text()) | {"seed": 5}


@pytest.mark.parametrize(
    ("files", "given", "words"),
    [
        (["dup.yaml"], [], r"dup\.yaml: line 3, column 1: seed: this key is there twice"),
        (
            ["a.yaml", "low.yaml"],
            [],
            r"config\.yaml with a\.yaml with low\.yaml: 1 problem\n  training\.n_batches \(low\.yaml, line 2\): 0 is not valid",
        ),
        (["a.yaml"], ["seed=010"], r"--config seed: 010 begins with a zero"),
        ([], ["training={n_batches: [}"], r"--config training: this is not YAML"),
        ([], ["training={n_batches: 0}"], r"training\.n_batches \(--config training, line 1\): 0 is not valid"),
        (
            ["a.yaml", "results/figures/task.png"],
            [],
            "write targets before it: snakemake TARGET --configfile FILE",
        ),
        (["a.yaml", "summary.json"], [], "has none of the keys of a configuration; --configfile reads every word"),
        (["nowhere.yaml"], [], r"nowhere\.yaml: no such configuration file"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(folder, files, given, words):
    (folder / "dup.yaml").write_text("# x\nseed: 1\nseed: 2\n")
    (folder / "low.yaml").write_text("training:\n  n_batches: 0\n")
    (folder / "summary.json").write_text('{"gru-s1": {"tuning_entropy": 1}}')
    with pytest.raises(ConfigError, match=words):
        values, places, source = workflow_config("config.yaml", [folder / name for name in files], given)
        parse_config(values, source, places)


def test_a_missing_configuration(folder):
    (folder / "config.yaml").unlink()
    with pytest.raises(
        ConfigError, match=r"config\.yaml: no such file in this folder; give it with --configfile, before the presets"
    ):
        workflow_config("config.yaml", [folder / "a.yaml"])
    assert workflow_config("config.yaml", [folder / "b.yaml"])[2] == "b.yaml"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["snakemake", "-n"], []),
        (["/x/bin/snakemake", "all", "--configfile", "a.yaml", "b.yaml", "-c1"], ["a.yaml", "b.yaml"]),
        (["snakemake/__main__.py", "--configfiles=a.yaml"], ["a.yaml"]),
        (["snakemake", "--config", "seed=1", "--unknown-of-a-profile", "x"], []),
        (["pytest", "--configfile", "a.yaml"], []),
    ],
)
def test_the_files_of_a_command_line(folder, words, found):
    assert [path.name for path in configfiles(words)] == found


def test_files_are_checked_when_snakemake_makes_the_plugin_s_settings(folder, monkeypatch):
    (folder / "bad.yaml").write_bytes(b"seed: 1\nseed: 1\n")
    monkeypatch.setattr(sys, "argv", ["snakemake", "--configfile", "a.yaml"])
    LogHandlerSettings()
    monkeypatch.setattr(sys, "argv", ["snakemake", "--configfile", "bad.yaml"])
    with pytest.raises(
        CliException,
        match=r"the configuration is not valid\.\nbad\.yaml: line 2, column 1: seed: this key is there twice",
    ):
        LogHandlerSettings()
