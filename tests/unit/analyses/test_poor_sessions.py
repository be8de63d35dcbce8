"""Sessions with hardly anything in them, through every analysis: an answer or a reason, never a crash, never a number made of nothing."""

import numpy as np
import pytest

from rscnav.analyses.registry import ANALYSES, analyse, analysis_module
from rscnav.calibration.null_sessions import null_session

QUICK = {"n_null": 20, "max_points": 600}


def poor(case):
    """Simulate a session that lacks one thing."""
    generator = np.random.default_rng(5)
    size = {"one unit": {"n_units": 1}, "one trial": {"n_trials": 1}, "three steps": {"n_steps": 3}}.get(case, {})
    session = null_session("noise", generator, **{"n_trials": 30, "n_units": 6, "n_steps": 60} | size)
    if case == "constant units":
        session.activity = np.ones_like(session.activity)
    if case == "one unit varies":
        session.activity[:, 1:] = 3.0
    if case == "one outcome":
        session.trials["outcome"] = "correct"
    if case == "no encounter":
        session.encounters = session.encounters[:0]
    return session


@pytest.mark.parametrize(
    "case",
    ["one unit", "one trial", "three steps", "constant units", "one unit varies", "one outcome", "no encounter"],
)
@pytest.mark.parametrize("analysis", list(ANALYSES))
def test_there_is_an_answer_or_a_reason(analysis, case):
    settings = analysis_module(analysis).Settings
    known = {key: value for key, value in QUICK.items() if key in settings.model_fields}
    result = analyse(poor(case), analysis, settings(**known))
    assert result.applicable or result.reason
    assert not result.arrays or result.applicable
    for name, array in result.arrays.items():
        endless = name.endswith("theiler_s")  # all pairs of one trial are left out
        assert endless or not (array.dtype.kind == "f" and np.isinf(array).any()), name
        if name.rsplit("/", 1)[-1] == "p" or name.endswith("_p"):
            known_p = array[np.isfinite(array)]
            assert ((known_p > 0) & (known_p <= 1)).all(), name


@pytest.mark.parametrize("analysis", ["eigenspectrum", "dimension", "pairwise", "trajectory_divergence", "decoding"])
def test_what_is_missing_is_named(analysis):
    result = analyse(poor("three steps"), analysis)
    words = " ".join([result.reason, *result.notes.values()])
    assert "needed" in words or "too few" in words or "no " in words, words
