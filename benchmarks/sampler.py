"""Speed and memory of the tasks' samplers.

Three parts: time and memory against the count and the length of trials; trials per second compared with environments that are
stepped in Python (`environments.py`); fraction of a training step. One thread, all in one run:
``OMP_NUM_THREADS=1 python benchmarks/sampler.py``. Peak memory is measured on Linux only.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import psutil
import torch
from environments import ENVIRONMENTS
from timing import learner, seconds

from rscnav.networks.architecture import Architecture
from rscnav.networks.model import Network
from rscnav.tasks import Task, make_task

TASKS = ("ring-fixed", "ring-external-map", "ring-internal-map", "arena")
BATCH, UNITS = 128, 128
TRIALS = 5  # stepped in one measurement


def against_stepping(rounds: int = 40) -> None:
    """Measure trials per second of the samplers and of environments stepped in Python, in alternation."""
    for name in TASKS:
        task, generator = make_task(name), torch.Generator().manual_seed(0)
        environment, both_stepped, sampled, stepped = ENVIRONMENTS[name](task), [], [], []
        for _ in range(rounds):
            started = time.perf_counter()
            task.sample(BATCH, task.n_steps, generator)
            drawn = time.perf_counter()
            for _ in range(TRIALS):
                environment.reset()
                while not environment.step(0)[2]:
                    pass
                both_stepped.append(len(environment.encountered) >= 2)
            stepped.append((time.perf_counter() - drawn) / TRIALS)
            sampled.append((drawn - started) / BATCH)
        both = (task.sample(5000, task.n_steps, generator).landmarks_encountered[:, -1] == 2).double().mean()
        print(
            f"{name}, {task.n_steps} steps: {1 / min(sampled):.0f} trials/s, stepped in Python {1 / min(stepped):.0f},"
            f" ratio {min(stepped) / min(sampled):.0f}; trials with both landmarks encountered: {both:.0%}, stepped {np.mean(both_stepped):.0%}"
        )


def fraction_of_training() -> None:
    """Measure sampling and the rest of a training step, in alternation."""
    for name in TASKS:
        task, generator = make_task(name), torch.Generator().manual_seed(0)
        learn, sampling, training = learner(task, UNITS), [], []
        for _ in range(8):
            started = time.perf_counter()
            batch = task.sample(BATCH, task.n_steps, generator)
            drawn = time.perf_counter()
            learn(batch)
            sampling.append(drawn - started)
            training.append(time.perf_counter() - drawn)
        s, t = min(sampling), min(training)
        print(
            f"{name}: sampling {1e3 * s:.1f} ms, training step {1e3 * t:.0f} ms, fraction spent on sampling {s / (s + t):.1%}"
        )


def cost(what: str, name: str, n_trials: int, n_steps: int) -> tuple[float, int]:
    """Return time (s) and peak memory (bytes) of sampling trials, or of running a network over them."""
    task, generator = make_task(name), torch.Generator().manual_seed(0)
    call: Callable[[], object] = partial(task.sample, n_trials, n_steps, generator)
    if what == "GRU":
        network = Network(len(task.channels), task.heads, Architecture("gru", UNITS), generator)
        inputs = task.sample(n_trials, n_steps, generator).inputs
        call = partial(torch.no_grad()(network), inputs)
    task.sample(1, n_steps, generator)  # memory of modules loaded at the first call does not count
    before = psutil.Process().memory_info().rss
    call()
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return seconds(call, 12), peak


def growth() -> None:
    """Print time and memory per trial-step for more and for longer trials, each in its own process."""
    context = multiprocessing.get_context("fork")
    for what, name in (("sample", "ring-fixed"), ("sample", "arena"), ("GRU", "ring-fixed")):
        task: Task = make_task(name)
        sizes = [(n, task.n_steps) for n in (500, 1000, 2000)] + [(500, factor * task.n_steps) for factor in (2, 4)]
        for n_trials, n_steps in sizes:
            with context.Pool(1) as pool:
                taken_s, peak = pool.apply(cost, (what, name, n_trials, n_steps))
            total = n_trials * n_steps
            print(
                f"{what} {name}, {n_trials} x {n_steps}: {1e3 * taken_s:.0f} ms, {peak / 2**20:.0f} MiB;"
                f" {1e9 * taken_s / total:.0f} ns and {peak / total:.0f} bytes per trial-step"
            )


def main() -> None:
    """Run all three parts; `growth` is first, because it forks processes before any threads start."""
    torch.set_num_threads(1)
    growth()
    against_stepping()
    fraction_of_training()


if __name__ == "__main__":
    main()
