"""Units of a position: those that are known, how files spell them, and what contradicts them."""

import re

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.nwb_lookup import Series

# By the mapping's word: the session's unit, and what values are multiplied with.
UNITS = {
    "rad": ("rad", 1.0),
    "deg": ("rad", np.pi / 180),
    "m": ("m", 1.0),
    "cm": ("m", 0.01),
    "mm": ("m", 1e-3),
    "um": ("m", 1e-6),
    "px": ("px", 1.0),
}
_SPELLINGS = {
    "rad": ("rad", "radian"),
    "deg": ("deg", "degree", "°"),
    "m": ("m", "meter", "metre"),
    "cm": ("cm", "centimeter", "centimetre"),
    "mm": ("mm", "millimeter", "millimetre"),
    "um": ("um", "micrometer", "micrometre", "micron"),
    "px": ("px", "pixel", "pix"),
}
# Lengths that files name and that no key brings to metres: a mapping's `m` would be as wrong for them as for mm.
_OTHER_LENGTHS = ("inch", "inche", "in", "foot", "feet", "ft", "yard", "yd", "mile", "km", "kilometer", "kilometre",
                  "dm", "decimeter", "decimetre", "nm", "nanometer", "nanometre")  # fmt: skip


def known_unit(text: str) -> str | None:
    """Return the key of `UNITS` that a file's word for a unit means, in any case, plural and spacing; None for no known one."""
    word = _plain(text)
    return next((known for known, words in _SPELLINGS.items() if word in words), None)


def unit_from_file(series: Series, key: str) -> str:
    """Return the unit that the file names, as a key of `UNITS`.

    Raises
    ------
    InvalidValueError
        Where the file names none that is known.
    """
    said = known_unit(series.unit)
    if said is None:
        raise InvalidValueError(
            f"{key}.unit: the file does not say what '{series.path}' is in (its unit is '{series.unit}'); "
            f"give one of {', '.join(UNITS)}"
        )
    return said


def check_unit(series: Series, unit: str, key: str, override: bool) -> None:
    """Refuse a unit that contradicts the file, the number of coordinates, or the values.

    Parameters
    ----------
    series : Series
    unit : str
        A key of `UNITS`.
    key : str
        The configuration's key, for messages.
    override : bool
        Whether the unit holds whatever the file names.

    Raises
    ------
    InvalidValueError
        Names both units and the cure.
    """
    n_dims = series.values.shape[1]
    if UNITS[unit][0] == "rad" and n_dims != 1:
        raise InvalidValueError(
            f"{key}.unit: '{unit}' is for one angle, but '{series.path}' has {n_dims} coordinates; use m, cm, mm, um or px"
        )
    if override:
        return
    said = known_unit(series.unit)
    if said is not None and said != unit:
        raise InvalidValueError(
            f"{key}.unit: '{unit}', but the file says that '{series.path}' is in '{series.unit}'; "
            f"write unit: {said}, or, where the file is wrong, override_unit: true"
        )
    if said is None and unit != "px" and _plain(series.unit) in _OTHER_LENGTHS:
        raise InvalidValueError(
            f"{key}.unit: '{unit}', but the file says that '{series.path}' is in '{series.unit}', which is none of "
            f"{', '.join(UNITS)}; convert it in the file, or, where the file is wrong, write override_unit: true"
        )
    largest = float(np.nanmax(np.abs(series.values), initial=0.0, where=np.isfinite(series.values)))
    if unit == "rad" and said is None and largest > 2 * np.pi + 1e-6:
        raise InvalidValueError(
            f"{key}.unit: 'rad', but '{series.path}' reaches {largest:.4g}, more than a turn; "
            "write unit: deg if these are degrees, or override_unit: true"
        )


def _plain(text: str) -> str:
    """Bring a word for a unit to one form: no blanks or point, lower case, no plural, u for micro, without brackets."""
    word = re.sub(r"[\s.()\[\]_-]", "", text).lower().replace("µ", "u").replace("μ", "u")
    return word.removesuffix("s") if len(word) > 2 else word
