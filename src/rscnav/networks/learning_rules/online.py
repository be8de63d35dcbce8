"""Base class of the online rules, which run forward in time, and the local derivatives of each unit."""

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
    """Local quantities of each unit in a batch: its presynaptic activity, and the derivatives of its state.

    A cell's `update` is elementwise, so that each derivative is one number per unit. The sources of a unit are what its
    weights multiply: the input channels and 1 (`weight_ih`, `bias_ih`), the hidden states before the step and 1
    (`weight_hh`, `bias_hh`).

    Parameters
    ----------
    inputs : tensor, (step, 1, trial, source)
    presynaptic : tensor, (step, unit, trial, source)
        Sources from the units; the size of `unit` is 1 if they are the same for all units.
    by_driven, by_recurrent : tensor, (step, part, unit, trial, gate)
        Derivative of the state by the projections of the inputs and of the hidden states.
    by_state : tensor, (step, part, part before, unit, trial)
        Derivative of the state by the unit's previous state, without the path through recurrent weights.
    """

    inputs: Tensor
    presynaptic: Tensor
    by_driven: Tensor
    by_recurrent: Tensor
    by_state: Tensor

    def immediate(self, step: int) -> Tensor:
        """Return the derivative of each unit's state by its weights within one step, (part, unit, trial, gate, source)."""
        driven = self.by_driven[step].unsqueeze(-1) * self.inputs[step].unsqueeze(-2)
        recurrent = self.by_recurrent[step].unsqueeze(-1) * self.presynaptic[step].unsqueeze(-2)
        return torch.cat([driven, recurrent], dim=-1)


class OnlineRule(LearningRule):
    """Base class of the online rules: the influence of the weights on the states is propagated forward in time.

    Rules differ in the part of the influence that they propagate. The derivative of the loss by the outputs of the units, and
    the gradients of the readouts, are exact, because the loss is a sum over steps.
    """

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Raise an error for all networks but a single causal recurrent layer; see `LearningRule.check`."""
        self.needs_causal_recurrence(architecture)
        if architecture.n_layers > 1:
            raise InvalidValueError(
                f"rule '{self.name}' trains one layer, but n_layers is {architecture.n_layers}; use n_layers: 1, or one "
                "of the rules bptt, truncated_bptt"
            )

    def gradient(self, network: Network, inputs: Tensor, objective: Objective, generator: Generators = None) -> Tensor:
        """Set the ``grad`` of every weight; see `LearningRule.gradient`."""
        if inputs.dim() != 3:
            raise InvalidValueError(
                f"rule '{self.name}' trains one network at a time, but got inputs of shape {tuple(inputs.shape)} instead "
                "of (step, trial, channel); for ensembles use one of the rules bptt, truncated_bptt"
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
        """Return the readouts through which errors are propagated to the units."""
        return network.readouts

    @abstractmethod
    def accumulate(self, cell: Cell, local: Local, signal: Tensor) -> Tensor:
        """Return the gradient summed over steps and trials.

        Parameters
        ----------
        signal : tensor, (step, unit, trial)
            Derivative of the loss by the output of each unit at each step.

        Returns
        -------
        tensor, (unit, gate, source)
            Sources as in `Local`: first those of the inputs, then those of the units.
        """


def _local(cell: Cell, inputs: Tensor, noise: Tensor | None, states: Tensor) -> Local:
    """Compute the local derivatives of all steps, with one backward pass for each part of the state."""
    before = torch.cat([torch.zeros_like(states[:1]), states[:-1]])
    hidden = cell.hidden(before)
    by_driven, by_recurrent, by_state = by_unit(
        cell, cell.project_inputs(inputs, noise), cell.project_hidden(hidden), before
    )
    self_connected = cell.weight_hh.dim() == 1  # the only recurrent source of a unit is the unit itself
    presynaptic = hidden.transpose(1, 2).unsqueeze(-1) if self_connected else hidden.unsqueeze(1)
    return Local(
        inputs=_and_one(inputs.unsqueeze(1)),
        presynaptic=_and_one(presynaptic),
        by_driven=by_driven.permute(0, 2, 4, 1, 3).contiguous(),  # from (step, trial, part, gate, unit)
        by_recurrent=by_recurrent.permute(0, 2, 4, 1, 3).contiguous(),
        by_state=by_state.permute(0, 2, 3, 4, 1).contiguous(),
    )


def _and_one(sources: Tensor) -> Tensor:
    """Append the constant source 1, which the biases multiply."""
    return torch.cat([sources, torch.ones_like(sources[..., :1])], dim=-1)


def _set_gradients(cell: Cell, total: Tensor) -> None:
    """Write a gradient (unit, gate, source) to the ``grad`` of the cell's weights."""
    rows = total.transpose(0, 1).flatten(0, 1)  # (gate x unit, source)
    n = cell.n_inputs
    cell.weight_ih.grad, cell.bias_ih.grad = rows[:, :n].contiguous(), rows[:, n].contiguous()
    cell.weight_hh.grad = rows[:, n + 1 : -1].reshape(cell.weight_hh.shape).contiguous()
    cell.bias_hh.grad = rows[:, -1].contiguous()
