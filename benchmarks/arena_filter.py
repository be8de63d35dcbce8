"""The arena's particle filter: time, loss by phase and Monte Carlo error, by number of particles; beside it a plain filter.

The error is the difference of the mean loss between two runs on the same trials, and between N and 2N particles, each
paired by trial. One thread: ``OMP_NUM_THREADS=1 python benchmarks/arena_filter.py --trials 100``.
"""

import argparse
import logging
import time

import numpy as np
import torch

from rscnav.observers.arena import posteriors
from rscnav.observers.optimality_gap import optimality_gap, true_bin_loss
from rscnav.observers.settings import Observer
from rscnav.tasks import make_task


def main() -> None:
    """Run the filter on the same trials, twice for each number of particles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--particles", type=int, nargs="+", default=[2048, 4096, 8192, 16384])
    parser.add_argument("--strategy", default="bayes")
    parser.add_argument("--plain", action="store_true", help="plain filters too")
    options = parser.parse_args()
    logging.basicConfig(format="  %(message)s")
    torch.set_num_threads(1)
    task = make_task("arena")
    batch = task.sample(options.trials, task.n_steps, torch.Generator().manual_seed(0))
    target = batch.targets["position"].flatten().numpy()
    phase = batch.landmarks_met.flatten().numpy()
    trial = np.repeat(np.arange(options.trials), task.n_steps)
    print(f"{options.trials} trials of {task.n_steps} steps, {options.strategy}; losses in nats per step")

    def loss(particles: int, stratified: bool, seed: int) -> tuple[np.ndarray, float]:
        started = time.perf_counter()
        given = posteriors(
            task,
            batch,
            options.strategy,
            Observer(particles=particles),
            torch.Generator().manual_seed(seed),
            stratified,
        )
        seconds = time.perf_counter() - started
        return true_bin_loss(given["position"].reshape(len(target), -1).numpy(), target), seconds

    for stratified in (True, False) if options.plain else (True,):
        print("stratified" if stratified else "plain")
        before = None
        for particles in options.particles:
            (one, seconds), (other, _) = (loss(particles, stratified, seed) for seed in (1, 2))
            both = (one + other) / 2
            phases = ", ".join(f"LM{k} {both[phase == k].mean():.3f}" for k in range(3))
            again = optimality_gap(other, one, trial)
            line = f"{particles:6d} {seconds / options.trials:.3f} s a trial; {both.mean():.3f} ({phases})"
            line += f"; two runs {again.value:+.4f} ± {again.se:.4f}"
            if before is not None:
                fewer = optimality_gap(before[1], both, trial)
                line += f"; {before[0]} minus this {fewer.value:+.4f} ± {fewer.se:.4f}"
            print(line, flush=True)
            before = particles, both


if __name__ == "__main__":
    main()
