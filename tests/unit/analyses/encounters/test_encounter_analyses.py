"""Categories, activity around encounters and the linear readout, by hand."""

import numpy as np
import pytest

from rscnav.analyses.decoding.decoding import Settings as Decoding
from rscnav.analyses.decoding.ridge_classifier import _components, cross_val_classify
from rscnav.analyses.encounters.categories import all_categories, categorise_encounters, samples_around
from rscnav.analyses.encounters.encounters import Settings, mean_over_trials
from rscnav.analyses.encounters.trajectory_divergence import Settings as Divergence
from rscnav.analyses.registry import analyse
from rscnav.analyses.settings import Common
from rscnav.sessions.schema import ENCOUNTERS, TRIALS
from rscnav.sessions.session import Session

NEARLY_UNFILTERED = Common(cutoff_hz=4.999)  # Nyquist is 5 Hz


def accuracy_of(features, labels, fold):
    """Share right of either class, (target, 2)."""
    return cross_val_classify(features, labels, fold).shares


def session(rows, n_trials=2, n_steps=10, n_units=2, outcomes=("correct", "incorrect")):
    """Trials of `n_steps` bins of 0.1 s; rows are (trial, step, landmark, order, kind); activity is the step in the trial."""
    n = n_trials * n_steps
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"] = np.arange(n_trials) * n_steps * 0.1
    trials["stop_s"] = trials["start_s"] + n_steps * 0.1
    trials["outcome"] = np.resize(outcomes, n_trials)
    table = np.array(
        [
            (t, trials["start_s"][t] + 0.1 * k, 0.0, name, order, order > 0, k == 0, "", kind, trials["outcome"][t])
            for t, k, name, order, kind in rows
        ],
        ENCOUNTERS,
    )
    activity = np.tile(np.arange(n_steps, dtype=float), n_trials)[:, None] * np.ones(n_units)
    return Session(
        "hand", "network", "hand", 0.1, activity, (np.arange(n) + 0.5) * 0.1, np.repeat(np.arange(n_trials), n_steps),
        trials, np.zeros(n_units, [("id", "i8")]), encounters=table, landmark_names=("a", "b"),
    )  # fmt: skip


ROWS = [
    (0, 2, "a", 1, "encounter"),
    (0, 4, "b", 2, "encounter"),
    (0, 6, "a", 0, "encounter"),
    (1, 0, "b", 1, "encounter"),
    (1, 3, "a", 0, "non-encounter"),
    (1, 9, "a", 2, "encounter"),
]


def test_categories_by_hand():
    table = categorise_encounters(session(ROWS))
    assert table["category"].tolist() == [
        "1st a correct", "2nd b correct", "return", "1st b incorrect", "non-encounter", "2nd a incorrect",
    ]  # fmt: skip
    assert table["onset_s"].tolist() == session(ROWS).encounters["onset_s"].tolist()
    assert set(table["category"]) <= set(all_categories(session(ROWS)))


def test_a_session_without_encounters_is_refused_by_name():
    bare = session(ROWS)
    bare.encounters = None
    with pytest.raises(ValueError, match="session 'hand' has no encounters"):
        categorise_encounters(bare)
    assert analyse(bare, "encounters").reason == "the session has no encounters"
    assert analyse(bare, "decoding").reason == "the session has no encounters"


def test_samples_around_stay_inside_the_trial_and_the_stretch():
    here = session(ROWS)
    around = samples_around(here, here.encounters["onset_s"], np.array([-2, 0, 3]), np.arange(20))
    assert around.tolist() == [[0, 2, 5], [2, 4, 7], [4, 6, 9], [-1, 10, 13], [11, 13, 16], [17, 19, -1]]
    only_second = samples_around(here, here.encounters["onset_s"], np.array([0]), np.arange(10, 20))
    assert only_second[:, 0].tolist() == [-1, -1, -1, 0, 3, 9]
    here.time[5:10] += 0.05 * 10  # a gap inside the first trial: nothing is looked up across it
    here.time[10:] += 10
    here.encounters["onset_s"][3:] += 10
    here.encounters["onset_s"][2] += 0.5
    assert samples_around(here, here.encounters["onset_s"], np.array([-2, 0, 3]), np.arange(20))[:3].tolist() == [
        [0, 2, -1],
        [2, 4, -1],
        [-1, 6, 9],
    ]


