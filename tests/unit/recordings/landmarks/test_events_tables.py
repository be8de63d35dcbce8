"""Tables of events, with a time and perhaps a duration a row, as landmarks and as starts of trials."""

import numpy as np
import pytest
from hdmf.common import DynamicTable, VectorData
from pynwb import NWBHDF5IO
from pynwb.event import EventsTable

from helpers.nwb import new_nwb
from rscnav.cli.main import main
from rscnav.recordings.read import read_recording

TIMES, PORTS = [1.0, 3.0, 5.0, 7.0], ["a", "b", "a", "c"]


def written(path, *tables, kind="events"):
    file = new_nwb()
    file.add_unit(spike_times=[0.1, 9.9])
    file.add_trial(start_time=0.0, stop_time=10.0)
    for table in tables:
        file.add_events_table(table) if kind == "events" else file.add_scratch(table)
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def events(durations=None):
    table = EventsTable(name="visits", description="pokes")
    table.add_column(name="port", description="which")
    if durations is not None:
        for row in range(4):
            table.add_row(timestamp=TIMES[row], port=PORTS[row], duration=durations[row])
        return table
    for row in range(4):
        table.add_row(timestamp=TIMES[row], port=PORTS[row])
    return table


def plain(name):
    columns = {name: TIMES, "port": PORTS}
    made = [VectorData(name=n, description=n, data=v) for n, v in columns.items()]
    return DynamicTable(name="visits", description="pokes", columns=made)


def mapping(**more):
    names = {"a": ["a"], "b": ["b"]}
    return {"trials": {}, "landmarks": {"events": {"table": "visits", "column": "port", "names": names, **more}}}


def met(session):
    table = session.encounters
    rows = table[table["kind"] == "encounter"]
    return [(r["landmark"], round(float(r["onset_s"]), 3), round(float(r["offset_s"]), 3)) for r in rows]


@pytest.mark.parametrize("table", [events(), plain("timestamp"), plain("start_time"), plain("timestamps")])
def test_a_row_without_duration_lasts_as_long_as_the_mapping_says(tmp_path, table):
    table.parent = None
    path = written(tmp_path / "x.nwb", table, kind="events" if isinstance(table, EventsTable) else "scratch")
    session = read_recording(path, mapping(default_duration_s=0.5))
    assert met(session) == [("a", 1.0, 1.5), ("b", 3.0, 3.5), ("a", 5.0, 5.5)]


def test_durations_count_where_there_are_any(tmp_path):
    session = read_recording(
        written(tmp_path / "x.nwb", events([0.3, np.nan, 0.0, 1.0])), mapping(default_duration_s=0.5)
    )
    assert met(session) == [("a", 1.0, 1.3), ("b", 3.0, 3.5), ("a", 5.0, 5.5)]


def test_trials_start_with_events_and_last_to_the_next(tmp_path):
    path = written(tmp_path / "x.nwb", events())
    session = read_recording(path, {"trials": {"table": "visits", "end": "next", "outcome": "port", "correct": ["a"]}})
    assert session.trials["start_s"].tolist() == TIMES
    assert session.trials["stop_s"].tolist() == [3.0, 5.0, 7.0, 9.9]
    assert session.trials["outcome"].tolist() == ["correct", "none", "correct", "none"]
    with pytest.raises(ValueError, match=r"table 'visits' has timestamp, but neither .*; set trials.end: next"):
        read_recording(path, {"trials": {"table": "visits"}})


def test_an_event_without_time_is_refused_where_it_means_something(tmp_path):
    table = events()
    table["timestamp"].data[3] = np.nan  # its port means no landmark
    assert len(met(read_recording(written(tmp_path / "a.nwb", table), mapping()))) == 3
    table = events()
    table["timestamp"].data[1] = np.nan
    with pytest.raises(ValueError, match=r"row 1 of 'visits' .landmark b. has no time"):
        read_recording(written(tmp_path / "b.nwb", table), mapping())


def test_inspect_says_what_events_could_be(tmp_path, capsys):
    assert main(["inspect", str(written(tmp_path / "x.nwb", events()))]) == 0
    said = capsys.readouterr().out
    assert "visits: EventsTable, 4 rows; 1.00 to 7.00 s" in said
    assert "visits: events; possible use: times with a landmark in view (landmarks.events)" in said
