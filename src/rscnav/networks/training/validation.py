"""Validation: loss and optimality gap of a network on held-out trials."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rscnav.networks.model import Network, step_losses
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.stacking import some_of, stack_networks
from rscnav.networks.training.trial_streams import draw_many
from rscnav.observers.optimality_gap import optimality_gap, true_bin_loss
from rscnav.observers.registry import observe, reference_observer, strategies
from rscnav.seeds import Seeds
from rscnav.tasks.base import Task
from rscnav.trial_ratios import mean_over_steps

PIECE = 500  # trials of each network in one run; limits the memory
GROUP = 32  # networks in one run
HEAD = "position"  # head of the keys `gap` and `loss` without a name


class Validation:
    """Validation trials of a network, drawn from its own seeds, with the loss of the reference observer."""

    def __init__(self, task: Task, plan: TrainingPlan, seeds: Seeds, device: torch.device) -> None:
        n_trials = plan.training.validation_trials
        self.seeds, self.counted = seeds, scored(task)
        batch = draw_many(task, seeds, "validation", n_trials, min(n_trials, 1000), device)
        self.inputs, self.targets = batch.inputs, batch.targets
        target = self.flat(batch.targets[HEAD])
        self.limit = np.full(len(target), np.nan)
        if strategies(task):
            generator = torch.Generator(device=device).manual_seed(seeds.integer("validation", "observer"))
            held = observe(task, batch, reference_observer(plan.architecture, task), plan.observer, generator)[HEAD]
            self.limit = true_bin_loss(held[:, self.counted].flatten(0, 1).cpu().numpy(), target)
        self.phase = self.flat(batch.landmarks_encountered)
        self.trial = np.repeat(np.arange(n_trials), len(target) // n_trials)

    def flat(self, values: Tensor) -> NDArray:
        """Return the values (trial, step) of the counted steps as a numpy array (time,)."""
        return values[:, self.counted].flatten().cpu().numpy()

    def noise(self) -> torch.Generator:
        """Return the generator of the process noise: the same noise at each validation, and on every device."""
        return torch.Generator().manual_seed(self.seeds.integer("validation", "noise"))

    def row(self, losses: dict[str, Tensor]) -> dict[str, float]:
        """Return means of the losses by head, (trial, step): loss, the observer's loss, gaps overall and by phase, other heads."""
        flat = {head: self.flat(values).astype(np.float64) for head, values in losses.items()}
        loss = flat[HEAD]
        row = {
            "loss": float(loss.mean()),
            "loss_se": mean_over_steps(loss, self.trial)[1],
            "bayes_loss": float(self.limit.mean()),
        }
        masks = {"": None} | {f"_LM{phase}": self.phase == phase for phase in range(3)}
        for name, mask in masks.items():
            row[f"gap{name}"], row[f"gap_se{name}"] = optimality_gap(loss, self.limit, self.trial, mask)
        return row | {f"loss_{head}": float(values.mean()) for head, values in flat.items() if head != HEAD}


@torch.no_grad()
def measure(network: Network, validations: Sequence[Validation], together: bool) -> list[dict[str, float]]:
    """Return a row of the training curve for each network, see `Validation.row`; `together`: the network is an ensemble."""
    if together and len(validations) > GROUP:
        firsts = range(0, len(validations), GROUP)
        groups = [range(first, min(first + GROUP, len(validations))) for first in firsts]
        return [row for g in groups for row in measure(some_of(network, g), [validations[k] for k in g], True)]
    noise = [validation.noise() for validation in validations]
    pieces: list[dict[str, Tensor]] = []
    for first in range(0, len(validations[0].inputs), PIECE):
        here = slice(first, first + PIECE)
        inputs = stack_networks([v.inputs[here] for v in validations], together).to(next(network.parameters()).dtype)
        logits = network(inputs, noise if together else noise[0])[1]
        targets = {h: stack_networks([v.targets[h][here] for v in validations], together) for h in logits}
        pieces.append({head: step_losses(logits[head], targets[head]) for head in logits})
    losses = {head: torch.cat([piece[head] for piece in pieces], dim=-2) for head in pieces[0]}
    if not together:
        return [validations[0].row(losses)]
    return [v.row({head: values[k] for head, values in losses.items()}) for k, v in enumerate(validations)]


def scored(task: Task) -> slice:
    """Return the steps of a trial that count in the loss."""
    return slice(-1, None) if task.settings.loss == "many-to-one" else slice(None)
