"""Units of a position: their spellings in files, and checks against the file and the values."""

import re

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.nwb_lookup import Series

# For each unit of the mapping: the unit of the session, and the factor of conversion.
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
# Units of length in files that the mapping has no key for; `unit: m` would be wrong for them.
_OTHER_LENGTHS = ("inch", "inche", "in", "foot", "feet", "ft", "yard", "yd", "mile", "km", "kilometer", "kilometre",
                  "dm", "decimeter", "decimetre", "nm", "nanometer", "nanometre")  # fmt: skip


def known_unit(text: str) -> str | None:
    """Return the key of `UNITS` for the name of a unit in a file, ignoring case, plural and blanks; None if it is unknown."""
    word = _plain(text)
    return next((known for known, words in _SPELLINGS.items() if word in words), None)


def unit_from_file(series: Series, key: str) -> str:
    """Return the unit that the file names, as a key of `UNITS`; `key` is the key of the configuration, for messages.

    Raises
    ------
    InvalidValueError
        If the file names no known unit.
    """
    unit = known_unit(series.unit)
    if unit is None:
        raise InvalidValueError(
            f"{key}.unit: the file names no known unit of '{series.path}' (its unit is '{series.unit}'); "
            f"set unit to one of {', '.join(UNITS)}"
        )
    return unit


def check_unit(series: Series, unit: str, key: str, override: bool) -> None:
    """Raise an InvalidValueError if a unit contradicts the file, the count of coordinates, or the values.

    Parameters
    ----------
    series : Series
    unit : str
        A key of `UNITS`.
    key : str
        Key of the configuration, for messages.
    override : bool
        Whether to use `unit` without a comparison with the file and the values.

    Raises
    ------
    InvalidValueError
        The message names both units and the remedy.
    """
    n_dims = series.values.shape[1]
    if UNITS[unit][0] == "rad" and n_dims != 1:
        raise InvalidValueError(
            f"{key}.unit: '{unit}' is for one angle, but '{series.path}' has {n_dims} coordinates; use m, cm, mm, um or px"
        )
    if override:
        return
    in_file = known_unit(series.unit)
    if in_file is not None and in_file != unit:
        raise InvalidValueError(
            f"{key}.unit: '{unit}', but in the file the unit of '{series.path}' is '{series.unit}'; "
            f"set unit: {in_file}, or, if the file is wrong, override_unit: true"
        )
    if in_file is None and unit != "px" and _plain(series.unit) in _OTHER_LENGTHS:
        raise InvalidValueError(
            f"{key}.unit: '{unit}', but in the file the unit of '{series.path}' is '{series.unit}', which is none of "
            f"{', '.join(UNITS)}; convert the series in the file, or, if the file is wrong, set override_unit: true"
        )
    largest = float(np.nanmax(np.abs(series.values), initial=0.0, where=np.isfinite(series.values)))
    if unit == "rad" and in_file is None and largest > 2 * np.pi + 1e-6:
        raise InvalidValueError(
            f"{key}.unit: 'rad', but '{series.path}' has values up to {largest:.4g}, more than a full turn; "
            "set unit: deg if these are degrees, otherwise override_unit: true"
        )


def _plain(text: str) -> str:
    """Return the name of a unit in normal form: lower case and singular, u for micro, without blanks, points and brackets."""
    word = re.sub(r"[\s.()\[\]_-]", "", text).lower().replace("µ", "u").replace("μ", "u")
    return word.removesuffix("s") if len(word) > 2 else word