def test_counts_and_activity_around_by_hand():
    here = session(ROWS)
    result = analyse(here, "encounters", Settings(before_s=0.2, after_s=0.3), NEARLY_UNFILTERED)
    count = dict(zip(result["category"].tolist(), result["category_count"].tolist(), strict=True))
    assert count["1st a correct"] == count["2nd a incorrect"] == count["non-encounter"] == count["return"] == 1
    assert count["1st a incorrect"] == count["2nd b none"] == 0
    assert sum(count.values()) == 6
    assert result["time"] == pytest.approx([-0.2, -0.1, 0, 0.1, 0.2, 0.3])
    steps = (np.arange(10) - 4.5) / np.arange(10).std()
    group = result["group"].tolist()
    activity = dict(zip(group, result["group_activity"], strict=True))
    assert activity["1st a"] == pytest.approx(steps[0:6], abs=2e-3)
    assert np.isnan(activity["1st b"][:2]).all()  # in view from the start: no before
    assert activity["1st b"][2:] == pytest.approx(steps[0:4], abs=2e-3)
    assert result["group_activity_n"][group.index("2nd a")].tolist() == [1, 1, 1, 0, 0, 0]
    for name in ("sem", "low", "high"):
        assert np.isnan(result[f"group_activity_{name}"]).all()  # one case has no sem


def test_mean_and_sem_over_encounters_by_hand():
    rows = [(t, k, "a", 1, "encounter") for t, k in ((0, 2), (1, 4), (2, 9))]
    result = analyse(session(rows, 3), "encounters", Settings(before_s=0, after_s=0.1), NEARLY_UNFILTERED)
    sd = np.arange(10).std()
    mean, sem = result["group_activity"][0], result["group_activity_sem"][0]
    assert mean == pytest.approx([(2 + 4 + 9) / 3 / sd - 4.5 / sd, (3 + 5) / 2 / sd - 4.5 / sd], abs=2e-3)
    assert sem == pytest.approx([np.std([2, 4, 9], ddof=1) / np.sqrt(3) / sd, 1 / sd], abs=2e-3)
    quantile = np.array([4.302653, 12.706205])  # of Student's t with 2 and 1 degrees of freedom
    for name, sign in (("low", -1), ("high", 1)):
        assert result[f"group_activity_{name}"][0] == pytest.approx(mean + sign * quantile * sem, rel=1e-5)


def test_encounters_of_one_trial_count_together():
    traces = np.array([[1.0], [3.0], [8.0], [np.nan]])
    mean, se, half, n = mean_over_trials(traces, np.array([5, 5, 7, 9]))
    # Sums 4 of two encounters and 8 of one: mean 4, deviations 4 - 2 * 4 and 8 - 4.
    assert (mean[0], n[0]) == (4, 3)
    assert se[0] == pytest.approx(np.sqrt(2 * (16 + 16)) / 3)
    assert half[0] == pytest.approx(12.706205 * se[0], rel=1e-6)


def test_readout_separates_what_is_separable_and_counts_by_class():
    rng = np.random.default_rng(0)
    label = np.arange(60) < 12  # 12 of one class, 48 of the other
    features = rng.normal(size=(60, 5))
    features[:, 2] += 12.0 * label
    fold = np.arange(60) % 5
    assert accuracy_of(features, label[:, None], fold).tolist() == [[1, 1]]
    noise = accuracy_of(rng.normal(size=(60, 5)), np.ones((60, 1), bool), fold)
    assert np.isnan(noise[0, 0])


def test_readout_does_many_labellings_as_it_does_each():
    rng = np.random.default_rng(1)
    features, labels = rng.normal(size=(50, 8)), rng.random((50, 4)) < 0.4
    fold = np.arange(50) % 5
    together = accuracy_of(features, labels, fold)
    alone = [accuracy_of(features, labels[:, [k]], fold)[0] for k in range(4)]
    assert together == pytest.approx(np.array(alone))


