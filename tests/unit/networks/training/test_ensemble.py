"""Several networks at once: each member's files are those of training it alone."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from helpers.training import CPU, killed_at, short_task, small_training
from rscnav.networks.architecture import Architecture
from rscnav.networks.learning_rules.settings import LearningRuleSettings
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train, train_ensemble
from rscnav.networks.training.train_step import TrainStep
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds

TRAINING = small_training(20, 5)
NAMES = ("a-s1", "b-s1", "b-s2")
OWN = [
    {"max_learning_rate": 0.004},
    {"max_learning_rate": 0.02, "grad_clip_norm": 0.1},
    {"max_learning_rate": 0.01, "activity_l2": 0.5},
]
SEEDS = [Seeds(0, ("network", "test", k)) for k in range(3)]


@pytest.fixture(scope="module")
def task():
    return short_task(1.0)


@pytest.fixture(params=[torch.float32, torch.float64], ids=["float32", "float64"])
def tolerance(request):
    """Train in this precision; results agree to that."""
    torch.set_default_dtype(request.param)
    yield {torch.float32: 1e-4, torch.float64: 1e-9}[request.param]
    torch.set_default_dtype(torch.float32)


def plans_of(changes, architecture=Architecture("gru", 6), **shared):  # noqa: B008 (frozen)
    return [
        TrainingPlan(name, architecture, TRAINING.model_copy(update={**shared, **own}), Observer(), "record")
        for name, own in zip(NAMES, changes, strict=True)
    ]


def weights(folder):
    saved = torch.load(folder / "weights.pt", weights_only=True)
    assert saved["architecture"]["hidden_size"] == 6
    return saved["weights"]


def both_ways(task, plans, folder):
    for plan, seeds in zip(plans, SEEDS, strict=True):
        train(task, plan, seeds, CPU, folder / "alone" / plan.name)
    return train_ensemble(task, plans, SEEDS, CPU, [folder / "together" / plan.name for plan in plans])


def assert_same(folder, names, rtol):
    for name in names:
        one, other = weights(folder / "alone" / name), weights(folder / "together" / name)
        assert one.keys() == other.keys()
        for key in one:
            assert (one[key] - other[key]).norm() <= rtol * one[key].norm(), (name, key)
        tables = [
            np.genfromtxt(folder / way / name / "curve.csv", delimiter=",", names=True) for way in ("alone", "together")
        ]
        assert tables[0].dtype.names == tables[1].dtype.names
        for column in tables[0].dtype.names:
            np.testing.assert_allclose(tables[0][column], tables[1][column], rtol=max(rtol, 1e-3), atol=1e-5)


@pytest.mark.parametrize(
    "architecture",
    [Architecture("gru", 6), Architecture("tanh", 6, n_layers=2, process_noise=0.2), Architecture("diagonal", 6)],
    ids=["gru", "two noisy layers", "diagonal"],
)
def test_three_together_are_three_one_by_one(task, tmp_path, tolerance, architecture):
    plans = plans_of(OWN, architecture)
    networks = both_ways(task, plans, tmp_path)
    assert_same(tmp_path, NAMES, tolerance)
    assert [network.layers[0].weight_ih.dim() for network in networks] == [2, 2, 2]
    assert not torch.allclose(networks[0].layers[0].weight_ih, networks[1].layers[0].weight_ih)
    assert {path.name for path in (tmp_path / "together" / NAMES[0]).iterdir()} == {
        "weights.pt",
        "curve.csv",
        "curve.csv.sha256",
        "progress.csv",
    }


def test_members_end_when_they_would_alone(task, tmp_path):
    plans = plans_of(
        [{"target_gap": 100.0}, {"target_gap": 1e-6, "max_batches": 33}, {"target_gap": 1e-6}], max_batches=40
    )
    both_ways(task, plans, tmp_path)
    assert_same(tmp_path, NAMES, 1e-4)
    last = [
        np.genfromtxt(tmp_path / "together" / n / "curve.csv", delimiter=",", names=True)["batch"][-1] for n in NAMES
    ]
    assert last == [20, 30, 40]


def planted(monkeypatch, name, batch, times):
    """Spoil one member's weights after a batch, so many times."""
    step, done = TrainStep.step, []

    def spoiled(learner):
        loss = step(learner)
        names = [member.plan.name for member in learner.members]
        if name in names and learner.batch == batch and len(done) < times:
            done.append(batch)
            with torch.no_grad():
                weight = learner.network.layers[0].weight_hh
                (weight[names.index(name)] if learner.together else weight).fill_(float("nan"))
        return loss

    monkeypatch.setattr(TrainStep, "step", spoiled)


