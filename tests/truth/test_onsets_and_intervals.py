"""From when on landmark and outcome can be told is found where it was planted; sizes and intervals are right."""

import numpy as np
import pytest
from scipy.stats import norm

from helpers.ring import ring_session
from rscnav.analyses.decoding.decoding import Settings as Decoding
from rscnav.analyses.encounters.trajectory_divergence import Settings as Divergence
from rscnav.analyses.registry import analyse
from rscnav.analyses.settings import Common
from rscnav.calibration.null_sessions import coloured_noise

UNFILTERED = Common(cutoff_hz=4.999)  # Nyquist is 5 Hz
BOTH = [("identity", "landmark", "b"), ("outcome", "outcome", "incorrect")]
SIZE = 3.0  # of what is planted, in sd of the noise


def noise(session, rng):
    return coloured_noise(len(session.time), 8, rng)


def planted(column, value, step, size=SIZE):
    """One unit of eight is higher by `size` from `step` steps after the second landmark's onset on, in trials with the value."""

    def plant(session, rng):
        activity = noise(session, rng)
        for row in session.encounters[session.encounters["order"] == 2]:
            if row[column] == value:
                onset = int(np.searchsorted(session.time, row["onset_s"])) + step
                activity[onset : np.searchsorted(session.trial, row["trial"], "right"), 0] += size
        return activity

    return plant


@pytest.mark.parametrize(("task", "column", "value"), BOTH)
@pytest.mark.parametrize("step", [-4, 3])
def test_decoding_finds_the_onset_within_a_window(task, column, value, step):
    settings = Decoding(n_null=99, filtered=False, after_s=1.2)
    result = analyse(ring_session(planted(column, value, step), 150), "decoding", settings)
    assert 0.1 * step - 1e-9 <= result.scalar(f"{task}_onset_s") <= 0.1 * step + 0.2 + 1e-9  # a window lasts 0.2 s
    assert result.scalar(f"{task}_p") == 0.01


@pytest.mark.parametrize("step", [-4, 3])
def test_divergence_finds_the_onset_within_a_step(step):
    session = ring_session(planted("landmark", "b", step), 150)
    result = analyse(session, "trajectory_divergence", Divergence(n_null=99), UNFILTERED)
    assert result.scalar("2nd_onset_s") == pytest.approx(0.1 * step, abs=0.11)
    assert result.scalar("2nd_p") == 0.01
    assert result.scalar("1st_onset_s") is None


@pytest.mark.slow
def test_where_nothing_was_planted_there_is_mostly_no_onset():
    found = low = 0
    for seed in range(10):
        session = ring_session(noise, 80, seed=seed)
        decoded = analyse(session, "decoding", Decoding(n_null=59, after_s=0.5))
        apart = analyse(session, "trajectory_divergence", Divergence(n_null=59))
        found += sum(decoded.scalar(f"{task}_onset_s") is not None for task, _, _ in BOTH)
        found += sum(apart.scalar(f"{order}_onset_s") is not None for order in ("1st", "2nd"))
        low += sum(decoded.scalar(f"{task}_p") <= 0.05 for task, _, _ in BOTH)
        low += sum(apart.scalar(f"{order}_p") <= 0.05 for order in ("1st", "2nd"))
    assert found <= 5  # 40 at 5 % at most: more than 5 in 1 of 70
    assert low <= 5  # the same for the least p, corrected for all windows


def test_distance_has_its_known_size_and_its_interval_holds_it():
    """Per unit and in squared sd within a landmark: SIZE² / 8 over a within-variance of 1, in one scale or the other."""
    ratio, held = [], []
    for seed in range(50):
        session = ring_session(planted("landmark", "b", 0), 120, seed=seed)
        sd = session.activity[:, 0].std()
        expected = (SIZE / sd) ** 2 / 8 / ((7 + 1 / sd**2) / 8)
        result = analyse(session, "trajectory_divergence", Divergence(n_null=1), UNFILTERED)
        at = int(np.searchsorted(result["time"], 0.55))
        ratio.append(result["2nd/ratio"][at] / expected)
        held.append(result["2nd/ratio_low"][at] <= expected <= result["2nd/ratio_high"][at])
    assert np.mean(ratio) == pytest.approx(1, abs=0.05)
    assert np.mean(held) >= 0.88  # 95 % of 50: less in 1 of 80


def test_intervals_of_activity_hold_the_truth():
    held = []
    for seed in range(30):
        result = analyse(ring_session(noise, 60, seed=seed), "encounters")
        known = np.isfinite(result["group_activity_low"])
        held.append(((result["group_activity_low"] <= 0) & (result["group_activity_high"] >= 0))[known].mean())
    assert 0.91 < np.mean(held) < 0.98


def test_accuracy_is_that_of_two_bells_and_its_interval_holds_it():
    truth = norm.cdf(0.5 * SIZE * 0.5)  # halfway between two normal distributions 1.5 sd apart
    accuracy, held = [], []
    settings = Decoding(n_null=39, filtered=False, window_s=0.1, before_s=0.1, after_s=0.0)
    for seed in range(50):
        session = ring_session(planted("landmark", "b", 0, SIZE * 0.5), 100, seed=seed)
        session.activity = session.activity[:, :1]
        result = analyse(session, "decoding", settings)
        accuracy.append(result["identity/accuracy"][-1])
        held.append(result["identity/low"][-1] <= truth <= result["identity/high"][-1])
    assert np.mean(accuracy) == pytest.approx(truth, abs=0.015)
    assert np.mean(held) >= 0.88  # 95 % of 50: less in 1 of 80
