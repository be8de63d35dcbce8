"""What several benchmarks time: a call, and a training step of a GRU on a task."""

import time
from collections.abc import Callable

import torch

from rscnav.networks.model import Architecture, Network, step_losses
from rscnav.tasks import Batch, Task


def seconds(function: Callable[[], object], repeats: int = 15) -> float:
    """Time of one call, the best of several."""
    function()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return min(times)


def learner(task: Task, n_units: int = 128) -> Callable[[Batch], None]:
    """Make a function that learns from one batch: forward, backward, clipping, Adam."""
    network = Network(len(task.channels), task.heads, Architecture("gru", n_units), torch.Generator().manual_seed(0))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)

    def learn(batch: Batch) -> None:
        _, logits = network(batch.inputs)
        optimiser.zero_grad()
        torch.stack([step_losses(logits[head], batch.targets[head]).mean() for head in task.heads]).sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()

    return learn
