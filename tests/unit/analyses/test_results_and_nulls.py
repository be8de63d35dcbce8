"""What all analyses share: results and their files, the choice of trials, nulls, the table."""

import subprocess
import sys

import numpy as np
import pytest

from helpers.sessions import uneven_session
from rscnav.analyses.preprocessing import chosen_trials, prepare
from rscnav.analyses.registry import ANALYSES, analyse, analysis_module
from rscnav.analyses.result import Result, read_result, write_result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.null_models import circular_shift_units, exchangeable_trials
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.recordings.from_arrays import session_from_arrays
from rscnav.sessions.schema import ARRAYS, TABLES, TRIALS
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings


def test_result_round_trip(tmp_path):
    result = Result()
    result.add("LM1/value", 3.5, "bits")
    result.add("LM1/curve", np.arange(6).reshape(2, 3), "Hz", ("unit", "bin"))
    result.add("names", np.array(["α", "b"]), "", ("unit",))
    result.add("empty", np.nan)
    result.notes["LM0"] = "too few samples"
    write_result(result, tmp_path / "r.h5", {"code": "abc"})
    back = read_result(tmp_path / "r.h5")
    assert back.applicable
    assert back.notes == result.notes
    assert back.units == result.units
    assert back.dims == result.dims
    for name in result.arrays:
        np.testing.assert_array_equal(back[name], result[name])
    assert (back.scalar("LM1/value"), back.scalar("empty"), back.scalar("absent")) == (3.5, None, None)
    with pytest.raises(KeyError, match="this result has no array 'LM2/value'; it has: LM1"):
        back["LM2/value"]


def test_not_applicable_round_trip(tmp_path):
    write_result(Result.not_applicable("the session has no belief"), tmp_path / "r.h5")
    back = read_result(tmp_path / "r.h5")
    assert not back.applicable
    assert (back.status, back.reason) == ("not applicable", "the session has no belief")


def test_dimensions_must_be_named():
    with pytest.raises(ValueError, match="needs 2 names of dimensions"):
        Result().add("x", np.zeros((2, 2)), "", ("unit",))


@pytest.mark.parametrize("name", ANALYSES)
def test_every_analysis_keeps_the_contract(name):
    module = analysis_module(name)
    fields = {spec.name for spec in ARRAYS} | set(TABLES) | {"units", "spikes"}
    assert set(module.FIELDS) <= fields
    needed = {need for need in module.NEEDS if need not in ("outcome", "trials")}
    assert needed <= set(module.FIELDS), "what it needs must be read, or it is always missing"
    module.Settings()
    assert module.__doc__


def test_unknown_analysis_lists_those_there_are():
    with pytest.raises(ValueError, match="analysis: 'tunning' is not valid; expected one of optimality"):
        analyse(uneven_session(), "tunning")


def test_keyword_settings_are_those_of_the_model():
    rng = np.random.default_rng(0)
    session = session_from_arrays(rng.normal(size=(400, 3)), 0.1, trial=np.arange(400) // 40)
    settings = analysis_module("eigenspectrum").Settings(n_null=20, max_samples=300)
    ours = analyse(session, "eigenspectrum", n_null=20, max_samples=300)
    theirs = analyse(session, "eigenspectrum", settings)
    assert ours.scalars() == theirs.scalars() != analyse(session, "eigenspectrum", n_null=20).scalars()


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        (
            {"n_nul": 5},
            "settings of the analysis 'eigenspectrum': 1 problem\n  n_nul: unknown key; did you mean 'n_null'",
        ),
        ({"n_null": "5"}, "n_null: '5' is not valid: a whole number is needed"),
        ({"n_null": -1}, "n_null: -1 is not valid: it must be at least 20"),
        ({"n_null": 20, "settings": StrictSettings()}, "settings: not valid together with the keyword n_null"),
    ],
)
def test_invalid_keyword_settings_are_named(keywords, message):
    with pytest.raises(ValueError, match=message):
        analyse(uneven_session(), "eigenspectrum", **keywords)


def test_the_session_comes_first():
    with pytest.raises(
        ValueError, match=r"session: 'dimension' is a text, not a session; write analyse\(session, NAME"
    ):
        analyse("dimension", uneven_session())


def test_a_session_without_what_is_needed_is_not_applicable():
    result = analyse(uneven_session(belief=None), "optimality_gap")
    assert result.reason == "the session has no belief, no phase"  # the session's phases are all 'not applicable'


