"""Run of one analysis on many simulated sessions of one kind: p-values and intervals of its claims."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rscnav.analyses.registry import analyse, analysis_module
from rscnav.analyses.result import Result
from rscnav.calibration.claims import Claims, GroupTestClaim, PValue
from rscnav.calibration.null_sessions import KINDS, null_session
from rscnav.calibration.planted_sessions import PLANTED_KINDS
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

LEVEL = 0.05


@dataclass(frozen=True)
class CalibrationRow:
    """Result of one claim in one session: counts of p-values tested and of p ≤ 0.05, or an estimate with its interval."""

    kind: str
    analysis: str
    claim: str
    session: int
    tested: int = 0
    rejected: int = 0
    value: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


def kinds_for(claims: Claims) -> list[str]:
    """Return the kinds of sessions on which the claims of an analysis are measured."""
    tests: tuple[PValue | GroupTestClaim, ...] = (*claims.p_values, *claims.over_sessions)
    kinds = [kind for kind in KINDS if any(kind in test.kinds for test in tests)]
    return [*kinds, *dict.fromkeys(interval.kind for interval in claims.intervals)]


def sessions_for(claims: Claims, kind: str, most: int) -> int:
    """Return the count of sessions of one kind that the claims of an analysis need: `most` unless all need fewer."""
    wanted = [p.n_sessions or most for p in claims.p_values if kind in p.kinds]
    wanted += [most for test in claims.over_sessions if kind in test.kinds]
    wanted += [most for interval in claims.intervals if kind == interval.kind]
    return min(most, max(wanted))


def simulate_session(kind: str, seeds: Seeds, **size: int) -> Session:
    """Return a simulated session of one kind, null or planted; `size`: `n_trials`, `n_units`, `n_steps`."""
    generator = seeds.generator("session")
    planted = PLANTED_KINDS.get(kind)
    return planted(generator, **size) if planted else null_session(kind, generator, **size)


def run_claims(
    analysis: str, claims: Claims, kind: str, numbers: Iterable[int], root: Seeds, **size: int
) -> Iterator[CalibrationRow]:
    """Run an analysis on simulated sessions, and yield the rows of its claims.

    Session k does not depend on the other sessions or on the analysis.

    Parameters
    ----------
    analysis : str
    claims : Claims
    kind : str
        Kind of null or planted session.
    numbers : iterable of int
        Indices of the sessions.
    root : Seeds
    **size : int
        As for `simulate_session`.
    """
    settings = analysis_module(analysis).Settings(**claims.settings)
    for number in numbers:
        seeds = root.spawn("calibration", kind, str(number))
        result = analyse(simulate_session(kind, seeds, **size), analysis, settings, None, seeds.spawn(analysis))
        yield from _rows(result, claims, kind, analysis, number)


def _rows(result: Result, claims: Claims, kind: str, analysis: str, number: int) -> Iterator[CalibrationRow]:
    if kind in PLANTED_KINDS:
        for interval in (i for i in claims.intervals if i.kind == kind):
            value, low, high = (_number(result, key) for key in (interval.value, interval.low, interval.high))
            yield CalibrationRow(kind, analysis, interval.about, number, value=value, low=low, high=high)
        return
    for claim in claims.p_values:
        if kind not in claim.kinds or (claim.n_sessions is not None and number >= claim.n_sessions):
            continue
        p = np.concatenate([np.ravel(result[key]) for key in claim.keys if key in result] or [np.empty(0)])
        p = p[np.isfinite(p)]
        yield CalibrationRow(kind, analysis, claim.about, number, len(p), int(np.sum(p <= LEVEL)))
    for test in claims.over_sessions:
        if kind in test.kinds:
            value = _number(result, test.value) - (_number(result, test.minus) if test.minus else 0.0)
            yield CalibrationRow(kind, analysis, test.about, number, value=value)


def _number(result: Result, key: str) -> float:
    return float(result[key]) if key in result else float("nan")
