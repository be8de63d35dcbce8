"""Files of weights and checkpoints whose content cannot be right: refused by name, or not gone on from; never a traceback."""

import contextlib
import copy
import logging

import pytest
import torch

from helpers.training import CPU, killed_at, short_task, small_training
from rscnav.networks import checkpoint
from rscnav.networks.architecture import Architecture
from rscnav.networks.checkpoint import load_network
from rscnav.networks.model import Network
from rscnav.networks.rollout import roll_out
from rscnav.networks.settings import Rollout
from rscnav.networks.training.checkpoint_settings import records_of
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.resume import read_checkpoint
from rscnav.networks.training.train import train
from rscnav.networks.weights_file import trained_values
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.settings import Encounters
from rscnav.tasks.registry import make_task

PLAN = TrainingPlan("n-s1", Architecture("gru", 5), small_training(6, 2), Observer(), "record")
SEEDS = Seeds(0, ("network", "n", 1))


@pytest.fixture(scope="module")
def task():
    return short_task(1.0)


@pytest.fixture(scope="module")
def trained(task, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    train(task, PLAN, SEEDS, CPU, folder)
    return folder


@pytest.fixture
def saved(trained):
    return checkpoint.load(trained / "weights.pt")


def test_weights_say_what_they_were_trained_with(saved):
    assert saved["record"] == {"settings": "record", "code": ""}
    assert saved["devices"] == [{"device": "cpu", "gpu": "", "cuda": "", "torch": torch.__version__}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: {"a": 1}, "'weights' is missing"),
        (lambda s: [1, 2], "'weights' is missing"),
        (lambda s: {k: v for k, v in s.items() if k != "architecture"}, "'architecture' is missing"),
        (lambda s: s | {"architecture": s["architecture"] | {"hidden_size": 6}}, "layers.0.weight_ih has the shape"),
        (lambda s: s | {"architecture": s["architecture"] | {"hidden_size": 10**9}}, "no network has its architecture"),
        (lambda s: s | {"architecture": s["architecture"] | {"hidden_size": 2**62}}, "no network has its architecture"),
        (lambda s: s | {"architecture": s["architecture"] | {"cell": "x"}}, "'x' is not valid"),
        (lambda s: s | {"architecture": s["architecture"] | {"n_layers": 2}}, "layers.1.weight_ih .*it is missing"),
        (lambda s: s | {"architecture": {"colour": "red"}}, "its architecture cannot be read"),
        (lambda s: s | {"architecture": s["architecture"] | {"hidden_size": "5"}}, "no network has its architecture"),
        (lambda s: s | {"weights": {}}, "it is missing"),
        (lambda s: s | {"weights": {"w": 1}}, "its weights cannot be read"),
        (lambda s: s | {"weights": s["weights"] | {"extra": torch.zeros(2)}}, "need no such weights"),
        (lambda s: s | {"record": {}}, "its record of settings, code and device"),
        (lambda s: s | {"devices": []}, "its record of settings, code and device"),
    ],
)
def test_a_file_of_something_else_is_refused_by_name(task, saved, tmp_path, change, message):
    checkpoint.save(change(copy.deepcopy(saved)), tmp_path / "weights.pt")
    with pytest.raises(ValueError, match=message) as refused:
        load_network(tmp_path / "weights.pt", task)
    assert str(refused.value).startswith(f"{tmp_path / 'weights.pt'}: ")
    assert "train this network again" in str(refused.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_refused(task, saved, tmp_path, value):
    saved["weights"]["layers.0.weight_hh"][0, 1] = value
    checkpoint.save(saved, tmp_path / "weights.pt")
    with pytest.raises(
        ValueError, match=r"weights\.pt: its weights are NaN or infinite in layers\.0\.weight_hh \(1 of 75"
    ):
        load_network(tmp_path / "weights.pt", task)
    with pytest.raises(ValueError, match=r"n-s1: the trained weights are NaN or infinite .* was not written"):
        trained_values(saved["weights"], PLAN.architecture, saved["record"], saved["devices"], "n-s1")


def test_weights_of_another_task_are_refused(trained):
    other = make_task("ring-fixed", trial_s=1.0, n_bins=32)
    with pytest.raises(ValueError, match="'ring-fixed' need .*, or use the task that it was trained on"):
        load_network(trained / "weights.pt", other)


def test_a_session_whose_activity_is_not_finite_is_refused(task):
    network = Network(len(task.channels), task.heads, Architecture("relu", 4), torch.Generator().manual_seed(0))
    with torch.no_grad():
        network.layers[0].weight_hh.fill_(1e30)
    with pytest.raises(ValueError, match=r"n-s1: the network's states are NaN or infinite in \d+ of 7 trials"):
        roll_out("n-s1", "n", network, task, SEEDS, Rollout(train_trials=3, test_trials=4), Encounters(), batch_size=4)


def test_trials_are_the_same_whatever_device_they_are_for(task):
    """Without a second device: what is drawn does not ask the device, it is moved there."""
    from rscnav.networks.training.trial_streams import draw

    batch = draw(task, SEEDS, "train", 3, 5, "meta")
    assert batch.inputs.device.type == "meta"
    assert batch.inputs.shape == draw(task, SEEDS, "train", 3, 5).inputs.shape


def leaves(values, path=()):
    """All paths into nested dictionaries and lists."""
    yield path
    inner = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in inner:
        yield from leaves(value, (*path, key))


def at(values, path):
    for key in path:
        values = values[key]
    return values


def changed(values, path, new):
    if not path:
        return new
    values = copy.deepcopy(values)
    at(values, path[:-1])[path[-1]] = new
    return values


@pytest.fixture(scope="module")
def state(task, tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    with killed_at(5):
        train(task, PLAN, SEEDS, CPU, folder)
    return checkpoint.load(folder / "checkpoint.pt")


def test_a_checkpoint_of_any_content_starts_afresh_or_ends_as_it_would(task, state, tmp_path, caplog):
    new = (None, -1, 10**9, "x", [], {"a": 1}, float("nan"), torch.ones(2))
    path, shapes = tmp_path / "checkpoint.pt", {name: tuple(value.shape) for name, value in state["weights"].items()}
    accepted = []
    for where in leaves(state):
        old = at(state, where)
        for value in (*new, torch.full_like(old, float("nan"))) if isinstance(old, torch.Tensor) else new:
            if old is None or (isinstance(old, list) and old == value):
                continue
            mutant = changed(state, where, value)
            checkpoint.save(mutant, path)
            caplog.clear()
            found = read_checkpoint(path, records_of([PLAN]), task, shapes, 6, "n-s1")
            if found is not None:
                accepted.append(where[-1])
                if len(accepted) % 20 == 1:
                    with contextlib.suppress(FloatingPointError):  # it may seem to diverge, from losses that never were
                        train(task, PLAN, SEEDS, CPU, tmp_path)
            else:
                assert caplog.messages[0].startswith("n-s1  starts from the beginning")
                assert str(path) in caplog.text
    single = {"restarts", "device", "gpu", "cuda", "torch"} | {
        k for row in state["members"]["n-s1"]["curve"] for k in row
    }
    assert {key for key in accepted if not isinstance(key, int)} <= single | set(shapes)  # one value for another


@pytest.mark.parametrize("part", ["weights", "last_good_state"])
def test_a_checkpoint_with_nan_starts_afresh_and_ends_with_the_same_weights(
    task, state, trained, tmp_path, caplog, part
):
    spoiled = copy.deepcopy(state)
    spoilt_in_place = spoiled["weights"] if part == "weights" else spoiled["last_good_state"]["adam"]
    next(value for value in spoilt_in_place.values() if isinstance(value, torch.Tensor)).fill_(float("nan"))
    checkpoint.save(spoiled, tmp_path / "checkpoint.pt")
    with caplog.at_level(logging.WARNING):
        train(task, PLAN, SEEDS, CPU, tmp_path)
    assert "starts from the beginning" in caplog.text
    assert "NaN or infinite" in caplog.text
    assert (tmp_path / "weights.pt").read_bytes() == (trained / "weights.pt").read_bytes()
