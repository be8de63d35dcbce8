"""Analysis `behaviour` on sessions whose observers are planted by hand."""

import json

import numpy as np
import pytest
from scipy.stats import binomtest

from helpers.observers import MISSED, NAMES, plant, session
from rscnav.analyses.optimality import observer_statistics as strategies
from rscnav.analyses.optimality.observer_comparison import Settings
from rscnav.analyses.registry import analyse
from rscnav.analyses.result import Result, read_result, write_result
from rscnav.config.load import parse_config
from rscnav.sessions.hdf5 import write_session
from rscnav.workflow.summary import ANALYSES_READ, summary_text


def test_losses_errors_and_their_differences_are_the_means_of_the_test_trials():
    here = session(5, n_train=1)
    for trial in range(5):
        plant(here, "loss", "network", trial, slice(0, 10), 100.0 if trial == 0 else 4.0 + trial)
        plant(here, "loss", "network", trial, slice(10, 60), 100.0 if trial == 0 else 1.0)
        plant(here, "loss", "bayes", trial, slice(0, 10), 4.0)
        plant(here, "error", "smoother", trial, slice(30, 60), 0.5)
    result = analyse(here, "observer_comparison")
    assert result["part"].tolist() == ["overall", "LM0", "LM1", "LM2"]
    assert result["observer"].tolist() == list(NAMES)
    assert result["loss/mean"][0] == pytest.approx([(6.5 * 10 + 50) / 60, 6.5, 1, 1])
    assert result["loss/se"][0, 1] == pytest.approx(np.std([5, 6, 7, 8], ddof=1) / 2)
    assert result["loss/difference"][1] == pytest.approx([(2.5 * 10 + 50) / 60, 2.5, 1, 1])
    assert result["loss/difference_se"][1] == pytest.approx([np.std([5, 6, 7, 8], ddof=1) / 2 / 6, 0.645497, 0, 0])
    assert result["error/mean"][3] == pytest.approx([0.25, 0, 0, 0.5])
    assert (result.scalar("network/loss"), result.scalar("smoother/error")) == pytest.approx((115 / 60, 0.25))
    assert (result.units["loss/mean"], result.units["error/mean"]) == ("nats per step", "rad")


def test_of_many_to_one_only_the_last_step_counts_but_certainty_everywhere():
    here = session(3, [(t, 30, 34, 2, "encounter") for t in range(3)], attributes={"loss": "many-to-one"})
    for trial in range(3):
        plant(here, "loss", "bayes", trial, slice(0, 59), 9.0)
        plant(here, "loss", "bayes", trial, slice(59, 60), 2.0)
        plant(here, "kl_divergence", "bayes", trial, slice(0, 59), 9.0)
        plant(here, "certainty", "bayes", trial, slice(35, 50), 0.9)
    result = analyse(here, "observer_comparison")
    assert result["loss/mean"][1, [0, 3]].tolist() == [2, 2]
    assert np.isnan(result["loss/mean"][1, [1, 2]]).all()
    assert result.scalar("bayes/kl_divergence") == 0
    assert result.scalar("bayes/collapse_s") == pytest.approx(0.5)


def test_time_to_certainty_is_from_the_onset_to_the_first_certain_sample():
    rows = [(t, 30, 35, 2, "encounter") for t in range(6)] + [(t, 3, 5, 1, "encounter") for t in range(6)]
    here = session(6, rows, n_train=1)
    for trial in range(6):
        plant(here, "certainty", "network", trial, slice(37, 60), 0.9)
        plant(here, "certainty", "bayes", trial, slice(30 + 2 * trial, 60), 0.8)
        plant(here, "certainty", "dead_reckoning", trial, slice(0, 30), 0.9)  # before the onset: does not count
        plant(here, "certainty", "smoother", trial, slice(0, 60), 0.79)
    result = analyse(here, "observer_comparison")
    assert result.scalar("collapse/n") == 5
    assert result["collapse/median"] == pytest.approx([0.7, 0.6, np.nan, np.nan], nan_ok=True)
    assert result["collapse/lower_quartile"][:2] == pytest.approx([0.7, 0.4])
    assert result["collapse/upper_quartile"][:2] == pytest.approx([0.7, 0.8])
    assert result["collapse/fraction_within"] == pytest.approx([1, 1, np.nan, np.nan], nan_ok=True)
    early = analyse(here, "observer_comparison", Settings(after_s=0.6, certainty_threshold=0.85))
    assert early["collapse/fraction_within"].tolist() == [0, 0, 0, 0]
    time, mean = result["certainty/time"], result["certainty/mean"][0]
    assert time[[0, -1]] == pytest.approx([-1, 2.9 + 0.1])
    assert mean[time < 0.65] == pytest.approx(0)
    assert mean[(time > 0.65) & (time < 2.95)] == pytest.approx(0.9)
    assert np.isnan(mean[-1])  # 3 s after step 30 is the next trial
    assert result["certainty/n_around"][0, [0, -1]].tolist() == [5, 0]


