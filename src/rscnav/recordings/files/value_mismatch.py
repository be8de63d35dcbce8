"""Values of a mapping held against what a file holds: why they do not match although they look alike.

YAML makes a truth value of yes, no, on and off, and a number of 1 or 01, where they stand without quotes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.settings.printable import listed

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
_SHOWN = 10  # values in a message


def refuse_other_types(there: Iterable[Any], wanted: Mapping[str, Sequence[Any]], where: str) -> None:
    """Refuse values that are not in a file, where the file holds the same of another type.

    Parameters
    ----------
    there : iterable
        What the file holds.
    wanted : mapping of sequences
        Values of the mapping, by their key.
    where : str
        Column or series, for the message.

    Raises
    ------
    InvalidValueError
        Shows type and value on both sides, and how to write it.
    """
    held = _distinct(there)
    for key, values in wanted.items():
        for value in values:
            alike = [] if value in held else [found for found in held if _same_of_other_type(value, found)]
            if alike:
                raise InvalidValueError(
                    f"{key}: {written(value)} is {_type(value)}, but {where} holds {_kinds(held)}: {_shown(held)}; "
                    f"{_cure(value, alike[0])}"
                )


def holds(there: Iterable[Any], wanted: Iterable[Any] = ()) -> str:
    """Return what a file holds, for a message, with the value that was probably meant where capitals or blanks differ."""
    held = _distinct(there)
    words = f"it holds: {_shown(held) or 'nothing'}" + (f" ({_kinds(held)})" if held else "")
    for value in wanted:
        near = [
            found
            for found in held
            if isinstance(value, str) and isinstance(found, str) and _bare(value) == _bare(found)
        ]
        if near and value not in held:
            return f"{words}; {value!r} is written {near[0]!r} there"
    return words


def written(value: Any) -> str:
    """Write a value as YAML has it: text in quotes, truth values in small letters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _distinct(values: Iterable[Any]) -> list[Any]:
    found = set(values)
    known = {value for value in found if value == value}  # NaN differs from itself, so that there would be many
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
