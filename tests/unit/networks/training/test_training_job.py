"""One training job a network: which others it trains, what it leaves for their jobs, and what is gone on from after a kill."""

import logging
import multiprocessing
import threading
import time
from dataclasses import replace

import pytest
import torch

from helpers.training import CPU, killed_at, short_task, small_training
from rscnav.networks import checkpoint, devices
from rscnav.networks.architecture import Architecture
from rscnav.networks.devices import Device
from rscnav.networks.training import training_job as together
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train, train_ensemble
from rscnav.networks.training.train_step import TrainStep
from rscnav.networks.training.training_job import QueuedNetwork, train_job
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds

TRAINING = small_training(20, 5)
FILES = ("weights.pt", "curve.csv", "curve.csv.sha256")


@pytest.fixture(scope="module")
def task():
    return short_task(1.0)


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    monkeypatch.setattr(together, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(devices, "why_unused", lambda: "")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def entries(folder, *names, **changes):
    """One network each; `changes` by name: of its training."""
    return [
        QueuedNetwork(
            TrainingPlan(
                name, Architecture("gru", 6), TRAINING.model_copy(update=own), Observer(), f"record {own}", "code"
            ),
            Seeds(0, ("network", name)),
            folder / name,
        )
        for name, own in ((name, changes.get(name, {})) for name in names)
    ]


def job(task, folder, group, name, mode="ensemble", device="cpu"):
    (own,) = (entry for entry in group if entry.name == name)
    train_job(task, own, group, device, mode, folder / ".lock")


def alone(task, group, folder):
    """Train the same networks as one ensemble, as the library does."""
    train_ensemble(task, [e.plan for e in group], [e.seeds for e in group], CPU, [folder / e.name for e in group])


def made(entry):
    return [(entry.folder / file).read_bytes() for file in FILES if (entry.folder / file).exists()]


def trained(caplog):
    """What was trained, by the log."""
    return [m.split("  train")[0] for m in caplog.messages if "trains on" in m or "train together on" in m]


def clear_outputs(entry):
    """As the workflow does before a job."""
    for file in FILES:
        (entry.folder / file).unlink(missing_ok=True)


def test_the_first_job_trains_all_and_the_others_find_their_files(task, tmp_path, caplog):
    group = entries(tmp_path / "jobs", "a", "b", "c")
    alone(task, group, tmp_path / "whole")
    caplog.clear()  # a command that ran in this process before may have set the level
    with caplog.at_level(logging.INFO):
        job(task, tmp_path, group, "b")
        assert [len(made(entry)) for entry in group] == [0, 3, 0]  # no job writes another's outputs
        assert (group[0].folder / "ready" / "weights.pt").exists()
        for name in ("a", "c"):
            job(task, tmp_path, group, name)
    assert trained(caplog) == ["a … c (3 networks)"]
    for entry in group:
        assert made(entry) == [(tmp_path / "whole" / entry.name / file).read_bytes() for file in FILES]
        assert {path.name for path in entry.folder.iterdir()} == {*FILES, "progress.csv"}
    assert "a  trained on cpu, torch" in caplog.text


@pytest.mark.parametrize(
    ("mode", "gpus", "n_trainings"), [("separate", 1, 3), ("auto", 0, 3), ("auto", 1, 1), ("ensemble", 0, 1)]
)
def test_who_trains_together_is_decided_by_the_job(task, tmp_path, monkeypatch, caplog, mode, gpus, n_trainings):
    fake = tuple(Device(CPU, "Fake GPU", f"fake-{k}") for k in range(gpus))
    monkeypatch.setattr(devices, "find_gpus", lambda: fake)
    group = entries(tmp_path / "jobs", "a", "b", "c")
    with caplog.at_level(logging.INFO):
        for name in ("a", "b", "c"):
            job(task, tmp_path, group, name, mode, "auto")
    assert len(trained(caplog)) == n_trainings
    assert all(len(made(entry)) == 3 for entry in group)
    record = checkpoint.load(group[1].folder / "weights.pt")
    assert record["record"] == {"settings": "record {}", "code": "code"}
    assert record["devices"][0]["gpu"] == ("Fake GPU" if gpus else "")


def test_alone_a_job_makes_the_bytes_of_the_library(task, tmp_path):
    group = entries(tmp_path / "jobs", "a", "b")
    job(task, tmp_path, group, "a", "separate")
    train(task, group[0].plan, group[0].seeds, CPU, tmp_path / "whole")
    assert made(group[0]) == [(tmp_path / "whole" / file).read_bytes() for file in FILES]


def test_one_more_network_and_a_changed_one_are_trained_alone(task, tmp_path, caplog):
    group = entries(tmp_path / "jobs", "a", "b")
    for name in ("a", "b"):
        job(task, tmp_path, group, name)
    before = made(group[0])
    caplog.clear()
    more = entries(tmp_path / "jobs", "a", "b", "c", b={"max_learning_rate": 0.02})
    with caplog.at_level(logging.INFO):
        clear_outputs(more[1])
        job(task, tmp_path, more, "c")
        job(task, tmp_path, more, "b")
    assert trained(caplog) == ["b … c (2 networks)"]
    assert made(group[0]) == before
    caplog.clear()
    changed = entries(tmp_path / "jobs", "a", "b", "c", b={"max_learning_rate": 0.01})
    with caplog.at_level(logging.INFO):
        clear_outputs(changed[1])
        job(task, tmp_path, changed, "b")
    assert trained(caplog) == ["b"]


def test_files_that_wait_are_taken_only_with_the_same_settings(task, tmp_path, caplog):
    group = entries(tmp_path / "jobs", "a", "b")
    job(task, tmp_path, group, "a")
    changed = entries(tmp_path / "jobs", "a", "b", b={"max_learning_rate": 0.02})
    with caplog.at_level(logging.INFO):
        job(task, tmp_path, changed, "b")
    assert trained(caplog)[-1] == "b"
    assert checkpoint.load(changed[1].folder / "weights.pt")["record"]["settings"] == changed[1].plan.settings_json
    assert not (changed[1].folder / "ready").exists()


def spoil(monkeypatch, name):
    """Let one network's loss be NaN from the start."""
    step = TrainStep.step

    def spoiled(learner):
        loss = step(learner)
        names = [member.plan.name for member in learner.members]
        if name in names:
            loss = loss.clone()
            loss[names.index(name)] = float("nan")
        return loss

    monkeypatch.setattr(TrainStep, "step", spoiled)


@pytest.mark.parametrize("first", ["a", "b"])
def test_one_that_diverges_fails_in_its_own_job_alone(task, tmp_path, monkeypatch, caplog, first):
    group = entries(tmp_path / "jobs", "a", "b", "c")
    spoil(monkeypatch, "b")
    failed = []
    with caplog.at_level(logging.INFO):
        for name in (first, *(other for other in "abc" if other != first)):
            try:
                job(task, tmp_path, group, name)
            except FloatingPointError as error:
                failed.append((name, str(error)))
    assert [name for name, _ in failed] == ["b"]
    assert failed[0][1].startswith("b: diverged by batch")
    assert trained(caplog) == ["a … c (3 networks)"]
    assert [len(made(entry)) for entry in group] == [3, 0, 3]
    monkeypatch.undo()
    monkeypatch.setattr(devices, "why_unused", lambda: "")
    job(task, tmp_path, group, "b")  # a new attempt
    assert len(made(group[1])) == 3


@pytest.mark.parametrize("killed_after", [3, 17, 26])
@pytest.mark.parametrize("goes_on", ["a", "b", "c"])
def test_after_a_kill_any_member_s_job_goes_on(task, tmp_path, caplog, killed_after, goes_on):
    own = {"a": {"target_gap": 100.0}, "b": {"target_gap": 1e-6, "max_batches": 30}, "c": {"target_gap": 1e-6}}
    own = {name: {"max_batches": 30, **changes} for name, changes in own.items()}
    group = entries(tmp_path / "jobs", "a", "b", "c", **own)
    alone(task, group, tmp_path / "whole")
    with killed_at(killed_after):
        job(task, tmp_path, group, "b")
    clear_outputs(group[1])
    caplog.clear()
    with caplog.at_level(logging.INFO):
        for name in (goes_on, *(other for other in "abc" if other != goes_on)):
            job(task, tmp_path, group, name)
    assert f"resumes from its checkpoint after {killed_after} batches" in caplog.text
    assert "from the beginning" not in caplog.text
    assert len(trained(caplog)) == 1
    for entry in group:
        assert made(entry) == [(tmp_path / "whole" / entry.name / file).read_bytes() for file in FILES], entry.name
        assert {path.name for path in entry.folder.iterdir()} == {*FILES, "progress.csv"}


def test_after_a_kill_a_changed_member_starts_afresh_and_the_others_go_on(task, tmp_path, caplog):
    group = entries(tmp_path / "jobs", "a", "b", "c")
    alone(task, group, tmp_path / "whole")
    with killed_at(7):
        job(task, tmp_path, group, "a")
    changed = entries(tmp_path / "jobs", "a", "b", "c", "d", a={"max_learning_rate": 0.02})
    caplog.clear()
    with caplog.at_level(logging.INFO):
        for name in "abcd":
            job(task, tmp_path, changed, name)
    assert trained(caplog) == ["a … d (2 networks)", "b … c (2 networks)"]
    assert caplog.text.count("resumes from its checkpoint after 7 batches") == 1
    for entry in changed[1:3]:
        one, two = (
            checkpoint.load(f / "weights.pt")["weights"] for f in (entry.folder, tmp_path / "whole" / entry.name)
        )
        assert all(torch.allclose(one[key], two[key], rtol=1e-4, atol=1e-6) for key in one)
    assert not list(tmp_path.rglob("checkpoint.pt"))


def test_after_a_kill_members_can_go_on_one_by_one(task, tmp_path, caplog):
    group = entries(tmp_path / "jobs", "a", "b")
    with killed_at(7):
        job(task, tmp_path, group, "a")
    caplog.clear()
    with caplog.at_level(logging.INFO):
        for name in "ab":
            job(task, tmp_path, group, name, "separate")
    assert caplog.text.count("resumes from its checkpoint after 7 batches") == 2
    assert not list(tmp_path.rglob("checkpoint.pt"))


def wait_and_train(folder, name, out):
    torch.set_num_threads(1)
    logging.basicConfig(filename=out, level=logging.INFO, format="%(message)s")
    group = entries(folder / "jobs", "a", "b")
    job(short_task(1.0), folder, group, name)


def test_a_job_whose_group_trains_waits_and_says_so(task, tmp_path):
    group = entries(tmp_path / "jobs", "a", "b")
    out, process = tmp_path / "b.log", None
    step = TrainStep.step

    def slow(learner):
        nonlocal process
        if process is None:  # the group's lock is held now
            process = multiprocessing.get_context("spawn").Process(target=wait_and_train, args=(tmp_path, "b", out))
            process.start()
            deadline = time.monotonic() + 60
            while not (out.exists() and "waiting" in out.read_text()) and time.monotonic() < deadline:
                time.sleep(0.05)
        return step(learner)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrainStep, "step", slow)
        job(task, tmp_path, group, "a")
    process.join(60)
    assert process.exitcode == 0
    assert all(len(made(entry)) == 3 for entry in group)
    first, *rest = out.read_text().splitlines()
    assert first == "b  device cpu: waiting for another job, which trains networks of this group together"
    assert any("trained on cpu" in line for line in rest)
    assert not any("trains on" in line or "train together on" in line for line in rest)


def test_where_files_cannot_be_locked_each_trains_alone(task, tmp_path, monkeypatch, caplog):
    def refused(handle):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(together, "flocked", refused)
    group = entries(tmp_path / "jobs", "a", "b")
    with caplog.at_level(logging.INFO):
        for name in "ab":
            job(task, tmp_path, group, name)
    assert trained(caplog) == ["a", "b"]
    assert "a  trains without other networks: files cannot be locked" in caplog.text


def test_unusual_files_of_others_do_no_harm(task, tmp_path):
    group = entries(tmp_path / "jobs", "a", "b")
    for entry in group:
        (entry.folder / "ready").mkdir(parents=True)
        (entry.folder / "ready" / "failed.json").write_text("[")
        checkpoint.save({"records": 7, "batch": "x"}, entry.folder / "checkpoint.pt")
    (group[1].folder / "weights.pt").write_text("no weights")
    (group[1].folder / "curve.csv").write_text("")
    job(task, tmp_path, group, "a")
    job(task, tmp_path, [replace(group[0]), group[1]], "b")
    assert all(len(made(entry)) == 3 for entry in group)
    assert threading.active_count() < 20
