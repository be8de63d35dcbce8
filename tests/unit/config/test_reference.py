"""What is made from the models of the settings: file of defaults, JSON schema, reference page, values of a key."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from helpers import ROOT
from helpers.configuration import DEFAULTS, every_key_text
from rscnav.cli.main import main
from rscnav.config.load import load_config, merge, parse_config
from rscnav.config.reference.commented_yaml import commented_yaml
from rscnav.config.reference.default_file import EXAMPLES
from rscnav.config.reference.documented_model import documented_model
from rscnav.config.reference.json_schema import json_schema
from rscnav.config.yaml_file import read_yaml
from rscnav.tasks.registry import TASKS, task_module

MADE = {
    "default": DEFAULTS,
    "schema": ROOT / "workflow" / "config.schema.json",
    "reference": ROOT / "docs" / "config.md",
}
WRITTEN = [
    ROOT / "config.yaml",
    DEFAULTS,
    *sorted((ROOT / "workflow" / "presets").glob("*.yaml")),
    *sorted((ROOT / "examples").glob("*/*.yaml")),
]
ONE = {"networks": [{"name": "n", "seeds": [1]}]}


def network(**keys: Any) -> dict[str, Any]:
    return {"networks": [{"name": "n", "seeds": [1], **keys}]}


@pytest.fixture(scope="module")
def validator():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("action", MADE)
def test_the_file_is_what_the_models_give(action, capsys):
    assert main(["config", action]) == 0
    assert capsys.readouterr().out == MADE[action].read_text(encoding="utf-8"), "run `make config-reference`"


def test_the_file_of_defaults_changes_nothing():
    values, _ = read_yaml(DEFAULTS)
    for own in (ONE, yaml.safe_load((ROOT / "config.yaml").read_text())):
        tasks = {task: {} for task in TASKS}  # the file lists all
        assert parse_config(merge(values, own)) == parse_config({**own, "tasks": own.get("tasks", tasks)})


def test_the_file_of_defaults_has_every_key():
    expected = documented_model()().model_dump()
    assert read_yaml(DEFAULTS)[0] == expected
    for task in TASKS:
        assert expected["tasks"][task] == task_module(task).Settings().model_dump()


def test_the_entries_of_the_file_of_defaults_are_those_of_config_yaml(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(every_key_text(), encoding="utf-8")
    found, expected = load_config(path).model_dump(), load_config(ROOT / "config.yaml").model_dump()
    assert {**found, "tasks": {}} == {**expected, "tasks": {}}
    written = read_yaml(path)[0]
    assert all(len(written[name]) == 1 for name in EXAMPLES)
    for name in EXAMPLES:
        fields = set(parse_config(written).model_dump()[name][0])
        assert set(written[name][0]) == fields, f"{name}: an entry has every key"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: "-".join(path.parts[-2:]))
def test_the_schema_accepts_configurations_and_presets(validator, path):
    problems = [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(read_yaml(path)[0])]
    assert not problems


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"networks": None},
        {"tasks": {"arena": None}},
        network(hidden_size=[32, 64], training={"n_batches": [1, 2], "learning_rule": {"name": ["bptt", "rtrl"]}}),
        network(training={"curriculum": [{"until": 0.5, "task": {"trial_s": 5.0}}]}),
    ],
)
def test_the_schema_accepts_what_the_loader_accepts(validator, values):
    assert validator.is_valid(values)
    parse_config(merge(ONE, values) if values.get("networks") else ONE | {k: v for k, v in values.items() if v})


@pytest.mark.parametrize(
    "values",
    [
        {"traning": {}},
        {"training": {"n_batch": 3}},
        {"training": {"n_batches": "many"}},
        {"training": {"max_learning_rate": -1.0}},
        {"training": {"n_batches": [1, 2]}},
        {"tasks": {"maze": {}}},
        {"tasks": {"arena": {"motion": {"speed": 1.0}}}},
        {"tasks": {"ring-fixed": {"trial_s": 1e6}}},
        {"analyses": {"dimension": {"theiler": "never"}}},
        {"analyses": {"pairwise": {"cutoff_hz": 1e9}}},
        network(cell="lsmt"),
        network(name=["a", "b"]),
        network(hidden_size=[]),
        network(training={"learning_rule": {"name": ["bptt", "bppt"]}}),
        network(training={"curriculum": [{"until": 0.5, "task": {"trial": 5.0}}]}),
        {"networks": [{"name": "n"}]},
        {"recordings": [{"name": "r", "file": "r.nwb", "position": {"series": "x", "unit": "inch"}}]},
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(validator, values):
    assert not validator.is_valid(values)
    with pytest.raises(ValueError, match=r"\w"):
        parse_config(merge(ONE, values))


def test_every_reference_of_the_schema_is_defined():
    schema = json_schema()
    names = set(re.findall(r'"\$ref": "#/\$defs/([^"]+)"', json.dumps(schema)))
    assert names <= set(schema["$defs"])


def test_config_yaml_is_short_and_names_its_schema():
    lines = (ROOT / "config.yaml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    name = lines[0].removeprefix("# yaml-language-server: $schema=")
    assert ROOT / name == MADE["schema"]


def test_every_key_has_a_row_on_the_page():
    text = MADE["reference"].read_text(encoding="utf-8")
    for key in ("seed", "motion.noise_m", "learning_rule.snap_order", "landmarks.events.names", "certainty_threshold"):
        assert text.count(f"| `{key}` |") == 1, key
    for section in documented_model().model_fields:
        assert f"## `{section}`" in text or f"| `{section}` |" in text
    assert all(line.count(" | ") >= 3 for line in text.splitlines() if line.startswith("|"))


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text("networks: [{name: n, seeds: [1], hidden_size: [32, 64]}]\nseed: 3\n")
    Path("more.yaml").write_text("analyses: {decoding: {n_folds: 3}}\n")


def test_show_prints_the_values_of_a_key_that_can_be_copied(written, capsys):
    assert main(["config", "show", "analyses.decoding", "--config", "config.yaml", "--config", "more.yaml"]) == 0
    text = capsys.readouterr().out
    decoding = load_config("config.yaml", "more.yaml").analyses.decoding.model_dump()
    assert yaml.safe_load(text) == {"analyses": {"decoding": decoding}}
    assert decoding["n_folds"] == 3
    assert "# folds of cross-validation" in text


def test_show_finds_entries_of_lists_by_name_and_by_index(written, capsys):
    for key in ("networks.n-64.hidden_size", "networks.1.hidden_size"):
        assert main(["config", "show", key]) == 0
        assert yaml.safe_load(capsys.readouterr().out) == {"networks": [{"hidden_size": 64}]}


def test_show_without_a_key_prints_a_whole_configuration(written, capsys, tmp_path):
    assert main(["config", "show"]) == 0
    path = tmp_path / "all.yaml"
    path.write_text(capsys.readouterr().out)
    assert load_config(path) == load_config("config.yaml")


@pytest.mark.parametrize(
    "recording",
    [
        {"position": {"series": "xy", "unit": "cm"}, "trials": {"home_location": {"place": [0.0, 1.0], "radius": 5.0}}},
        {"position": {"series": "x", "heading": {"back": [2, 3], "front": [0, 1]}, "unit": "m"}},
        {"arrays": {"spikes": {"times": "t"}, "series": {"x": {"data": "x", "rate": 50.0}}}},
        {
            "position": {"series": "xy", "unit": "m"},
            "trials": {"table": "laps"},
            "landmarks": {"places": {"a": "port"}, "ports": {1: [0.0, 1.0], "2": [1.0, 0.0]}, "visibility_radius": 0.1},
        },
        {
            "phases": {"table": "phases"},
            "landmarks": {"events": {"table": "visits", "names": {"a": [1], "b": ["yes"]}}},
        },
    ],
)
def test_values_that_are_shown_are_read_again(recording, tmp_path, capsys):
    path, again = tmp_path / "own.yaml", tmp_path / "again.yaml"
    path.write_text(yaml.safe_dump({"recordings": [{"name": "r", "file": "r.nwb", **recording}]}))
    assert main(["config", "show", "--config", str(path)]) == 0
    again.write_text(capsys.readouterr().out)
    assert load_config(again) == load_config(path)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("analyses.decodin", "analyses.decodin: unknown key; analyses has: .*; did you mean 'decoding'?"),
        ("sed", "sed: unknown key; there are: results_dir, seed, .*; did you mean 'seed'?"),
        ("networks.m", "networks.m: unknown key; networks has: 0, 1, n-32, n-64"),
        ("seed.x", "seed.x: unknown key; seed has no keys"),
    ],
)
def test_show_explains_an_unknown_key(written, capsys, key, message):
    assert main(["config", "show", key]) == 1
    assert re.search(message, capsys.readouterr().err)


def test_words_that_look_like_other_values_are_quoted():
    values = {"recordings": [{"name": "r", "file": "1e-3", "subject": "007, no: [x]", "more_files": ["yes", "a, b"]}]}
    text = "\n".join(commented_yaml(documented_model(), values, comments=False))
    assert yaml.safe_load(text) == values
    assert "'1e-3'" in text
