"""Every setting has a description, of which the reference of the configuration is made."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from rscnav.config.schema import Config
from rscnav.tasks.registry import TASKS, task_module

MODELS = {"Config": Config} | {task: task_module(task).Settings for task in TASKS}


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def descriptions(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        yield above + name, field.description or ""
        for section in models_in(field.annotation):
            yield from descriptions(section, f"{above}{name}.")


@pytest.mark.parametrize("name", MODELS)
def test_every_setting_has_a_description(name):
    found = dict(descriptions(MODELS[name]))
    assert not [key for key, text in found.items() if not text.strip()]
    ends = [key for key, text in found.items() if text.endswith((".", ",", ";", " "))]
    assert not ends, "a description ends without a full stop"


@pytest.mark.parametrize("name", MODELS)
def test_a_setting_in_seconds_radians_hertz_or_metres_names_its_unit(name):
    units = {"_s": "s", "_rad": "rad", "_hz": "Hz", "_m": "m", "_mm": "mm", "_rad_s": "rad/s", "_m_s": "m/s"}
    for key, text in descriptions(MODELS[name]):
        end = max((end for end in units if key.endswith(end)), key=len, default="")
        if end:
            assert f"({units[end]})" in text or "(1/s)" in text, f"{key}: {text}"