def test_a_trial_that_ends_before_certainty_is_censored():
    there = np.zeros(30, bool)
    there[[1, 13, 25]] = True  # cases of 10 samples: reached at lags 1, 3, 5, and one that is cut after lag 2
    onset, last = np.array([0, 10, 20, 26]), np.array([9, 19, 29, 28])
    share = strategies.kaplan_meier(there, onset, last)
    assert share == pytest.approx([0, 1 / 4, 1 / 4, 1 - 3 / 4 / 2, 1 - 3 / 4 / 2, 1])
    assert [strategies.lag_of(share, q) for q in (0.25, 0.5, 0.75)] == [1, 3, 5]
    assert (strategies.reached_by(share, 4), strategies.reached_by(share, 99)) == (0.625, 1)
    never = strategies.kaplan_meier(there, np.array([14]), np.array([18]))
    assert np.isnan(strategies.lag_of(never, 0.25))
    assert (strategies.reached_by(never, 4), never.tolist()) == (0, [0] * 5)
    assert np.isnan(strategies.reached_by(never, 5))
    at_the_end = strategies.kaplan_meier(there, np.array([20, 20]), np.array([25, 24]))
    assert at_the_end == pytest.approx([0, 0, 0, 0, 0, 1])  # the last sample counts; the other case ends just before
    assert strategies.kaplan_meier(there, np.array([], int), np.array([], int)).size == 0


def test_belief_in_a_refuted_place_drops_at_the_end_of_the_non_encounter():
    rows = [(t, 15, 19, 0, MISSED) for t in range(5)] + [(4, 25, 28, 0, MISSED)]
    here = session(5, rows, n_train=1)
    for trial in range(5):
        for observer, extra in (("network", 0.0), ("bayes", 0.02 * trial)):
            plant(here, "alternative", observer, trial, slice(10, 15), 0.5 + extra)
            plant(here, "alternative", observer, trial, slice(15, 19), 0.3)
            plant(here, "alternative", observer, trial, slice(19, 60), 0.1)
    plant(here, "alternative", "network", 0, slice(0, 60), 7.0)  # a training trial
    result = analyse(here, "observer_comparison")
    assert result.scalar("non_encounter/n") == 4  # the first of each trial
    assert result["non_encounter/drop"][:2] == pytest.approx([0.4, 0.45])
    assert result["non_encounter/drop_se"][:2] == pytest.approx([0, 0.02 * np.std([1, 2, 3, 4], ddof=1) / 2], abs=1e-6)
    assert result["non_encounter/before"][0] == pytest.approx(0.5)
    assert result["non_encounter/after"][0] == pytest.approx(0.1)
    time, mean = result["non_encounter/time"], result["non_encounter/mean"][0]
    assert mean[np.abs(time) < 1e-9] == pytest.approx(0.1)  # the first sample after it
    assert mean[np.abs(time + 0.1) < 1e-9] == pytest.approx(0.3)  # its last sample
    assert mean[np.abs(time + 0.5) < 1e-9] == pytest.approx(0.5)
    assert np.isnan(mean[time < -0.95]).all()  # step 9 is LM0
    assert np.isnan(mean[time > 1.05]).all()  # step 30 is LM2
    late = analyse(here, "observer_comparison", Settings(readout_s=1.1))
    assert late["non_encounter/n_paired"].tolist() == [0] * 4
    assert np.isnan(late["non_encounter/drop"]).all()


