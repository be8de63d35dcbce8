"""Values and names as short text for messages: at most about one line."""

import math
import reprlib
from collections.abc import Iterable, Sequence
from typing import Any

MOST = 100  # characters of a value
MOST_NAMES = 30  # names in a list


class _Short(reprlib.Repr):
    """`repr` of the first items only, with true, false and null as in YAML; it raises no error."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxlist = self.maxdict = self.maxtuple = self.maxset = 5
        self.maxstring = self.maxother = self.maxlong = 4 * MOST

    def repr1(self, x: Any, level: int) -> str:
        if x is None or isinstance(x, bool):
            return str({None: "null", True: "true", False: "false"}[x])
        return super().repr1(x, level)

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > 400:  # Python raises an error for very long ones
            return f"a whole number of about {int(x.bit_length() * math.log10(2)) + 1:,} digits"
        return str(x)

    def repr_str(self, x: str, level: int) -> str:
        return repr(x[: self.maxstring])


def shown(value: Any) -> str:
    """Return a value as text of about `MOST` characters; of a long one the first part and its length."""
    text = _Short().repr(value)
    if isinstance(value, str):
        return text if len(value) <= MOST else f"{text[:MOST]}...' ({len(value):,} characters)"
    if len(text) <= MOST and not (isinstance(value, list | dict) and len(value) > 5):
        return text
    much = (
        f" ({len(value):,} {'keys' if isinstance(value, dict) else 'values'})" if isinstance(value, list | dict) else ""
    )
    return f"{text[:MOST]}{'...' if len(text) > MOST else ''}{much}"


def shown_key(path: Sequence[Any]) -> str:
    """Return a path of keys as text, ``training.n_batches``; long or unprintable keys are shortened."""
    return ".".join(_part(part) for part in path) or "(top level)"


def listed(names: Iterable[Any], most: int = MOST_NAMES) -> str:
    """Return names, separated by commas; at most the first `most`, then the count of all others."""
    every = [_part(name) for name in names]
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more or "none"


def _part(part: Any) -> str:
    text = str(part) if isinstance(part, str) else _Short().repr(part)
    text = text if text.isprintable() else repr(text)[1:-1]
    return text if len(text) <= MOST else f"{text[: MOST // 2]}... ({len(text):,} characters)"
