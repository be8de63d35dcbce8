"""Selected trials, units and phases have the values of manual indexing, in memory and on disk."""

import numpy as np
import pytest

from helpers.sessions import uneven_session
from rscnav.sessions.hdf5 import load_session, write_session
from rscnav.sessions.lazy import LazyRows, LazySpikeTrains, spike_counts
from rscnav.sessions.schema import ARRAYS, ENCOUNTERS
from rscnav.sessions.session import Session

SPIKES = [np.array([0.1, 0.58, 0.72, 5.9]), np.array([]), np.array([-0.2, 0.61, 6.2])]


def encounters() -> np.ndarray:
    """One encounter of each trial of `session`; that of trial 1 spans both of its bins."""
    table = np.zeros(3, ENCOUNTERS)
    table["trial"] = [0, 1, 2]
    table["onset_s"], table["offset_s"] = [0.05, 0.55, 6.05], [0.15, 0.75, 6.15]
    table["landmark"] = ["a", "b", "a"]
    return table


def session(**changes) -> Session:
    """Trials of 4, 2 and 3 bins, with bins between trials 0 and 1, a gap, and three units."""
    rng = np.random.default_rng(1)
    phase = np.array([0, 0, 1, 1, 255, 255, 1, 2, 0, 0, 1], "u1")
    units = np.array([(3,), (5,), (8,)], [("id", "i8")])
    values = dict(activity=rng.random((11, 3)).astype("f4"), units=units, spikes=SPIKES, phase=phase)
    correct = np.array([[1], [0], [-1]], "i1")
    more = dict(encounters=encounters(), observer_correct=correct, observer_names=("bayes",))
    return uneven_session(**(values | more | changes))


@pytest.fixture(params=["in memory", "lazy"])
def either(request, tmp_path) -> Session:
    if request.param == "in memory":
        return session()
    write_session(session(), tmp_path / "s.h5")
    return load_session(tmp_path / "s.h5", lazy=True)


def test_selected_trials_have_the_values_of_manual_indexing(either):
    whole, part = session(), either.select(trials=[2, 1])
    at = np.isin(whole.trial, [1, 2])
    for spec in ARRAYS:
        values = getattr(whole, spec.name)
        if values is not None and spec.dims[0] == "time" and spec.name != "trial":
            np.testing.assert_array_equal(np.asarray(getattr(part, spec.name)), values[at], err_msg=spec.name)
    assert part.trial.tolist() == [0, 0, 1, 1, 1]
    np.testing.assert_array_equal(part.trials, whole.trials[1:])
    np.testing.assert_array_equal(part.landmarks, whole.landmarks[1:])
    assert part.observer_correct.tolist() == [[0], [-1]]
    assert part.encounters["trial"].tolist() == [0, 1]
    assert part.encounters["onset_s"].tolist() == [0.55, 6.05]
    assert [list(times) for times in part.spikes] == [[0.58, 0.72, 5.9], [], [0.61]]
    np.testing.assert_array_equal(either.trial, whole.trial)
    assert either.encounters["trial"].tolist() == [0, 1, 2]


def test_units_are_in_the_order_of_the_selection(either):
    whole, part = session(), either.select(units=[2, 0])
    np.testing.assert_array_equal(np.asarray(part.activity), whole.activity[:, [2, 0]])
    assert part.units["id"].tolist() == [8, 3]
    assert [list(times) for times in part.spikes] == [list(SPIKES[2]), list(SPIKES[0])]
    np.testing.assert_array_equal(part.trial, whole.trial)
    assert len(part.encounters) == 3


def test_masks_slices_and_splits_select_the_same(either):
    whole = session()
    for trials in ("test", np.array([False, True, True]), slice(1, None), [1, 2], np.array([1, 2], "u1")):
        np.testing.assert_array_equal(np.asarray(either.select(trials=trials).activity), whole.activity[6:])
    for units in (np.array([True, False, True]), slice(None, None, 2), [0, 2]):
        np.testing.assert_array_equal(np.asarray(either.select(units=units).activity), whole.activity[:, ::2])
    assert either.select(units=1).n_units == 1


