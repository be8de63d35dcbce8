"""Keys that change how a run proceeds and no result are in no job's settings."""

import json

import pytest
from pydantic import BaseModel, Field

from rscnav.config.job_settings import settings_for, settings_text
from rscnav.config.load import parse_config
from rscnav.networks.training.checkpoint_settings import differences
from rscnav.settings.operational_keys import OPERATIONAL, plain_settings

VALUES = {
    "networks": [{"name": "n", "seeds": [1]}],
    "simulations": [{"name": "sim"}],
    "recordings": [{"name": "rat", "file": "rat.nwb"}],
    "comparisons": [{"name": "side"}],
}
JOBS = [
    ("train", "n-s1"),
    ("rollout", "n-s1"),
    ("network_dynamics", "n-s1"),
    ("simulate", "sim"),
    ("import_recording", "rat"),
    ("analyse", "tuning_entropy"),
    ("pool", ""),
    ("summary", ""),
    ("compare", "side"),
    ("plot_comparison", "side"),
    ("joint_figure", "task"),
    ("export_tables", ""),
]


@pytest.mark.parametrize(
    "changes",
    [
        {"training": {"checkpoint_every_s": 7.0}},
        {"networks": [{"name": "n", "seeds": [1], "training": {"checkpoint_every_s": 7.0}}]},
        {"device": "cpu"},
        {"train_jobs": "separate"},
        {"results_dir": "results/elsewhere"},
    ],
)
@pytest.mark.parametrize(("stage", "item"), JOBS)
def test_no_job_depends_on_an_operational_key(changes, stage, item):
    before, after = parse_config(VALUES), parse_config(VALUES | changes)
    assert settings_text(after, stage, item) == settings_text(before, stage, item)


def test_a_job_depends_on_all_other_keys_of_its_training():
    before = parse_config(VALUES)
    after = parse_config(VALUES | {"training": {"checkpoint_every_s": 7.0, "validate_every_batches": 7}})
    texts = [settings_text(config, "train", "n-s1") for config in (before, after)]
    assert texts[0] != texts[1]
    names = set(json.loads(texts[0])["network"]["training"])
    assert names == set(type(before.training).model_fields) - {"checkpoint_every_s"}
    assert (
        settings_for(after, "train", "n-s1")["network"].training.checkpoint_every_s == 7.0
    )  # the command still has it


def test_a_checkpoint_goes_on_after_a_change_of_an_operational_key():
    before, after = parse_config(VALUES), parse_config(VALUES | {"training": {"checkpoint_every_s": 7.0}})
    saved, now = (
        {"n-s1": {"settings": settings_text(config, "train", "n-s1"), "code": "c"}} for config in (before, after)
    )
    assert differences(saved, now) == []


class Part(BaseModel):
    value: int = 1
    often: int = Field(2, json_schema_extra=OPERATIONAL)


class Whole(BaseModel):
    part: Part = Part()
    parts: list[Part] = [Part(), Part()]
    named: dict[str, Part | None] = {"a": Part(), "b": None}
    pair: tuple[Part, int] = (Part(), 3)
    often: Part = Field(Part(), json_schema_extra=OPERATIONAL)


def test_operational_keys_are_dropped_at_every_depth():
    kept = {"value": 1}
    expected = {"part": kept, "parts": [kept, kept], "named": {"a": kept, "b": None}, "pair": [kept, 3]}
    assert plain_settings(Whole()) == expected
    assert plain_settings({"x": [Whole()], "y": 1}) == {"x": [expected], "y": 1}
