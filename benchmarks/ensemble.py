"""Time of a training step of several networks as one ensemble, compared with the same networks one after the other.

Both run on one device: ``python benchmarks/ensemble.py --networks 64`` on a GPU. On a CPU (one thread), where separate jobs are
faster, fewer networks suffice.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from rscnav.networks.architecture import Architecture
from rscnav.networks.devices import pick_device
from rscnav.networks.settings import Training
from rscnav.networks.training.matmul_backend import onednn_matmul
from rscnav.networks.training.member import Member
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.train_step import TrainStep
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.tasks import make_task


def step_seconds(members: Sequence[Member], device: torch.device, n_steps: int) -> float:
    """Return the time of one training step of all members (s): the mean of `n_steps`, after three steps of warm-up."""
    learner = TrainStep(make_task("ring-fixed"), members, device)
    for count in (3, n_steps):
        started = time.perf_counter()
        for _ in range(count):
            loss = learner.step()
        loss.sum().item()  # waits for a GPU
    return (time.perf_counter() - started) / n_steps


def main() -> None:
    """Compare training steps of an ensemble with those of single networks; print both times and their ratio."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--networks", type=int, default=8, help="networks of the ensemble")
    parser.add_argument("--steps", type=int, default=10, help="training steps that are timed")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    device = pick_device(arguments.device).device
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU, one thread"
    training = Training(batch_size=128)
    members = [
        Member(
            TrainingPlan(f"gru-s{seed}", Architecture(), training, Observer(), ""), Seeds(0, ("network", seed)), Path()
        )
        for seed in range(arguments.networks)
    ]
    with onednn_matmul():
        single = step_seconds(members[:1], device, arguments.steps)
        together = step_seconds(members, device, arguments.steps)
    n = len(members)
    print(
        f"{where}: training step of one network {1e3 * single:.1f} ms, of an ensemble of {n} {1e3 * together:.1f} ms; "
        f"the ensemble is {n * single / together:.2f} x as fast as {n} networks one after the other"
    )


if __name__ == "__main__":
    main()