@pytest.mark.parametrize("n_features", [8, 40])
def test_components_are_those_of_a_singular_value_decomposition(n_features):
    rng = np.random.default_rng(5)
    x, x_test = rng.normal(size=(30, n_features)), rng.normal(size=(7, n_features))
    values, scores, test_scores = _components(x, x_test)
    left, sizes, right = np.linalg.svd(x, full_matrices=False)
    order = np.argsort(-values)
    assert values[order] == pytest.approx(sizes**2 / 30)
    same_way = np.sign(np.sum(scores[:, order] * left, axis=0))
    assert scores[:, order] == pytest.approx(left * np.sqrt(30) * same_way)
    assert test_scores[:, order] == pytest.approx(x_test @ right.T / sizes * np.sqrt(30) * same_way)


def test_readouts_of_all_folds_agree_on_what_is_plain_and_not_on_noise():
    rng = np.random.default_rng(6)
    label = (np.arange(60) < 30)[:, None]
    plain = cross_val_classify(rng.normal(size=(60, 1)) * 0.1 + label, label, np.arange(60) % 5)
    noise = cross_val_classify(rng.normal(size=(60, 20)), label, np.arange(60) % 5)
    assert plain.disagreement[0] == 0
    assert noise.disagreement[0] > 0.1


@pytest.mark.parametrize(("n", "n_features", "n_rare"), [(60, 5, 30), (200, 80, 12), (40, 100, 10)])
def test_readout_of_noise_is_at_chance_also_for_rare_classes_and_many_features(n, n_features, n_rare):
    rng = np.random.default_rng(2)
    labels = np.stack([rng.permutation(np.arange(n) < n_rare) for _ in range(400)], axis=1)
    shares = accuracy_of(rng.normal(size=(n, n_features)), labels, np.arange(n) % 5)
    assert shares.mean() == pytest.approx(0.5, abs=0.03)
    assert abs(shares[:, 0].mean() - shares[:, 1].mean()) < 0.25  # the threshold does not just name the common class


def test_a_rare_class_is_found_as_often_as_the_common_one():
    rng = np.random.default_rng(4)
    label = np.arange(400) < 40
    features = rng.normal(size=(400, 3))
    features[:, 0] += 2.0 * label  # midway between the classes: 84 % of each on the right side
    shares = accuracy_of(features, label[:, None], rng.permutation(400) % 5)[0]
    assert shares == pytest.approx([0.84, 0.84], abs=0.1)


def test_readout_never_sees_the_case_it_predicts():
    rng = np.random.default_rng(3)
    features = np.eye(40)  # every case has a feature of its own: all there is to learn is the case itself
    label = rng.permutation(np.arange(40) < 20)[:, None]
    assert accuracy_of(features, label, np.arange(40) % 5).mean() < 0.75


def test_constant_features_are_at_chance():
    shares = accuracy_of(np.ones((20, 3)), (np.arange(20) < 8)[:, None], np.arange(20) % 5)
    assert shares.mean() == 0.5


def test_too_few_trials_give_counts_and_a_note_that_says_how_many():
    rows = [(t, 5, "a" if t % 3 else "b", 2, "encounter") for t in range(12)]
    result = analyse(session(rows, 12), "decoding")
    assert (result.scalar("identity/n_a"), result.scalar("identity/n_b")) == (8, 4)
    assert result.notes["identity"] == "8 a and 4 b; 10 of each are needed"
    assert "identity/accuracy" not in result
    assert result.notes["outcome"] == "6 correct and 6 incorrect; 10 of each are needed"


def test_fewer_trials_than_folds_say_how_many_are_needed():
    rows = [(t, 5, "ab"[t % 2], 2, "encounter") for t in range(12)]
    result = analyse(session(rows, 12), "decoding", Decoding(min_trials=2, n_folds=8))
    assert result.notes["identity"] == "6 a and 6 b; 8 of each are needed"


def test_a_window_that_no_trial_can_hold_is_said():
    rows = [(t, 5, "ab"[t % 2], 2, "encounter") for t in range(24)]
    result = analyse(session(rows, 24), "decoding", Decoding(window_s=2.0, n_null=9))
    assert result.notes["identity"] == "no window of 2 s lies within the trial in 10 trials of each class"
    assert result.scalar("identity_p") is None
    assert result.scalar("identity_before") is None


