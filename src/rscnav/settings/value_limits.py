"""Default bounds of all values of the configuration: no unbounded number, no blank text.

``ge``, ``gt``, ``le`` and ``lt`` of a field override these bounds. The bounds follow from the name of the field (its unit). They
exclude only values without meaning: numbers that would overflow or need more memory than any machine has.
"""

import math
import unicodedata
from typing import Any

from rscnav.errors import InvalidValueError

MOST_ITEMS = 10_000  # of a list
MOST_CHARACTERS = 4_096  # of a text: the longest path
MOST_WHOLE = {"n_": 100_000, "max_": 10**7, "min_": 10**7}  # by beginning of the name
MOST_WHOLE_ELSE = 10**6
BY_UNIT = {  # largest and smallest absolute value (0 is valid, too), by end of the name
    "_rad_s": (1e4, 1e-20),
    "_m_s": (1e4, 1e-20),
    "_hz": (1e6, 1e-20),
    "_rad": (1e3, 1e-20),
    "_mm": (1e4, 1.0),
    "_m": (1e4, 1e-20),
    "_s": (1e5, 1e-20),
}
ELSE = (1e15, 1e-30)
OF_DATA = ("values", "correct", "incorrect", "names", "ports")  # values of recorded files, not bounded by unit
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"  # invisible marks that reorder text


class LimitError(InvalidValueError):
    """A value is outside the bounds. The message names what is valid."""


def check_limits(name: str, value: Any, bounds: tuple[bool, bool], blank: bool) -> None:
    """Raise a `LimitError` for a value outside the bounds.

    Parameters
    ----------
    name : str
        Name of the field.
    value
        A number, a text, or a list or mapping of these; any other value is not checked.
    bounds : (bool, bool)
        Whether the field has its own lower and upper bound.
    blank : bool
        Whether a text may be blank.
    """
    if isinstance(value, str):
        check_text(value)
        if not blank and not value.strip():
            raise LimitError("a blank text; write a name, or leave the key out")
    elif isinstance(value, bool):
        return
    elif isinstance(value, int | float):
        _check_number(name, value, *bounds)
    elif isinstance(value, list | tuple):
        check_length(value)
        for item in value:
            check_limits(name, item, bounds, blank=True)
    elif isinstance(value, dict):
        check_length(value)
        for key, item in value.items():
            check_limits(name, key, bounds, blank=False)
            check_limits(name, item, bounds, blank)


def check_text(text: str) -> None:
    """Raise a `LimitError` for text that is too long or contains control characters."""
    if len(text) > MOST_CHARACTERS:
        raise LimitError(f"a text has at most {MOST_CHARACTERS:,} characters, this one {len(text):,}; shorten it")
    if text.isascii() and text.isprintable():
        return
    for sign in text:
        if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in _TURNS:
            raise LimitError(f"it contains the control character U+{ord(sign):04X}; delete it")


def check_length(values: Any) -> None:
    """Raise a `LimitError` for a list that is too long."""
    if len(values) > MOST_ITEMS:
        raise LimitError(f"a list has at most {MOST_ITEMS:,} values, this one {len(values):,}; shorten it")


def largest(name: str, whole: bool) -> float:
    """Return the largest absolute value that a field of this name may have."""
    if name in OF_DATA:
        return ELSE[0]
    if whole:
        return next((most for start, most in MOST_WHOLE.items() if name.startswith(start)), MOST_WHOLE_ELSE)
    return _by_unit(name)[0]


def _check_number(name: str, value: float, has_least: bool, has_most: bool) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        return  # the check of the field reports it
    most = largest(name, isinstance(value, int))
    if abs(value) > most and not (has_most if value > 0 else has_least):
        raise LimitError(f"it must be at {'most ' if value > 0 else 'least -'}{most:,.10g}")
    if isinstance(value, float) and 0 < abs(value) < _by_unit(name)[1]:
        raise LimitError(f"it is too close to 0; use 0 or at least {_by_unit(name)[1]:g} in absolute value")


def _by_unit(name: str) -> tuple[float, float]:
    return next((limits for end, limits in BY_UNIT.items() if name.endswith(end)), ELSE)
