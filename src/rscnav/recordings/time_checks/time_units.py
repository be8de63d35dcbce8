"""Which unit times are likely in, from how many times too long their span is, and how to bring them to seconds."""

# A factor over the ratio of two spans: the shorter span is part of the longer one, or a little longer.
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
_APART = 20.0  # spans whose lengths differ so many times are in different units rather than of different parts
_YEAR = 3.1e7  # s
_LONG = 1000.0
_IN_FILE = "in the file; times must be in seconds (for plain arrays see the key arrays.time_unit)"


def likely_unit(ratio: float, whole: bool) -> tuple[str, str]:
    """Return the name of a unit and the cure.

    Parameters
    ----------
    ratio : float
        How many times the times' span is too long; 0 where it is not known.
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
    """Ask whether times are in the unit that the ratio makes likely, and say how to bring them to seconds."""
    times = f"{ratio:,.0f} times as long" if round(ratio) > 1 else ""
    counted = ", and whole numbers" if whole and not frames else ""
    head = f"One is {times}{counted}: " if times else ""
    if frames:
        return _upper(f"{head}are {_bare(what)} frame numbers? Divide them by the frame rate {_IN_FILE}")
    name, cure = likely_unit(ratio, whole)
    return _upper(f"{head}are {_bare(what)} in {name}? If so, {cure} {_IN_FILE}")


def seconds(value: float) -> str:
    """Write a time (s) without an exponent, with four digits at least."""
    return f"{value:,.0f}" if abs(value) >= _LONG else f"{value:.4g}"


def apart_words(what: str, active: tuple[float, float], tracked: tuple[float, float]) -> str:
    """Say why two spans (start, stop) that do not touch may do so: other units, or another beginning."""
    lengths = [max(b - a, 1e-9) for a, b in (active, tracked)]
    ratio = lengths[0] / lengths[1]
    if ratio >= _APART:
        return unit_words(what, ratio, False)
    if 1 / ratio >= _APART:
        return unit_words("the position", 1 / ratio, False)
    apart, later = abs(tracked[0] - active[0]), "position" if tracked[0] > active[0] else what
    since = f": is one counted from 1970 ({later}), the other from the session's start?" if apart > _YEAR else ""
    return f"Their lengths are alike, and they begin {apart:.6g} s apart{since}"


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _bare(what: str) -> str:
    return what if "times" in what else f"the times of {what}"
