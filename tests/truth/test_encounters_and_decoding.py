"""Encounters and decoding on sessions whose answer is planted."""

import numpy as np
import pytest

from helpers.ring import place_bumps, ramps, ring_session, smooth_noise
from rscnav.analyses.decoding.decoding import Settings
from rscnav.analyses.encounters.trajectory_divergence import Settings as Divergence
from rscnav.analyses.registry import analyse
from rscnav.analyses.settings import Common

FEW = Settings(n_null=99)


def null(session, rng):
    return smooth_noise(session, rng, 8) + ramps(session, rng, 8)


def labelled(session, rng, lead, by):
    """One unit of eight is 3 sd higher in trials whose second landmark is b (or whose outcome is 'incorrect'), from
    `lead` steps before its onset on."""
    activity = smooth_noise(session, rng, 8)
    for row in session.encounters[session.encounters["order"] == 2]:
        if row["landmark" if by == "identity" else "outcome"] in ("b", "incorrect"):
            onset = int(np.searchsorted(session.time, row["onset_s"])) - lead
            activity[onset:, 0] += 3.0 * (session.trial[onset:] == row["trial"])
    return activity


@pytest.mark.parametrize("task", ["identity", "outcome"])
def test_a_planted_label_is_decoded_from_when_it_is_there(task):
    session = ring_session(lambda s, r: labelled(s, r, lead=-3, by=task), 150)
    result = analyse(session, "decoding", FEW)
    time, accuracy = result["time"], result[f"{task}/accuracy"]
    assert accuracy[time > 0.8].min() > 0.8
    assert result.scalar(f"{task}_before") < 0.65  # three steps after the onset, so nothing before it
    assert abs(accuracy[time < 0.25].mean() - 0.5) < 0.06
    assert result[f"{task}/p"][time > 0.8].max() == 0.01
    other = "outcome" if task == "identity" else "identity"
    assert abs(result[f"{other}/accuracy"].mean() - 0.5) < 0.1


def test_states_before_do_not_know_what_comes_also_where_other_analyses_filter_backward():
    session = ring_session(lambda s, r: labelled(s, r, lead=0, by="identity"), 150)
    result = analyse(session, "decoding", FEW, Common(causal=False))
    assert result.scalar("identity_before") < 0.62
    assert result["identity/accuracy"][result["time"] > 0.5].min() > 0.8


def test_a_label_that_comes_before_is_read_before():
    result = analyse(ring_session(lambda s, r: labelled(s, r, lead=8, by="outcome"), 150), "decoding", FEW)
    assert result.scalar("outcome_before") > 0.8
    assert result.scalar("outcome_before_p") == 0.01


@pytest.mark.slow
def test_decoding_of_noise_is_at_chance_as_often_as_it_should():
    p = []
    for seed in range(20):
        result = analyse(ring_session(null, 80, seed=seed), "decoding", Settings(before_s=0.1, after_s=0.0, n_null=99))
        p += [result.scalar("identity_before_p"), result.scalar("outcome_before_p")]
        assert result["identity/control_mean"] == pytest.approx([0.5, 0.5], abs=0.05)
    assert sum(value <= 0.05 for value in p) <= 6  # 40 at 5 %: more than 6 in 1 of 100


def test_displacement_alone_gives_what_geometry_says():
    """The walk's velocity is exact, so the path between the landmarks tells them apart; the outcome was drawn at random."""
    result = analyse(ring_session(null, 200), "decoding", FEW)
    assert result.scalar("identity_displacement") > 0.95
    assert result.scalar("outcome_displacement") == pytest.approx(0.5, abs=0.12)


def test_a_state_that_holds_the_place_tells_a_from_b_and_labels_alone_do_not():
    def place_code(session, rng):
        bumps = place_bumps(session.position[:, 0], rng.uniform(-np.pi, np.pi, 8))
        return 3 * bumps + 0.3 * smooth_noise(session, rng, 8)

    found = analyse(ring_session(place_code, 150), "trajectory_divergence")
    at = found["time"] == 0
    for order in ("1st", "2nd"):
        assert found[f"{order}/ratio"][at] > 5 * found[f"{order}/control_high"][at] > 0
    quiet = [
        analyse(ring_session(null, 80, seed=seed), "trajectory_divergence", Divergence(n_null=99)) for seed in range(10)
    ]
    outside = [np.nanmean(r["1st/p"] <= 0.05) for r in quiet]
    assert np.mean(outside) < 0.15


def test_counts_are_those_of_the_table():
    session = ring_session(null, 60)
    result = analyse(session, "encounters")
    count = dict(zip(result["category"].tolist(), result["category_count"].tolist(), strict=True))
    table = session.encounters
    assert sum(count.values()) == len(table)
    assert count["non-encounter"] == np.sum(table["kind"] == "non-encounter") > 0
    for outcome in ("correct", "incorrect"):
        both = sum(count[f"2nd {landmark} {outcome}"] for landmark in "ab")
        assert both == np.sum(session.trials["outcome"] == outcome) > 0
