"""JSON schema of the configuration (draft 2020-12), for editors: descriptions, types, bounds, sweeps.

It describes ``config.yaml`` and presets, which hold a part of the keys. Checks that involve several keys are not part of it.
"""

import re
from typing import Any

from rscnav.config.reference.documented_model import documented_model
from rscnav.config.sweeps import LISTS
from rscnav.settings.value_limits import largest
from rscnav.tasks.registry import TASKS, task_module

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOT_SWEPT = ("name", *LISTS)  # keys of a network that a sweep may not vary
Schema = dict[str, Any]


def json_schema() -> Schema:
    """Return ``workflow/config.schema.json``."""
    schema = _renamed(documented_model().model_json_schema())
    definitions = schema.pop("$defs")
    definitions["Lesson"]["properties"]["task"]["anyOf"] = [{"$ref": f"#/$defs/{_task_name(task)}"} for task in TASKS]
    for model in (schema, *definitions.values()):
        for name, field in model.get("properties", {}).items():
            _bound(field, name)
    _sweep(definitions)
    for holder in (schema, definitions["Tasks"]):  # `networks:` without a value is the default
        holder["properties"] = {name: _or_null(field) for name, field in holder["properties"].items()}
    head = {"$schema": DIALECT, "title": "Configuration of rscnav: config.yaml and presets"}
    return head | _tidy(schema | {"$defs": definitions})


def _task_name(task: str) -> str:
    return _short_name(task_module(task).Settings.__module__.replace(".", "__") + "__Settings")


def _short_name(name: str) -> str:
    """Return the name of a definition: modules of settings without package, folder and class."""
    return re.sub(r"^rscnav__(\w+?)__(?:\w+__)?(\w+?)__Settings$", r"\1.\2", name)


def _renamed(value: Any) -> Any:
    """Return a schema with short names of its definitions."""
    if isinstance(value, list):
        return [_renamed(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: _renamed(item) for key, item in value.items()}
    if "$ref" in found:
        found["$ref"] = f"#/$defs/{_short_name(found['$ref'].removeprefix('#/$defs/'))}"
    if "$defs" in found:
        found["$defs"] = {_short_name(name): item for name, item in found["$defs"].items()}
    return found


def _bound(field: Schema, name: str) -> None:
    """Add the bounds that the name of a field implies, where its model has none."""
    kind = field.get("type")
    if kind in ("integer", "number"):
        most = largest(name, whole=kind == "integer")
        if "maximum" not in field and "exclusiveMaximum" not in field:
            field["maximum"] = most
        if "minimum" not in field and "exclusiveMinimum" not in field:
            field["minimum"] = -most
    for key in ("items", "additionalProperties"):
        if isinstance(field.get(key), dict):
            _bound(field[key], name)
    for inner in (*field.get("anyOf", ()), *field.get("patternProperties", {}).values()):
        _bound(inner, name)


def _sweep(definitions: dict[str, Schema]) -> None:
    """Allow a list in place of a single value of a network, and in its sections of overrides."""
    waiting = ["NetworkSettings"]
    while waiting:
        name = waiting.pop()
        model = definitions[name]
        overrides = name != "NetworkSettings"
        properties = {}
        for key, field in model["properties"].items():
            if "$ref" in field:
                inner = field["$ref"].removeprefix("#/$defs/")
                waiting.append(inner)
                properties[key] = field | {"$ref": f"#/$defs/{inner}.sweep"}
            elif key in NOT_SWEPT and (key != "name" or not overrides):
                properties[key] = field
            else:
                properties[key] = _or_list(field)
        target = f"{name}.sweep" if overrides else name
        definitions[target] = model | {"properties": properties}


def _or_list(field: Schema) -> Schema:
    about = {key: field[key] for key in ("description", "default") if key in field}
    one = {key: value for key, value in field.items() if key not in about}
    return about | {"anyOf": [one, {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}]}


def _or_null(field: Schema) -> Schema:
    about = {key: field[key] for key in ("description", "default") if key in field}
    return about | {"anyOf": [{key: value for key, value in field.items() if key not in about}, {"type": "null"}]}


def _tidy(value: Any) -> Any:
    """Return a schema without the titles that pydantic derives from names, and without marks of rscnav."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    marks = [
        key for key in ("title", "operational") if not isinstance(value.get(key), dict)
    ]  # a dict: a key of that name
    return {key: _tidy(item) for key, item in value.items() if key not in marks}
