"""Which trials are for training, validation and test: separate streams, each batch with a generator of its own.

Batch k of a stream is the same whenever it is drawn, so a run that resumes needs no generator's state. Trials are drawn on the CPU
and then moved, so that they are the same on every device.
"""

import torch

from rscnav.errors import InvalidValueError
from rscnav.seeds import Seeds
from rscnav.tasks.base import Batch, Task, join

STREAMS = ("train", "validation", "test")


def draw(
    task: Task, seeds: Seeds, stream: str, number: int, n_trials: int, device: torch.device | str = "cpu"
) -> Batch:
    """Draw batch `number` of one of the `STREAMS` of a network, whose seeds these are; trials are the same on all devices."""
    if stream not in STREAMS:
        raise InvalidValueError(f"stream: '{stream}' will not do; one of {', '.join(STREAMS)}")
    generator = torch.Generator().manual_seed(seeds.integer("stream", stream, number))
    return task.sample(n_trials, task.n_steps, generator).to(device)


def draw_many(
    task: Task, seeds: Seeds, stream: str, n_trials: int, batch_size: int, device: torch.device | str
) -> Batch:
    """Draw the first `n_trials` of a stream that comes in batches of `batch_size`."""
    n_batches = -(-n_trials // batch_size)
    return join([draw(task, seeds, stream, k, batch_size) for k in range(n_batches)]).part(slice(n_trials)).to(device)
