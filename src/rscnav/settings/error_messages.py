"""Validation errors of pydantic -> messages with key, file and line, value, valid values, cure."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pydantic

from rscnav.errors import InvalidValueError, did_you_mean
from rscnav.settings.printable import shown, shown_key
from rscnav.settings.value_limits import LimitError
from rscnav.settings.yaml_scalars import plain_value

MOST = 20  # problems in one message
MOST_LOOKED_AT = 200  # problems that are described
_YES_AND_NO = "YAML reads yes, no, on, off, true and false as true or false: write the word in quotes"
_NEEDED = {  # pydantic's type of error -> what is valid, whatever the value and the field
    "bool_type": "true or false is needed",
    "finite_number": "a finite number is needed",
    "string_too_short": "text is needed, or leave the key out",
    **dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type", "mapping_type"),
        "keys with values are needed, {key: value}",
    ),
}
_BOUNDS = {  # pydantic's type of error -> name of the bound, words
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def described(
    model: type[pydantic.BaseModel],
    values: Any,
    error: pydantic.ValidationError,
    where: Callable[[Sequence[Any]], str],
) -> list[str]:
    """Return the lines of a message: the count of problems, then one line for each problem.

    Parameters
    ----------
    model : type
        The model that the values are not valid for.
    values : mapping
        Plain values.
    error : pydantic.ValidationError
    where : callable
        Path of keys -> file and line, or ''.
    """
    by_key: dict[tuple[Any, ...], list[Any]] = {}
    for problem in error.errors(include_url=False):
        by_key.setdefault(_keys(values, problem["loc"]), []).append(problem)
    # One line for a problem that networks of one sweep, or of a shared section, have in common.
    lines: dict[Any, tuple[int, str]] = {}
    for path, found in list(by_key.items())[:MOST_LOOKED_AT]:
        place, text = where(path), _text(model, path, found)
        key = f"{shown_key(path)}{f' ({place})' if place else ''}: " if path else ""
        line = f"{key}{text}{_whose(values, path)}"
        same = (place, path[-1:], text) if place else path
        if same not in lines or len(path) < lines[same][0]:
            lines[same] = (len(path), line)
    n = len(lines) + max(0, len(by_key) - MOST_LOOKED_AT)
    shown_lines = [line for _, line in list(lines.values())[:MOST]]
    if n > MOST:
        shown_lines.append(f"and {n - MOST:,} more; correct these first")
    return [f"{n:,} problem{'s' if n > 1 else ''}", *shown_lines]


def _text(model: type[pydantic.BaseModel], path: tuple[Any, ...], found: Sequence[Any]) -> str:
    """Return what is wrong with one value, and what is valid."""
    texts = list(dict.fromkeys(_problem(model, path, problem) for problem in found))
    if len(texts) == 1:
        return texts[0]
    valid = dict.fromkeys(_valid(problem) for problem in found)  # a key that accepts several types of values
    return f"{shown(found[0]['input'])} is not valid: {', or '.join(valid)}"


def _problem(model: type[pydantic.BaseModel], path: tuple[Any, ...], problem: Any) -> str:
    kind = problem["type"]
    if kind == "extra_forbidden":
        known = _known_keys(model, path[:-1])
        return "unknown key" + (did_you_mean(path[-1], known) or f"; known here: {', '.join(known)}")
    if kind == "missing":
        return "missing; this key has no default: write it"
    if kind == "invalid_key":
        return "unknown key; keys are text here"
    if kind == "value_error" and not isinstance(problem["ctx"]["error"], LimitError):
        return str(problem["ctx"]["error"])
    return f"{shown(problem['input'])} is not valid: {_valid(problem)}"


def _valid(problem: Any) -> str:
    """Return what is valid, and how to change the value."""
    kind, value, ctx = problem["type"], problem["input"], problem.get("ctx", {})
    if kind in _NEEDED:
        return _NEEDED[kind]
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"it must be {words} {_figure(ctx[bound])}"
    if kind == "value_error":
        return str(ctx["error"])
    if kind in ("float_type", "int_type", "int_from_float"):
        return _number(value, whole=kind != "float_type")
    if kind == "string_type":
        return f"text is needed; {_quotes(value)}"
    if kind == "string_pattern_mismatch":
        if not str(value).strip():
            return "a blank text; write a name, or leave the key out"
        return f"a name holds letters, digits, '.', '_' and '-', beginning with a letter or a digit{_renamed(value)}"
    if kind == "literal_error":
        return _one_of(str(ctx["expected"]), value)
    if kind in ("list_type", "tuple_type"):
        items = "..." if isinstance(value, Mapping) or value is None else shown(value)
        return f"a list is needed; write [{items}]"
    if kind in ("too_long", "too_short"):
        least_or_most = f"at most {ctx['max_length']:,}" if kind == "too_long" else f"at least {ctx['min_length']:,}"
        return f"{least_or_most} value{'s are' if list(ctx.values())[1] != 1 else ' is'} needed"
    if kind == "string_too_long":
        return f"at most {ctx['max_length']:,} characters are valid; write less"
    return str(problem["msg"])[:1].lower() + str(problem["msg"])[1:]


def _number(value: Any, whole: bool) -> str:
    what = "a whole number is needed" if whole else "a number is needed"
    if isinstance(value, str):
        try:
            seen = plain_value(value.strip())
        except InvalidValueError:
            seen = None
        if isinstance(seen, int | float) and not isinstance(seen, bool):
            return f"{what}, and this is text; write {value.strip()[:60]} without quotes"
        return f"{what}, and this is text; write a number, no quotes"
    if whole and isinstance(value, float) and math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return f"{what}, without a point or an exponent; write {int(value)}"
    return what


def _quotes(value: Any) -> str:
    if value is True or value is False:
        return _YES_AND_NO
    if value is None:
        return "write it, in quotes if need be"
    if isinstance(value, list | Mapping):
        return "write one text, not a list or a group"
    return f"write it in quotes: '{shown(value) if isinstance(value, int | float) else value}'"


def _renamed(value: Any) -> str:
    text = re.sub(r"[^A-Za-z0-9._-]+", "-", str(value)[:60]).strip("-._ ")
    return f"; for example {text}" if text else ""


def _one_of(expected: str, value: Any) -> str:
    """Return the valid words, and the one most similar to the value."""
    words = re.findall(r"'([^']*)'", expected)
    hint = f"; {_YES_AND_NO}" if value is True or value is False else did_you_mean(value, words)
    return f"{'expected one of ' if len(words) > 1 else 'expected '}{', '.join(words) or expected}{hint}"


def _figure(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:,.10g}"


def _whose(values: Any, path: Sequence[Any]) -> str:
    """Return `` (in NAME)`` for a problem in a list item with a name, since a sweep makes several items of one entry; else ''."""
    for part in path:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return ""
        if isinstance(part, int) and isinstance(values, Mapping) and isinstance(values.get("name"), str):
            return f" (in {shown(values['name'])})"
    return ""


def _keys(values: Any, path: Sequence[Any]) -> tuple[Any, ...]:
    """Return the path of a problem in the file: pydantic's path without branches of unions and the mark of a key."""
    found = []
    for number, part in enumerate(path, 1):
        if isinstance(values, Mapping):
            inside = part in values
        else:
            inside = isinstance(values, list | tuple) and isinstance(part, int) and part < len(values)
        if inside:
            values = values[part]
            found.append(part)
        elif isinstance(values, Mapping) and number == len(path) and part != "[key]":
            found.append(part)  # a key that is missing
    return tuple(found)


def _known_keys(model: type[pydantic.BaseModel], path: Sequence[Any]) -> list[str]:
    """Return the keys of the nested model at a path of keys."""
    here: Any = model
    for part in path:
        if isinstance(part, int) or not hasattr(here, "model_fields"):
            continue
        field = here.model_fields.get(part)
        here = _inner_model(field.annotation) if field is not None else here
    return sorted(here.model_fields) if hasattr(here, "model_fields") else []


def _inner_model(annotation: Any) -> Any:
    """Return the model inside an annotation such as ``list[Model]`` or ``Model | None``; None if there is none."""
    if hasattr(annotation, "model_fields"):
        return annotation
    found = (_inner_model(inner) for inner in getattr(annotation, "__args__", ()))
    return next((model for model in found if model is not None), None)
