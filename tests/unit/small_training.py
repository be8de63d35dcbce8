"""A training of a few small batches on short trials, for tests."""

import torch

from rscnav.config.schema import Training
from rscnav.tasks.table import make_task

CPU = torch.device("cpu")


def small_training(n_batches, validate_every, **changes):
    """Settings of a training that takes a fraction of a second, with a checkpoint after every batch."""
    small = {"batch_size": 8, "validation_trials": 20, "checkpoint_every_s": 0.0, "target_gap": None}
    return Training(n_batches=n_batches, validate_every=validate_every, **(small | changes))


def short_task(trial_s):
    """The default task with short trials; one thread, as trainings have."""
    torch.set_num_threads(1)
    return make_task("ring-fixed", trial_s=trial_s)
