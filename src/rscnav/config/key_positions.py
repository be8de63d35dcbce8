"""Where each value of a configuration was written: file and line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class KeyPositions:
    """Lines of the values of one file, by path of keys; several files, one laid over another, are a list of these."""

    source: str = ""
    lines: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def has_item(self, path: tuple[Any, ...]) -> bool:
        """Tell whether the file has a list's item on the path, as lists are replaced as a whole."""
        return any(isinstance(part, int) and path[:end] in self.lines for end, part in enumerate(path, 1))


def place(path: Sequence[Any], files: Sequence[KeyPositions]) -> str:
    """Return ``FILE, line N`` of a value, by its path of keys and positions in lists; '' where it was written in none of the files.

    Later files were laid over earlier ones.
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
