"""One rule finds series, tables and Units tables by name or path."""

import numpy as np
import pytest
from hdmf.common import DynamicTable, VectorData
from pynwb import TimeSeries
from pynwb.behavior import SpatialSeries
from pynwb.epoch import TimeIntervals

from helpers.nwb import new_nwb
from rscnav.inspection.file_contents import contents
from rscnav.recordings.files.nwb_listing import list_series, list_tables
from rscnav.recordings.files.nwb_lookup import any_table, find_series, interval_table

KEY = "position.series"


def series(name, value, kind=TimeSeries, **more):
    return kind(name=name, data=np.full(5, float(value)), rate=10.0, unit="m", **more)


def twice():
    """`animal` at the top (1.0) and in a module (2.0); `lick` once (3.0); a name with a blank and an accent (4.0)."""
    file = new_nwb()
    module = file.create_processing_module("behavior", "tracked")
    file.add_acquisition(series("animal", 1.0, SpatialSeries, reference_frame="camera"))
    module.add(series("animal", 2.0, SpatialSeries, reference_frame="box"))
    file.add_acquisition(series("lick", 3.0))
    module.add(series("tête gauche", 4.0))
    return file


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("/animal", 1.0),
        ("acquisition/animal", 1.0),
        ("/acquisition/animal", 1.0),
        ("behavior/animal", 2.0),
        ("processing/behavior/animal", 2.0),
        ("/processing/behavior/animal", 2.0),
        ("behavior//animal/", 2.0),
        ("lick", 3.0),
        ("tête gauche", 4.0),
        ("te\u0302te gauche", 4.0),  # the accent on its own
        ("behavior/tête gauche", 4.0),
    ],
)
def test_a_path_or_a_unique_end_of_it_names_a_series(name, value):
    assert find_series(twice(), name, KEY).values[0, 0] == value


def test_an_ambiguous_name_is_refused_with_all_paths_and_each_of_them_works():
    with pytest.raises(ValueError, match=r"position\.series: 'animal' is the name of 2 series; .*: (.*)$") as error:
        find_series(twice(), "animal", KEY)
    paths = str(error.value).rpartition(": ")[2].split(", ")
    assert paths == ["acquisition/animal", "behavior/animal"]
    assert [find_series(twice(), path, KEY).values[0, 0] for path in paths] == [1.0, 2.0]


def test_an_unknown_name_is_refused_with_what_there_is_and_a_close_match():
    with pytest.raises(ValueError, match=r"there is no series 'licks' in the file; .*did you mean 'lick'\?") as error:
        find_series(twice(), "licks", KEY)
    said = str(error.value)
    assert said.index("behavior/animal") < said.index("lick,")  # places come first where a place is looked for
    with pytest.raises(ValueError, match="there is no table 'lick' in the file .'lick' is a TimeSeries"):
        any_table(twice(), "lick", "trials.join_table")


def table(name, kind=TimeIntervals, start=0.0):
    made = kind(name=name, description=name)
    for row in range(3):
        made.add_row(start_time=start + row, stop_time=start + row + 0.5)
    return made


def test_tables_follow_the_same_rule_and_reserved_names_mean_nwb_s_own_tables():
    file = new_nwb()
    module = file.create_processing_module("behavior", "tracked")
    file.trials = table("trials", start=10.0)
    module.add(table("trials", start=20.0))
    module.add(table("visits", start=30.0))
    file.add_scratch(
        DynamicTable(
            name="visits", description="no times", columns=[VectorData(name="x", description="x", data=[1, 2])]
        )
    )
    starts = {
        name: interval_table(file, name, "t")["start_time"][0] for name in ("trials", "behavior/trials", "visits")
    }
    assert starts == {"trials": 10.0, "behavior/trials": 20.0, "visits": 30.0}
    assert interval_table(file, "intervals/trials", "t")["start_time"][0] == 10.0
    with pytest.raises(ValueError, match="'visits' is the name of 2 tables; .*behavior/visits, scratch/visits"):
        any_table(file, "visits", "trials.join_table")
    assert any_table(file, "scratch/visits", "trials.join_table")["x"].tolist() == [1, 2]


def test_what_inspect_prints_can_be_pasted():
    file = twice()
    file.add_acquisition(series("behavior", 5.0))
    file.trials = table("trials")
    file.processing["behavior"].add(table("trials", start=20.0))
    printed = [item.path for item in contents(file)]
    assert len(set(printed)) == len(printed) == 7
    assert {find_series(file, s.path, KEY).path for s in list_series(file)} == {s.path for s in list_series(file)}
    found = [interval_table(file, t.path, KEY)["start_time"][0] for t in list_tables(file)]
    assert sorted(found) == [0.0, 20.0]


def test_a_whole_path_comes_before_the_end_of_a_longer_one():
    file = new_nwb()
    file.create_processing_module("behavior", "tracked").add(series("animal", 1.0))
    outer = file.create_processing_module("acquisition", "of that name")
    outer.add(series("animal", 2.0))
    file.add_acquisition(series("animal", 3.0))
    assert find_series(file, "/acquisition/animal", KEY).values[0, 0] == 3.0
    assert find_series(file, "processing/acquisition/animal", KEY).values[0, 0] == 2.0
    with pytest.raises(ValueError, match="is the name of 2 series"):
        find_series(file, "acquisition/animal", KEY)
    for found in list_series(file):
        assert find_series(file, found.path, KEY).path == found.path