def test_one_s_divergence_is_its_own(task, tmp_path, monkeypatch, caplog):
    plans = plans_of(OWN)
    for plan, seeds in zip(plans, SEEDS, strict=True):
        with monkeypatch.context() as here:
            planted(here, "b-s1", 12, 1)
            train(task, plan, seeds, CPU, tmp_path / "alone" / plan.name)
    planted(monkeypatch, "b-s1", 12, 1)
    caplog.clear()
    with caplog.at_level("INFO"):
        train_ensemble(task, plans, SEEDS, CPU, [tmp_path / "together" / name for name in NAMES])
    assert [m.split()[0] for m in caplog.messages if "diverged" in m] == ["b-s1"]
    assert_same(tmp_path, NAMES, 1e-4)


def test_one_is_given_up_and_the_others_end_as_alone(task, tmp_path, monkeypatch):
    plans = plans_of(OWN, max_restarts=1)
    for plan, seeds in zip(plans, SEEDS, strict=True):
        if plan.name != "b-s1":
            train(task, plan, seeds, CPU, tmp_path / "alone" / plan.name)
    planted(monkeypatch, "b-s1", 12, 9)
    with pytest.raises(FloatingPointError, match=r"b-s1: .*lower training.max_learning_rate \(0.02\)"):
        train_ensemble(task, plans, SEEDS, CPU, [tmp_path / "together" / name for name in NAMES])
    assert_same(tmp_path, ("a-s1", "b-s2"), 1e-4)
    assert not (tmp_path / "together" / "b-s1" / "weights.pt").exists()
    assert not (tmp_path / "together" / "a-s1" / "checkpoint.pt").exists()


@pytest.mark.parametrize("killed_after", [3, 17, 26])
def test_killed_together_they_end_with_the_same_bytes(task, tmp_path, killed_after):
    plans = plans_of([{"target_gap": 100.0}, {"target_gap": 1e-6}, {"target_gap": 1e-6}], max_batches=30)
    folders = [tmp_path / "whole" / name for name in NAMES]
    train_ensemble(task, plans, SEEDS, CPU, folders)
    killed = [tmp_path / "killed" / name for name in NAMES]
    with killed_at(killed_after):
        train_ensemble(task, plans, SEEDS, CPU, killed)
    assert (killed[0] / "checkpoint.pt").exists()
    (killed[0] / "weights.pt").unlink(missing_ok=True)  # as a workflow does with a killed job's outputs
    train_ensemble(task, plans, SEEDS, CPU, killed)
    for one, other in zip(folders, killed, strict=True):
        for file in ("weights.pt", "curve.csv"):
            assert (one / file).read_bytes() == (other / file).read_bytes(), (one.name, file)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"training": TRAINING.model_copy(update={"batch_size": 9})}, "training.batch_size is 8 and 9"),
        (
            {"training": TRAINING.model_copy(update={"validate_every_batches": 2})},
            "training.validate_every_batches is 5 and 2",
        ),
        ({"architecture": Architecture("gru", 7)}, "architecture.hidden_size is 6 and 7"),
        ({"observer": Observer(grid_bins=1024)}, "observer.grid_bins is 512 and 1024"),
        ({"name": "a-s1"}, "different names; got a-s1, a-s1, b-s2"),
    ],
)
def test_what_cannot_train_together_is_refused_by_name(task, tmp_path, change, message):
    plans = plans_of(OWN)
    plans[1] = replace(plans[1], **change)
    with pytest.raises(ValueError, match=re.escape(message)):
        train_ensemble(task, plans, SEEDS, CPU, [tmp_path / str(k) for k in range(3)])


def test_rules_and_folders_of_ensembles(task, tmp_path):
    plans = plans_of(OWN, learning_rule=LearningRuleSettings(name="e-prop"))
    folders = [tmp_path / str(k) for k in range(3)]
    with pytest.raises(ValueError, match="rule: 'e-prop' cannot train several networks together"):
        train_ensemble(task, plans, SEEDS, CPU, folders)
    with pytest.raises(ValueError, match="need different folders"):
        train_ensemble(task, plans_of(OWN), SEEDS, CPU, [tmp_path] * 3)
    with pytest.raises(ValueError, match="3 plans, 3 seeds and 2 folders"):
        train_ensemble(task, plans_of(OWN), SEEDS, CPU, folders[:2])


def test_one_together_is_one_alone(task, tmp_path):
    plan = plans_of(OWN)[0]
    train_ensemble(task, [plan], SEEDS[:1], CPU, [tmp_path / "together"])
    train(task, plan, SEEDS[0], CPU, tmp_path / "alone")
    assert (tmp_path / "together" / "weights.pt").read_bytes() == (tmp_path / "alone" / "weights.pt").read_bytes()
