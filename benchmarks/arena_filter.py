"""Particle filter of the arena: run time, loss by phase and Monte Carlo error against the count of particles.

The Monte Carlo error is the difference of the mean loss between two runs on the same trials, and between N and 2N particles,
paired by trial. ``--plain`` adds a plain filter, in which resampling is not stratified by the rotation of the scene.
One thread: ``OMP_NUM_THREADS=1 python benchmarks/arena_filter.py --trials 100``.
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
    """Run the filter twice on the same trials, for each count of particles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100, help="count of trials")
    parser.add_argument(
        "--particles", type=int, nargs="+", default=[2048, 4096, 8192, 16384], help="counts of particles"
    )
    parser.add_argument("--strategy", default="bayes", help="observer")
    parser.add_argument("--plain", action="store_true", help="also run the plain filter, without stratified resampling")
    options = parser.parse_args()
    logging.basicConfig(format="  %(message)s")
    torch.set_num_threads(1)
    task = make_task("arena")
    batch = task.sample(options.trials, task.n_steps, torch.Generator().manual_seed(0))
    target = batch.targets["position"].flatten().numpy()
    phase = batch.landmarks_encountered.flatten().numpy()
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
        print("stratified resampling" if stratified else "plain resampling")
        before = None
        for particles in options.particles:
            (one, seconds), (other, _) = (loss(particles, stratified, seed) for seed in (1, 2))
            both = (one + other) / 2
            phases = ", ".join(f"LM{k} {both[phase == k].mean():.3f}" for k in range(3))
            again = optimality_gap(other, one, trial)
            line = f"{particles:6d} {seconds / options.trials:.3f} s per trial; loss {both.mean():.3f} ({phases})"
            line += f"; difference of two runs {again.value:+.4f} ± {again.se:.4f}"
            if before is not None:
                fewer = optimality_gap(before[1], both, trial)
                line += f"; loss with {before[0]} particles minus this {fewer.value:+.4f} ± {fewer.se:.4f}"
            print(line, flush=True)
            before = particles, both


if __name__ == "__main__":
    main()
