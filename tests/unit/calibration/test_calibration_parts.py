"""The calibration's own arithmetic: what the null sessions have, rates and coverage from rows, what is judged how."""

import numpy as np
import pytest

from rscnav.calibration import report as verdict
from rscnav.calibration.claims import Claims, GroupTestClaim, Interval, PValue
from rscnav.calibration.null_sessions import KINDS, null_session
from rscnav.calibration.planted_sessions import PLANTED, planted_session
from rscnav.calibration.report import CAUTIOUS, FAILS, HOLDS, NOTHING, WIDE, markdown, verdicts
from rscnav.calibration.run import CalibrationRow, kinds_for, run_claims, sessions_for
from rscnav.files.sealed.rows import read_rows, write_rows
from rscnav.seeds import Seeds


def one(kind, seed=0, **changes):
    return null_session(kind, np.random.default_rng(seed), **changes)


def correlations(session):
    matrix = np.corrcoef(session.activity.T)
    return matrix[np.triu_indices(len(matrix), 1)]


def test_each_kind_has_its_feature_and_the_plain_one_has_none():
    noise = one("noise", n_trials=300)
    assert abs(correlations(noise).mean()) < 0.01
    assert noise.activity.std() == pytest.approx(1, abs=0.02)
    by_trial = {kind: one(kind).activity.reshape(80, -1, 20).mean(axis=1) for kind in ("noise", "drift")}
    assert by_trial["drift"].std() > 5 * by_trial["noise"].std()
    through = one("ramps").activity.reshape(80, 100, 20).mean(axis=0)
    assert np.abs(through[80:].mean(axis=0) - through[:20].mean(axis=0)).mean() > 1
    rare = one("rare", n_trials=1000)
    assert np.sum(rare.phase == 1) / np.sum(rare.phase == 2) == pytest.approx(4, rel=0.15)
    assert correlations(one("shared", n_trials=300)).mean() == pytest.approx(0.2, abs=0.03)
    lengths = np.bincount(one("unequal").trial)
    assert lengths.min() < 60
    assert lengths.max() > 140


def test_position_is_all_that_position_units_tell():
    session = one("position", n_trials=400)
    here = np.floor((session.position[:, 0] + np.pi) / (2 * np.pi) * 20).astype(int)
    means = [
        [session.activity[(here == k) & (session.phase == phase)].mean(axis=0) for k in range(20)] for phase in (1, 2)
    ]
    assert np.std(means[0], axis=0).min() > 0.3  # tuned
    assert np.abs(np.array(means[0]) - means[1]).mean() < 0.15  # in LM1 as in LM2


def test_unknown_kind_is_refused_with_a_list():
    with pytest.raises(ValueError, match="'nois' is not valid; expected one of noise, drift"):
        one("nois")


def test_planted_units_are_the_same_in_every_session():
    profiles = []
    for seed in (1, 2):
        session = planted_session(np.random.default_rng(seed), n_trials=300)
        here = np.floor((session.position[:, 0] + np.pi) / (2 * np.pi) * 12).astype(int)
        profiles.append([session.activity[here == k].mean(axis=0) for k in range(12)])
    assert np.corrcoef(np.ravel(profiles[0]), np.ravel(profiles[1]))[0, 1] > 0.95


def test_kinds_of_a_claim_and_rows_of_a_run(tmp_path):
    claims = Claims(
        {"n_null": 19},
        (PValue("tuned", ("p",), ("noise",)),),
        (Interval("mean", "mean_entropy", "mean_entropy_low", "mean_entropy_high"),),
        (GroupTestClaim("above control", "mean_entropy", "control_mean_entropy", ("drift",)),),
    )
    assert kinds_for(claims) == ["noise", "drift", PLANTED]
    rows = {kind: list(run_claims("tuning_entropy", claims, kind, [3, 4], Seeds(0))) for kind in kinds_for(claims)}
    assert [(row.session, row.tested) for row in rows["noise"]] == [(3, 20), (4, 20)]
    assert all(0 <= row.rejected <= 20 for row in rows["noise"])
    assert all(row.low < row.value < row.high for row in rows[PLANTED])
    assert all(abs(row.value) < 0.1 and row.tested == 0 for row in rows["drift"])
    write_rows(rows[PLANTED], tmp_path / "rows.csv", CalibrationRow, blank=False)
    assert read_rows(tmp_path / "rows.csv", CalibrationRow) == rows[PLANTED]
    alone = list(run_claims("tuning_entropy", claims, "noise", [4], Seeds(0)))
    assert list(map(repr, alone)) == list(
        map(repr, rows["noise"][1:])
    )  # whichever others are run; NaN is not equal to NaN


