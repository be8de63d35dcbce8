"""Claims: p-values and intervals of analyses, and the kinds of null sessions in which each null hypothesis is true.

They are listed in `rscnav.calibration.registry`. A test checks that every p-value of a result is listed there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rscnav.calibration.null_sessions import KINDS
from rscnav.calibration.planted_sessions import PLANTED

ALL = tuple(KINDS)


def all_but(*kinds: str) -> tuple[str, ...]:
    """Return all kinds of null sessions except the given ones."""
    return tuple(kind for kind in KINDS if kind not in kinds)


@dataclass(frozen=True)
class PValue:
    """A p-value: its keys in the result (each element of an array counts), and the kinds of sessions in which its null is true."""

    about: str
    keys: tuple[str, ...]
    kinds: tuple[str, ...]
    bound: float = 0.074
    n_sessions: int | None = None  # smaller for costly analyses


@dataclass(frozen=True)
class Interval:
    """A 95 % interval: keys of the estimate and of its ends, true value if known without simulation, kind of planted session."""

    about: str
    value: str
    low: str
    high: str
    truth: float | None = None
    kind: str = PLANTED


@dataclass(frozen=True)
class GroupTestClaim:
    """A value with one number per session, tested against 0 over sessions; `minus`: key of a value that is subtracted first."""

    about: str
    value: str
    minus: str | None
    kinds: tuple[str, ...]
    bound: float = 0.074


@dataclass(frozen=True)
class Claims:
    """Claims of one analysis, and the settings with which they are measured."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    p_values: tuple[PValue, ...] = ()
    intervals: tuple[Interval, ...] = ()
    over_sessions: tuple[GroupTestClaim, ...] = ()
