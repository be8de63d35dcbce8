"""Parts of training: Adam against torch's, operations counted by hand, the table of progress, noise, rules."""

import csv

import numpy as np
import pytest
import torch
from torch import nn

from helpers.training import CPU, killed_at, short_task, small_training
from rscnav.networks.architecture import Architecture
from rscnav.networks.learning_rules.settings import LearningRuleSettings
from rscnav.networks.model import Network
from rscnav.networks.training import flops, progress
from rscnav.networks.training.flops import flops_per_step, product_peak
from rscnav.networks.training.member import Member
from rscnav.networks.training.optimiser import Adam
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train
from rscnav.networks.training.train_step import TrainStep
from rscnav.networks.training.validation import Validation, measure
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds

TRAINING = small_training(8, 2)
SEEDS = Seeds(0, ("network", "parts", 1))


@pytest.fixture(scope="module")
def task():
    return short_task(1.0)


def plan_of(architecture=None, **changes):
    return TrainingPlan(
        "parts-s1", architecture or Architecture("gru", 5), TRAINING.model_copy(update=changes), Observer(), "r"
    )


@pytest.mark.parametrize("clip", [100.0, 0.5])
def test_adam_is_torch_s_after_clipping(clip):
    generator = torch.Generator().manual_seed(0)
    first = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((4, 3), (4,))]
    mine = [nn.Parameter(value.clone()) for value in first]
    theirs = [nn.Parameter(value.clone()) for value in first]
    adam, reference = Adam(mine, 1), torch.optim.Adam(theirs)
    for step in range(30):
        gradients = [torch.randn(value.shape, generator=generator, dtype=torch.float64) for value in first]
        rate = 0.01 / (1 + step)
        for one, other, gradient in zip(mine, theirs, gradients, strict=True):
            one.grad, other.grad = gradient.clone(), gradient.clone()
        adam.step([rate], [clip])
        torch.nn.utils.clip_grad_norm_(theirs, clip)
        reference.param_groups[0]["lr"] = rate
        reference.step()
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-12)


def test_a_weight_without_gradient_stays():
    parameter = nn.Parameter(torch.ones(3))
    Adam([parameter], 1).step([0.1], [1.0])
    assert torch.equal(parameter, torch.ones(3))


@pytest.mark.parametrize(
    ("architecture", "weights"),
    [
        (Architecture("gru", 5), 15 * 2 + 15 * 5 + 7 * 5),
        (Architecture("tanh", 5, n_layers=2), 5 * 2 + 5 * 5 + 5 * 5 + 5 * 5 + 7 * 5),
        (Architecture("tanh", 5, bidirectional=True), 2 * (5 * 2 + 5 * 5) + 7 * 10),
        (Architecture("diagonal", 5), 5 * 2 + 5 + 7 * 5),
        (Architecture("convolution", 5, window_steps=4), 5 * 8 + 7 * 5),
    ],
)
def test_operations_of_a_step(architecture, weights):
    network = Network(2, {"position": 7}, architecture)
    assert flops_per_step(network, 3, 10) == 3 * 2 * weights * 3 * 10
    several = Network(2, {"position": 7}, architecture, [torch.Generator(), torch.Generator()])
    assert flops_per_step(several, 3, 10) == 2 * flops_per_step(network, 3, 10)


def test_the_peak_is_measured_once_and_is_that_of_a_computer():
    peak = product_peak(CPU, torch.get_num_threads())
    assert 1e8 < peak < 1e15
    assert product_peak(CPU, torch.get_num_threads()) == peak


def test_the_peak_is_measured_even_where_the_time_for_it_is_over_at_once(monkeypatch):
    monkeypatch.setattr(flops, "MEASURE_S", -1.0)  # as on a machine with much other work
    assert product_peak(CPU, -1) > 0


def test_progress_is_a_table_that_grows_when_a_run_goes_on(task, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(progress, "REPORT_EVERY_S", -1.0)  # a report at every look
    path = tmp_path / "progress.csv"
    with killed_at(5):
        train(task, plan_of(), SEEDS, CPU, tmp_path)
    with path.open("a") as file:
        file.write("2026-01-01T00:00:00Z,5,3.9")  # killed while it wrote
    with caplog.at_level("INFO"):
        train(task, plan_of(), SEEDS, CPU, tmp_path)
    rows = list(csv.DictReader(path.open()))
    assert list(rows[0]) == list(progress.COLUMNS)
    assert [int(row["batch"]) for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(float(row["loss"]) > 0 and row["restarts"] == "0" for row in rows)
    assert all(
        float(row["step_ms"]) > 0 and float(row["fraction_of_peak"]) > 0 for row in rows if row["batch"] in "3478"
    )
    assert "parts-s1  batch 8/8  loss" in caplog.text
    assert "ms per step" in caplog.text
    assert "% of this machine's peak speed of matrix products" in caplog.text
    train(task, plan_of(), SEEDS, CPU, tmp_path)  # afresh: a table of its own
    assert len(path.read_text().splitlines()) == 9


def test_validation_noise_is_the_same_each_time(task):
    plan = plan_of(Architecture("tanh", 5, process_noise=0.3))
    validation = Validation(task, plan, SEEDS, CPU)
    network = Network(2, task.heads, plan.architecture, torch.Generator().manual_seed(0))
    rows = [measure(network, [validation], False)[0] for _ in range(2)]
    assert rows[0]["loss"] == rows[1]["loss"]
    quiet = Network(2, task.heads, Architecture("tanh", 5), torch.Generator().manual_seed(0))
    assert measure(quiet, [validation], False)[0]["loss"] != rows[0]["loss"]
    np.testing.assert_allclose(rows[0]["gap"], rows[0]["loss"] - rows[0]["bayes_loss"])


def test_a_bidirectional_network_is_measured_against_the_smoother(task):
    losses = {}
    for both in (False, True):
        plan = plan_of(Architecture("tanh", 5, bidirectional=both))
        validation = Validation(task, plan, SEEDS, CPU)
        losses[both] = validation.limit.mean()
    assert losses[True] < losses[False] - 0.01


def test_a_cost_of_rates_lowers_them(task, tmp_path):
    sizes = []
    for cost in (0.0, 30.0):
        plan = plan_of(Architecture("relu", 12), activity_l2=cost, n_batches=40, max_learning_rate=0.01)
        network = train(task, plan, SEEDS, CPU, tmp_path / str(cost))
        states, _ = network(task.sample(20, 10, torch.Generator().manual_seed(0)).inputs)
        sizes.append(float(states.detach().square().mean()))
    assert sizes[1] < 0.5 * sizes[0]


def test_another_rule_learns_and_one_that_cannot_is_refused(task, tmp_path):
    steps = LearningRuleSettings(name="truncated_bptt", window_steps=5)
    train(task, plan_of(learning_rule=steps), SEEDS, CPU, tmp_path / "truncated")
    assert (tmp_path / "truncated" / "weights.pt").exists()
    too_long = LearningRuleSettings(name="truncated_bptt", window_steps=50)
    with pytest.raises(ValueError, match="window_steps: 50 is longer than the trial of 10 steps"):
        TrainStep(task, [Member(plan_of(learning_rule=too_long), SEEDS, tmp_path)], CPU)
