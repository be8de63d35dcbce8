"""The simulated mouse: what is written, and that its codes differ as they should."""

import h5py
import numpy as np
import pytest

from rscnav.recordings.simulation.nwb_file import tracked_angle
from rscnav.recordings.simulation.settings import Simulation
from rscnav.recordings.simulation.simulate import expected_rates, simulate, simulate_recording, truth_path
from rscnav.seeds import Seeds
from rscnav.sessions.geometry import wrap
from rscnav.sessions.hdf5 import load_session
from rscnav.settings.strict_settings import check


def settings(**changes):
    return check(Simulation, {"name": "mouse", "n_trials": 6, "n_units": 5, **changes}, "test")


def test_the_same_seed_gives_the_same_content(tmp_path):
    contents = []
    for root, name in ((3, "one"), (3, "two"), (4, "three")):
        simulate_recording(settings(), tmp_path / f"{name}.nwb", Seeds(root))
        with h5py.File(tmp_path / f"{name}.nwb") as file:
            contents.append(
                [file[key][:] for key in ("units/spike_times", "processing/behavior/Position/angle/data", "units/id")]
            )
    for a, b in zip(contents[0], contents[1], strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(contents[0][1], contents[2][1])
    assert (tmp_path / "one_truth.h5").read_bytes() == (tmp_path / "two_truth.h5").read_bytes()


def test_the_truth_lies_beside_the_file_and_not_in_it(tmp_path):
    truth = simulate_recording(settings(), tmp_path / "mouse.nwb", Seeds(0))
    stored = load_session(truth_path(tmp_path / "mouse.nwb"))
    np.testing.assert_array_equal(stored.phase, truth.phase)
    np.testing.assert_array_equal(stored.units["preferred_rad"], truth.units["preferred_rad"])
    np.testing.assert_allclose(stored.bayes_posterior.sum(axis=1), 1, atol=1e-5)
    names = []
    with h5py.File(tmp_path / "mouse.nwb") as file:
        file.visit(names.append)
    assert not [name for name in names if any(word in name for word in ("phase", "belief", "preferred", "bayes"))]


def test_no_file_is_left_where_writing_fails(tmp_path):
    (tmp_path / "mouse.nwb").mkdir()  # in the way
    with pytest.raises(OSError, match=r"mouse\.nwb"):
        simulate_recording(settings(), tmp_path / "mouse.nwb", Seeds(0))
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".nwb"] == ["mouse.nwb"]
    assert list(tmp_path.glob(".*part*")) == []


def test_tracked_angle_passes_through_the_bin_centres():
    truth = simulate(settings(), Seeds(1))
    time, angle = tracked_angle(truth)
    row = truth.trials[2]
    inside = (time >= row["start_s"]) & (time <= row["stop_s"])
    assert np.median(np.diff(time)) == pytest.approx(0.02)
    assert inside.sum() == 500
    centres = truth.trial == 2
    np.testing.assert_allclose(time[inside][2::5], truth.time[centres], atol=1e-9)
    expected = wrap(truth.position[centres, 0] + row["rotation_rad"])
    np.testing.assert_allclose(wrap(angle[inside][2::5] - expected), 0, atol=1e-12)
    within = np.diff(time) < 0.03
    assert np.abs(wrap(np.diff(angle)[within])).max() < 0.3  # no jump where the angle goes from π to -π
    assert np.abs(np.diff(truth.position[centres, 0])).max() > 3  # which it does


def test_rates_follow_the_belief_or_the_place():
    n_bins = 64
    belief = np.zeros((3, n_bins))
    belief[:, 32] = 0.5  # bin centre π/64
    belief[:, 48] = 0.5  # bin centre π/2 + π/64
    here = np.pi / 64
    units = np.array(
        [(here, 10.5), (here + np.pi / 2, 10.5), (-3.0, 10.5)], [("preferred_rad", "f8"), ("peak_rate_hz", "f8")]
    )
    phase = np.array([0, 1, 2])
    narrow = settings(tuning_width_rad=0.1)
    rates = expected_rates(narrow, units, np.full(3, here), belief, phase)
    np.testing.assert_allclose(rates[0], [5.5, 5.5, 0.5], atol=1e-6)  # both hypotheses drive their units, half each
    np.testing.assert_allclose(rates[2] / rates[0], 1.3)
    rates = expected_rates(settings(tuning_width_rad=0.1, encodes="position"), units, np.full(3, here), belief, phase)
    np.testing.assert_allclose(rates, [[10.5, 0.5, 0.5]] * 3, atol=1e-6)  # the place alone, in every phase


def test_spikes_are_poisson_with_the_expected_rates():
    truth = simulate(settings(n_trials=40, n_units=20), Seeds(2))
    for unit, times in enumerate(truth.spikes):
        assert np.all(np.diff(times) >= 0)
        inside = sum(np.sum((times >= row["start_s"]) & (times < row["stop_s"])) for row in truth.trials)
        expected = truth.activity[:, unit].sum() * truth.dt_s
        assert abs(inside - expected) < 5 * np.sqrt(expected)
