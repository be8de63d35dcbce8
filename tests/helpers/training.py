"""A training of a few small batches on short trials, and its death, for tests."""

from contextlib import contextmanager

import pytest
import torch

from rscnav.networks.settings import Training
from rscnav.networks.training.train_step import TrainStep
from rscnav.tasks.registry import make_task

CPU = torch.device("cpu")


def small_training(n_batches, validate_every_batches, **changes):
    """Settings of a training that takes a fraction of a second, with a checkpoint after every batch."""
    small = {"batch_size": 8, "validation_trials": 20, "checkpoint_every_s": 0.0, "target_gap": None}
    return Training(n_batches=n_batches, validate_every_batches=validate_every_batches, **(small | changes))


def short_task(trial_s):
    """The default task with short trials; one thread, as trainings have."""
    torch.set_num_threads(1)
    return make_task("ring-fixed", trial_s=trial_s)


@contextmanager
def killed_at(batch, restarts=0):
    """In here a training is killed after so many batches, and must be; `restarts`: of its first network, by then."""
    step = TrainStep.step

    def dying(learner):
        if learner.batch == batch and learner.members[0].restarts == restarts:
            raise KeyboardInterrupt
        return step(learner)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TrainStep, "step", dying)
        yield
