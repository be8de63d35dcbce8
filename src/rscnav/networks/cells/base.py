"""What every layer of units offers, what recurrent cells share, and derivatives of one step of a cell."""

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn


def affine(inputs: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Weights times inputs, plus bias: (..., channel) -> (..., unit).

    Weights of several networks at once have a leading dimension, (network, unit, channel); inputs then are
    (..., network, trial, channel).
    """
    if weight.dim() == 2:
        return nn.functional.linear(inputs, weight, bias)
    return inputs @ weight.mT + bias.unsqueeze(-2)


def empty_parameter(*shape: int) -> nn.Parameter:
    """Make a parameter without memory: `rscnav.networks.model` fills all of a network's from one generator."""
    return nn.Parameter(torch.empty(*shape, device="meta"))


class Layer(nn.Module, ABC):
    """A layer of units that turns a sequence of inputs into a sequence of states.

    Parameters
    ----------
    n_inputs : int
        Input channels.
    hidden_size : int
        Units.
    """

    parts: tuple[str, ...] = ("hidden",)  # what a unit's state consists of; the first part is what the unit sends on

    def __init__(self, n_inputs: int, hidden_size: int) -> None:
        super().__init__()
        self.n_inputs, self.hidden_size = n_inputs, hidden_size

    @property
    def state_size(self) -> int:
        """Numbers in a state: units times parts."""
        return len(self.parts) * self.hidden_size

    def hidden(self, states: Tensor) -> Tensor:
        """Take what the units send on, (..., unit), out of their states (..., state)."""
        return states[..., : self.hidden_size]

    @abstractmethod
    def forward(self, inputs: Tensor, noise: Tensor | None = None, state: Tensor | None = None) -> Tensor:
        """Run over trials: give the states, (step, trial, state).

        Parameters
        ----------
        inputs : tensor, (step, trial, channel)
        noise : tensor, (step, trial, unit), optional
            Added to what each unit receives.
        state : tensor, (trial, state), optional
            Before the first step; zeros without it. Layers without recurrence have no use for it.
        """


class Cell(Layer):
    """A recurrent layer: linear in its inputs and in what its units send each other, then unit by unit.

    Its step is ``update(project_inputs(inputs), project_hidden(hidden), state)``: only `update` differs between cells, and it acts on each unit
    alone. So one loop runs all of them, and derivatives with respect to a unit's weights reach no other unit within the
    step, which the online learning rules rely on. Weights are laid out as in ``torch.nn``: rows gate by gate.
    """

    input_gates = 1  # how many numbers a unit receives from the inputs
    recurrent_gates = 1  # and from the other units
    library: Any = None  # torch's own function for the whole sequence, where there is one that gives all states

    def __init__(self, n_inputs: int, hidden_size: int) -> None:
        super().__init__(n_inputs, hidden_size)
        self.weight_ih = empty_parameter(self.input_gates * hidden_size, n_inputs)
        self.weight_hh = empty_parameter(self.recurrent_gates * hidden_size, hidden_size)
        self.bias_ih = empty_parameter(self.input_gates * hidden_size)
        self.bias_hh = empty_parameter(self.recurrent_gates * hidden_size)

    @abstractmethod
    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Give the next state, (..., part x unit), each unit from its own numbers.

        Parameters
        ----------
        driven, recurrent, state : tensor, (..., input gate x unit), (..., recurrent gate x unit), (..., part x unit)
        """

    def project_inputs(self, inputs: Tensor, noise: Tensor | None = None) -> Tensor:
        """Give what the units receive from the inputs, (..., input gate x unit); noise (..., unit) goes to all gates alike."""
        driven = affine(inputs, self.weight_ih, self.bias_ih)
        return driven if noise is None else driven + torch.cat([noise] * self.input_gates, dim=-1)

    def project_hidden(self, hidden: Tensor) -> Tensor:
        """Give what the units receive from each other, (..., recurrent gate x unit)."""
        return affine(hidden, self.weight_hh, self.bias_hh)

    def recurrent_matrices(self) -> Tensor:
        """Give the weights from unit to unit by gate, (recurrent gate, to, from)."""
        return self.weight_hh.unflatten(-2, (self.recurrent_gates, self.hidden_size))

    def step(self, inputs: Tensor, state: Tensor) -> Tensor:
        """Take one step: inputs (..., channel) and state (..., state) -> the next state."""
        return self.update(self.project_inputs(inputs), self.project_hidden(self.hidden(state)), state)

    def forward(self, inputs: Tensor, noise: Tensor | None = None, state: Tensor | None = None) -> Tensor:
        """Run over trials; see `Layer.forward`."""
        if inputs.is_cuda and noise is None and inputs.dim() == 3 and self.library is not None:
            return self._forward_cudnn(inputs, state)
        state = self.initial_state(inputs) if state is None else state
        states = []
        for received in self.project_inputs(inputs, noise).unbind():
            state = self.update(received, self.project_hidden(self.hidden(state)), state)
            states.append(state)
        return torch.stack(states)

    def _forward_cudnn(self, inputs: Tensor, state: Tensor | None = None) -> Tensor:
        """Run over trials by torch's function, which on a GPU is cuDNN's; the same states as step by step."""
        start = (self.initial_state(inputs) if state is None else state).unsqueeze(0)
        weights = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh]
        states: Tensor = type(self).library(inputs, start, weights, True, 1, 0.0, self.training, False, False)[0]
        return states

    def initial_state(self, inputs: Tensor) -> Tensor:
        """Give the state before the first step, (trial, state), for inputs (step, trial, channel): zeros."""
        return inputs.new_zeros(*inputs.shape[1:-1], self.state_size)


def by_unit(cell: Cell, driven: Tensor, recurrent: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Differentiate a cell's `update` at many states at once, by one backward pass for each part of the state.

    `update` acts on each unit alone, so every derivative is one number a unit.

    Parameters
    ----------
    driven, recurrent, state : tensor, (..., gate x unit), (..., gate x unit), (..., part x unit)
        As for `Cell.update`.

    Returns
    -------
    by_driven, by_recurrent : tensor, (..., part, gate, unit)
    by_state : tensor, (..., part, part before, unit)
    """
    values = [value.detach().requires_grad_() for value in (driven, recurrent, state)]
    with torch.enable_grad():
        sums = [part.sum() for part in cell.update(*values).split(cell.hidden_size, dim=-1)]
    by_part = [
        torch.autograd.grad(part, values, retain_graph=True, allow_unused=True, materialize_grads=True) for part in sums
    ]
    by_driven, by_recurrent, by_state = (
        torch.stack([by[which].unflatten(-1, (-1, cell.hidden_size)) for by in by_part], dim=-3) for which in range(3)
    )
    return by_driven, by_recurrent, by_state
