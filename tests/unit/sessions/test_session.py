"""The Session: consistent when made, the same after writing and reading, trials of unequal length."""

import numpy as np
import pytest

from helpers.sessions import uneven_session
from rscnav.sessions.hdf5 import load_session, session_kind, write_session
from rscnav.sessions.schema import ARRAYS


def test_round_trip_is_exact(tmp_path):
    session = uneven_session()
    write_session(session, tmp_path / "s.h5")
    back = load_session(tmp_path / "s.h5")
    for spec in ARRAYS:
        np.testing.assert_array_equal(getattr(back, spec.name), getattr(session, spec.name), strict=True)
    for table in ("trials", "encounters", "units"):
        np.testing.assert_array_equal(getattr(back, table), getattr(session, table), strict=True)
    assert [list(times) for times in back.spikes] == [[0.1, 0.7], []]
    assert back.attributes == session.attributes
    for name in ("name", "kind", "subject", "dt_s", "landmark_names", "visibility_radius", "position_unit"):
        assert getattr(back, name) == getattr(session, name)
    assert back.training_curve is None
    assert session_kind(tmp_path / "s.h5") == "recording"


def test_same_session_gives_same_bytes(tmp_path):
    write_session(uneven_session(), tmp_path / "one.h5")
    write_session(uneven_session(), tmp_path / "two.h5")
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


def test_only_wanted_fields_are_read(tmp_path):
    write_session(uneven_session(), tmp_path / "s.h5")
    session = load_session(tmp_path / "s.h5", ("position",))
    assert session.position is not None
    assert session.belief is None
    assert session.spikes is None
    with pytest.raises(ValueError, match=r"\['postion'\] are not in the schema"):
        load_session(tmp_path / "s.h5", ("postion",))


def test_stretches_end_at_gaps_and_trials():
    assert [(s.start, s.stop) for s in uneven_session().segments()] == [(0, 4), (4, 6), (6, 8), (8, 11)]


def test_split_marks_samples_and_no_gap_sample_belongs_to_one():
    session = uneven_session()
    assert session.split_mask("test").sum() == 5
    assert not session.split_mask("train")[session.trial == -1].any()


def test_missing_names_what_is_lacking():
    session = uneven_session(belief=None)
    assert session.missing_fields(("position", "outcome")) == ""
    assert session.missing_fields(("belief", "phase")) == "the session has no belief, no phase"
    with pytest.raises(ValueError, match="session 'rat' has no belief"):
        session.require("belief")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "mouse"}, "kind 'mouse'"),
        ({"position": np.zeros((5, 1))}, "position has 5 along 'time', other fields have 11"),
        ({"velocity": np.zeros((11, 1))}, r"velocity needs dims \('time',\), got shape \(11, 1\)"),
        ({"trial": np.full(11, 7, "i4")}, "indices outside -1 to 2"),
        ({"time": np.zeros(11)}, "time must increase"),
        ({"spikes": [np.zeros(1)]}, "spikes of 1 units, 2 in the table"),
        ({"trials": np.zeros(3, [("start", "f8")])}, "trials needs the columns"),
    ],
)
def test_fields_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        uneven_session(**changes)


def test_wrong_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.h5: no such file"):
        load_session(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(
        ValueError, match=r"text\.h5: not valid; expected format .rscnav session 4., found another program.s file"
    ):
        load_session(tmp_path / "text.h5")
