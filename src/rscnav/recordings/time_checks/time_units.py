"""Likely unit of times from the ratio of two spans, and how to convert it to seconds."""

# Valid range of (factor of the unit) / (ratio of two spans): the shorter span is part of the longer one, or slightly longer.
_LOW, _HIGH = 0.3, 1.15
_UNITS = (
    ("milliseconds", (1e3,), "divide them by 1,000"),
    ("microseconds", (1e6,), "divide them by 1,000,000"),
    (
        "sample numbers",
        (2e4, 24414.0625, 2.5e4, 3e4, 3.2e4, 4e4),
        "divide them by the sampling rate of the recording, such as 30,000",
    ),
    ("nanoseconds", (1e9,), "divide them by 1,000,000,000"),
)
_OTHER_UNIT = (
    20.0  # spans whose lengths differ by this factor are in different units, not different parts of a recording
)
_YEAR = 3.1e7  # s
_LONG = 1000.0
_IN_FILE = "in the file; times must be in seconds (for plain arrays see the key arrays.time_unit)"


def likely_unit(ratio: float, whole: bool) -> tuple[str, str]:
    """Return the name of the likely unit, and how to convert it to seconds.

    Parameters
    ----------
    ratio : float
        Factor by which the span of the times is too long; 0 if it is unknown.
    whole : bool
        Whether all times are whole numbers.
    """
    fits = [
        (abs(1 - factor / ratio), name, cure)
        for name, factors, cure in _UNITS
        for factor in factors
        if ratio > 0 and _LOW <= factor / ratio <= _HIGH
    ]
    if fits:
        return min(fits)[1:]
    below = [(name, cure) for name, factors, cure in _UNITS if min(factors) <= _HIGH * ratio]
    if below and ratio > 0:
        return below[-1] if not whole or ratio < _UNITS[2][1][0] else _UNITS[2][::2]
    return ("milliseconds or sample numbers", "divide them by 1,000, or by the sampling rate")


def unit_words(what: str, ratio: float, whole: bool, frames: bool = False) -> str:
    """Return a question whether times are in the likely unit for a ratio, and how to convert them to seconds."""
    counted = ", and the longer one has whole numbers" if whole and not frames else ""
    head = f"The spans differ by a factor of {ratio:,.0f}{counted}: " if round(ratio) > 1 else ""
    if frames:
        return _upper(f"{head}are {_bare(what)} frame numbers? Divide them by the frame rate {_IN_FILE}")
    name, cure = likely_unit(ratio, whole)
    return _upper(f"{head}are {_bare(what)} in {name}? If so, {cure} {_IN_FILE}")


def seconds(value: float) -> str:
    """Return a time (s) as text without an exponent, with at least four digits."""
    return f"{value:,.0f}" if abs(value) >= _LONG else f"{value:.4g}"


def no_overlap_reason(what: str, active: tuple[float, float], tracked: tuple[float, float]) -> str:
    """Return the likely reason why two spans (start, stop) do not overlap: different units, or different zero times."""
    lengths = [max(b - a, 1e-9) for a, b in (active, tracked)]
    ratio = lengths[0] / lengths[1]
    if ratio >= _OTHER_UNIT:
        return unit_words(what, ratio, False)
    if 1 / ratio >= _OTHER_UNIT:
        return unit_words("the position", 1 / ratio, False)
    difference, later = abs(tracked[0] - active[0]), "position" if tracked[0] > active[0] else what
    since = f": is one relative to 1970 ({later}), the other to the session's start?" if difference > _YEAR else ""
    return f"Their lengths are similar, and their starts differ by {difference:.6g} s{since}"


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _bare(what: str) -> str:
    return what if "times" in what else f"the times of {what}"
