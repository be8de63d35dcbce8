"""Events of a YAML parser -> plain values, with bounds on size and depth; errors name line, column and key."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rscnav.config.key_positions import KeyPositions
from rscnav.errors import InvalidValueError
from rscnav.settings.printable import shown_key
from rscnav.settings.strict_settings import ConfigError
from rscnav.settings.yaml_scalars import plain_value

MOST_LEVELS = 50  # of nesting
MOST_VALUES = 200_000  # of a file, values of aliases included


@dataclass
class _Anchor:
    """Anchored value of aliases, with its line, count of values and depth; not `done` while it is being read."""

    line: int
    value: Any = None
    size: int = 0
    levels: int = 0
    done: bool = False


@dataclass
class Builder:
    """Builder of values from the events of a parser; it stops before values exceed the bounds."""

    source: str
    events: Iterator[Any]
    places: KeyPositions = field(init=False)
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    size: int = 0
    deepest: int = 0

    def __post_init__(self) -> None:
        self.places = KeyPositions(self.source)

    def document(self) -> Any:
        """Read the one document."""
        value = None
        seen = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                seen += 1
                if seen > 1:
                    raise self.error(event, (), "a second document begins here (---); write one document per file")
                value = self.value(next(self.events), ())
        return value

    def error(self, event: Any, path: tuple[Any, ...], what: str) -> ConfigError:
        """Return the error, with file, line, column and key."""
        mark = event.start_mark
        key = f"{shown_key(path)}: " if path else ""
        return ConfigError(f"{self.source}: line {mark.line + 1}, column {mark.column + 1}: {key}{what}")

    def value(self, event: Any, path: tuple[Any, ...]) -> Any:
        """Read one value, nested values included."""
        if isinstance(event, AliasEvent):
            return self.alias(event, path)
        if event.tag is not None:
            tag = str(event.tag)[:60]
            raise self.error(
                event, path, f"the tag {tag} is not valid; tags are not read: delete it, and write text in quotes"
            )
        self.grow(event, path, 1, len(path))
        anchor = self.open(event, path)
        size, deepest = self.size, self.deepest
        self.deepest = len(path)
        if isinstance(event, ScalarEvent):
            value = self.scalar(event, path)
        elif isinstance(event, SequenceStartEvent):
            value = []
            while not isinstance(inner := next(self.events), SequenceEndEvent):
                here = (*path, len(value))
                self.places.lines[here] = inner.start_mark.line + 1
                value.append(self.value(inner, here))
        else:
            value = self.mapping(path)
        if anchor is not None:
            anchor.value, anchor.done = value, True
            anchor.size, anchor.levels = self.size - size + 1, self.deepest - len(path)
        self.deepest = max(deepest, self.deepest)
        return value

    def scalar(self, event: ScalarEvent, path: tuple[Any, ...]) -> Any:
        """Read a word, or a text in quotes."""
        if not event.implicit[0]:  # in quotes, or a block of text
            return event.value
        try:
            return plain_value(event.value)
        except InvalidValueError as error:
            raise self.error(event, path, str(error)) from None

    def mapping(self, path: tuple[Any, ...]) -> dict[Any, Any]:
        """Read keys with values."""
        value: dict[Any, Any] = {}
        lines: dict[Any, int] = {}
        merged: list[dict[Any, Any]] = []
        while not isinstance(event := next(self.events), MappingEndEvent):
            if isinstance(event, ScalarEvent) and event.implicit[0] and event.value == "<<":
                merged += self.merged((*path, "<<"))
                continue
            key = self.key(event, path)
            here = (*path, key)
            if key in lines:
                raise self.error(event, here, f"this key is there twice, first in line {lines[key]}; keep one of them")
            lines[key] = self.places.lines[here] = event.start_mark.line + 1
            value[key] = self.value(next(self.events), here)
        for base in merged:
            value = {**base, **value}
        return value

    def merged(self, path: tuple[Any, ...]) -> list[dict[Any, Any]]:
        """Read the value of a merge key (<<): a mapping, or a list of mappings, of which earlier ones override later ones."""
        event = next(self.events)
        value = self.value(event, path)
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(base, dict) for base in found):
            raise self.error(event, path, "expected keys with values here, or a list of them")
        return found

    def key(self, event: Any, path: tuple[Any, ...]) -> Any:
        """Read one key."""
        if not isinstance(event, ScalarEvent):
            raise self.error(event, path, "a list or a group is not valid as a key; expected a word")
        key = self.scalar(event, path)
        if isinstance(key, bool):
            read = "true" if key else "false"
            raise self.error(event, path, f"the key {event.value} is read as {read}; write '{event.value}' in quotes")
        if not isinstance(key, str | int):
            read = "nothing" if key is None else "a number with a decimal point"
            word = event.value[:60] or "(empty)"
            raise self.error(event, path, f"the key {word} is read as {read}; write it in quotes")
        return key

    def open(self, event: Any, path: tuple[Any, ...]) -> _Anchor | None:
        """Register the anchor of an event; None if it has none."""
        name = event.anchor
        if name is None:
            return None
        if name in self.anchors:
            line = self.anchors[name].line
            raise self.error(event, path, f"the anchor &{name[:60]} is there twice, first in line {line}; rename one")
        self.anchors[name] = _Anchor(event.start_mark.line + 1)
        return self.anchors[name]

    def alias(self, event: AliasEvent, path: tuple[Any, ...]) -> Any:
        """Return a copy of the value of an alias."""
        anchor, name = self.anchors.get(str(event.anchor)), str(event.anchor)[:60]
        if anchor is None:
            problem = f"*{name} refers to &{name}, which is not defined above; add it, or correct the name"
            raise self.error(event, path, problem)
        if not anchor.done:
            problem = (
                f"*{name} lies within &{name} (line {anchor.line}), so it would contain itself; write out the value"
            )
            raise self.error(event, path, problem)
        self.grow(event, path, anchor.size, len(path) + anchor.levels)
        self.deepest = max(self.deepest, len(path) + anchor.levels)
        return copy.deepcopy(anchor.value)

    def grow(self, event: Any, path: tuple[Any, ...], by: int, level: int) -> None:
        """Count values and levels of nesting before they are built; raise a ConfigError beyond the bounds."""
        if level > MOST_LEVELS:
            raise self.error(event, path[:4], f"nested deeper than {MOST_LEVELS} levels; is a bracket not closed?")
        self.size += by
        if self.size > MOST_VALUES:
            much = f"more than {MOST_VALUES:,} values up to here, values of aliases (*name) included"
            raise self.error(event, path, f"{much}; write fewer values")
