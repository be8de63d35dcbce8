"""Plain values -> YAML with the description of each key as a comment."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rscnav.config.reference.documented_model import models_in
from rscnav.config.yaml_text import yaml_line

WIDTH = 120  # of a line
COLUMN = 32  # comments of shorter keys with values are aligned


def commented_yaml(
    model: type[BaseModel], values: Mapping[str, Any], indent: int = 0, comments: bool = True
) -> list[str]:
    """Return the lines of YAML text of a section: the keys of `values`, in the order of the model.

    Descriptions follow their value, or are above it if the line would be longer than `WIDTH`. Lists of sections are written entry by
    entry at the top level, and on one line below it.
    """
    lines: list[str] = []
    found = [(name, model.model_fields[name], values[name]) for name in model.model_fields if name in values]
    blocks = {name: section_of(field, value, indent) for name, field, value in found}
    texts = {name: f"{name}: {yaml_line(value)}" for name, _, value in found if blocks[name] is None}
    column = indent + max((len(text) for text in texts.values() if len(text) <= COLUMN), default=0)
    for name, field, value in found:
        section, about = blocks[name], comment(field) if comments else ""
        if section is None:
            lines += _line(about, indent, texts[name], column)
        elif isinstance(value, Mapping):
            lines += [*_line(about, indent, f"{name}:", 0), *commented_yaml(section, value, indent + 2, comments)]
        else:
            lines += [*_line(about, indent, f"{name}:", 0), *entries(section, value, indent + 2, comments)]
    return lines


def section_of(field: FieldInfo, value: Any, indent: int = 0) -> type[BaseModel] | None:
    """Return the model of a section, or of the entries of a list at the top level; None for a value that is written on one line."""
    if not value or not isinstance(value, Mapping | list) or (isinstance(value, list) and indent > 0):
        return None
    found = [model for part in _alternatives(field.annotation, isinstance(value, list)) for model in models_in(part)]
    keys = set(value if isinstance(value, Mapping) else ())
    return found[0] if len(found) == 1 and keys <= set(found[0].model_fields) else None


def entries(model: type[BaseModel], items: list[Any], indent: int, comments: bool = True) -> Iterator[str]:
    """Yield the lines of a list of sections; the first entry has comments."""
    for number, item in enumerate(items):
        lines = commented_yaml(model, item, indent + 2, comments and number == 0)
        first = next(k for k, line in enumerate(lines) if not line.lstrip().startswith("#"))
        yield from (line[2:] for line in lines[:first])
        yield f"{' ' * indent}- {lines[first][indent + 2 :]}"
        yield from lines[first + 1 :]


def comment(field: FieldInfo) -> str:
    """Return the description of a field, with the valid words if it does not name them."""
    text, words = str(field.description), list(_words(field.annotation))
    return text if all(word in text for word in words) else f"{text}: {', '.join(words)}"


def comment_lines(text: str, indent: int = 0) -> list[str]:
    """Return a text as lines of comments."""
    start = " " * indent + "# "
    return textwrap.wrap(
        text, WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False, break_long_words=False
    )


def _alternatives(annotation: Any, lists: bool) -> Iterator[Any]:
    """Yield the parts of a union that are lists, or are no lists and no mappings."""
    if get_origin(annotation) in (list, dict):
        if lists and get_origin(annotation) is list:
            yield annotation
    elif isinstance(annotation, type):
        yield annotation
    else:
        for part in get_args(annotation):
            yield from _alternatives(part, lists)


def _words(annotation: Any) -> Iterator[str]:
    """Yield the words of a `Literal`, also in a union."""
    if get_origin(annotation) is Literal:
        yield from (word for word in get_args(annotation) if isinstance(word, str))
    elif get_origin(annotation) not in (dict, list):
        for inner in get_args(annotation):
            yield from _words(inner)


def _line(about: str, indent: int, text: str, column: int) -> list[str]:
    """Return a line with its comment, at its end or above it."""
    text = " " * indent + text
    if not about:
        return [text]
    for one in (f"{text:{column}}  # {about}", f"{text}  # {about}"):
        if len(one) <= WIDTH:
            return [one]
    return [*comment_lines(about, indent), text]
