"""Divergence is mended or ends the run with its cure; early stopping; the schedule's peak."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from helpers.training import CPU, killed_at, short_task, small_training
from rscnav.networks.architecture import Architecture
from rscnav.networks.rollout import read_curve
from rscnav.networks.settings import Training
from rscnav.networks.training.early_stopping import divergence_reason, is_stalled
from rscnav.networks.training.lr_schedule import cycle_at, is_falling, learning_rate
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train
from rscnav.networks.training.train_step import TrainStep
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds

TRAINING = small_training(12, 3)
PLAN = TrainingPlan("wild-s1", Architecture("gru", 5), TRAINING, Observer(), "record")
SEEDS = Seeds(0, ("network", "wild", 1))


@pytest.fixture(scope="module")
def task():
    return short_task(1.0)


def planted(monkeypatch, spoil, batches):
    """Spoil the weights after some batches; `batches` is used up, one at a time."""
    step, left = TrainStep.step, list(batches)

    def spoiled(learner):
        loss = step(learner)
        if left and learner.batch == left[0]:
            left.pop(0)
            with torch.no_grad():
                spoil(learner.network)
        return loss

    monkeypatch.setattr(TrainStep, "step", spoiled)


def no_number(network):
    network.layers[0].weight_hh.fill_(float("nan"))


def far_off(network):
    network.readouts["position"].bias[0] += 50


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            no_number,
            r"diverged by batch 8 \(the training loss is nan\): restarts from batch 6 with the learning rate times 0.5",
        ),
        (
            far_off,
            r"diverged by batch 9 \(the validation loss went from 4\.\d+ up to \d+\.\d+ nats\): restarts from batch 6",
        ),
    ],
)
def test_a_divergence_goes_back_and_lowers_the_rate(task, tmp_path, monkeypatch, caplog, spoil, said):
    planted(monkeypatch, spoil, [7])
    with caplog.at_level("INFO"):
        train(task, PLAN, SEEDS, CPU, tmp_path)
    assert any(re.search(said, message) for message in caplog.messages)
    table = np.genfromtxt(tmp_path / "curve.csv", delimiter=",", names=True)
    assert list(table["batch"]) == [3, 6, 9, 12]
    assert list(table["restarts"]) == [0, 0, 1, 1]
    rates = [learning_rate(batch - 1, 12, TRAINING.max_learning_rate) for batch in (3, 6, 9, 12)]
    np.testing.assert_allclose(table["learning_rate"], np.array(rates) * [1, 1, 0.5, 0.5])
    assert np.isfinite(table["loss"]).all()
    assert (tmp_path / "progress.csv").read_text().splitlines()[-1].endswith(",1")


def test_before_the_first_validation_it_goes_back_to_the_start(task, tmp_path, monkeypatch, caplog):
    planted(monkeypatch, no_number, [1])
    with caplog.at_level("INFO"):
        train(task, PLAN, SEEDS, CPU, tmp_path)
    assert "restarts from batch 0" in caplog.text
    half = PLAN.training.model_copy(update={"max_learning_rate": TRAINING.max_learning_rate / 2})
    monkeypatch.undo()
    train(task, replace(PLAN, training=half), SEEDS, CPU, tmp_path / "half")
    assert (tmp_path / "weights.pt").read_bytes() == (tmp_path / "half" / "weights.pt").read_bytes()


def test_after_too_many_divergences_it_gives_up_and_names_the_cure(task, tmp_path, monkeypatch):
    planted(monkeypatch, no_number, [7] * 9)
    with pytest.raises(FloatingPointError) as error:
        train(task, PLAN, SEEDS, CPU, tmp_path)
    assert "after 3 restarts (training.max_restarts)" in str(error.value)
    assert "lower training.max_learning_rate (0.004) or training.grad_clip_norm (1.0)" in str(error.value)
    assert not (tmp_path / "weights.pt").exists()


def test_a_run_killed_after_a_divergence_ends_with_the_same_bytes(task, tmp_path, monkeypatch):
    planted(monkeypatch, no_number, [7])
    train(task, PLAN, SEEDS, CPU, tmp_path / "whole")
    monkeypatch.undo()
    planted(monkeypatch, no_number, [7])
    with killed_at(8, restarts=1):
        train(task, PLAN, SEEDS, CPU, tmp_path / "killed")
    monkeypatch.undo()
    train(task, PLAN, SEEDS, CPU, tmp_path / "killed")
    for name in ("weights.pt", "curve.csv"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_what_counts_as_divergence():
    heads = {"position": 64, "separation": 32}  # chance: 4.16 + 3.47 = 7.62 nats
    row = {"loss": 3.0, "loss_separation": 3.0}
    assert divergence_reason(row, [], heads) == ""
    assert divergence_reason({**row, "loss": math.nan}, [], heads) == "the validation loss is nan"
    assert divergence_reason({**row, "loss": math.inf}, [], heads) == "the validation loss is inf"
    best = [{"loss": 2.6, "loss_separation": 3.0}, {"loss": 4.0, "loss_separation": 3.4}]  # 5.6, gained 2.02
    assert divergence_reason({"loss": 3.6, "loss_separation": 3.0}, best, heads) == ""  # one nat lost
    assert "from 5.600 up to 6.700" in divergence_reason({"loss": 3.7, "loss_separation": 3.0}, best, heads)
    little = [{"loss": 4.1, "loss_separation": 3.4}]  # gained 0.12: half of that is no sign of anything
    assert divergence_reason({"loss": 4.3, "loss_separation": 3.6}, little, heads) == ""
    assert "up to" in divergence_reason({"loss": 4.5, "loss_separation": 3.6}, little, heads)


def curve(gaps, every=10, se=0.01):
    return [
        {"batch": every * (k + 1), "gap": gap, "gap_se": se, "loss": 3.0, "loss_se": 0.01} for k, gap in enumerate(gaps)
    ]


def test_patience_counts_validations_past_the_peak_that_bring_less_than_an_error():
    patient = Training(n_batches=100, patience=3)
    assert not is_stalled(curve([0.5, 0.5, 0.5, 0.5, 0.5]), patient)  # rising until batch 30; two since
    assert is_stalled(curve([0.5] * 6), patient)
    assert not is_stalled(curve([0.5] * 6), Training(n_batches=100))
    assert not is_stalled(curve([0.5, 0.5, 0.5, 0.5, 0.5, 0.48]), patient)
    slow = curve([0.5, 0.5, 0.5, 0.496, 0.492, 0.488])  # small gains add up
    assert not is_stalled(slow, patient)
    assert is_stalled(curve([0.5, 0.5, 0.5, 0.499, 0.498, 0.497]), patient)
    assert not is_stalled(curve([0.5] * 12), Training(n_batches=100, patience=8))  # in a new cycle counting begins anew


def test_without_a_gap_patience_goes_by_the_loss():
    patient = Training(n_batches=100, patience=3)
    rows = curve([math.nan] * 6)
    assert is_stalled(rows, patient)
    for k, row in enumerate(rows):
        row["loss"] = 3.0 - 0.1 * k
    assert not is_stalled(rows, patient)


def test_early_stopping_ends_the_training(task, tmp_path, caplog):
    idle = TRAINING.model_copy(update={"patience": 2, "max_learning_rate": 1e-9, "n_batches": 60})
    with caplog.at_level("INFO"):
        train(task, replace(PLAN, training=idle), SEEDS, CPU, tmp_path)
    assert (
        "early stopping at batch 24: 2 validations without improvement" in caplog.text
    )  # past the peak at batch 18: 21, 24
    assert read_curve(tmp_path / "curve.csv")["batch"][-1] == 24
    assert (tmp_path / "weights.pt").exists()


def test_cycles_begin_where_the_last_ended():
    assert [cycle_at(batch, 10) for batch in (0, 9, 10, 14, 15, 22)] == [
        (0, 10),
        (0, 10),
        (10, 5),
        (10, 5),
        (15, 5),
        (20, 5),
    ]
    rates = [learning_rate(batch, 100, 1.0) for batch in range(150)]
    for batch in range(1, 150):
        if batch not in (100,):
            assert (rates[batch] < rates[batch - 1]) == is_falling(batch, 100)
