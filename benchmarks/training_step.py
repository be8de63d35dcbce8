"""One training step of the default network: how much of it is sampling, and small batches against large ones.

One thread: ``OMP_NUM_THREADS=1 python benchmarks/training_step.py``.
"""

import time
from collections.abc import Callable
from functools import partial

import torch

from rscnav.networks.model import Network, step_losses
from rscnav.tasks import Batch, make_task


def seconds(function: Callable[[], object], repeats: int = 10) -> float:
    """Time of one call, the best of several."""
    function()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    """Time sampling and the whole step at two batch sizes."""
    torch.set_num_threads(1)
    task = make_task("ring-fixed")
    generator = torch.Generator().manual_seed(0)
    network = Network(len(task.channels), task.heads, "gru", 128, generator)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    for size in (128, 256):
        batch = task.sample(size, task.n_steps, generator)

        def step(batch: Batch = batch) -> None:
            _, logits = network(batch.inputs)
            optimiser.zero_grad()
            step_losses(logits["position"], batch.targets["position"]).mean().backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()

        sampling = seconds(partial(task.sample, size, task.n_steps, generator))
        training = seconds(step)
        print(
            f"{size} trials x {task.n_steps} steps: step {1e3 * training:.0f} ms, "
            f"sampling {1e3 * sampling:.1f} ms ({sampling / training:.1%}), {size / (training + sampling):.0f} trials/s"
        )


if __name__ == "__main__":
    main()
