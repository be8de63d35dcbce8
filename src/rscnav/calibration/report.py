"""False-positive rates and coverage against their bounds, as Markdown and CSV."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rscnav.analyses.statistics.group_tests import over_sessions
from rscnav.calibration.claims import GroupTestClaim, Interval, PValue
from rscnav.calibration.planted_sessions import PLANTED_KINDS
from rscnav.calibration.registry import CLAIMS
from rscnav.calibration.run import LEVEL, CalibrationRow
from rscnav.trial_ratios import ratio_of_sums

CONSERVATIVE = 0.029
COVERAGE = (0.93, 0.98)
FULL = 1000  # sessions for which the bounds hold; with fewer sessions, bounds widen with the sampling error
EXPERIMENT, DEALS = 8, 8  # sessions per experiment; number of random assignments of sessions to experiments
FEW_EXPERIMENTS = 10  # with fewer independent experiments, the bound is their sampling error
HOLDS, FAILS, CAUTIOUS, WIDE, NOTHING = "holds", "FAILS", "conservative", "wide", "nothing to measure"
Measured = tuple[int, float, float, str]  # sessions, rate, its standard error, verdict
UNMEASURED: Measured = (0, float("nan"), float("nan"), NOTHING)


@dataclass(frozen=True)
class ClaimResult:
    """One claim on one kind of session: false-positive rate or coverage, its standard error, and the verdict."""

    analysis: str
    claim: str
    kind: str
    sessions: int
    rate: float
    se: float
    verdict: str


def verdicts(rows: Iterable[CalibrationRow]) -> list[ClaimResult]:
    """Return the results by analysis, claim and kind, in the order of `CLAIMS`."""
    grouped: dict[tuple[str, str, str], list[CalibrationRow]] = defaultdict(list)
    for row in rows:
        grouped[row.analysis, row.claim, row.kind].append(row)
    found = []
    for analysis, claims in CLAIMS.items():
        measured: list[tuple[Any, str, Callable[..., Measured]]] = [
            *((p, kind, _false_positives) for p in claims.p_values for kind in p.kinds),
            *((test, kind, _over_sessions) for test in claims.over_sessions for kind in test.kinds),
            *((interval, interval.kind, _coverage) for interval in claims.intervals),
        ]
        for claim, kind, measure in measured:
            numbers = measure(claim, grouped[analysis, claim.about, kind])
            found.append(ClaimResult(analysis, claim.about, kind, *numbers))
    return found


def _false_positives(claim: PValue, rows: Sequence[CalibrationRow]) -> Measured:
    """Return the fraction of p ≤ 0.05, with a standard error over sessions (p-values of one session are dependent)."""
    rows = [row for row in rows if row.tested]
    n = len(rows)
    if not n:
        return UNMEASURED
    tested, rejected = np.array([(row.tested, row.rejected) for row in rows], float).T
    rate, se = map(float, ratio_of_sums(rejected, tested))
    return n, rate, se, _judged(rate, claim.bound, n, claim.n_sessions or FULL)


def _over_sessions(test: GroupTestClaim, rows: Sequence[CalibrationRow]) -> Measured:
    """Return the fraction of experiments (eight sessions each) with p ≤ 0.05, over several random assignments of sessions."""
    values = np.array([row.value for row in rows])
    values = values[np.isfinite(values)]
    n = len(values) // EXPERIMENT
    if not n:
        return UNMEASURED
    generator = np.random.default_rng(0)
    dealt = [generator.permutation(values)[: n * EXPERIMENT].reshape(n, EXPERIMENT) for _ in range(DEALS)]
    p = [over_sessions(experiment, generator).p for experiment in np.concatenate(dealt)]
    rate = float(np.mean(np.array(p) <= LEVEL))
    se = float(np.sqrt(rate * (1 - rate) / n))
    if n < FEW_EXPERIMENTS:  # further assignments of few sessions add little
        verdict = _judged(rate, LEVEL + 3 * float(np.sqrt(LEVEL * (1 - LEVEL) / n)), n, n)
    else:
        verdict = _judged(rate, test.bound, len(values), FULL)
    return len(values), rate, se, verdict


def _judged(rate: float, bound: float, n: int, full: int) -> str:
    """Return the verdict on a false-positive rate; the bound widens with the sampling error for fewer than `full` sessions."""
    if rate > LEVEL + (bound - LEVEL) * max(1.0, np.sqrt(full / n)):
        return FAILS
    return CAUTIOUS if rate < CONSERVATIVE else HOLDS


def _coverage(claim: Interval, rows: Sequence[CalibrationRow]) -> Measured:
    """Return the fraction of intervals that contain the true value, or the mean of the estimates if it is not known.

    A session without an interval counts as not covered.
    """
    n = len(rows)
    if not n:
        return UNMEASURED
    value, low, high = np.array([(row.value, row.low, row.high) for row in rows]).T
    truth = float(np.nanmean(value)) if claim.truth is None else claim.truth
    rate = float(np.mean((low <= truth) & (truth <= high)))
    se = float(np.sqrt(rate * (1 - rate) / n))
    wider = max(1.0, np.sqrt(FULL / n))
    middle = 0.95
    if rate < middle - (middle - COVERAGE[0]) * wider:
        return n, rate, se, FAILS
    return n, rate, se, WIDE if rate > COVERAGE[1] else HOLDS


def markdown(found: Sequence[ClaimResult]) -> str:
    """Return the results as two Markdown tables: false-positive rates by kind of session, and coverage."""
    kinds = list(dict.fromkeys(v.kind for v in found if v.kind not in PLANTED_KINDS))
    lines = ["| analysis | p-value | " + " | ".join(kinds) + " |", "| --- " * (2 + len(kinds)) + "|"]
    by_claim: dict[tuple[str, str], dict[str, ClaimResult]] = defaultdict(dict)
    for v in found:
        by_claim[v.analysis, v.claim][v.kind] = v
    for (analysis, claim), of_kind in by_claim.items():
        if not PLANTED_KINDS.keys() & of_kind.keys():
            lines.append(f"| {analysis} | {claim} | " + " | ".join(_cell(of_kind.get(kind)) for kind in kinds) + " |")
    lines += ["", "| analysis | 95 % interval of | sessions | coverage | count |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {v.analysis} | {v.claim} | {v.kind} | {_cell(v)} | {v.sessions} |" for v in found if v.kind in PLANTED_KINDS
    ]
    return "\n".join(lines) + "\n"


def _cell(v: ClaimResult | None) -> str:
    if v is None:
        return "–"
    if not v.sessions:
        return v.verdict
    word = {HOLDS: "", CAUTIOUS: " (low)", WIDE: " (wide)", FAILS: " **FAILS**"}[v.verdict]
    return f"{v.rate:.3f} ± {v.se:.3f}{word}"
