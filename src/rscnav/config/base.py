"""The closed model that all settings derive from, and readable messages for what is wrong with one."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import pydantic


class ConfigError(ValueError):
    """Something in the configuration is wrong; the message names the key, the value, what is allowed, the cure."""


class Closed(pydantic.BaseModel):
    """A group of settings: no unknown keys, no silent conversion of text to numbers, never changed once read."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def check(model: type[Closed], values: Mapping[str, Any], source: str) -> Any:
    """Build `model` from plain values.

    Parameters
    ----------
    model : type
        A `Closed` model.
    values : mapping
        As YAML gave them.
    source : str
        Where they came from, for the message.

    Returns
    -------
    Closed
        An instance of `model`.

    Raises
    ------
    ConfigError
        One line per problem: key, value, what is allowed, the likely cure.
    """
    try:
        return model.model_validate(dict(values))
    except pydantic.ValidationError as error:
        lines = [_describe(model, values, problem) + _whose(values, problem["loc"]) for problem in error.errors()]
        raise ConfigError(f"{source}: {len(lines)} problem(s)\n" + "\n".join(f"  {line}" for line in lines)) from None


def _describe(model: type[Closed], values: Any, problem: Any) -> str:
    """Turn one of pydantic's problems into a sentence that names the key."""
    path = list(problem["loc"])
    key = ".".join(str(part) for part in path if not _is_tag(part, values, path)) or "(top level)"
    value, kind = problem["input"], problem["type"]
    if kind == "extra_forbidden":
        known = _known_keys(model, path[:-1])
        guess = difflib.get_close_matches(str(path[-1]), known, n=1)
        hint = f"did you mean '{guess[0]}'?" if guess else f"known here: {', '.join(known)}"
        return f"{key}: unknown key; {hint}"
    if kind == "missing":
        return f"{key}: missing; this key has no default"
    if isinstance(value, str) and kind in ("float_type", "int_type"):
        cure = "YAML reads 1e-3 as text: write 1.0e-3" if _looks_like_number(value) else "write a number, no quotes"
        return f"{key}: '{value}' is text, a number is needed; {cure}"
    if kind == "value_error":
        return f"{key}: {problem['ctx']['error']}"
    return f"{key}: {value!r} will not do: {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _whose(values: Any, path: Sequence[Any]) -> str:
    """Name the item of a list that a problem is in, where it has a name: a sweep makes several of one entry."""
    for part in path:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return ""
        if isinstance(part, int) and isinstance(values, Mapping) and isinstance(values.get("name"), str):
            return f" (in '{values['name']}')"
    return ""


def _is_tag(part: Any, values: Any, path: Sequence[Any]) -> bool:
    """Tell whether a step of pydantic's path names a branch of a union and not a key of the file."""
    if isinstance(part, int):
        return False
    return not _occurs(values, part) and part != path[-1]


def _occurs(values: Any, key: Any) -> bool:
    if isinstance(values, Mapping):
        return key in values or any(_occurs(v, key) for v in values.values())
    if isinstance(values, list | tuple):
        return any(_occurs(v, key) for v in values)
    return False


def _looks_like_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _known_keys(model: type[pydantic.BaseModel], path: Sequence[Any]) -> list[str]:
    """Follow a path of keys through nested models and list the keys there."""
    here: Any = model
    for part in path:
        if isinstance(part, int) or not hasattr(here, "model_fields"):
            continue
        field = here.model_fields.get(part)
        here = _inner_model(field.annotation) if field is not None else here
    return sorted(here.model_fields) if hasattr(here, "model_fields") else []


def _inner_model(annotation: Any) -> Any:
    """Find the model inside ``list[Model]``, ``Model | None`` and the like."""
    if hasattr(annotation, "model_fields"):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _inner_model(inner)
        if found is not None:
            return found
    return None
