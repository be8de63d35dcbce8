"""A short calibration: every claim on every kind of session, on few and small sessions, so that gross errors show.

The full one is ``make calibration``.
"""

import pytest

from rscnav.calibration import verdict
from rscnav.calibration.planted import PLANTED
from rscnav.calibration.table import CLAIMS
from rscnav.calibration.trials_of import claimed, kinds_for
from rscnav.calibration.verdict import FAILS, NOTHING, verdicts
from rscnav.seeds import Seeds

N_SESSIONS = 24
SIZE = {"n_trials": 40, "n_units": 8, "n_steps": 80}
CASES = [(analysis, kind) for analysis, claims in CLAIMS.items() for kind in kinds_for(claims)]


@pytest.mark.parametrize(("analysis", "kind"), CASES)
def test_claims_hold_as_far_as_a_few_sessions_show(analysis, kind, monkeypatch):
    rows = list(claimed(analysis, CLAIMS[analysis], kind, range(N_SESSIONS), Seeds(1), **SIZE))
    monkeypatch.setattr(verdict, "CLAIMS", {analysis: CLAIMS[analysis]})
    found = [v for v in verdicts(rows) if v.kind == kind]
    assert found
    failed = {v.claim: v.rate for v in found if v.verdict in (FAILS, NOTHING)}
    assert not failed, failed
    assert kind != PLANTED or all(v.rate > 0.5 for v in found)
