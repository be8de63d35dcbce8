"""Plain values -> YAML with the description of each key as a comment."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rscnav.config.reference.documented_model import only_model
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
    short = [f"{name}: {yaml_line(value)}" for name, _, value in found if not isinstance(value, Mapping) or not value]
    column = indent + max((len(text) for text in short if len(text) <= COLUMN), default=0)
    for name, field, value in found:
        section, about = only_model(field.annotation), comment(field) if comments else ""
        if section is not None and isinstance(value, Mapping) and value:
            lines += _line(about, indent, f"{name}:", 0)
            lines += commented_yaml(section, value, indent + 2, comments)
        elif section is not None and indent == 0 and isinstance(value, list) and value:
            lines += [*_line(about, indent, f"{name}:", 0), *entries(section, value, indent + 2, comments)]
        else:
            lines += _line(about, indent, f"{name}: {yaml_line(value)}", column)
    return lines


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
