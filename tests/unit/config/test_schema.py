"""The configuration: closed, typed, with messages that name the key and the cure."""

from typing import Any

import pytest
import yaml

from helpers import ROOT
from rscnav.config.job_settings import session_names, settings_for, settings_text
from rscnav.config.load import load_config, merge, parse_config
from rscnav.settings.strict_settings import ConfigError

PRESETS = sorted((ROOT / "workflow" / "presets").glob("*.yaml"))
DEFAULT = yaml.safe_load((ROOT / "config.yaml").read_text())


def changed(**changes: Any) -> dict[str, Any]:
    """Lay changes, given as `section__key=value`, over the default configuration."""
    values = DEFAULT
    for path, value in changes.items():
        for key in reversed(path.split("__")):
            value = {key: value}
        values = merge(values, value)
    return values


@pytest.mark.parametrize("preset", [None, *PRESETS], ids=lambda p: p.stem if p else "default")
def test_default_and_presets_are_valid(preset):
    config = load_config(ROOT / "config.yaml", *([preset] if preset else []))
    assert session_names(config)


def test_sessions_are_networks_by_seed_then_recordings():
    expected = ["gru-s1", "gru-s2", "gru-s1-like-example", "example"]  # in between, what is sampled from networks
    assert session_names(parse_config(DEFAULT)) == expected


@pytest.mark.parametrize(("section", "left"), [("networks", ["example"]), ("recordings", ["gru-s1", "gru-s2"])])
def test_either_list_may_be_commented_out(section, left):
    without = {key: value for key, value in DEFAULT.items() if key != section}
    assert session_names(parse_config(without)) == left
    assert session_names(parse_config(without | {section: None})) == left


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (changed(traning={}), r"traning: unknown key; did you mean 'training'"),
        (changed(training__n_batch=3), r"training\.n_batch: unknown key; did you mean 'n_batches'"),
        (
            changed(training__max_learning_rate="1e-3"),
            r"max_learning_rate: '1e-3' is not valid: a number is needed, and this is text; write 1e-3 without quotes",
        ),
        (
            changed(training__max_learning_rate=-1.0),
            r"training\.max_learning_rate: -1\.0 is not valid: .*greater than 0",
        ),
        (
            changed(networks=[{"name": "x", "seeds": [1], "hidden_size": 0}]),
            r"networks\.0\.hidden_size: 0 is not valid",
        ),
        (changed(networks=[{"name": "x", "seeds": []}]), r"networks\.0\.seeds"),
        (
            changed(networks=[{"name": "x", "seeds": [1], "task": "maze"}]),
            r"networks: 'x': task: 'maze' is not valid; expected one of ring-fixed, ring-external-map, ring-internal-map, arena",
        ),
        (changed(networks=[{"name": "x", "seeds": [1, 1]}]), r"x-s1 occur more than once"),
        (changed(networks=[{"name": "x", "seeds": [1], "cell": "lsmt"}]), r"networks\.0\.cell: 'lsmt' is not valid"),
        (
            changed(tasks={"ring-fixd": {}}),
            r"task: 'ring-fixd' is not valid; expected one of ring-fixed, .*; did you mean 'ring-fixed'",
        ),
        (merge(DEFAULT, {"tasks": {"ring-fixed": {"separation_rad": 3.141592653589793}}}), r"separation_rad: at π"),
        (
            merge(DEFAULT, {"tasks": {"ring-fixed": {"separation_rad": 0.4}}}),
            r"is less than twice visibility_radius_rad",
        ),
        (changed(networks=[], recordings=[]), r"both empty"),
        (
            changed(recordings=[{"name": "rat-s3", "file": "x.nwb"}]),
            r"recording 'rat-s3': the name looks like that of a network session",
        ),
        (changed(device="gpu"), r"device: 'gpu' is not valid"),
    ],
)
def test_bad_values_are_named(values, message):
    with pytest.raises(ConfigError, match=message):
        parse_config(values)


def test_file_errors_name_the_file(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: no such"):
        load_config(tmp_path / "nowhere.yaml")
    (tmp_path / "bad.yaml").write_text("networks: [")
    with pytest.raises(ConfigError, match=r"bad\.yaml: this is not YAML"):
        load_config(tmp_path / "bad.yaml")


def test_presets_lie_over_the_file_key_by_key(tmp_path):
    (tmp_path / "preset.yaml").write_text("training: {n_batches: 7}\nnetworks: [{name: n, seeds: [4]}]\n")
    config = load_config(ROOT / "config.yaml", tmp_path / "preset.yaml")
    assert config.training.n_batches == config.networks[0].training.n_batches == 7
    assert config.training.batch_size == parse_config(DEFAULT).training.batch_size
    assert session_names(config) == ["n-s4", "n-s4-like-example", "example"]


def test_a_job_depends_on_its_own_settings_only():
    before = parse_config(DEFAULT)
    recoloured = parse_config(changed(figures__dpi=72, analyses__common__cutoff_hz=0.4))
    retrained = parse_config(changed(training__max_learning_rate=0.002))
    for stage, item in [
        ("train", "gru-s1"),
        ("rollout", "gru-s1"),
        ("import_recording", "example"),
        ("simulate", "example"),
    ]:
        assert settings_text(before, stage, item) == settings_text(recoloured, stage, item)
    assert settings_text(before, "analyse", "optimality_gap") != settings_text(recoloured, "analyse", "optimality_gap")
    assert settings_text(before, "train", "gru-s1") != settings_text(retrained, "train", "gru-s1")
    assert settings_text(before, "import_recording", "example") == settings_text(
        retrained, "import_recording", "example"
    )


def test_settings_of_what_is_not_there():
    with pytest.raises(ConfigError, match="no session 'gru-s9'; there are: gru-s1, gru-s2"):
        settings_for(parse_config(DEFAULT), "train", "gru-s9")


def test_a_pattern_makes_a_recording_of_each_file(tmp_path):
    for name in ("b day2.nwb", "a.nwb", "c.zarr/.zgroup", "deep/d.nwb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    base = {"position": {"series": "x", "unit": "m"}}

    def names(pattern, **entry):
        return [
            r.name
            for r in parse_config({"recordings": [{"file": str(tmp_path / pattern), **base, **entry}]}).recordings
        ]

    assert names("*.nwb") == ["a", "b-day2"]
    assert names("*.nwb", name="m-{stem}-x") == ["m-a-x", "m-b-day2-x"]
    assert names("**/*.nwb", name="m") == ["m-a", "m-b-day2", "m-d"]
    assert names("*.zarr") == ["c"]
    with pytest.raises(ConfigError, match=r"no file matches the pattern file: .*\*\.mat"):
        names("*.mat", name="m")
    (tmp_path / "deep" / "a.nwb").touch()
    with pytest.raises(ConfigError, match=r"a\.nwb and .*deep.*a\.nwb would both be the session 'a'; rename one file"):
        names("**/*.nwb")
