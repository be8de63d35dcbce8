"""Common functions of the benchmarks: time of a call, and a training step of a GRU."""

import time
from collections.abc import Callable

import torch

from rscnav.networks.architecture import Architecture
from rscnav.networks.learning_rules.bptt import BPTT
from rscnav.networks.model import Network
from rscnav.networks.training.loss import Objective
from rscnav.networks.training.matmul_backend import onednn_matmul
from rscnav.tasks import Batch, Task


def seconds(function: Callable[[], object], repeats: int = 15) -> float:
    """Return the shortest time of one call (s), after one call of warm-up."""
    function()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return min(times)


def learner(task: Task, n_units: int = 128) -> Callable[[Batch], None]:
    """Return a function that performs one training step of rscnav on a batch: gradient by BPTT, clipping, Adam."""
    network = Network(len(task.channels), task.heads, Architecture("gru", n_units), torch.Generator().manual_seed(0))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)

    def learn(batch: Batch) -> None:
        with onednn_matmul():
            BPTT().gradient(network, batch.inputs.transpose(0, 1), Objective(batch.targets))
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()

    return learn
