"""A short calibration: every claim on every kind of session, on few and small sessions, so that gross errors show.

The full one is ``make calibration``.
"""

import re

import pytest

from rscnav.analyses.registry import ANALYSES, analyse, analysis_module
from rscnav.calibration import report as verdict
from rscnav.calibration.claims import Claims
from rscnav.calibration.null_sessions import KINDS
from rscnav.calibration.planted_sessions import PLANTED_KINDS
from rscnav.calibration.registry import CLAIMS, NOT_CLAIMED
from rscnav.calibration.report import FAILS, NOTHING, verdicts
from rscnav.calibration.run import kinds_for, run_claims, simulate_session
from rscnav.seeds import Seeds

N_SESSIONS = 24
SMALL = {"n_trials": 60, "n_units": 8, "n_steps": 100}
IS_P = re.compile(r"(^|[/_])p(_|$)")
MADE_OF_OTHERS = re.compile(r"adjusted(_fresh)?$|corrected$")
OF_NETWORKS = ("optimality_gap", "observer_comparison")  # which give no p-value
CASES = [(analysis, kind) for analysis, claims in CLAIMS.items() for kind in kinds_for(claims)]


@pytest.mark.slow
@pytest.mark.parametrize(("analysis", "kind"), CASES)
def test_claims_hold_as_far_as_a_few_sessions_show(analysis, kind, monkeypatch):
    size = {} if kind in PLANTED_KINDS else SMALL
    rows = list(run_claims(analysis, CLAIMS[analysis], kind, range(N_SESSIONS), Seeds(1), **size))
    monkeypatch.setattr(verdict, "CLAIMS", {analysis: CLAIMS[analysis]})
    found = [v for v in verdicts(rows) if v.kind == kind]
    assert found
    failed = {v.claim: v.rate for v in found if v.verdict in (FAILS, NOTHING)}
    assert not failed, failed
    assert kind not in PLANTED_KINDS or all(v.rate > 0.5 for v in found)


@pytest.mark.parametrize("analysis", [name for name in ANALYSES if name not in OF_NETWORKS])
def test_every_p_value_is_measured_or_said_not_to_be(analysis):
    """Whatever a result calls p, on a session with all there is to be had."""
    claims = CLAIMS.get(analysis, Claims())
    session = simulate_session(next(iter(KINDS)), Seeds(1).spawn("calibration", "noise", "0"))
    session.bayes_posterior = session.belief
    result = analyse(session, analysis, analysis_module(analysis).Settings(**claims.settings))
    assert result.applicable, result.reason
    named = {key for claim in claims.p_values for key in claim.keys} | NOT_CLAIMED.get(analysis, {}).keys()
    found = {key for key in result.arrays if IS_P.search(key) and not MADE_OF_OTHERS.search(key)}
    assert found <= named, found - named
    assert named <= found, named - found
