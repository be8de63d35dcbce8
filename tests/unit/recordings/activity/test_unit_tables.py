"""Units tables anywhere in a file, one or several, and units that the rules leave out."""

import re

import h5py
import numpy as np
import pytest
from pynwb import NWBHDF5IO
from pynwb.misc import Units

from helpers.nwb import new_nwb, walk, write_nwb
from rscnav.cli.main import main
from rscnav.recordings.read import read_recording

A, B = [[0.5, 1.5], [2.5]], [[0.25], [1.25, 3.25, 19.25], [9.5]]


def units(name, trains, **columns):
    made = Units(name=name, description="sorted")
    for column in columns:
        made.add_column(column, column)
    for row, train in enumerate(trains):
        made.add_unit(spike_times=train, id=row, **{column: values[row] for column, values in columns.items()})
    return made


def write(path, file):
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def two_probes(path):
    file = new_nwb()
    module = file.create_processing_module("ecephys", "sorted")
    module.add(units("probe0", A, quality=["good", "mua"], depth=[100, 200]))
    module.add(units("probe1", B, quality=["good", "good", "noise"], shank=[0, 1, 2], depth=["deep", "deep", "deep"]))
    return write(path, file)


@pytest.mark.parametrize("place", ["processing", "scratch"])
def test_one_table_is_taken_wherever_it_lies(tmp_path, place):
    file = new_nwb()
    if place == "processing":
        file.create_processing_module("ecephys", "sorted").add(units("sorted", A))
    else:
        file.add_scratch(units("sorted", A))
    session = read_recording(write(tmp_path / "x.nwb", file), {"trial_s": 1.0})
    assert [train.tolist() for train in session.spikes] == A


def test_of_several_tables_it_is_asked_which(tmp_path):
    path = two_probes(tmp_path / "x.nwb")
    with pytest.raises(ValueError, match=r"units_table: .* 2 Units tables: ecephys/probe0, ecephys/probe1; name one"):
        read_recording(path, {})
    one = read_recording(path, {"units_table": "probe1", "trial_s": 1.0})
    assert [train.tolist() for train in one.spikes] == B
    assert "table" not in one.units.dtype.names
    with pytest.raises(ValueError, match=r"units_table: there is no Units table 'probe2'.*did you mean 'ecephys/probe"):
        read_recording(path, {"units_table": "probe2"})


def test_several_tables_are_one_population_whose_ids_are_told_apart(tmp_path):
    path = two_probes(tmp_path / "x.nwb")
    mapping = {"units_table": ["probe0", "probe1"], "trial_s": 1.0}
    session = read_recording(path, mapping)
    assert [train.tolist() for train in session.spikes] == [*A, *B]
    assert session.units["id"].tolist() == [0, 1, 0, 1, 2]
    assert session.units["table"].tolist() == ["ecephys/probe0"] * 2 + ["ecephys/probe1"] * 3
    assert "shank" not in session.units.dtype.names
    notes = session.attributes["notes"]
    assert "shank (not in ecephys/probe0)" in notes
    assert "depth (its type or shape differs" in notes
    good = read_recording(path, {**mapping, "unit_filters": [{"column": "quality", "values": ["good"]}]})
    assert [train.tolist() for train in good.spikes] == [A[0], *B[:2]]
    of_one = read_recording(path, {**mapping, "unit_filters": [{"column": "table", "values": ["ecephys/probe1"]}]})
    assert [train.tolist() for train in of_one.spikes] == B


def test_inspect_drafts_all_tables_and_marks_the_units_left_out(tmp_path, capsys):
    path = two_probes(tmp_path / "x.nwb")
    assert main(["inspect", str(path)]) == 0
    said = capsys.readouterr().out
    assert "units_table: [ecephys/probe0, ecephys/probe1]" in said
    assert "3 units" in said  # those called good
    assert "Not used" not in said

    from rscnav.inspection.inspect import inspect_recording
    from rscnav.inspection.page.statistics import kept

    report = inspect_recording(str(path))
    assert kept(report.raw, report.session).tolist() == [True, False, True, True, False]


