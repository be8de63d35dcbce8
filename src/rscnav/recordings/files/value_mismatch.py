"""Errors for values of the mapping that differ from those in a file only by type.

YAML reads yes, no, on and off without quotes as truth values, and 1 or 01 as numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.settings.printable import listed

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
_SHOWN = 10  # values in a message


def refuse_other_types(there: Iterable[Any], wanted: Mapping[str, Sequence[Any]], where: str) -> None:
    """Raise an InvalidValueError if a file holds a value of the mapping only with another type (1 and '1').

    Parameters
    ----------
    there : iterable
        Values in the file.
    wanted : mapping of sequences
        Values of the mapping, by their key.
    where : str
        Column or series, for the message.

    Raises
    ------
    InvalidValueError
        The message gives type and value on both sides, and how to write the value in YAML.
    """
    held = _distinct(there)
    for key, values in wanted.items():
        for value in values:
            similar = [] if value in held else [found for found in held if _same_of_other_type(value, found)]
            if similar:
                raise InvalidValueError(
                    f"{key}: {written(value)} is {_type(value)}, but {where} holds {_kinds(held)}: {_shown(held)}; "
                    f"{_cure(value, similar[0])}"
                )


def holds(there: Iterable[Any], wanted: Iterable[Any] = ()) -> str:
    """Return the values in a file as text for a message; name a wanted value that differs only in capitals or blanks."""
    held = _distinct(there)
    words = f"it holds: {_shown(held) or 'nothing'}" + (f" ({_kinds(held)})" if held else "")
    for value in wanted:
        near = [
            found
            for found in held
            if isinstance(value, str) and isinstance(found, str) and _bare(value) == _bare(found)
        ]
        if near and value not in held:
            return f"{words}; {value!r} is written {near[0]!r} in the file"
    return words


def written(value: Any) -> str:
    """Return a value as written in YAML: text in quotes, truth values in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _distinct(values: Iterable[Any]) -> list[Any]:
    found = set(values)
    known = {value for value in found if value == value}  # without NaN, which differs from itself
    return sorted(known, key=str) + [float("nan")] * (len(known) < len(found))


def _shown(held: Sequence[Any]) -> str:
    return listed((value if isinstance(value, str) else written(value) for value in held), _SHOWN) if held else ""


def _same_of_other_type(value: Any, found: Any) -> bool:
    if isinstance(value, str) == isinstance(found, str):
        return False
    text, other = (value, found) if isinstance(value, str) else (found, value)
    if isinstance(other, bool):
        return _bare(text) in (_TRUE if other else _FALSE)
    try:
        return float(text) == other
    except ValueError:
        return False


def _bare(text: str) -> str:
    return text.strip().lower()


def _type(value: Any) -> str:
    return "text" if isinstance(value, str) else "a truth value" if isinstance(value, bool) else "a number"


def _kinds(held: Sequence[Any]) -> str:
    words = {"text": "text", "a truth value": "truth values", "a number": "numbers"}
    return " and ".join(dict.fromkeys(words[_type(value)] for value in held))


def _cure(value: Any, found: Any) -> str:
    if isinstance(found, str):
        why = f"YAML reads {found} without quotes as {written(value)}, " if isinstance(value, bool) else ""
        return f"{why}{'so ' if why else ''}write '{found}' in quotes"
    return f"write {written(found)} without quotes"
