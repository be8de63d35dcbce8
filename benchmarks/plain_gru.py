"""Plain training loop, the baseline of the benchmarks: ``torch.nn.GRU``, linear readout, cross-entropy, clipping and Adam."""

import argparse
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from rscnav.networks.training.lr_schedule import cycle_ends, learning_rate
from rscnav.networks.training.trial_streams import draw, draw_many
from rscnav.observers import bayes_filter
from rscnav.observers.optimality_gap import true_bin_loss
from rscnav.seeds import Seeds
from rscnav.tasks import Batch, Task, make_task

VALIDATE_EVERY, N_VALIDATION = 100, 2000


class PlainGRU(nn.Module):
    """GRU with a linear readout of the position."""

    def __init__(self, n_inputs: int, n_units: int, n_classes: int) -> None:
        super().__init__()
        self.cell = nn.GRU(n_inputs, n_units, batch_first=True)
        self.readout = nn.Linear(n_units, n_classes)

    def loss(self, batch: Batch) -> Tensor:
        """Return the mean cross-entropy of a batch (nats per step)."""
        states, _ = self.cell(batch.inputs)
        logits = self.readout(states)
        return nn.functional.cross_entropy(logits.flatten(0, 1), batch.targets["position"].flatten())


def plain_learner(task: Task, n_units: int = 128, rate: float = 1e-3) -> Callable[[Batch], None]:
    """Return a function that performs one training step on a batch."""
    network = PlainGRU(len(task.channels), n_units, task.heads["position"])
    return _learn(network, torch.optim.Adam(network.parameters(), lr=rate))


def _learn(network: PlainGRU, optimiser: torch.optim.Optimizer) -> Callable[[Batch], None]:
    def learn(batch: Batch) -> None:
        optimiser.zero_grad()
        network.loss(batch).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()

    return learn


def main() -> None:
    """Train one network to a target gap, for the benchmark `networks_per_hour.py`; print its gap and batches."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--gap", type=float, required=True)
    parser.add_argument("--n-batches", type=int, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--max-learning-rate", type=float, required=True)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    task, seeds = make_task("ring-fixed"), Seeds(0, ("network", "ring-fixed", arguments.seed))
    network = PlainGRU(len(task.channels), 128, task.heads["position"])
    optimiser = torch.optim.Adam(network.parameters())
    learn = _learn(network, optimiser)
    validation = draw_many(task, seeds, "validation", N_VALIDATION, 1000, "cpu")
    posterior = bayes_filter(task, validation).flatten(0, 1).numpy()
    limit = true_bin_loss(posterior, validation.targets["position"].flatten().numpy()).mean()
    gap, batch = np.inf, 0
    for end in cycle_ends(arguments.n_batches, 3 * arguments.n_batches):
        while batch < end:
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(batch, arguments.n_batches, arguments.max_learning_rate)
            learn(draw(task, seeds, "train", batch, arguments.batch_size))
            batch += 1
            if batch % VALIDATE_EVERY == 0 or batch == end:
                with torch.no_grad():
                    gap = (
                        float(np.mean([network.loss(validation.part(slice(k, k + 500))) for k in range(0, 2000, 500)]))
                        - limit
                    )
        if gap <= arguments.gap:
            break
    print(f"{gap:.4f} {batch}")


if __name__ == "__main__":
    main()