def test_pairs_have_moved_alike_since_their_trials_began():
    rows = [(t, 5, "ab"[t % 2], 1, "encounter") for t in range(40)]
    here = session(rows, 40, n_units=3)
    here.activity = np.random.default_rng(0).normal(size=here.activity.shape)
    here.position = np.zeros((400, 1))
    here.landmarks, here.position_unit, here.visibility_radius = np.zeros((40, 2, 1)), "rad", 0.2
    here.velocity = np.repeat(np.where(np.arange(40) % 4 < 2, 0.5, -0.5), 10)  # ± 0.5 rad/s for 0.5 s: 0.5 rad apart
    assert here.is_circular
    settings = Divergence(n_null=9, path_tolerance_rad=0.1)
    assert (
        analyse(here, "trajectory_divergence", settings).scalar("1st/n_matched_pairs") == 20
    )  # trials 0 and 1, 2 and 3 move alike
    here.velocity = np.repeat(np.where(np.arange(40) % 2, 0.5, -0.5), 10)  # every a one way, every b the other
    assert (
        analyse(here, "trajectory_divergence", Divergence(n_null=9, path_tolerance_rad=0.6)).scalar(
            "1st/n_matched_pairs"
        )
        == 20
    )
    assert (
        analyse(here, "trajectory_divergence", Divergence(n_null=9, path_tolerance_rad=0.4)).scalar(
            "1st/n_matched_pairs"
        )
        == 0
    )
    here.velocity = None
    assert "the path is not known" in analyse(here, "trajectory_divergence", Divergence(n_null=9)).notes["matching"]


def test_among_equals_pairs_are_drawn_so_that_drift_does_not_set_a_and_b_apart():
    rows = [(t, 5, "ab"[t % 2], 1, "encounter") for t in range(40)]
    here = session(rows, 40, n_units=3)
    here.activity = np.repeat(np.arange(40.0), 10)[:, None] * np.ones(
        3
    )  # the first a with the first b: always one trial apart
    result = analyse(here, "trajectory_divergence", Divergence(n_null=99))
    assert result.scalar("1st/n_matched_pairs") == 20
    assert result.scalar("1st_p") > 0.05


@pytest.mark.parametrize("case", ["one unit", "constant", "one trial", "no second", "fewer than folds", "no outcome"])
def test_poor_sessions_give_a_result_that_says_why(case):
    n_trials = {"one trial": 1, "fewer than folds": 4}.get(case, 24)
    order = 1 if case == "no second" else 2
    rows = [(t, 5, "ab"[t % 2], order, "encounter") for t in range(n_trials)]
    here = session(rows, n_trials, n_units=1 if case == "one unit" else 3,
                   outcomes=("none",) if case == "no outcome" else ("correct", "incorrect"))  # fmt: skip
    if case == "constant":
        here.activity[:] = 1
    met = analyse(here, "encounters")
    decoded = analyse(here, "decoding", Decoding(min_trials=2, n_null=20))
    apart = analyse(here, "trajectory_divergence", Divergence(n_null=20))
    if case == "constant":
        assert met.reason == decoded.reason == apart.reason == "every unit is constant"
        return
    assert met.applicable
    assert apart.applicable
    assert (
        analyse(here, "non_encounters").reason == "the session has no position, no phase, no n_hypotheses, no landmarks"
    )
    if case in ("one trial", "fewer than folds"):
        assert apart.notes["2nd"].endswith("10 pairs are needed (min_pairs)")
        assert decoded.notes["identity"].endswith("5 of each are needed")
    elif case == "no second":
        assert decoded.reason.startswith("no trial has a second landmark")
        assert (
            apart.notes["2nd"]
            == "0 matched pairs from 0 encounters with a and 0 with b; 10 pairs are needed (min_pairs)"
        )
    else:
        assert apart.scalar("2nd/n_matched_pairs") == 12
        assert np.isfinite(decoded.scalar("identity_before"))
        assert "displacement is not known" in decoded.notes["displacement"]
        assert ("outcome/n_correct" in decoded) == (case != "no outcome")
