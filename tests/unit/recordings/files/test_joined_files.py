"""Several NWB files of one session, read as one."""

from datetime import UTC, datetime

import numpy as np
import pytest
from pynwb import NWBHDF5IO, NWBFile
from pynwb.file import Subject

from helpers.imaging import add_planes
from helpers.nwb import new_nwb, walk, write_nwb
from rscnav.cli.main import main
from rscnav.config.load import load_config
from rscnav.recordings.read import read_recording
from rscnav.settings.strict_settings import ConfigError

TRIALS = [{"start_time": 1.0, "stop_time": 4.0}, {"start_time": 5.0, "stop_time": 8.0}]
A, B = [[1.5, 2.5], [3.5]], [[0.5], [1.25, 5.5]]


def write(path, file):
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def three(folder):
    """Behaviour in one file, a probe in each of two others."""
    return [
        str(write_nwb(folder / "behavior.nwb", spikes=None, series={"animal": walk()}, trials=TRIALS)),
        str(write_nwb(folder / "probe0.nwb", spikes=A, unit_columns={"quality": ["good", "mua"]})),
        str(write_nwb(folder / "probe1.nwb", spikes=B, unit_columns={"quality": ["good", "good"]})),
    ]


def test_probes_in_files_of_their_own(tmp_path):
    first, *more = three(tmp_path)
    mapping = {"more_files": more, "position": {"series": "animal", "unit": "m"}, "trials": {}}
    session = read_recording(first, mapping)
    assert [train.tolist() for train in session.spikes] == [*A, *B]
    assert session.units["table"].tolist() == ["probe0:units"] * 2 + ["probe1:units"] * 2
    assert session.trials["start_s"].tolist() == [1.0, 5.0]
    np.testing.assert_allclose(session.position[:, 0], session.time, atol=1e-6)
    good = read_recording(first, {**mapping, "unit_filters": [{"column": "quality", "values": ["good"]}]})
    assert [train.tolist() for train in good.spikes] == [A[0], *B]
    one = read_recording(first, {**mapping, "units_table": "probe1:units"})
    assert [train.tolist() for train in one.spikes] == B
    assert "more_files" not in session.attributes["mapping"]


def test_a_name_that_several_files_have_is_refused_where_one_is_needed(tmp_path):
    paths = [write_nwb(tmp_path / f"{name}.nwb", spikes=A, series={"animal": walk()}) for name in "ab"]
    mapping = {"more_files": [str(paths[1])], "trial_s": 1.0}
    words = "'animal' is the name of 2 series; .*: a:behavior/Position/animal, b:behavior/Position/animal"
    with pytest.raises(ValueError, match=words):
        read_recording(paths[0], {**mapping, "position": {"series": "animal", "unit": "m"}})
    session = read_recording(paths[0], {**mapping, "position": {"series": "b:animal", "unit": "m"}})
    assert session.n_units == 4


def test_a_plane_in_each_of_two_files(tmp_path):
    draw = np.random.default_rng(0)
    data = [draw.gamma(1, 1, (100, n)).astype(np.float32) for n in (3, 2)]
    for name, values in zip("ab", data, strict=True):
        file = new_nwb()
        add_planes(file, {"dff": {"data": values, "rate": 10.0}})
        write(tmp_path / f"{name}.nwb", file)
    for series in ("dff", "*dff", ["a:dff", "b:dff"]):
        mapping = {"more_files": [str(tmp_path / "b.nwb")], "activity": {"series": series}, "trial_s": 1.0}
        session = read_recording(tmp_path / "a.nwb", mapping)
        np.testing.assert_array_equal(session.activity, np.concatenate(data, axis=1))
        assert session.units["series"].tolist() == ["a:ophys/dff"] * 3 + ["b:ophys/dff"] * 2


def test_invalid_times_of_all_files_are_left_out(tmp_path):
    for name, start in (("a", 2.0), ("b", 5.0)):
        file = new_nwb()
        file.add_unit(spike_times=[0.0, 9.0])
        file.add_invalid_time_interval(start_time=start, stop_time=start + 1.0)
        write(tmp_path / f"{name}.nwb", file)
    session = read_recording(tmp_path / "a.nwb", {"more_files": [str(tmp_path / "b.nwb")], "trial_s": 1.0})
    assert session.attributes["n_bins_invalid"] == 20


def other(path, hour=0, animal="m1"):
    file = NWBFile("small", "small", datetime(2025, 1, 1, hour, tzinfo=UTC), subject=Subject(subject_id=animal))
    file.add_unit(spike_times=[0.5, 9.5])
    return str(write(path, file))


def test_files_of_another_animal_or_clock_are_refused(tmp_path):
    first, later, twin = (
        other(tmp_path / "a.nwb"),
        other(tmp_path / "b.nwb", hour=1),
        other(tmp_path / "c.nwb", animal="m2"),
    )
    with pytest.raises(ValueError, match=r"more_files: the clock of .*a\.nwb begins at 2025-01-01T00.*b\.nwb at .*T01"):
        read_recording(first, {"more_files": [later], "trial_s": 1.0})
    assert read_recording(first, {"more_files": [later], "one_clock": True, "trial_s": 1.0}).n_units == 2
    with pytest.raises(ValueError, match=r"a\.nwb is of subject 'm1', .*c\.nwb of subject 'm2'"):
        read_recording(first, {"more_files": [twin], "trial_s": 1.0})
    with pytest.raises(FileNotFoundError, match="gone.nwb: no such file"):
        read_recording(first, {"more_files": [str(tmp_path / "gone.nwb")]})
    with pytest.raises(ConfigError, match="more_files: .*a.nwb is named twice"):
        read_recording(first, {"more_files": [first]})


def test_more_files_do_not_go_with_a_pattern_of_several_files(tmp_path):
    for name in "ab":
        other(tmp_path / f"{name}.nwb")
    config = tmp_path / "c.yaml"
    config.write_text(f"recordings: [{{name: m, file: '{tmp_path}/?.nwb', more_files: [x.nwb]}}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="more_files belong to one session, but 2 files match"):
        load_config(str(config))


def test_joined_files_are_inspected_and_validated(tmp_path, capsys):
    first, *more = three(tmp_path)
    config = tmp_path / "c.yaml"
    mapping = f"{{name: m, file: '{first}', more_files: {more}, position: {{series: animal, unit: m}}, trials: {{}}}}"
    config.write_text(f"recordings: [{mapping}]\n", encoding="utf-8")
    assert main(["validate", "--config", str(config)]) == 0
    assert main(["inspect", first, "--config", str(config), "--session", "m"]) == 0
    said = capsys.readouterr().out
    assert "probe1:units: Units, 2 rows" in said
    assert "Not used" not in said
