"""The stage `dynamics` from the command on: what it refuses, what does not apply, few trials, the same each time."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from helpers.sessions import uneven_session
from rscnav.analyses.result import Result, read_result, write_result
from rscnav.cli.main import main
from rscnav.config.job_settings import settings_for, settings_text
from rscnav.config.load import load_config, parse_config
from rscnav.dynamics.run import dynamics
from rscnav.dynamics.settings import Settings
from rscnav.dynamics.trajectories import load_trajectories
from rscnav.networks import checkpoint
from rscnav.networks.architecture import Architecture
from rscnav.networks.devices import Device
from rscnav.networks.model import Network
from rscnav.networks.rollout import roll_out
from rscnav.networks.settings import Rollout
from rscnav.networks.weights_file import trained_values
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import write_session
from rscnav.sessions.settings import Encounters
from rscnav.tasks.registry import make_task
from rscnav.workflow.summary import ANALYSES_READ, summary_text

FEW = Settings(
    n_inits=4, n_trials=8, autonomous_s=1.0, perturbation_follow_s=1.0, n_null=9, n_continuations=2, max_iters=40
)
SEEDS = Seeds(0, ("network", "ring-fixed", 1))
COARSE = Observer(grid_bins=256, particles=64)


def rolled(cell="gru", task="ring-fixed", record="hidden", test_trials=24, n_units=5, settings=None, **architecture):
    """An untrained network and its session."""
    made = make_task(task, **(settings or {}))
    network = Network(
        len(made.channels), made.heads, Architecture(cell, n_units, **architecture), torch.Generator().manual_seed(0)
    )
    rollout, encounters = Rollout(train_trials=6, test_trials=test_trials), Encounters()
    session = roll_out(
        "n-s1", "n", network.eval(), made, SEEDS, rollout, encounters, batch_size=6, record=record, observer=COARSE
    )
    return session, network, made


@pytest.fixture(scope="module")
def gru():
    return rolled()


def result_of(session, network, task, settings=FEW):
    return dynamics(session, network, task, settings, COARSE, Seeds(0, ("dynamics", "n-s1")))


def assert_same(one, other):
    assert set(one.arrays) == set(other.arrays)
    for name in one.arrays:
        np.testing.assert_array_equal(one[name], other[name], strict=True)


def test_the_same_seed_gives_the_same_numbers(gru):
    assert_same(result_of(*gru), result_of(*gru))


@pytest.mark.slow
@pytest.mark.parametrize("architecture", [{"n_layers": 2}, {"process_noise": 0.1}], ids=str)
@pytest.mark.parametrize("cell", ["gru", "lstm", "relu", "diagonal"])
def test_every_recurrent_network_goes_through(cell, architecture):
    session, network, task = rolled(cell, **architecture)
    result = result_of(session, network, task)
    assert result.applicable
    size = 5 * (2 if cell == "lstm" else 1) * architecture.get("n_layers", 1)
    assert result["n_states"] == size
    counted = sum(int(result[name]) for name in ("n_far", "n_unsettled", "n_fast")) + result["points/n_inits"].sum()
    assert counted == result["n_inits"] == 12
    assert result["points/eigenvalue_real"].shape[1] == size
    assert ("noise" in result.notes) == ("process_noise" in architecture)
    assert result.notes["input"] == "no input: 0 in every channel (velocity, landmark)"


def test_states_that_were_not_recorded_are_worked_out():
    """An LSTM's session of hidden states gives what one of all states gives."""
    session, network, task = rolled("lstm")
    whole, _, _ = rolled("lstm", record="all")
    np.testing.assert_allclose(load_trajectories(session, network, task).states, whole.activity, atol=1e-6)


def test_in_the_arena_a_session_of_all_states_is_needed():
    session, network, task = rolled("lstm", "arena", settings={"trial_s": 5.0})
    with pytest.raises(ValueError, match=r"has 5 of the 10 dimensions of the state.*record: all"):
        result_of(session, network, task)


