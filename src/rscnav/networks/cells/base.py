"""Base classes of layers and of recurrent cells; derivatives of one step of a cell."""

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn


def affine(inputs: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return weights times inputs plus bias: (..., channel) -> (..., unit).

    Weights of an ensemble have shape (network, unit, channel); its inputs have shape (..., network, trial, channel).
    """
    if weight.dim() == 2:
        return nn.functional.linear(inputs, weight, bias)
    return inputs @ weight.mT + bias.unsqueeze(-2)


def empty_parameter(*shape: int) -> nn.Parameter:
    """Return a parameter without memory; `rscnav.networks.model` fills all parameters of a network from one generator."""
    return nn.Parameter(torch.empty(*shape, device="meta"))


class Layer(nn.Module, ABC):
    """Base class of a layer: a sequence of inputs -> a sequence of states.

    Parameters
    ----------
    n_inputs : int
        Number of input channels.
    hidden_size : int
        Number of units.
    """

    parts: tuple[str, ...] = ("hidden",)  # components of a unit's state; the first is its output

    def __init__(self, n_inputs: int, hidden_size: int) -> None:
        super().__init__()
        self.n_inputs, self.hidden_size = n_inputs, hidden_size

    def extra_repr(self) -> str:
        """Return the sizes, which torch shows in the description of a network."""
        return f"{self.n_inputs}, {self.hidden_size}"

    @property
    def state_size(self) -> int:
        """Dimensions of the state: units times parts."""
        return len(self.parts) * self.hidden_size

    def hidden(self, states: Tensor) -> Tensor:
        """Return the outputs of the units, (..., unit), from their states (..., state)."""
        return states[..., : self.hidden_size]

    @abstractmethod
    def forward(self, inputs: Tensor, noise: Tensor | None = None, state: Tensor | None = None) -> Tensor:
        """Run the layer over trials and return the states, (step, trial, state).

        Parameters
        ----------
        inputs : tensor, (step, trial, channel)
        noise : tensor, (step, trial, unit), optional
            Process noise, added to the input of each unit.
        state : tensor, (trial, state), optional
            State before the first step; default: zeros. Layers without recurrence ignore it.
        """


class Cell(Layer):
    """Base class of a recurrent layer: linear input and recurrent projections, then an elementwise update of each unit.

    One step is ``update(project_inputs(inputs), project_hidden(hidden), state)``. Only `update` differs between cells, and it
    is elementwise: within one step, the weights of a unit affect only this unit. The online learning rules rely on this.
    Weights have the layout of ``torch.nn``: rows ordered by gate.
    """

    input_gates = 1  # projections of the inputs per unit
    recurrent_gates = 1  # projections of the hidden states per unit
    library: Any = None  # torch function for whole sequences, if one returns all states

    def __init__(self, n_inputs: int, hidden_size: int) -> None:
        super().__init__(n_inputs, hidden_size)
        self.weight_ih = empty_parameter(self.input_gates * hidden_size, n_inputs)
        self.weight_hh = empty_parameter(self.recurrent_gates * hidden_size, hidden_size)
        self.bias_ih = empty_parameter(self.input_gates * hidden_size)
        self.bias_hh = empty_parameter(self.recurrent_gates * hidden_size)

    @abstractmethod
    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Return the next state, (..., part x unit); each unit depends only on its own entries.

        Parameters
        ----------
        driven, recurrent, state : tensor, (..., input gate x unit), (..., recurrent gate x unit), (..., part x unit)
        """

    def project_inputs(self, inputs: Tensor, noise: Tensor | None = None) -> Tensor:
        """Return the projected inputs, (..., input gate x unit); the same noise (..., unit) is added at each gate."""
        driven = affine(inputs, self.weight_ih, self.bias_ih)
        return driven if noise is None else driven + torch.cat([noise] * self.input_gates, dim=-1)

    def project_hidden(self, hidden: Tensor) -> Tensor:
        """Return the projected hidden states, (..., recurrent gate x unit)."""
        return affine(hidden, self.weight_hh, self.bias_hh)

    def recurrent_matrices(self) -> Tensor:
        """Return the recurrent weights by gate, (recurrent gate, to, from)."""
        return self.weight_hh.unflatten(-2, (self.recurrent_gates, self.hidden_size))

    def step(self, inputs: Tensor, state: Tensor) -> Tensor:
        """Return the state after one step, for inputs (..., channel) and a state (..., state)."""
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
        """Run over trials with torch's function, cuDNN on a GPU; the states equal those of the loop over steps."""
        start = (self.initial_state(inputs) if state is None else state).unsqueeze(0)
        weights = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh]
        states: Tensor = type(self).library(inputs, start, weights, True, 1, 0.0, self.training, False, False)[0]
        return states

    def initial_state(self, inputs: Tensor) -> Tensor:
        """Return the state before the first step, zeros of shape (trial, state), for inputs (step, trial, channel)."""
        return inputs.new_zeros(*inputs.shape[1:-1], self.state_size)


def by_unit(cell: Cell, driven: Tensor, recurrent: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Compute the derivatives of a cell's `update` at many states, with one backward pass for each part of the state.

    `update` is elementwise, so each derivative is one number per unit.

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
