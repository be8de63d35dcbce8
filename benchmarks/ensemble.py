"""Training steps of several networks as one ensemble, beside the same networks one after the other, on one device.

``python benchmarks/ensemble.py --networks 64`` on a GPU; on a CPU (one thread) fewer show that jobs side by side are the better way
there.
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
    """Time of one training step of all members, the mean of several after a few to warm up."""
    learner = TrainStep(make_task("ring-fixed"), members, device)
    for count in (3, n_steps):
        started = time.perf_counter()
        for _ in range(count):
            loss = learner.step()
        loss.sum().item()  # waits for a GPU
    return (time.perf_counter() - started) / n_steps


def main() -> None:
    """Print both times and their ratio."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--networks", type=int, default=8)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--device", default="auto")
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
        alone = step_seconds(members[:1], device, arguments.steps)
        together = step_seconds(members, device, arguments.steps)
    n = len(members)
    print(
        f"{where}: a step of one network {1e3 * alone:.1f} ms, of {n} together {1e3 * together:.1f} ms; "
        f"together {n * alone / together:.2f} x as fast as one after the other"
    )


if __name__ == "__main__":
    main()
