"""The task of docs/tasks/add-your-own.md, taken from that page, goes all the way; one without observers, too."""

import importlib.util
import math
import re
import sys

import numpy as np
import pytest
import torch

from helpers import ROOT
from rscnav.analyses.registry import ANALYSES, analyse
from rscnav.config.load import parse_config
from rscnav.networks.architecture import Architecture
from rscnav.networks.rollout import read_curve, roll_out
from rscnav.networks.settings import Rollout, Training
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train import train
from rscnav.observers.registry import observe
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.settings import Encounters
from rscnav.tasks.registry import TASKS, make_task

PAGE = ROOT / "docs" / "tasks" / "add-your-own.md"
CPU = torch.device("cpu")


@pytest.fixture
def task(tmp_path, monkeypatch):
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1)
    (tmp_path / "ring_one_landmark.py").write_text(code)
    spec = importlib.util.spec_from_file_location("ring_one_landmark", tmp_path / "ring_one_landmark.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "ring_one_landmark", module)
    spec.loader.exec_module(module)
    monkeypatch.setitem(TASKS, "ring-one-landmark", "ring_one_landmark")
    return make_task("ring-one-landmark", trial_s=2.0)


def session_of(task, folder, **settings):
    torch.set_num_threads(1)
    training = Training(batch_size=16, n_batches=6, validation_trials=20, validate_every_batches=3, **settings)
    seeds = Seeds(0, ("own",))
    plan = TrainingPlan("own-s1", Architecture("gru", 6), training, Observer(), "record")
    network = train(task, plan, seeds, CPU, folder)
    curve = read_curve(folder / "curve.csv")
    rollout = Rollout(train_trials=10, test_trials=30)
    return roll_out("own-s1", "own", network, task, seeds, rollout, Encounters(), batch_size=16, curve=curve)


def test_the_page_s_task_is_solved_by_the_filter_and_goes_all_the_way(task, tmp_path):
    batch = task.sample(200, 20, torch.Generator().manual_seed(0))
    posterior = observe(task, batch)["position"]
    loss = -posterior.gather(2, batch.targets["position"][..., None])[..., 0].log()
    met = batch.landmarks_encountered > 0
    assert loss[met].mean() < 2.5 < loss[~met].mean()  # one sight is enough: log 64 = 4.16
    session = session_of(task, tmp_path, target_gap=None)
    assert session.encounters["landmark"].tolist() == ["a"] * len(session.encounters)
    assert analyse(session, "optimality_gap")["bayes_loss"] < math.log(64)
    for name in ANALYSES:
        result = analyse(session, name)
        assert result.applicable or result.reason
    config = parse_config({"networks": [{"name": "single", "task": "ring-one-landmark", "seeds": [1]}]})
    assert config.tasks["ring-one-landmark"].place_rad == 0


def test_a_task_without_observers_trains_to_its_schedule_and_says_that_there_is_no_filter(task, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["ring_one_landmark"], "OBSERVERS", "")
    session = session_of(task, tmp_path, target_gap=0.01)
    assert (
        len(session.training_curve) == 2
    )  # the schedule's two validations, no further cycles after a gap that is none
    assert np.isnan(session.training_curve["gap"]).all()
    assert np.isfinite(session.training_curve["loss"]).all()
    assert session.observer_names == ("network",)
    result = analyse(session, "optimality_gap")
    assert result.reason == "the session has no bayes_posterior"
    with pytest.raises(ValueError, match="has no observer 'bayes'; it has: none"):
        observe(task, task.sample(2, 3, torch.Generator()))
