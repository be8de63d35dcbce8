"""The network: layers of units, then a softmax readout a head. Inputs -> states -> reports."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.base import Cell, Layer, affine, empty_parameter
from rscnav.networks.cells.registry import cell_class, is_recurrent

Generators = torch.Generator | Sequence[torch.Generator] | None  # of one network, of several, or none


class Unit(NamedTuple):
    """What one number of the state is."""

    layer: int  # from 1, the lowest
    direction: str  # forward, backward
    part: str  # hidden, cell (of an LSTM)


class Readout(nn.Module):
    """Linear readout of one head."""

    def __init__(self, n_units: int, n_classes: int) -> None:
        super().__init__()
        self.weight, self.bias = empty_parameter(n_classes, n_units), empty_parameter(n_classes)

    def forward(self, hidden: Tensor) -> Tensor:
        """Give logits, (..., class)."""
        return affine(hidden, self.weight, self.bias)


class Network(nn.Module):
    """Layers of units with one softmax readout a head; or several such networks of one shape, side by side.

    Parameters
    ----------
    n_inputs : int
        Input channels.
    heads : mapping of str to int
        Classes of each report.
    generator : torch.Generator or sequence of them, optional
        Where the first weights come from: uniform within ±1/√hidden_size, as in torch. A sequence makes an ensemble: weights
        have a leading dimension, each network's the same as if it had been made alone. Without one weights are left unset,
        to be loaded.

    Raises
    ------
    InvalidValueError
        For an unknown cell, or sizes below 1.
    """

    def __init__(
        self, n_inputs: int, heads: Mapping[str, int], architecture: Architecture, generator: Generators = None
    ) -> None:
        super().__init__()
        self.architecture = architecture
        n_directions = 2 if architecture.bidirectional else 1
        sizes = [n_inputs] + [architecture.hidden_size * n_directions] * (architecture.n_layers - 1)
        self.layers: Sequence[Layer] = nn.ModuleList(architecture.layer(n) for n in sizes)  # type: ignore[assignment]
        backward = sizes if architecture.bidirectional else []
        self.backward_layers: Sequence[Layer] = nn.ModuleList(architecture.layer(n) for n in backward)  # type: ignore[assignment]
        n_sent = architecture.hidden_size * n_directions
        self.readouts = nn.ModuleDict({head: Readout(n_sent, n_classes) for head, n_classes in heads.items()})
        _fill(self, generator, 1 / math.sqrt(architecture.hidden_size))

    @property
    def units(self) -> list[Unit]:
        """What each number of a state is, in order."""
        kinds = cell_class(self.architecture.cell).parts
        directions = ("forward", "backward") if self.architecture.bidirectional else ("forward",)
        size = self.architecture.hidden_size
        return [
            Unit(layer, direction, part)
            for layer in range(1, self.architecture.n_layers + 1)
            for direction in directions
            for part in kinds
            for _ in range(size)
        ]

    def forward(self, inputs: Tensor, generator: Generators = None) -> tuple[Tensor, dict[str, Tensor]]:
        """Run over trials.

        Parameters
        ----------
        inputs : tensor, (trial, step, channel); of an ensemble (network, trial, step, channel)
        generator : torch.Generator or sequence of them, optional
            Of the process noise, needed where there is any; of an ensemble one a network.

        Returns
        -------
        states : tensor, (trial, step, state)
            All layers, the lowest first; see `units`.
        logits : dict of tensor, (trial, step, class)
        """
        states, sent = self.run(inputs.movedim(-2, 0), generator)
        logits = {head: readout(sent).movedim(0, -2) for head, readout in self.readouts.items()}
        return states.movedim(0, -2), logits

    def run(self, inputs: Tensor, generator: Generators = None, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Run over trials, time first.

        Parameters
        ----------
        inputs : tensor, (step, trial, channel)
        generator : as for `forward`
        state : tensor, (trial, state), optional
            Before the first step; zeros without it.

        Returns
        -------
        states : tensor, (step, trial, state)
        sent : tensor, (step, trial, unit)
            What the top layer sends to the readouts.
        """
        befores = [None] * len(self.layers) if state is None else self.split(state)
        sent, all_states = inputs, []
        for level, layer in enumerate(self.layers):
            states = layer(sent, self.draw_noise(inputs, generator), befores[level])
            all_states.append(states)
            outputs = [layer.hidden(states)]
            if self.architecture.bidirectional:
                other = self.backward_layers[level]
                states = other(sent.flip(0), self.draw_noise(inputs, generator)).flip(0)
                all_states.append(states)
                outputs.append(other.hidden(states))
            sent = torch.cat(outputs, dim=-1) if len(outputs) > 1 else outputs[0]
        return torch.cat(all_states, dim=-1) if len(all_states) > 1 else all_states[0], sent

    def split(self, state: Tensor) -> tuple[Tensor, ...]:
        """Cut a state (..., state) of a network that is not bidirectional into its layers'."""
        return state.split([layer.state_size for layer in self.layers], dim=-1)

    def step(self, inputs: Tensor, state: Tensor) -> Tensor:
        """Take one step without noise: inputs (trial, channel) and state (trial, state) -> the next state.

        Raises
        ------
        InvalidValueError
            For a network that has no step: without recurrence, or bidirectional.
        """
        if self.architecture.bidirectional or not is_recurrent(self.architecture.cell):
            raise InvalidValueError(
                f"a network of cell '{self.architecture.cell}' that is not causal and recurrent has no step"
            )
        sent, after = inputs, []
        for layer, before in zip(self.layers, self.split(state), strict=True):
            assert isinstance(layer, Cell)  # checked above; this is for the types
            after.append(layer.step(sent, before))
            sent = layer.hidden(after[-1])
        return torch.cat(after, dim=-1)

    def draw_noise(self, inputs: Tensor, generator: Generators) -> Tensor | None:
        """Draw the process noise of one layer, (step, trial, unit), for inputs (step, trial, channel); None where there is none."""
        sd = self.architecture.process_noise
        if sd == 0:
            return None
        if generator is None:
            raise InvalidValueError("process_noise is not 0: the network needs a generator to run")
        shape = (len(inputs), inputs.shape[-2], self.architecture.hidden_size)
        sources, alone = _as_list(generator)
        draws = [torch.randn(shape, generator=g, device=g.device, dtype=inputs.dtype) for g in sources]
        return sd * (draws[0] if alone else torch.stack(draws, dim=1)).to(inputs.device)


def _as_list(generator: Generators) -> tuple[list[Any], bool]:
    """Give a list of generators, and whether they are of a network alone."""
    if generator is None or isinstance(generator, torch.Generator):
        return [generator], True
    return list(generator), False


def _fill(network: nn.Module, generator: Generators, bound: float) -> None:
    """Give parameters, made without memory, their memory and first values."""
    generators, alone = _as_list(generator)
    for module in network.modules():
        for name, empty in list(module.named_parameters(recurse=False)):
            values = [torch.empty(empty.shape) for _ in generators]
            for value, source in zip(values, generators, strict=True):
                if source is not None:
                    nn.init.uniform_(value, -bound, bound, generator=source)
            setattr(module, name, nn.Parameter(values[0] if alone else torch.stack(values)))


def step_losses(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy (nats) of each step: logits (..., trial, step, class), target (..., trial, step) -> as target."""
    flat = nn.functional.cross_entropy(logits.flatten(0, -2), target.flatten(), reduction="none")
    return flat.view(target.shape)