def test_analyses_start_without_torch():
    code = f"import sys, rscnav.cli.analyse, {', '.join(ANALYSES.values())}; sys.exit('torch._C' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_prepared_samples_keep_their_place():
    session = uneven_session()
    prepared = prepare(session, Common())
    np.testing.assert_array_equal(prepared.trial, [0, 0, 0, 0, 1, 1, 2, 2, 2])
    np.testing.assert_array_equal(prepared.samples, [0, 1, 2, 3, 6, 7, 8, 9, 10])
    assert prepared.trials == "all"
    assert list(prepared.phase_masks()) == ["all"]


def belief_session(errors: list[float]) -> Session:
    """Trials of 20 steps in LM2 from step 8 on, whose belief is off by so much in the last step."""
    n, steps, bins = len(errors), 20, 64
    trial = np.repeat(np.arange(n), steps)
    position = np.full((n, steps), 0.02)
    belief = np.full((n, steps, bins), 1e-6)
    belief[:, :-1, 32] = 1
    belief[:, 9, :], belief[:, 9, 0] = 1e-6, 1  # wrong, but before the five steps are over
    for k, error in enumerate(errors):
        belief[k, -1, int((0.02 + error + np.pi) / (2 * np.pi / bins))] = 1
    trials = np.zeros(n, TRIALS)
    trials["split"] = "test"
    return Session(
        "n-s1", "network", "n-s1", 0.1, np.zeros((n * steps, 1), "f4"), (np.arange(n * steps) + 0.5) * 0.1, trial, trials,
        np.zeros(1, [("id", "U2")]), position=position.reshape(-1, 1), position_unit="rad",
        phase=np.tile(np.where(np.arange(steps) < 8, 1, 2), n).astype("u1"), belief=belief.reshape(n * steps, bins),
    )  # fmt: skip


def test_low_error_trials_are_those_that_stay_right_after_the_second_landmark():
    chosen, words = chosen_trials(belief_session([0.1, 0.9, -0.3]), "low_error")
    assert chosen.tolist() == [True, False, True]
    assert words == "low error (2 of 3)"


def test_without_a_belief_low_error_keeps_all_and_says_so():
    chosen, words = chosen_trials(uneven_session(belief=None), "low_error")
    assert chosen.all()
    assert words == "all (low_error needs a belief, a position and phases)"


def test_trials_of_similar_length_are_exchangeable():
    lengths = [10, 11, 12, 20, 21, 40]
    trial = np.concatenate([[-1], np.repeat(np.arange(6), lengths), [-1]])
    found = exchangeable_trials(trial)
    assert [group.shape for group in found.groups] == [(3, 10), (2, 20)]
    assert found.left_out == 1
    for group in found.groups:
        assert all(len(set(trial[row])) == 1 and (np.diff(row) == 1).all() for row in group)
    permuted = found.permuted(np.random.default_rng(0))
    assert sorted(permuted) == sorted(found.samples())
    assert not np.array_equal(permuted, found.samples())


def test_permutation_keeps_the_time_in_the_trial():
    trial = np.repeat(np.arange(30), 10)
    step = np.tile(np.arange(10), 30)
    permuted = exchangeable_trials(trial).permuted(np.random.default_rng(1))
    np.testing.assert_array_equal(step[permuted], step)


def test_rolling_keeps_each_unit_and_breaks_units_apart():
    values = np.repeat(np.random.default_rng(0).normal(size=(500, 1)), 3, axis=1)
    rolled = circular_shift_units(values, np.random.default_rng(1))
    np.testing.assert_allclose(np.sort(rolled, axis=0), np.sort(values, axis=0))
    assert abs(np.corrcoef(rolled.T)[0, 1]) < 0.2


def test_p_counts_the_observed_value_among_the_draws():
    null = np.array([[0.0, 3.0], [1.0, 3.0], [2.0, 3.0]])
    np.testing.assert_allclose(permutation_p(null, np.array([1.0, 4.0])), [3 / 4, 1 / 4])
    np.testing.assert_allclose(permutation_p(-null[:, 0], -0.5), 2 / 4)  # small values: signs turned round


def test_p_is_uniform_where_nothing_is_there():
    draws = np.random.default_rng(0).normal(size=(20, 20_000))
    p = permutation_p(draws[1:], draws[0])
    for level in (0.05, 0.5, 0.95):
        assert abs(np.mean(p <= level + 1e-9) - level) < 0.01
