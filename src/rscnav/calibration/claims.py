"""Which p-values and intervals the analyses give, and on which kinds of sessions each p-value's null hypothesis is true.

A p-value that is not listed here has not been measured; a test holds this list against what the analyses write.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rscnav.calibration.null_sessions import KINDS
from rscnav.calibration.planted_sessions import PLANTED

ALL = tuple(KINDS)


def all_but(*kinds: str) -> tuple[str, ...]:
    """Give the kinds of null sessions without some of them."""
    return tuple(kind for kind in KINDS if kind not in kinds)


@dataclass(frozen=True)
class PValue:
    """A p-value: where it stands in the result (an array counts once an element), and the kinds in which its null is true."""

    about: str
    keys: tuple[str, ...]
    kinds: tuple[str, ...]
    bound: float = 0.074
    n_sessions: int | None = None  # fewer than the others where the analysis is costly


@dataclass(frozen=True)
class Interval:
    """A 95 % interval: names of the estimate and its ends, `truth` where known without simulation, kind of planted session."""

    about: str
    value: str
    low: str
    high: str
    truth: float | None = None
    kind: str = PLANTED


@dataclass(frozen=True)
class GroupTestClaim:
    """A number that several sessions give once each, tested against 0 over sessions (`minus` is taken off first)."""

    about: str
    value: str
    minus: str | None
    kinds: tuple[str, ...]
    bound: float = 0.074


@dataclass(frozen=True)
class Claims:
    """What one analysis claims, and the settings under which that is measured."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    p_values: tuple[PValue, ...] = ()
    intervals: tuple[Interval, ...] = ()
    over_sessions: tuple[GroupTestClaim, ...] = ()