@pytest.mark.parametrize(
    ("task", "settings", "said"),
    [
        ("arena", {"trial_s": 5.0}, "the session does not contain the inputs of this task"),
        ("ring-external-map", {}, "new places in each trial"),
    ],
)
def test_what_does_not_apply_to_a_task_is_said(task, settings, said):
    result = result_of(*rolled(task=task, settings=settings))
    assert result.applicable
    assert said in result.notes["apart"]
    assert "state/p" not in result
    assert ("filter" in result.notes) == (task == "arena")
    assert np.isnan(result["filter/time_constant"]).all()
    assert result["n_inits"] > 0


@pytest.mark.parametrize(
    ("cell", "bidirectional", "reason"),
    [
        ("feedforward", False, "the cell 'feedforward' has no recurrent state"),
        ("convolution", False, "the cell 'convolution' has no recurrent state"),
        ("gru", True, "a bidirectional network also runs backward in time"),
    ],
)
def test_networks_without_a_step_do_not_apply(cell, bidirectional, reason):
    result = result_of(*rolled(cell, bidirectional=bidirectional))
    assert result.status == "not applicable"
    assert reason in result.reason


@pytest.mark.parametrize("record", ["hidden", "all"])
def test_a_session_of_another_network_is_refused(record):
    session, network, task = rolled("lstm", record=record)
    with torch.no_grad():
        network.layers[0].weight_hh.add_(0.1)
    with pytest.raises(ValueError, match=r"session 'n-s1' is not of this network: .*Repeat the rollout of the network"):
        result_of(session, network, task)


@pytest.mark.parametrize(
    "change", ["two test trials", "no second landmark", "no phase but LM0", "one unit", "constant"]
)
def test_little_to_go_on_gives_notes_and_no_crash(change):
    n = {"two test trials": 2}.get(change, 24)
    session, network, task = rolled(test_trials=n, n_units=1 if change == "one unit" else 5)
    if change == "no second landmark":
        session.encounters = session.encounters[session.encounters["order"] != 2]
    if change == "no phase but LM0":
        session.phase[:] = 0
    if change == "constant":
        network = Network(2, task.heads, Architecture("tanh", 5))
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.zero_()
        session.activity[:] = 0
        assert result_of(session, network, task).reason == "the states of the test trials do not differ"
        return
    result = result_of(session, network, task)
    assert result.applicable
    if change == "no phase but LM0":
        assert result.notes["LM1/return"] == result.notes["LM1/alone"]
        assert "0 test trials have a state in LM1; at least 2 are needed" in result.notes["LM1/alone"]
        assert np.isnan(result["LM1/slow/fraction"])
    if change in ("two test trials", "no second landmark"):
        assert "10 of each are needed" in result.notes["apart"]
    if change == "one unit":
        assert "leave none that is off the manifold" in result.notes["LM1/return/off"]


def test_states_that_stand_still_have_no_speed_to_compare_with():
    """Each unit keeps the sign that a random start gives it, and its size: h = tanh(w h) at the root."""
    session, network, task = rolled("tanh")
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.layers[0].weight_hh.copy_(2 * torch.eye(5))
    root = 0.957504024077
    session.activity[:] = root * np.where(session.trial % 2, 1, -1)[:, None]
    assert "stands still" in result_of(session, network, task).reason


CONFIG = """
networks: [{name: n, hidden_size: 5, seeds: [1]}]
recordings: [{name: rat, file: rat.nwb}]
dynamics: {n_inits: 4, n_trials: 8, autonomous_s: 1.0, perturbation_follow_s: 1.0, n_null: 9, n_continuations: 2, max_iters: 40}
observer: {grid_bins: 256}
"""


@pytest.fixture
def project(tmp_path, gru):
    session, network, _ = gru
    (tmp_path / "config.yaml").write_text(CONFIG)
    write_session(session, tmp_path / "n-s1.h5")
    write_session(replace(uneven_session(), name="rat"), tmp_path / "rat.h5")
    (tmp_path / "net").mkdir()
    cpu = [Device(torch.device("cpu")).record]
    record = {"settings": "{}", "code": ""}
    saved = trained_values(network.state_dict(), network.architecture, record, cpu, "n-s1")
    checkpoint.save(saved, tmp_path / "net" / "weights.pt")
    return tmp_path


