"""Checkpoints that will not do, and disks that are full: what is said, and that the run is not lost."""

import errno
import json
import logging
import os
from dataclasses import replace

import pytest
import torch

from helpers.training import CPU, killed_at, short_task, small_training
from rscnav.files.atomic import clear_leftovers
from rscnav.networks import checkpoint
from rscnav.networks.architecture import Architecture
from rscnav.networks.training.checkpoint_settings import differences
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds

TRAINING = small_training(6, 2)
RECORD = json.dumps({"network": {"cell": "gru", "training": {"max_learning_rate": 0.004, "curriculum": []}}, "seed": 0})
PLAN = TrainingPlan("kept-s1", Architecture("gru", 5), TRAINING, Observer(), RECORD, code="abc")
SEEDS = Seeds(0, ("network", "kept", 1))


@pytest.fixture(scope="module")
def task():
    return short_task(1.0)


@pytest.fixture
def killed(task, tmp_path):
    """A folder with the checkpoint of a run that was killed after four batches."""
    with killed_at(4):
        train(task, PLAN, SEEDS, CPU, tmp_path / "killed")
    return tmp_path / "killed"


def weights(folder):
    return (folder / "weights.pt").read_bytes()


def assert_same_weights(folder, other):
    one, two = (checkpoint.load(f / "weights.pt")["weights"] for f in (folder, other))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"settings_json": RECORD.replace("0.004", "0.002")},
            "code: network.training.max_learning_rate 0.004 -> 0.002\n",
        ),
        ({"settings_json": RECORD.replace("gru", "tanh")}, 'code: network.cell "gru" -> "tanh"\n'),
        (
            {"settings_json": RECORD.replace("[]", '[{"until": 0.5}]')},
            'network.training.curriculum [] -> [{"until": 0.5}]\n',
        ),
        ({"settings_json": RECORD.replace('"seed"', '"sown"')}, "seed 0 -> not there; sown not there -> 0\n"),
        ({"code": "def"}, "code: code changed\n"),
        ({"name": "other-s1"}, "it is of kept-s1 and not of other-s1\n"),
    ],
)
def test_a_checkpoint_of_another_configuration_says_which_keys_differ(task, killed, caplog, tmp_path, change, said):
    train(task, PLAN, SEEDS, CPU, tmp_path / "whole")
    with caplog.at_level("INFO"):
        train(task, replace(PLAN, **change), SEEDS, CPU, killed)
    assert "starts from the beginning" in caplog.text
    assert "checkpoint.pt" in caplog.text
    assert said in caplog.text
    assert_same_weights(killed, tmp_path / "whole")  # only the record was another: no batch of it was used


def test_the_same_configuration_goes_on(task, killed, caplog):
    with caplog.at_level("INFO"):
        train(task, PLAN, SEEDS, CPU, killed)
    assert "resumes from its checkpoint after 4 batches" in caplog.text
    assert not (killed / "checkpoint.pt").exists()


@pytest.mark.parametrize("damage", ["half", "empty", "garbage", "another file", "an older version"])
def test_a_damaged_checkpoint_is_named_and_not_used(task, killed, caplog, tmp_path, damage):
    path = killed / "checkpoint.pt"
    whole = path.read_bytes()
    if damage == "another file":
        checkpoint.save({"weights": {}, "architecture": {}}, path)
    elif damage == "an older version":
        checkpoint.save({"weights": {}, "record": "text"}, path)
    else:
        path.write_bytes({"half": whole[: len(whole) // 2], "empty": b"", "garbage": b"\x80\x02 garbage"}[damage])
    train(task, PLAN, SEEDS, CPU, tmp_path / "whole")
    with caplog.at_level("INFO"):
        train(task, PLAN, SEEDS, CPU, killed)
    assert "starts from the beginning" in caplog.text
    assert str(path) in caplog.text
    assert weights(killed) == weights(tmp_path / "whole")


def fill_disk_for(name, monkeypatch):
    """Let files of one name no longer be written."""
    save = checkpoint.save

    def full(values, path):
        if path.name == name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        save(values, path)

    monkeypatch.setattr(checkpoint, "save", full)


def test_a_full_disk_costs_a_checkpoint_and_not_the_run(task, tmp_path, caplog, monkeypatch):
    train(task, PLAN, SEEDS, CPU, tmp_path / "whole")
    fill_disk_for("checkpoint.pt", monkeypatch)
    with caplog.at_level("INFO"):
        train(task, PLAN, SEEDS, CPU, tmp_path / "full")
    assert "its checkpoint could not be written: [Errno 28] No space left on device" in caplog.text
    assert weights(tmp_path / "full") == weights(tmp_path / "whole")


def test_a_full_disk_when_weights_are_written_is_an_error_and_keeps_the_checkpoint(task, tmp_path, monkeypatch):
    fill_disk_for("weights.pt", monkeypatch)
    with pytest.raises(OSError, match=r"No space left on device: .*weights\.pt"):
        train(task, PLAN, SEEDS, CPU, tmp_path)
    assert (tmp_path / "checkpoint.pt").exists()
    monkeypatch.undo()
    train(task, PLAN, SEEDS, CPU, tmp_path)
    train(task, PLAN, SEEDS, CPU, tmp_path / "whole")
    assert weights(tmp_path) == weights(tmp_path / "whole")


def test_a_table_of_progress_that_cannot_be_written_is_said_once(task, tmp_path, caplog):
    (tmp_path / "progress.csv").mkdir()
    with caplog.at_level(logging.WARNING):
        train(task, PLAN, SEEDS, CPU, tmp_path)
    assert caplog.text.count("progress.csv could not be written") == 1
    assert (tmp_path / "weights.pt").exists()


def test_half_written_files_of_killed_processes_go(task, tmp_path):
    dead, alive = tmp_path / ".checkpoint.999999999.part.pt", tmp_path / f".weights.{os.getpid()}.part.pt"
    for path in (dead, alive):
        path.write_text("half")
    clear_leftovers(tmp_path)
    assert not dead.exists()
    assert alive.exists()


def test_differences_of_some_members_name_them():
    before = {"a": {"settings": "{}", "code": "1"}, "b": {"settings": '{"x": 1}', "code": "1"}}
    now = {"a": {"settings": "{}", "code": "2"}, "b": {"settings": '{"x": 2}', "code": "2"}}
    assert differences(before, now) == ["code changed", "x 1 -> 2 (b)"]
    assert differences(before, before) == []