def test_a_non_encounter_at_the_end_of_a_trial_does_not_look_into_the_next():
    here = session(2, [(0, 55, 60, 0, MISSED)], phase=np.ones(120, "u1"))
    plant(here, "alternative", "network", 0, slice(0, 60), 0.3)
    plant(here, "alternative", "network", 1, slice(0, 60), 0.9)
    result = analyse(here, "observer_comparison")
    time, mean = result["non_encounter/time"], result["non_encounter/mean"][0]
    assert mean[time < -0.05] == pytest.approx(0.3)
    assert np.isnan(mean[time > -0.05]).all()


@pytest.mark.parametrize(
    ("case", "why"),
    [("none", "no non-encounter"), ("unknown", "the map is not known"), ("plane", "defined on the ring only")],
)
def test_without_non_encounters_the_result_says_why(case, why):
    here = session(dim=2 if case == "plane" else 1, landmarks=np.zeros((6, 2, 2)) if case == "plane" else None)
    here.attributes["map_known"] = np.bool_(case != "unknown")
    result = analyse(here, "observer_comparison")
    assert why in result.notes["non_encounter"]
    assert "non_encounter/mean" not in result


def test_divergence_per_trial_and_the_nearest_observer():
    here = session(4)
    for trial, (bayes, lost) in enumerate([(0.1, 0.5), (0.2, 0.5), (0.9, 0.5), (0.5, 0.5)]):
        plant(here, "kl_divergence", "bayes", trial, slice(0, 60), bayes)
        plant(here, "kl_divergence", "dead_reckoning", trial, slice(0, 60), lost)
        plant(here, "kl_divergence", "dead_reckoning", trial, slice(10, 30), 0.0)  # the nearest in LM1
    here.observer_kl_divergence[:, NAMES.index("dead_reckoning")] *= (
        1.5  # 0.5 over the whole trial, but 0.75 in LM0 and LM2
    )
    result = analyse(here, "observer_comparison")
    assert result["kl_divergence/trial"].tolist() == [0, 1, 2, 3]
    assert result["kl_divergence/of_trial"][:, 1] == pytest.approx([0.1, 0.2, 0.9, 0.5])
    assert result["kl_divergence/of_trial"][:, 2] == pytest.approx([0.5] * 4)
    assert result["kl_divergence/mean"][1] == pytest.approx([0.425] * 4)
    assert result["kl_divergence/se"][1, 0] == pytest.approx(np.std([0.1, 0.2, 0.9, 0.5], ddof=1) / 2)
    assert result["kl_divergence/median"][1:3] == pytest.approx(np.array([[0.35] * 4, [0.5, 0.75, 0, 0.75]]))
    assert result["kl_divergence/upper_quartile"][1, 0] == pytest.approx(np.quantile([0.1, 0.2, 0.9, 0.5], 0.75))
    assert result["nearest"][1:3, 0] == pytest.approx([2.5 / 4, 1.5 / 4])  # the tie of the last trial is shared
    assert result["nearest"][1:3, 2].tolist() == [0, 1]
    assert np.isnan(result["nearest"][[0, 3]]).all()  # the network itself, and the smoother, are no rivals
    assert result.scalar("bayes/nearest") == pytest.approx(0.625)
    assert result.scalar("network/nearest") is None


def test_a_trial_without_a_phase_counts_only_where_it_has_steps():
    here = session(3)
    here.phase[60:120] = 0
    plant(here, "kl_divergence", "bayes", 1, slice(0, 60), 1.0)
    result = analyse(here, "observer_comparison")
    assert result["kl_divergence/median"][1].tolist() == [0, 0, 0, 0]
    assert result["kl_divergence/mean"][1] == pytest.approx([1 / 3, 60 / 80, 0, 0])
    assert result["nearest"][1:3].tolist() == [[0.5 / 3 * 2, 0.5 / 3 * 2, 0.5, 0.5], [2 / 3, 2 / 3, 0.5, 0.5]]