def test_the_spikes_of_units_that_rules_leave_out_do_not_matter(tmp_path):
    part = np.arange(0.1, 9.0, 0.05)
    trains = [part, [1.0, np.nan, 3e9], np.concatenate([part, part]), np.concatenate([part, part])]
    path = write_nwb(tmp_path / "x.nwb", spikes=trains, unit_columns={"quality": ["good", "bad", "bad", "bad"]})
    for rule in ({"column": "quality", "values": ["good"]}, {"column": "rate_hz", "max": 1e6, "min": 0}):
        if rule["column"] == "rate_hz":
            with pytest.raises(
                ValueError, match="unit 1 has a spike time that is not finite, spike 1; exclude the unit"
            ):
                read_recording(path, {"unit_filters": [rule]})
            continue
        session = read_recording(path, {"unit_filters": [rule], "trial_s": 1.0})
        assert session.n_units == 1
        assert session.units["rate_hz"][0] == pytest.approx(len(part) / (part[-1] - part[0]))
        assert len(session.trials) == 9  # and not as long as a broken train says
        assert session.attributes["n_units_left_out"] == 3
    few = read_recording(path, {"unit_filters": [{"column": "n_spikes", "min": 3}, {"column": "n_spikes", "max": 200}]})
    assert few.units["id"].tolist() == [0]


def test_obs_intervals_of_several_tables_stay_with_their_units(tmp_path):
    file = new_nwb()
    module = file.create_processing_module("ecephys", "sorted")
    first = Units(name="p0", description="sorted")
    first.add_unit(spike_times=[0.5, 5.5], obs_intervals=[[0.0, 2.0]])
    module.add(first)
    module.add(units("p1", [[0.6, 5.6]]))
    session = read_recording(write(tmp_path / "x.nwb", file), {"units_table": ["p0", "p1"], "trial_s": 1.0})
    assert [train.tolist() for train in session.spikes] == [[0.5], [0.6, 5.6]]
    assert session.attributes["n_spikes_unobserved"] == 1
    assert session.time.max() < 2.0


def changed(path, change):
    with h5py.File(path, "r+") as file:
        change(file["units"])
    return path


def without_index(table):
    values = table["spike_times"][:2]
    del table["spike_times_index"], table["spike_times"]
    made = table.create_dataset("spike_times", data=values)
    made.attrs.update(
        {"description": "x", "namespace": "hdmf-common", "neurodata_type": "VectorData", "object_id": "x"}
    )


def back_and_forth(table):
    table["spike_times_index"][...] = [4, 2]


def too_short(table):
    about = dict(table["spike_times_index"].attrs)
    target = about.pop("target")
    del table["spike_times_index"]
    table.create_dataset("spike_times_index", data=[5]).attrs.update({**about, "target": target})


def beyond(table):
    table["spike_times_index"][...] = [2, 200]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without_index, "has spike_times without spike_times_index"),
        (back_and_forth, "spike_times_index of the Units table 'units' does not fit"),
        (too_short, "spike_times of the Units table 'units' can't be used: shape .1,. in a table of 2 rows"),
        (beyond, "does not fit: 2 entries up to 200 for 2 units and 5 values"),
    ],
)
def test_an_index_that_is_not_there_or_does_not_fit(tmp_path, capsys, change, words):
    path = changed(write_nwb(tmp_path / "x.nwb", series={"walk": walk()}), change)
    with pytest.raises(ValueError, match=words):
        read_recording(path, {})
    assert main(["inspect", str(path)]) == 0
    assert re.search(words, capsys.readouterr().out)


def test_a_table_without_spike_times(tmp_path):
    file = new_nwb()
    file.add_unit_column("quality", "quality")
    file.add_unit(quality="good")
    with pytest.raises(ValueError, match=r"'units' has no spike_times; its columns: quality"):
        read_recording(write(tmp_path / "x.nwb", file), {})
