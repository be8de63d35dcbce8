"""File and line of each value of a configuration."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class KeyPositions:
    """Lines of the values of one file, by path of keys. Several files, later ones overriding earlier ones, are a list of these."""

    source: str = ""
    lines: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def has_item(self, path: tuple[Any, ...]) -> bool:
        """Return whether the path leads through a list item of this file; lists are overridden as a whole."""
        return any(isinstance(part, int) and path[:end] in self.lines for end, part in enumerate(path, 1))


def place(path: Sequence[Any], files: Sequence[KeyPositions]) -> str:
    """Return ``FILE, line N`` of a value, by its path of keys and indices; '' if it is in none of the files.

    Later files override earlier ones.
    """
    keys = tuple(path)
    for end in range(len(keys), 0, -1):
        here = keys[:end]
        for file in reversed(files):
            if here in file.lines:
                return f"{file.source}, line {file.lines[here]}"
            if file.has_item(here):
                break
    return ""