def command(project, session, *more):
    files = ["--session-file", str(project / f"{session}.h5"), "--output", str(project / "out" / f"{session}.h5")]
    return main(["network-dynamics", "--config", str(project / "config.yaml"), "--session", session, *files, *more])


def test_the_command_writes_what_the_library_gives(project, gru):
    assert command(project, "n-s1", "--network-dir", str(project / "net")) == 0
    assert_same(read_result(project / "out" / "n-s1.h5"), result_of(*gru))


def test_the_summary_holds_numbers_of_the_dynamics(project, gru):
    result = result_of(*gru)
    write_session(replace(gru[0], name="n-s1"), project / "sessions" / "n-s1.h5")
    for name in ANALYSES_READ:
        made = result if name == "dynamics" else Result.not_applicable("not asked")
        write_result(made, project / "analyses" / name / "n-s1.h5")
    config = load_config(project / "config.yaml")
    numbers = json.loads(summary_text(config, project, ["n-s1"]))["sessions"]["n-s1"]["dynamics"]
    assert numbers["n_fixed"] == int(result["n_fixed"])
    assert numbers["off_time_constant_s"]["LM1"]["value"] is None  # five units leave no direction off the manifold
    assert numbers["along_left_at_end"]["LM2"]["value"] == pytest.approx(float(result["LM2/along/left_at_end/value"]))
    assert numbers["entropy_gain_less_filter_bit"]["LM0"]["high"] == result["LM0/alone/difference/entropy_gain/high"]
    assert "apart" in result.notes  # so few second encounters are not compared
    assert numbers["a_b_ratio"]["state"] == {"value": None, "low": None, "high": None, "p": None}


def test_a_recording_has_no_network(project):
    assert command(project, "rat") == 0
    result = read_result(project / "out" / "rat.h5")
    assert result.status == "not applicable"
    assert result.reason == "a recording has no network that can be run"


def test_a_network_without_its_folder_is_asked_for(project, capsys):
    assert command(project, "n-s1") == 1
    assert "--network-dir is missing: session 'n-s1' is of a network" in capsys.readouterr().err
    assert not (project / "out").exists()


def test_a_network_file_that_is_missing_or_of_another_version_is_named(project, capsys):
    assert command(project, "n-s1", "--network-dir", str(project / "nowhere")) == 1
    assert "nowhere/weights.pt: no such file" in capsys.readouterr().err
    checkpoint.save({"weights": {}, "cell": "gru"}, project / "old" / "weights.pt")
    assert command(project, "n-s1", "--network-dir", str(project / "old")) == 1
    assert "old/weights.pt: 'architecture' is missing" in capsys.readouterr().err


def test_settings_are_those_that_it_depends_on():
    plain = {"networks": [{"name": "n", "seeds": [1]}], "recordings": [{"name": "rat", "file": "rat.nwb"}]}
    config = parse_config(plain)
    assert set(settings_for(config, "network_dynamics", "n-s1")) == {
        "seed",
        "task_name",
        "task",
        "observer",
        "dynamics",
    }
    assert settings_for(config, "network_dynamics", "rat") == {}
    other = parse_config(plain | {"dynamics": {"n_inits": 7}, "training": {"n_batches": 9}})
    assert settings_text(other, "network_dynamics", "n-s1") != settings_text(config, "network_dynamics", "n-s1")
    assert settings_text(other, "rollout", "n-s1") != settings_text(config, "rollout", "n-s1")
    longer = parse_config(plain | {"training": {"n_batches": 9}})
    assert settings_text(longer, "network_dynamics", "n-s1") == settings_text(config, "network_dynamics", "n-s1")


def test_the_configuration_loads_no_torch():
    import subprocess
    import sys

    code = "import sys, rscnav.config.schema, rscnav.cli.network_dynamics; sys.exit('torch._C' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
