"""What the rules share that learn forward in time: what each unit saw in a batch, and what the loss says to it."""

from abc import abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.base import Cell, by_unit
from rscnav.networks.learning_rules.base import LearningRule
from rscnav.networks.model import Generators, Network
from rscnav.networks.training.loss import Objective


@dataclass(frozen=True)
class Local:
    """What a unit can know of a batch: what reached it, how it reacted.

    A cell's `update` acts on each unit alone, so all derivatives here are numbers a unit. A unit's sources are what its
    weights multiply: the input channels and 1 (`weight_ih`, `bias_ih`), the hidden states before the step and 1
    (`weight_hh`, `bias_hh`).

    Parameters
    ----------
    inputs : tensor, (step, 1, trial, source)
    heard : tensor, (step, unit, trial, source)
        From the units; 1 in place of `unit` where all hear the same.
    by_driven, by_recurrent : tensor, (step, part, unit, trial, gate)
        State by what comes from the inputs and from the units.
    by_state : tensor, (step, part, part before, unit, trial)
        State by the unit's own state before, other than by recurrent weights.
    """

    inputs: Tensor
    heard: Tensor
    by_driven: Tensor
    by_recurrent: Tensor
    by_state: Tensor

    def immediate(self, step: int) -> Tensor:
        """Give the state of each unit by its weights, as they act in this step: (part, unit, trial, gate, source)."""
        driven = self.by_driven[step].unsqueeze(-1) * self.inputs[step].unsqueeze(-2)
        recurrent = self.by_recurrent[step].unsqueeze(-1) * self.heard[step].unsqueeze(-2)
        return torch.cat([driven, recurrent], dim=-1)


class OnlineRule(LearningRule):
    """A rule that carries forward what the weights have done to the states, and never goes back in time.

    Rules differ in how much of that they carry. The loss by what each unit sends, and the readouts' gradients, are exact
    without going back, because the loss is a sum over steps.
    """

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Refuse all but one layer of a causal, recurrent cell; see `Rule.check`."""
        self.needs_causal_recurrence(architecture)
        if architecture.n_layers > 1:
            raise InvalidValueError(
                f"rule '{self.name}' learns one layer, and n_layers is {architecture.n_layers}; use n_layers: 1, or one "
                "of the rules bptt, truncated_bptt"
            )

    def gradient(self, network: Network, inputs: Tensor, objective: Objective, generator: Generators = None) -> Tensor:
        """Set the ``grad`` of every weight; see `Rule.gradient`."""
        if inputs.dim() != 3:
            raise InvalidValueError(
                f"rule '{self.name}' learns one network at a time, and got inputs of shape {tuple(inputs.shape)} instead "
                "of (step, trial, channel); ensembles learn by one of the rules bptt, truncated_bptt"
            )
        self.check(network.architecture, inputs.shape[-1], len(inputs), inputs.shape[-2])
        network.zero_grad()
        cell = network.layers[0]
        assert isinstance(cell, Cell)  # checked above; this is for the types
        with torch.no_grad():
            noise = network.draw_noise(inputs, generator)
            states = cell(inputs, noise)
        sent = cell.hidden(states).detach().requires_grad_()
        loss = objective.loss(sent, self.readouts(network))
        loss.backward()
        assert sent.grad is not None
        signal = sent.grad.transpose(1, 2)  # (step, unit, trial)
        with torch.no_grad():
            total = self.accumulate(cell, _local(cell, inputs, noise, states), signal)
        _set_gradients(cell, total)
        return loss.detach()

    def readouts(self, network: Network) -> torch.nn.ModuleDict:
        """Give the readouts as the loss goes back through them."""
        return network.readouts

    @abstractmethod
    def accumulate(self, cell: Cell, local: Local, signal: Tensor) -> Tensor:
        """Add up the gradient over steps and trials.

        Parameters
        ----------
        signal : tensor, (step, unit, trial)
            The loss by what each unit sends, at that step.

        Returns
        -------
        tensor, (unit, gate, source)
            Sources as in `Local`: those of the inputs, then those of the units.
        """


def _local(cell: Cell, inputs: Tensor, noise: Tensor | None, states: Tensor) -> Local:
    """Take the derivatives of all steps at once, by one backward pass for each part of the state."""
    before = torch.cat([torch.zeros_like(states[:1]), states[:-1]])
    hidden = cell.hidden(before)
    by_driven, by_recurrent, by_state = by_unit(
        cell, cell.project_inputs(inputs, noise), cell.project_hidden(hidden), before
    )
    apart = cell.weight_hh.dim() == 1  # each unit hears itself alone
    heard = hidden.transpose(1, 2).unsqueeze(-1) if apart else hidden.unsqueeze(1)
    return Local(
        inputs=_and_one(inputs.unsqueeze(1)),
        heard=_and_one(heard),
        by_driven=by_driven.permute(0, 2, 4, 1, 3).contiguous(),  # from (step, trial, part, gate, unit)
        by_recurrent=by_recurrent.permute(0, 2, 4, 1, 3).contiguous(),
        by_state=by_state.permute(0, 2, 3, 4, 1).contiguous(),
    )


def _and_one(sources: Tensor) -> Tensor:
    """Add the constant source that biases multiply."""
    return torch.cat([sources, torch.ones_like(sources[..., :1])], dim=-1)


def _set_gradients(cell: Cell, total: Tensor) -> None:
    """Hand out a gradient (unit, gate, source) to the cell's weights."""
    rows = total.transpose(0, 1).flatten(0, 1)  # (gate x unit, source)
    n = cell.n_inputs
    cell.weight_ih.grad, cell.bias_ih.grad = rows[:, :n].contiguous(), rows[:, n].contiguous()
    cell.weight_hh.grad = rows[:, n + 1 : -1].reshape(cell.weight_hh.shape).contiguous()
    cell.bias_hh.grad = rows[:, -1].contiguous()
