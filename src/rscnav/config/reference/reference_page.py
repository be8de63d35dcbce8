"""Page of the docs with all keys of the configuration, in tables by section."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rscnav.config.reference.documented_model import documented_model, is_section, models_in
from rscnav.config.yaml_text import yaml_line

INTRODUCTION = """# Keys of the configuration

Reference of every key of `config.yaml` and presets: default, valid values, meaning. `make config-reference` makes this page, the file of
defaults (`workflow/config.default.yaml`) and the JSON schema for editors (`workflow/config.schema.json`) from the models of the settings.
How files are read and merged is in [Configuration](configuration.md).

- `rscnav config show analyses.decoding` prints the values of a key in your configuration, defaults included.
- A name holds letters, digits, `.`, `_` and `-`.
- A dot leads into a section: `learning_rule.name` under `training` is `training: {learning_rule: {name: bptt}}`.
- Numbers without bounds here are bounded by their unit ([what is refused](configuration.md#what-is-refused)).
"""
HEAD = ["| key | default | valid values | meaning |", "| --- | --- | --- | --- |"]
NAME = "A-Za-z0-9._-"  # in the pattern of a name
NESTED = ("tasks", "analyses")  # sections of sections


def reference_page() -> str:
    """Return ``docs/config.md``."""
    model = documented_model()
    sections = {name: field for name, field in model.model_fields.items() if list(models_in(field.annotation))}
    single = [name for name in model.model_fields if name not in sections]
    lines = [INTRODUCTION, "## Run", "", *HEAD, *(_row(model, name, name) for name in single), ""]
    for name, field in sections.items():
        inner = next(models_in(field.annotation))
        lines += [f"## `{name}`", "", _sentence(field), ""]
        if name not in NESTED:
            lines += _table(inner, overrides=not is_section(field.annotation))
            continue
        for part, of in inner.model_fields.items():
            lines += [f"### `{name}.{part}`", "", _sentence(of), "", *_table(next(models_in(of.annotation)))]
    return "\n".join(lines).rstrip() + "\n"


def _sentence(field: FieldInfo) -> str:
    text = _plain(str(field.description))
    return f"{text[:1].upper()}{text[1:]}."


def _table(model: type[BaseModel], overrides: bool = False) -> list[str]:
    """Return the table of a section; sections of overrides are one row, since their keys are those of another section."""
    rows = list(_rows(model, "", overrides))
    return [*HEAD, *rows, ""] if rows else ["No keys.", ""]


def _rows(model: type[BaseModel], above: str, overrides: bool) -> Iterator[str]:
    for name, field in model.model_fields.items():
        path = f"{above}{name}"
        sections = list(models_in(field.annotation))
        if not is_section(field.annotation) or overrides:
            yield _row(model, name, path)
        if not overrides or not is_section(field.annotation):
            for section in sections:
                yield from _rows(section, f"{path}.", overrides)


def _row(model: type[BaseModel], name: str, path: str) -> str:
    field = model.model_fields[name]
    schema = model.model_json_schema()["properties"][name]
    cells = (f"`{path}`", _default(field), valid_values(schema), _plain(str(field.description)))
    return f"| {' | '.join(cells)} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "`{}`" if isinstance(value, BaseModel) else f"`{yaml_line(value)}`"


def _plain(text: str) -> str:
    """Return text for a cell of a table, pages of the docs as links."""
    parts = re.split(r"(`[^`]*`)", text.replace("|", "\\|"))
    parts[::2] = [re.sub(r"docs/([\w/-]+)\.md", r"[\1](\1.md)", part.replace("*", "\\*")) for part in parts[::2]]
    return "".join(parts)


def valid_values(schema: dict[str, Any]) -> str:
    """Return the valid values of a field of a JSON schema in words."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(valid_values(part) for part in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{word}`" for word in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return " ".join(filter(None, ("whole number" if kind == "integer" else "number", _bounds(schema))))
    if kind == "array":
        return f"list ({valid_values(schema['items'])})"
    if kind == "object" and not schema.get("properties"):
        inner = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
        values = [valid_values(part) for part in inner if isinstance(part, dict)]
        return f"keys with values ({values[0]})" if values else "keys with values"
    if NAME in schema.get("pattern", ""):
        return "name"
    words = {"boolean": "`true`, `false`", "null": "`null`", "string": "text"}
    return words.get(str(kind), "section")


def _bounds(schema: dict[str, Any]) -> str:
    signs = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
    return ", ".join(f"{sign} {_figure(schema[key])}" for key, sign in signs if key in schema)


def _figure(number: float) -> str:
    if abs(number) >= 1e10:
        return f"{number:.3g}"
    return f"{number:,}" if isinstance(number, int) else f"{number:,.6g}"