@pytest.fixture
def claim(monkeypatch):
    """Put one analysis' claims in the place of all; give its verdicts on rows."""

    def judged(claims, rows):
        monkeypatch.setattr(verdict, "CLAIMS", {"x": claims})
        return verdicts(rows)

    return judged


@pytest.mark.parametrize(("rejected", "word"), [(5, HOLDS), (2, CAUTIOUS), (8, FAILS)])
def test_rates_are_judged(claim, rejected, word):
    rows = [CalibrationRow("noise", "x", "p", k, 100, rejected) for k in range(1000)]
    found = claim(Claims(p_values=(PValue("p", (), ("noise", "drift")),)), rows)
    assert [(v.kind, v.verdict) for v in found] == [("noise", word), ("drift", NOTHING)]
    assert found[0].rate == pytest.approx(rejected / 100)
    assert ("**FAILS**" in markdown(found)) == (word == FAILS)


def test_few_sessions_are_judged_less_strictly(claim):
    claims = Claims(p_values=(PValue("p", (), ("noise",)),))
    rows = [CalibrationRow("noise", "x", "p", k, 1, int(k % 10 == 0)) for k in range(40)]  # 4 of 40
    assert claim(claims, rows)[0].verdict == HOLDS
    assert claim(claims, rows * 25)[0].verdict == FAILS


@pytest.mark.parametrize(("half", "word"), [(1.96, HOLDS), (1.5, FAILS), (3.0, WIDE)])
def test_coverage_is_judged(claim, half, word):
    values = np.random.default_rng(0).normal(7, 1, 1000)
    rows = [CalibrationRow(PLANTED, "x", "mean", k, value=v, low=v - half, high=v + half) for k, v in enumerate(values)]
    assert claim(Claims(intervals=(Interval("mean", "", "", ""),)), rows)[0].verdict == word
    assert claim(Claims(intervals=(Interval("mean", "", "", "", truth=11.0),)), rows)[0].verdict == FAILS
    missing = [CalibrationRow(PLANTED, "x", "mean", k, value=v) for k, v in enumerate(values)]
    assert claim(Claims(intervals=(Interval("mean", "", "", ""),)), missing)[0].rate == 0


@pytest.mark.parametrize(("shift", "word"), [(0.0, HOLDS), (1.0, FAILS)])
def test_experiments_of_several_sessions(claim, shift, word):
    values = np.random.default_rng(0).normal(shift, 1, 400)
    rows = [CalibrationRow("noise", "x", "d", k, value=v) for k, v in enumerate(values)]
    found = claim(Claims(over_sessions=(GroupTestClaim("d", "", None, ("noise",)),)), rows)
    assert found[0].verdict == word
    assert found[0].sessions == 400


def test_all_seven_kinds_are_there():
    assert list(KINDS) == ["noise", "drift", "ramps", "position", "rare", "shared", "unequal"]


def test_a_costly_test_is_run_on_its_own_number_of_sessions():
    few, many = PValue("few", ("p",), ("noise", "drift"), n_sessions=20), PValue("many", ("p",), ("drift",))
    claims = Claims(settings={}, p_values=(few, many), intervals=(Interval("i", "i", "low", "high"),))
    assert [sessions_for(claims, kind, 100) for kind in ("noise", "drift", PLANTED)] == [20, 100, 100]
    assert sessions_for(claims, "noise", 10) == 10
