"""Separate random streams of trials for training, validation and test.

Each batch has its own generator. Batch k of a stream is therefore always the same, and a run resumes without the state of a generator.
Trials are drawn on the CPU and then moved, so that they are the same on every device.
"""

import torch

from rscnav.errors import InvalidValueError
from rscnav.seeds import Seeds
from rscnav.tasks.base import Batch, Task, join

STREAMS = ("train", "validation", "test")


def draw(
    task: Task, seeds: Seeds, stream: str, number: int, n_trials: int, device: torch.device | str = "cpu"
) -> Batch:
    """Draw a batch of trials; it is the same on all devices.

    Parameters
    ----------
    seeds : Seeds
        Seeds of the network.
    stream : str
        One of `STREAMS`.
    number : int
        Index of the batch in the stream, from 0.
    n_trials : int
        Trials in the batch.

    Raises
    ------
    InvalidValueError
        For an unknown stream.
    """
    if stream not in STREAMS:
        raise InvalidValueError(f"stream: '{stream}' is not valid; expected one of {', '.join(STREAMS)}")
    generator = torch.Generator().manual_seed(seeds.integer("stream", stream, number))
    return task.sample(n_trials, task.n_steps, generator).to(device)


def draw_many(
    task: Task, seeds: Seeds, stream: str, n_trials: int, batch_size: int, device: torch.device | str
) -> Batch:
    """Draw the first `n_trials` of a stream in batches of `batch_size`; see `draw`."""
    n_batches = -(-n_trials // batch_size)
    return join([draw(task, seeds, stream, k, batch_size) for k in range(n_batches)]).part(slice(n_trials)).to(device)
