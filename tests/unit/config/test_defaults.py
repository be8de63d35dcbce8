"""Defaults are in the schema, once: a key of the file of defaults may be deleted without an effect."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.configuration import every_key
from rscnav.config.load import parse_config

GIVEN = every_key()
SECTIONS = [name for name, value in GIVEN.items() if name != "tasks" and not isinstance(value, list)]
OF_NETWORKS = [key for key in GIVEN["networks"][0] if key not in ("name", "seeds")]


def places(values: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(values, dict):
        for key, value in values.items():
            yield (*path, key)
            yield from places(value, (*path, key))


def without(path: tuple[Any, ...]) -> dict[str, Any]:
    changed = copy.deepcopy(GIVEN)
    holder: Any = changed
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return changed


@pytest.fixture(scope="module")
def full():
    return parse_config(GIVEN).model_dump()


@pytest.mark.parametrize("section", SECTIONS)
def test_a_deleted_key_has_the_value_of_the_file(full, section):
    for path in [(section,), *(((section, *rest)) for rest in places(GIVEN[section]))]:
        assert parse_config(without(path)).model_dump() == full, ".".join(map(str, path))


@pytest.mark.parametrize("key", OF_NETWORKS)
def test_a_deleted_key_of_a_network_has_the_value_of_the_file(full, key):
    assert parse_config(without(("networks", 0, key))).model_dump() == full


@pytest.mark.parametrize("task", GIVEN["tasks"])
def test_a_deleted_key_of_a_task_has_the_value_of_the_file(full, task):
    for path in places(GIVEN["tasks"][task]):
        assert parse_config(without(("tasks", task, *path))).model_dump() == full, path
