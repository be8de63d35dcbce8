"""Unquoted words of a YAML file -> numbers, true and false, null, text.

YAML 1.1 as PyYAML reads it, with these exceptions:

- ``1e-3``, ``1.0e3`` and ``1e300`` are numbers (in YAML 1.1 they are text; only ``1.0e-3`` and ``1.0e+3`` are numbers);
- ``010`` (octal), ``1:30`` (base 60) and ``2024-01-05`` (date) raise an error, because they are ambiguous.

Words in quotes are always text.
"""

import math
import re
from typing import Any

from rscnav.errors import InvalidValueError

MOST_DIGITS = 40  # of a whole number
BOOLS = {word: value for words, value in (("yes true on", True), ("no false off", False)) for word in words.split()}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*|0b_*[01][01_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(:[0-9]{1,2})+(\.[0-9_]*)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_FLOAT = re.compile(r"[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9][0-9_]*(?=[eE]))([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def plain_value(text: str) -> Any:
    """Return the value of an unquoted word: number, true, false, None or text.

    Raises
    ------
    InvalidValueError
        For ambiguous words (octal, base 60, date) and for numbers that are too large or too small. The message names what to write.
    """
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    word = text.lower() if text in (text.lower(), text.upper(), text.capitalize()) else ""
    if word in BOOLS:
        return BOOLS[word]
    if text[0] not in "0123456789+-.":
        return text
    if _LEADING_ZERO.fullmatch(text):
        raise InvalidValueError(
            f"{_short(text)} begins with a zero, which is an octal number in YAML; write {_short(_without_zeros(text))} for the "
            f"number, or '{_short(text)}' in quotes for text"
        )
    if _BASE_60.fullmatch(text):
        raise InvalidValueError(
            f"{_short(text)} is a number of base 60 in YAML; write the seconds as a number for a time, or "
            f"'{_short(text)}' in quotes for text"
        )
    if _DATE.fullmatch(text):
        raise InvalidValueError(
            f"{_short(text)} is a date in YAML, which is not valid for any key; write '{_short(text)}' in quotes for text"
        )
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    return float(text.replace(".", "")) if _NOT_FINITE.fullmatch(text) else text


def is_plain_text(text: str) -> bool:
    """Return whether text without quotes is read as the same text."""
    try:
        return plain_value(text) == text
    except InvalidValueError:
        return False


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    if len(digits) > MOST_DIGITS:
        raise InvalidValueError(
            f"{_short(text)} has {len(digits):,} digits; a whole number has at most {MOST_DIGITS}; write fewer digits"
        )
    return int(digits, 0)


def _float(text: str) -> float:
    value = float(text.replace("_", ""))
    if math.isinf(value):
        raise InvalidValueError(
            f"{_short(text)} is larger than the largest floating-point number (1.8e308); write a smaller one"
        )
    if value == 0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        raise InvalidValueError(
            f"{_short(text)} is smaller than the smallest positive floating-point number (5e-324); write 0.0"
        )
    return value


def _without_zeros(text: str) -> str:
    sign = text[0] if text[0] in "+-" else ""
    return sign + (text.lstrip("+-").lstrip("0_") or "0")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:30]}... ({len(text):,} characters)"