def test_a_phase_drops_other_bins_trials_and_encounters(either):
    whole, part = session(), either.select(phase="LM0")
    np.testing.assert_array_equal(np.asarray(part.activity), whole.activity[whole.phase == 0])
    assert part.trial.tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(part.trials, whole.trials[[0, 2]])
    np.testing.assert_array_equal(part.landmarks, whole.landmarks[[0, 2]])
    assert part.encounters["onset_s"].tolist() == [0.05]  # those of trials 1 and 2 are in other phases
    assert [list(times) for times in part.spikes] == [[0.1, 5.9], [], []]
    both = either.select(phase=["LM1", "LM2"], trials="test", units=slice(1, 3))
    np.testing.assert_array_equal(np.asarray(both.activity), whole.activity[[6, 7, 10], 1:])
    assert both.phase.tolist() == [1, 2, 1]


def test_a_lazy_session_stays_lazy_and_is_selected_again(tmp_path):
    write_session(session(), tmp_path / "s.h5")
    part = load_session(tmp_path / "s.h5", lazy=True).select(trials="test", units=[2, 0])
    assert isinstance(part.activity, LazyRows)
    assert isinstance(part.spikes, LazySpikeTrains)
    assert spike_counts(part.spikes).tolist() == [len(times) for times in part.spikes] == [1, 3]
    again = part.select(trials=[1], units=[1])
    np.testing.assert_array_equal(np.asarray(again.activity), session().activity[8:, [0]])
    np.testing.assert_array_equal(again.activity[1:], session().activity[9:, [0]])
    np.testing.assert_array_equal(again.load().activity, np.asarray(again.activity))


def test_a_selected_session_is_written_and_read(tmp_path, either):
    part = either.select(trials="test", phase=["LM1", "LM2"])
    write_session(part, tmp_path / "part.h5")
    back = load_session(tmp_path / "part.h5")
    np.testing.assert_array_equal(back.activity, np.asarray(part.activity))
    np.testing.assert_array_equal(back.trial, part.trial)


def test_nothing_selected_is_the_whole_session():
    whole, part = session(), session().select()
    for spec in ARRAYS:
        if getattr(whole, spec.name) is not None:
            np.testing.assert_array_equal(getattr(part, spec.name), getattr(whole, spec.name))
    assert [list(times) for times in part.spikes] == [list(times) for times in SPIKES]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"trials": "tset"}, "trials: 'tset' is not valid; expected 'train', 'test', a mask.*; did you mean 'test'"),
        ({"phase": "LM3"}, r"phase: 'LM3' is not valid; expected one of LM0, LM1, LM2"),
        ({"phase": ["LM0", 1]}, "phase: 1 is not valid"),
        ({"trials": [3]}, "trials: index 3 is out of range; valid are 0 to 2"),
        ({"units": -1}, "units: index -1 is out of range; valid are 0 to 2"),
        ({"units": [0, 0]}, "units: index 0 is given more than once"),
        ({"units": [0.5]}, r"units: \[0.5\] is not valid; expected a mask, indices or a slice"),
        ({"trials": np.ones(4, bool)}, r"trials: a mask of shape \(4,\) is not valid; expected \(3,\)"),
        ({"units": []}, "units: the selection is empty"),
        ({"trials": []}, "session 'rat' has no time bin in these trials and phases"),
        ({"trials": [0], "phase": "LM2"}, "the selection is empty"),
    ],
)
def test_invalid_selections_are_named(chosen, message):
    with pytest.raises(ValueError, match=message):
        session().select(**chosen)


def test_a_phase_needs_phases():
    with pytest.raises(ValueError, match="session 'rat' has no phase"):
        session(phase=None).select(phase="LM0")
