"""Networks: same seeds same bytes, resuming after a kill, weights in files, errors that say the cure."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.training import CPU, killed_at, short_task, small_training
from rscnav.networks.architecture import Architecture
from rscnav.networks.checkpoint import load_network
from rscnav.networks.model import Network, step_losses
from rscnav.networks.rollout import read_curve, roll_out
from rscnav.networks.settings import Rollout
from rscnav.networks.training.lr_schedule import cycle_ends, learning_rate
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train
from rscnav.networks.training.trial_streams import draw
from rscnav.observers.optimality_gap import true_bin_loss
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.settings import Encounters

SETTINGS = small_training(12, 5, batch_size=16, validation_trials=40)
PLAN = TrainingPlan("test-s1", Architecture("gru", 8), SETTINGS, Observer(), "record")
SEEDS = Seeds(0, ("network", "test", 1))


@pytest.fixture(scope="module")
def task():
    return short_task(2.0)


def digests(folder: Path) -> dict[str, str]:
    """Hashes of the files that must be the same each time."""
    files = [path for path in folder.iterdir() if path.name != "progress.csv"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("killed_after", [1, 7, 11])
@pytest.mark.parametrize("process_noise", [0.0, 0.1])
def test_a_killed_run_ends_with_the_same_bytes(task, tmp_path, killed_after, process_noise):
    plan = replace(PLAN, architecture=Architecture("gru", 8, process_noise=process_noise))
    train(task, plan, SEEDS, CPU, tmp_path / "whole")
    with killed_at(killed_after):
        train(task, plan, SEEDS, CPU, tmp_path / "killed")
    assert (tmp_path / "killed" / "checkpoint.pt").exists()
    train(task, plan, SEEDS, CPU, tmp_path / "killed")
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")
    assert set(digests(tmp_path / "whole")) == {"weights.pt", "curve.csv", "curve.csv.sha256"}


@pytest.mark.parametrize("cell", ["gru", "tanh"])
def test_training_lowers_the_loss(task, tmp_path, cell):
    settings = SETTINGS.model_copy(update={"n_batches": 60, "max_learning_rate": 0.02, "validate_every_batches": 20})
    plan = replace(PLAN, architecture=Architecture(cell, 8), training=settings)
    train(task, plan, SEEDS, CPU, tmp_path)
    curve = read_curve(tmp_path / "curve.csv")
    assert curve["loss"][-1] < curve["loss"][0] - 0.05
    np.testing.assert_allclose(curve["gap"], curve["loss"] - curve["bayes_loss"], atol=1e-9)
    assert list(curve["batch"]) == [20, 40, 60]


def test_goes_on_in_shorter_cycles_until_the_target_or_the_end(task, tmp_path, caplog):
    impossible = SETTINGS.model_copy(update={"n_batches": 4, "target_gap": 1e-6, "max_batches": 9})
    with caplog.at_level("INFO"):
        train(task, replace(PLAN, training=impossible), SEEDS, CPU, tmp_path)
    assert read_curve(tmp_path / "curve.csv")["batch"][-1] == 8
    assert "stopped at training.max_batches without reaching training.target_gap" in caplog.text
    assert cycle_ends(4, 9) == [4, 6, 8]
    easy = impossible.model_copy(update={"target_gap": 100.0})
    train(task, replace(PLAN, training=easy), SEEDS, CPU, tmp_path)
    assert read_curve(tmp_path / "curve.csv")["batch"][-1] == 4


def test_learning_rate_rises_to_its_peak_and_falls():
    rates = [learning_rate(batch, 100, 0.004) for batch in range(150)]
    assert max(rates[:100]) == rates[30] == pytest.approx(0.004)
    assert rates[0] == pytest.approx(0.004 / 25)
    assert rates[99] < 1e-7
    assert max(rates[100:]) == pytest.approx(0.002)


def test_reloaded_weights_give_the_same_states_in_a_fresh_process(task, tmp_path):
    network = train(task, PLAN, SEEDS, CPU, tmp_path)
    batch = task.sample(5, 20, torch.Generator().manual_seed(0))
    states, _ = network(batch.inputs)
    code = (
        "import sys, hashlib, torch; torch.set_num_threads(1)\n"
        "from rscnav.tasks.registry import make_task; from rscnav.networks.checkpoint import load_network\n"
        "task = make_task('ring-fixed', trial_s=2.0); network = load_network(sys.argv[1], task)\n"
        "states, _ = network(task.sample(5, 20, torch.Generator().manual_seed(0)).inputs)\n"
        "print(hashlib.sha256(states.detach().numpy().tobytes()).hexdigest())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "weights.pt")]
    fresh = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert fresh == hashlib.sha256(states.detach().numpy().tobytes()).hexdigest()


def test_weights_come_from_the_generator_alone():
    torch.manual_seed(1)
    first = Network(2, {"position": 4}, Architecture("gru", 3), torch.Generator().manual_seed(7))
    torch.manual_seed(2)
    second = Network(2, {"position": 4}, Architecture("gru", 3), torch.Generator().manual_seed(7))
    for one, two in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, two)
        assert one.abs().max() <= 3**-0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [({"hidden_size": 0}, "hidden_size: 0 is not valid; use 1 or more units"), ({"cell": "x"}, "'x' is not valid")],
)
def test_bad_networks_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Network(2, {"position": 4}, Architecture(**({"cell": "gru", "hidden_size": 3} | change)))


def test_weights_file_errors_name_the_file(task, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"weights\.pt: no such file"):
        load_network(tmp_path / "weights.pt", task)
    (tmp_path / "weights.pt").write_text("no weights")
    with pytest.raises(ValueError, match=r"weights\.pt: damaged, cut short, or changed"):
        load_network(tmp_path / "weights.pt", task)


@pytest.fixture(scope="module")
def session(task, tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    network = train(task, PLAN, SEEDS, CPU, folder)
    return roll_out(
        "test-s1", "test-s1", network, task, SEEDS, Rollout(train_trials=20, test_trials=30), Encounters(),
        batch_size=16, curve=read_curve(folder / "curve.csv"),
    ), network  # fmt: skip


def test_session_of_a_network(task, session):
    rolled, network = session
    assert (rolled.trials["split"] == "train").sum() == 20
    assert len(rolled.trials) == 50
    trained_on = draw(task, SEEDS, "train", 0, 16)
    states, logits = network(trained_on.inputs)
    np.testing.assert_allclose(rolled.activity[: 16 * 20], states.flatten(0, 1).detach().numpy(), atol=1e-6)
    loss = step_losses(logits["position"], trained_on.targets["position"]).flatten().detach().numpy()
    mine = true_bin_loss(rolled.belief[: 16 * 20], trained_on.targets["position"].flatten().numpy())
    np.testing.assert_allclose(mine, loss, rtol=1e-4)
    np.testing.assert_allclose(rolled.bayes_posterior.sum(axis=1), 1, atol=1e-5)
    decided = rolled.encounters[rolled.encounters["order"] == 2]
    assert set(rolled.trials["outcome"][decided["trial"]]) <= {"correct", "incorrect"}
    undecided = np.setdiff1d(np.arange(50), decided["trial"])
    assert set(rolled.trials["outcome"][undecided]) == {"none"}
