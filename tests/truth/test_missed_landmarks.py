"""What a missed landmark does to state and belief is found with the size that was planted, and nothing where nothing was."""

import numpy as np
import pytest

from helpers.ring import PLACES, place_bumps, ring_session
from rscnav.analyses.encounters.non_encounters import Settings
from rscnav.analyses.registry import analyse
from rscnav.analyses.settings import Common
from rscnav.calibration.null_sessions import coloured_noise
from rscnav.sessions.geometry import wrap

UNFILTERED = Common(cutoff_hz=4.999)  # Nyquist is 5 Hz
SHARE = 0.6  # of the wrong place, while it is not refuted
CENTRES = np.linspace(-np.pi, np.pi, 24, endpoint=False)


def wrong_place(session):
    """Where the walker would be had the first landmark been the other one; NaN but in LM1 with both hypotheses open."""
    place = np.full(len(session.time), np.nan)
    first = session.encounters[session.encounters["order"] == 1]
    met = dict(zip(first["trial"].tolist(), (first["landmark"] == "b").tolist(), strict=True))
    for trial, was_b in met.items():
        open_ = (session.trial == trial) & (session.phase == 1) & (session.n_hypotheses >= 2)
        place[open_] = wrap(session.position[open_, 0] + (PLACES[0] - PLACES[1]) * (1 if was_b else -1))
    return place


def both_places(session, rng, share=SHARE):
    """Units tuned to the place; while a wrong place is open, `share` of their response is to that."""
    wrong = wrong_place(session)
    open_ = np.isfinite(wrong)
    activity = place_bumps(session.position[:, 0], CENTRES)
    activity[open_] += share * (place_bumps(wrong[open_], CENTRES) - activity[open_])
    return activity + 0.02 * coloured_noise(len(session.time), len(CENTRES), rng)


def with_belief(session):
    """Belief in 72 bins: all of it at the true place but for `SHARE` at the wrong one, while that is open."""
    wrong = wrong_place(session)
    open_ = np.isfinite(wrong)
    session.belief = np.zeros((len(session.time), 72), np.float32)
    session.bin_centres = (-np.pi + (np.arange(72) + 0.5) * 2 * np.pi / 72)[:, None]

    def at(place):
        return np.minimum(((place + np.pi) / (2 * np.pi) * 72).astype(int), 71)

    session.belief[np.arange(len(open_)), at(session.position[:, 0])] = np.where(open_, 1 - SHARE, 1)
    session.belief[np.flatnonzero(open_), at(wrong[open_])] += SHARE
    return session


@pytest.fixture(scope="module")
def found():
    return analyse(with_belief(ring_session(both_places, 400)), "non_encounters", Settings(n_null=99), UNFILTERED)


@pytest.mark.parametrize("what", ["shown_drop", "network_drop"])
def test_the_wrong_place_is_lost_where_a_landmark_is_missed_and_kept_where_none_is(found, what):
    assert found.scalar("n_sets") >= 30
    assert found.scalar(f"{what}_non_encounter") == pytest.approx(SHARE, abs=0.05)
    assert found.scalar(f"{what}_other") == pytest.approx(0, abs=0.05)
    assert found.scalar(f"{what}_difference") == pytest.approx(SHARE, abs=0.05)
    assert 0 <= found.scalar(f"{what}_difference_high") - found.scalar(f"{what}_difference_low") < 0.1
    assert found.scalar(f"{what}_p") == 0.01


def test_it_is_lost_when_the_hypothesis_is(found):
    """`n_hypotheses` falls to one as the landmark should have gone out of view: at different times, from the onset on."""
    time = found["time"]
    for what in ("shown", "network"):
        curve = found[f"{what}/non_encounter"]
        assert curve[time < 0] == pytest.approx(SHARE, abs=0.1)
        assert np.nanmax(curve[time > 1.0]) < 0.15
        assert found[f"{what}/other"][time < 1.0] == pytest.approx(SHARE, abs=0.1)
        assert found[f"{what}/difference"][time < 0] == pytest.approx(0, abs=0.05)
        assert found[f"{what}/p_corrected"][(time > 0.7) & (time < 1.05)].max() == 0.01


def test_a_state_that_knows_the_place_alone_shows_no_response():
    low = 0
    for seed in range(12):
        session = ring_session(lambda s, r: both_places(s, r, 0.0) + noisy(s, r), 100, seed=seed)
        result = analyse(session, "non_encounters", Settings(n_null=99))
        assert result.scalar("n_sets") >= 10
        low += sum(result.scalar(f"{what}_p") <= 0.05 for what in ("shown_drop", "moved"))
        assert abs(result.scalar("shown_drop_non_encounter")) < 0.2
    assert low <= 4  # 24 at 5 %: more than 4 in 1 of 100


def noisy(session, rng):
    return 0.5 * coloured_noise(len(session.time), len(CENTRES), rng)


def test_moved_has_the_size_of_a_planted_jump():
    """One unit of two goes up as a missed landmark would have come into view, to the end of LM1; the other never moves."""

    def jump(session, rng):
        activity = np.stack([0.01 * coloured_noise(len(session.time), 1, rng)[:, 0], session.trial % 7], axis=1)
        for row in session.encounters[session.encounters["kind"] == "non-encounter"]:
            since = (session.trial == row["trial"]) & (session.time > row["onset_s"]) & (session.phase == 1)
            activity[since, 0] = 1.0
        return activity

    session = ring_session(jump, 400)
    result = analyse(session, "non_encounters", Settings(n_null=99), UNFILTERED)
    jump_in_sd = 1 / session.activity[:, 0].std()  # sd of the unit over all samples
    assert result.scalar("moved_non_encounter") == pytest.approx(jump_in_sd / np.sqrt(2), rel=0.15)
    assert result.scalar("moved_other") == pytest.approx(0, abs=0.15)
    assert result.scalar("moved_p") == 0.01


def test_where_absence_says_nothing_the_result_says_so():
    session = ring_session(both_places, 60)
    session.attributes["map_known"] = False
    assert analyse(session, "non_encounters").reason == "the map is not known, so that no absence refutes a position"
    few = analyse(ring_session(both_places, 12), "non_encounters", Settings(min_sets=6))
    assert few.notes["sets"].endswith("non-encounters have matched passages; 6 are needed (min_sets)")
    assert few.scalar("n_sets") < 6
