"""Floating-point operations (FLOPs) of a training step, and the peak speed of this machine."""

import time
from functools import cache

import torch

from rscnav.networks.model import Network
from rscnav.networks.training.matmul_backend import onednn_matmul

SIZE = 1024  # rows of the square matrices whose product is timed
MEASURE_S = 0.3


def flops_per_step(network: Network, n_trials: int, n_steps: int) -> float:
    """Return the floating-point operations of the matrix products in a training step.

    3 · 2 · Σ rows · columns · trials · steps over all weight matrices: one product forward, and two backward for the gradients
    of inputs and of weights. Other operations are not counted: activation functions, biases, noise, drawing of trials, clipping
    and Adam. Readouts count at every step, although many-to-one tasks use one step. The number is that of backpropagation
    through time also for other learning rules, for comparison.

    Parameters
    ----------
    network : Network
        One network, or an ensemble.
    n_trials, n_steps : int
        Trials and steps of a batch, for each network.
    """
    weights = sum(values.numel() for name, values in network.named_parameters() if ".weight" in name)
    return 3.0 * 2.0 * weights * n_trials * n_steps


@cache
def product_peak(device: torch.device, n_threads: int) -> float:
    """Measure the peak speed of products of 1024 x 1024 float32 matrices on a device (operations per second).

    The fastest of the products within 0.3 s counts, at least one product. The result is cached for each device and number of
    threads; `n_threads` must be the present number of threads of torch.
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