def test_right_choices_by_separation():
    """Separations of 1 and 3 rad, some the long way round; a trial with three landmarks is in the whole alone."""
    places = np.full((41, 3, 1), np.nan)
    places[:20, :2, 0] = [0.5, 1.5]
    places[20:40, :2, 0] = [-1.5, -1.5 + 2 * np.pi - 3]  # 3 rad apart, clockwise
    places[40, :, 0] = [0, 1, 2]
    here = session(41, landmarks=places)
    here.observer_correct[:20, 0] = 1
    here.observer_correct[20:40, 0] = [0, 1] * 10
    here.observer_correct[40, 0] = 0
    here.observer_correct[:3] = -1
    here.trials["split"][3] = "train"
    result = analyse(here, "observer_comparison", Settings(n_separation_bins=4))
    assert result["accuracy/n"].tolist() == [37, 0, 0, 0]
    assert result["accuracy/fraction"][0] == pytest.approx(26 / 37)
    assert result["accuracy/se"][0] == pytest.approx(np.sqrt(26 * 11 / 37**3))
    exact = binomtest(26, 37).proportion_ci(method="exact")
    assert (result["accuracy/low"][0], result["accuracy/high"][0]) == pytest.approx((exact.low, exact.high))
    assert result["separation/edges"] == pytest.approx([1, 1.5, 2, 2.5, 3])
    assert result["separation/n"][0].tolist() == [16, 0, 0, 20]
    assert result["separation/fraction"][0] == pytest.approx([1, np.nan, np.nan, 0.5], nan_ok=True)
    assert result["separation/high"][0, 0] == 1
    assert result["separation/low"][0, 0] == pytest.approx(0.025 ** (1 / 16))
    assert np.isnan(result["accuracy/fraction"][1])


def test_a_separation_that_does_not_vary_is_one_bin():
    here = session(4)
    here.observer_correct[:, 1] = [1, 1, 1, 0]
    result = analyse(here, "observer_comparison")
    assert result["separation/edges"].tolist() == [2, 2]
    assert result["separation/fraction"][1].tolist() == [0.75]


def test_without_observers_or_test_trials_it_does_not_apply():
    assert analyse(session(observer_loss=None), "observer_comparison").reason == "the session has no observer_loss"
    assert analyse(session(names=()), "observer_comparison").reason == "the session has no observers"
    assert analyse(session(2, n_train=2), "observer_comparison").reason == "the session has no test trials"


def test_settings_reach_back_and_forth_through_a_file(tmp_path):
    here = session(4, [(t, 30, 34, 2, "encounter") for t in range(4)])
    write_result(analyse(here, "observer_comparison", Settings(before_s=0.2, after_s=0.3)), tmp_path / "r.h5")
    back = read_result(tmp_path / "r.h5")
    assert back["certainty/time"] == pytest.approx([-0.2, -0.1, 0, 0.1, 0.2, 0.3])
    assert back["observer"].tolist() == list(NAMES)


def test_the_summary_holds_every_observer(tmp_path):
    here = session(4, [(t, 30, 34, 2, "encounter") for t in range(4)])
    here.name = "n-s1"
    here.observer_loss[:, 1] = 2.5
    here.observer_correct[:, 0] = [1, 1, 1, 0]
    write_session(here, tmp_path / "sessions" / "n-s1.h5")
    for name in ANALYSES_READ:
        result = analyse(here, name) if name == "observer_comparison" else Result.not_applicable("not asked")
        write_result(result, tmp_path / "analyses" / name / "n-s1.h5")
    config = parse_config({"networks": [{"name": "n", "seeds": [1]}]})
    numbers = json.loads(summary_text(config, tmp_path, ["n-s1"]))["sessions"]["n-s1"]["observer_comparison"]
    assert list(numbers) == list(NAMES)
    assert numbers["bayes"] == {
        "loss": 2.5, "error": 0.0, "kl_divergence": 0.0, "nearest": 0.5, "accuracy": None, "collapse_s": None,
    }  # fmt: skip
    assert numbers["network"]["accuracy"] == 0.75
    write_result(Result.not_applicable("none"), tmp_path / "analyses" / "observer_comparison" / "n-s1.h5")
    assert json.loads(summary_text(config, tmp_path, ["n-s1"]))["sessions"]["n-s1"]["observer_comparison"] is None
