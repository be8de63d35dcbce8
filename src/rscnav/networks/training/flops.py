"""What a training step costs in arithmetic, and what this machine could do."""

import time
from functools import cache

import torch

from rscnav.networks.model import Network
from rscnav.networks.training.matmul_backend import onednn_matmul

SIZE = 1024  # of the square matrices whose product is timed
MEASURE_S = 0.3


def flops_per_step(network: Network, n_trials: int, n_steps: int) -> float:
    """Count the operations of products in a training step.

    3 · 2 · Σ rows · columns · trials · steps over all weight matrices: one product forward, and two backward, for the gradients
    of inputs and of weights. Left out is all that is no product: what units do with what they receive, biases, noise, drawing of
    trials, clipping and Adam; and that readouts of a task that reports at the end run at one step only. Rules other than
    backpropagation through time do other work; the number is the same for them, as a yardstick.

    Parameters
    ----------
    network : Network
        Or several side by side.
    n_trials, n_steps : int
        Of a batch, of each network.
    """
    weights = sum(values.numel() for name, values in network.named_parameters() if ".weight" in name)
    return 3.0 * 2.0 * weights * n_trials * n_steps


@cache
def product_peak(device: torch.device, n_threads: int) -> float:
    """Measure how fast the device multiplies matrices of 1024 x 1024 float32, in operations per second.

    Takes 0.3 s, once in a process; the best of the products that fit into it counts, of one at least. `n_threads` are those that torch has now: a
    measurement holds for as many.
    """
    one, two = torch.ones(SIZE, SIZE, device=device), torch.ones(SIZE, SIZE, device=device)
    best, until = float("inf"), time.perf_counter() + MEASURE_S
    with onednn_matmul():
        while best == float("inf") or time.perf_counter() < until:
            _wait(device)
            started = time.perf_counter()
            torch.mm(one, two)
            _wait(device)
            best = min(best, time.perf_counter() - started)
    return 2.0 * SIZE**3 / best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
