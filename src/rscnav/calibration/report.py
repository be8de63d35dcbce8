"""Error rates and coverage, each against its bound; the table as Markdown and CSV."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rscnav.analyses.statistics.group_tests import over_sessions
from rscnav.calibration.claims import GroupTestClaim, Interval, PValue
from rscnav.calibration.planted_sessions import PLANTED_KINDS
from rscnav.calibration.registry import CLAIMS
from rscnav.calibration.run import LEVEL, CalibrationRow
from rscnav.trial_ratios import ratio_of_sums

CONSERVATIVE = 0.029
COVERAGE = (0.93, 0.98)
FULL = 1000  # sessions for which the bounds are meant; with fewer they are as much wider as the sampling error is
EXPERIMENT, DEALS = 8, 8  # sessions in one experiment; how often all sessions are dealt out
FEW_EXPERIMENTS = (
    10  # with fewer, a rate over sessions is judged by the sampling error of so many independent experiments
)
HOLDS, FAILS, CAUTIOUS, WIDE, NOTHING = "holds", "FAILS", "conservative", "wide", "nothing to measure"


@dataclass(frozen=True)
class ClaimResult:
    """One claim on one kind of session: its rate (of false positives, or of coverage), standard error, and what that means."""

    analysis: str
    claim: str
    kind: str
    sessions: int
    rate: float
    se: float
    verdict: str


def verdicts(rows: Iterable[CalibrationRow]) -> list[ClaimResult]:
    """Sum up rows by analysis, claim and kind, in the order of the table of claims."""
    grouped: dict[tuple[str, str, str], list[CalibrationRow]] = defaultdict(list)
    for row in rows:
        grouped[row.analysis, row.claim, row.kind].append(row)
    found = []
    for analysis, claims in CLAIMS.items():
        for p in claims.p_values:
            found += [_false_positives(analysis, p, kind, grouped[analysis, p.about, kind]) for kind in p.kinds]
        for test in claims.over_sessions:
            found += [_over_sessions(analysis, test, kind, grouped[analysis, test.about, kind]) for kind in test.kinds]
        found += [_coverage(analysis, i, grouped[analysis, i.about, i.kind]) for i in claims.intervals]
    return found


def _false_positives(analysis: str, claim: PValue, kind: str, rows: Sequence[CalibrationRow]) -> ClaimResult:
    """Share of p-values at most 0.05. Those of one session hang together, so its standard error is over sessions."""
    rows = [row for row in rows if row.tested]
    n = len(rows)
    if not n:
        return ClaimResult(analysis, claim.about, kind, 0, np.nan, np.nan, NOTHING)
    tested, rejected = np.array([(row.tested, row.rejected) for row in rows], float).T
    rate, se = map(float, ratio_of_sums(rejected, tested))
    return ClaimResult(
        analysis, claim.about, kind, n, rate, se, _judged(rate, claim.bound, n, claim.n_sessions or FULL)
    )


def _over_sessions(analysis: str, test: GroupTestClaim, kind: str, rows: Sequence[CalibrationRow]) -> ClaimResult:
    """Share of experiments of eight sessions each that come out at 0.05; the sessions are dealt out to experiments anew many times."""
    values = np.array([row.value for row in rows])
    values = values[np.isfinite(values)]
    n = len(values) // EXPERIMENT
    if not n:
        return ClaimResult(analysis, test.about, kind, 0, np.nan, np.nan, NOTHING)
    generator = np.random.default_rng(0)
    dealt = [generator.permutation(values)[: n * EXPERIMENT].reshape(n, EXPERIMENT) for _ in range(DEALS)]
    p = [over_sessions(experiment, generator).p for experiment in np.concatenate(dealt)]
    rate = float(np.mean(np.array(p) <= LEVEL))
    se = float(np.sqrt(rate * (1 - rate) / n))
    if n < FEW_EXPERIMENTS:  # dealing few sessions out anew adds little
        verdict = _judged(rate, LEVEL + 3 * float(np.sqrt(LEVEL * (1 - LEVEL) / n)), n, n)
    else:
        verdict = _judged(rate, test.bound, len(values), FULL)
    return ClaimResult(analysis, test.about, kind, len(values), rate, se, verdict)


def _judged(rate: float, bound: float, n: int, full: int) -> str:
    """Say what a false-positive rate means; with fewer sessions than the bound is meant for it is as much wider as chance is."""
    if rate > LEVEL + (bound - LEVEL) * max(1.0, np.sqrt(full / n)):
        return FAILS
    return CAUTIOUS if rate < CONSERVATIVE else HOLDS


def _coverage(analysis: str, claim: Interval, rows: Sequence[CalibrationRow]) -> ClaimResult:
    """Share of intervals that hold the truth: a known one, or else the mean of the estimates over the simulations.

    A session without an interval covers nothing.
    """
    n = len(rows)
    if not n:
        return ClaimResult(analysis, claim.about, claim.kind, 0, np.nan, np.nan, NOTHING)
    value, low, high = np.array([(row.value, row.low, row.high) for row in rows]).T
    truth = float(np.nanmean(value)) if claim.truth is None else claim.truth
    rate = float(np.mean((low <= truth) & (truth <= high)))
    se = float(np.sqrt(rate * (1 - rate) / n))
    wider = max(1.0, np.sqrt(FULL / n))
    middle = 0.95
    if rate < middle - (middle - COVERAGE[0]) * wider:
        return ClaimResult(analysis, claim.about, claim.kind, n, rate, se, FAILS)
    return ClaimResult(analysis, claim.about, claim.kind, n, rate, se, WIDE if rate > COVERAGE[1] else HOLDS)


def markdown(found: Sequence[ClaimResult]) -> str:
    """Write the verdicts as two tables: false-positive rates by kind of session, and coverage."""
    lines: list[str] = []
    kinds = list(dict.fromkeys(v.kind for v in found if v.kind not in PLANTED_KINDS))
    lines += ["| analysis | p-value | " + " | ".join(kinds) + " |", "| --- " * (2 + len(kinds)) + "|"]
    by_claim: dict[tuple[str, str], dict[str, ClaimResult]] = defaultdict(dict)
    for v in found:
        by_claim[v.analysis, v.claim][v.kind] = v
    for (analysis, claim), of_kind in by_claim.items():
        if not PLANTED_KINDS.keys() & of_kind.keys():
            lines.append(f"| {analysis} | {claim} | " + " | ".join(_cell(of_kind.get(kind)) for kind in kinds) + " |")
    lines += ["", "| analysis | 95 % interval of | sessions | covers | number |", "| --- | --- | --- | --- | --- |"]
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
