"""``rscnav inspect``: what it finds in files of known making, and a draft that can be pasted as it is."""

import importlib.util

import numpy as np
import pytest
import yaml
from pynwb import NWBHDF5IO
from pynwb.behavior import SpatialSeries
from pynwb.ecephys import ElectricalSeries

from helpers.nwb import new_nwb, walk, write_nwb
from rscnav.cli.main import main
from rscnav.config.load import load_config, parse_config
from rscnav.inspection.inspect import inspect_recording
from rscnav.recordings.read import read_recording


@pytest.fixture(scope="module")
def other_lab(tmp_path_factory, pytestconfig):
    """The example of another laboratory's file, small."""
    spec = importlib.util.spec_from_file_location(
        "make_file", pytestconfig.rootpath / "examples/other-lab/make_file.py"
    )
    make_file = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_file)
    path = tmp_path_factory.mktemp("lab") / "m17_d4.nwb"
    make_file.make(path, n_trials=30, n_units=12)
    return path


def pasted(path):
    return parse_config(yaml.safe_load(inspect_recording(str(path)).draft)).recordings[0]


def test_another_laboratory_s_file_from_inspection_to_session(other_lab, pytestconfig, tmp_path):
    """The draft says what the example's own configuration says, and both lead to one session."""
    root = pytestconfig.rootpath
    wanted = load_config(root / "config.yaml", root / "examples/other-lab/config.yaml").recordings[0]
    drafted = pasted(other_lab)
    assert drafted.trials.model_dump() == wanted.trials.model_dump()
    assert drafted.landmarks == wanted.landmarks
    assert drafted.unit_filters == wanted.unit_filters
    np.testing.assert_allclose(drafted.position.centre, wanted.position.centre, atol=0.05)
    one, other = read_recording(other_lab, drafted), read_recording(other_lab, wanted)
    np.testing.assert_allclose(one.position, other.position, atol=0.01)
    np.testing.assert_array_equal(one.trials["outcome"], other.trials["outcome"])
    assert one.missing_fields(["encounters", "phase", "outcome", "landmarks"]) == ""


def test_its_session_is_what_the_animal_did(other_lab):
    """The simulated truth: places, landmarks, rotations and spikes come back through the foreign file."""
    from rscnav.recordings.simulation.settings import Simulation
    from rscnav.recordings.simulation.simulate import simulate
    from rscnav.seeds import Seeds

    task = {"separation_rad": 2 * np.pi * 6 / 16, "motion": {"noise_rad": 0.12}}
    settings = Simulation.model_validate({"name": "other-lab", "n_trials": 30, "n_units": 12, "task": task})
    truth = simulate(settings, Seeds(0, ("other-lab",)))
    session = read_recording(other_lab, pasted(other_lab))
    np.testing.assert_allclose(session.time, truth.time, atol=1e-9)
    np.testing.assert_allclose(np.angle(np.exp(1j * (session.position - truth.position))), 0, atol=0.04)
    np.testing.assert_array_equal(session.trials["outcome"], truth.trials["outcome"])
    np.testing.assert_allclose(np.angle(np.exp(1j * (session.landmarks - truth.landmarks))), 0, atol=1e-3)
    for mine, true in zip(session.spikes, truth.spikes, strict=True):
        np.testing.assert_allclose(mine, true[true < truth.trials["stop_s"][-1] + 1.0])


def test_what_is_not_used_is_said_and_why(tmp_path):
    file = new_nwb()
    file.add_unit(spike_times=[0.5, 4.5])
    device = file.create_device("probe")
    group = file.create_electrode_group("shank", description="x", location="RSC", device=device)
    file.add_electrode(group=group, location="RSC")
    electrodes = file.create_electrode_table_region([0], "x")
    file.add_acquisition(ElectricalSeries("lfp", np.zeros((100, 1)), electrodes, rate=1000.0))
    for name in ("body", "tail_raw"):
        series = SpatialSeries(
            name=name, data=np.random.default_rng(0).normal(size=(500, 2)), rate=50.0, unit="cm", reference_frame="x"
        )
        file.add_acquisition(series)
    file.add_invalid_time_interval(start_time=8.0, stop_time=9.0)
    with NWBHDF5IO(str(tmp_path / "x.nwb"), "w") as io:
        io.write(file)
    report = inspect_recording(str(tmp_path / "x.nwb"))
    why = {item.path: reason for item, reason in report.unused}
    assert why["lfp"] == "voltages; no analysis uses them"
    assert "possible use: position or heading" in why["tail_raw"]
    assert "left out automatically" in why["invalid_times"]
    assert report.session.attributes["n_bins_invalid"] > 0
    assert "series: body   # SpatialSeries; others: tail_raw" in report.draft


def test_spikes_and_nothing_else(tmp_path):
    path = write_nwb(tmp_path / "x.nwb", spikes=[np.arange(0.1, 60, 0.3), [1.0, 50.0]])
    report = inspect_recording(str(path))
    assert report.error == ""
    assert report.session.position is None
    assert (
        "not possible: tuning_entropy, spatial_entropy, position_decoding (the session has no position)"
        in report.text()
    )


def test_a_unit_that_is_not_known_is_marked(tmp_path):
    path = write_nwb(tmp_path / "x.nwb", series={"xy": walk(unit="arbitrary")})
    assert (
        "unit: px   # CHECK: the unit in the file, 'arbitrary', is not valid for this position"
        in inspect_recording(str(path)).draft
    )


def test_the_command(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_nwb(tmp_path / "x.nwb", series={"xy": walk()}, trials=[{"start_time": 1.0, "stop_time": 4.0}])
    assert main(["inspect", "x.nwb", "--draft", "draft.yaml"]) == 0
    said = capsys.readouterr().out
    assert "behavior/Position/xy: SpatialSeries, 500 x 2; meters; 50 Hz; 0.00 to 9.98 s" in said
    assert "frames: 500 frames, one every 20 ms" in said
    assert main(["validate", "--config", "draft.yaml"]) == 0
    assert main(["inspect", "x.nwb", "--config", "draft.yaml", "--session", "x"]) == 0
    assert "Draft of the mapping" not in capsys.readouterr().out.split("read with this mapping")[-1]
    assert main(["inspect", "x.nwb", "--session", "x"]) == 1
    assert main(["inspect", "gone.nwb"]) == 1
    assert "gone.nwb: no such file" in capsys.readouterr().err
