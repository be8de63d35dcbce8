"""Wider time bins: averages of activity, the middle's place; the same from a file as from memory."""

import numpy as np
import pytest

from rscnav.analyses.events import first_sample
from rscnav.analyses.lowpass_filter import lowpass
from rscnav.calibration.random_walks import ring_walk, with_activity
from rscnav.sessions import rebinning as coarse
from rscnav.sessions.hdf5 import load_session, write_session
from rscnav.sessions.rebinning import rebin


def fine_session(n_units=3, seed=0):
    """Trials of 43, 30 and 7 samples of 0.1 s."""
    rng = np.random.default_rng(seed)
    session = ring_walk([43, 30, 7], rng)
    return with_activity(session, rng.normal(size=(80, n_units)))


def test_bins_hold_averages_and_never_reach_over_a_trial():
    session = fine_session()
    wide = rebin(session, 0.5)
    assert wide.dt_s == pytest.approx(0.5)
    assert [int(np.sum(wide.trial == k)) for k in range(3)] == [8, 6, 1]  # 43 = 8 x 5 + 3, 30 = 6 x 5, 7 = 5 + 2
    np.testing.assert_allclose(wide.activity[8], session.activity[43:48].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(wide.velocity[14], session.velocity[73:78].mean(), rtol=1e-12)
    np.testing.assert_allclose(wide.time[8], session.time[43:48].mean())
    np.testing.assert_array_equal(wide.position[8], session.position[45])
    np.testing.assert_array_equal(wide.phase[:8], session.phase[2:42:5])


@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_phase_of_a_bin_agrees_with_the_onsets(width):
    rng = np.random.default_rng(3)
    session = ring_walk(np.full(60, 100), rng)
    wide = rebin(session, 0.1 * width)
    new = wide.encounters[(wide.encounters["order"] > 0)]
    met = np.zeros(len(wide.time), int)
    for row, onset in zip(new, first_sample(wide, new["onset_s"]), strict=True):
        met[onset:] += wide.trial[onset:] == row["trial"]
    np.testing.assert_array_equal(np.minimum(met, 2), wide.phase)


def test_wide_enough_is_left_alone():
    session = fine_session()
    assert rebin(session, 0.1) is session
    assert rebin(session, 0.19) is session  # no bin of 0.19 s can be made of whole samples of 0.1 s but one


def test_reading_in_bins_is_reading_then_binning(tmp_path, monkeypatch):
    monkeypatch.setattr(coarse, "_ROWS", 12)  # so that the file is read in several parts
    session = fine_session()
    write_session(session, tmp_path / "s.h5")
    read, made = load_session(tmp_path / "s.h5", dt_s=0.4), rebin(load_session(tmp_path / "s.h5"), 0.4)
    for name in ("activity", "time", "trial", "position", "velocity", "phase", "n_hypotheses"):
        np.testing.assert_array_equal(getattr(read, name), getattr(made, name))
    assert read.dt_s == made.dt_s


def test_filter_after_binning_is_the_filter_before_it_for_slow_activity():
    time = np.arange(20000) * 0.01
    slow = np.stack([np.sin(2 * np.pi * f * time) for f in (0.1, 0.3, 0.5)], axis=1)
    session = with_activity(ring_walk([20000], np.random.default_rng(0)), slow)
    session.time, session.dt_s = time, 0.01
    wide = rebin(session, 0.1)
    after = lowpass(wide.activity, wide.dt_s, 0.5)
    before = lowpass(slow, 0.01, 0.5)
    between = 0.5 * (before[4::10] + before[5::10])  # at the wide bins' centres
    assert np.abs(after - between)[100:].max() < 0.02


def test_fast_activity_does_not_fold_into_slow():
    time = np.arange(20000) * 0.01
    fast = np.sin(2 * np.pi * 10.1 * time)[:, None]  # every tenth sample of it looks like 0.1 Hz
    session = with_activity(ring_walk([20000], np.random.default_rng(0)), fast)
    session.time, session.dt_s = time, 0.01
    wide = rebin(session, 0.1)
    assert np.ptp(lowpass(fast, 0.01, 0.5)[::10][100:]) > 0.05  # the filter of first order lets it pass, and it folds
    assert np.ptp(lowpass(wide.activity, 0.1, 0.5)[100:]) < 0.03
