"""Network: layers of units, and one softmax readout for each head. Inputs -> states -> reports."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.base import Cell, Layer, affine, empty_parameter
from rscnav.networks.cells.registry import cell_class, is_recurrent

Generators = torch.Generator | Sequence[torch.Generator] | None  # of one network, of an ensemble, or none


class Unit(NamedTuple):
    """Meaning of one dimension of the state."""

    layer: int  # from 1, the lowest
    direction: str  # forward, backward
    part: str  # hidden, cell (of an LSTM)


class Readout(nn.Module):
    """Linear readout of one head."""

    def __init__(self, n_units: int, n_classes: int) -> None:
        super().__init__()
        self.weight, self.bias = empty_parameter(n_classes, n_units), empty_parameter(n_classes)

    def extra_repr(self) -> str:
        """Return the sizes, which torch shows in the description of a network."""
        n_classes, n_units = self.weight.shape[-2:]
        return f"{n_units}, {n_classes}"

    def forward(self, hidden: Tensor) -> Tensor:
        """Return the logits, (..., class)."""
        return affine(hidden, self.weight, self.bias)


class Network(nn.Module):
    """Layers of units with one softmax readout for each head; or an ensemble of such networks of one shape.

    Parameters
    ----------
    n_inputs : int
        Number of input channels.
    heads : mapping of str to int
        Number of classes of each head.
    generator : torch.Generator or sequence of them, optional
        Generator of the initial weights: uniform within ±1/√hidden_size, as in torch. A sequence makes an ensemble: weights
        have a leading dimension (network, ...), and each network has the same weights as a single one with this generator.
        Default: weights are not initialised, for reading them from a file.

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
        """Meaning of each dimension of a state, in order."""
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
        """Run the network over trials.

        Parameters
        ----------
        inputs : tensor, (trial, step, channel); for an ensemble (network, trial, step, channel)
        generator : torch.Generator or sequence of them, optional
            Generator of the process noise, required if this is not 0; for an ensemble one per network.

        Returns
        -------
        states : tensor, (trial, step, state)
            States of all layers, the lowest first; see `units`.
        logits : dict of tensor, (trial, step, class)
        """
        states, sent = self.run(inputs.movedim(-2, 0), generator)
        logits = {head: readout(sent).movedim(0, -2) for head, readout in self.readouts.items()}
        return states.movedim(0, -2), logits

    def run(self, inputs: Tensor, generator: Generators = None, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Run the network over trials, with time as the first dimension.

        Parameters
        ----------
        inputs : tensor, (step, trial, channel)
        generator : as for `forward`
        state : tensor, (trial, state), optional
            State before the first step; default: zeros.

        Returns
        -------
        states : tensor, (step, trial, state)
        sent : tensor, (step, trial, unit)
            Outputs of the top layer, the inputs of the readouts.
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
        """Split a state (..., state) into the states of the layers; not for bidirectional networks."""
        return state.split([layer.state_size for layer in self.layers], dim=-1)

    def step(self, inputs: Tensor, state: Tensor) -> Tensor:
        """Return the state after one step without noise, for inputs (trial, channel) and a state (trial, state).

        Raises
        ------
        InvalidValueError
            For a network without recurrence, or a bidirectional one.
        """
        if self.architecture.bidirectional or not is_recurrent(self.architecture.cell):
            raise InvalidValueError(
                f"a network of cell '{self.architecture.cell}' that is not causal and recurrent has no step; use a recurrent cell "
                "and bidirectional: false"
            )
        sent, after = inputs, []
        for layer, before in zip(self.layers, self.split(state), strict=True):
            assert isinstance(layer, Cell)  # checked above; this is for the types
            after.append(layer.step(sent, before))
            sent = layer.hidden(after[-1])
        return torch.cat(after, dim=-1)

    def draw_noise(self, inputs: Tensor, generator: Generators) -> Tensor | None:
        """Draw the process noise of one layer, (step, trial, unit), for inputs (step, trial, channel); None if its sd is 0."""
        sd = self.architecture.process_noise
        if sd == 0:
            return None
        if generator is None:
            raise InvalidValueError(
                "process_noise is not 0, so that the network needs a generator; pass a torch.Generator"
            )
        shape = (len(inputs), inputs.shape[-2], self.architecture.hidden_size)
        sources, is_single = _as_list(generator)
        draws = [torch.randn(shape, generator=g, device=g.device, dtype=inputs.dtype) for g in sources]
        return sd * (draws[0] if is_single else torch.stack(draws, dim=1)).to(inputs.device)


def _as_list(generator: Generators) -> tuple[list[Any], bool]:
    """Return a list of generators, and whether they belong to a single network."""
    if generator is None or isinstance(generator, torch.Generator):
        return [generator], True
    return list(generator), False


def _fill(network: nn.Module, generator: Generators, bound: float) -> None:
    """Allocate the parameters of a network and draw their initial values from ±`bound`."""
    generators, is_single = _as_list(generator)
    for module in network.modules():
        for name, empty in list(module.named_parameters(recurse=False)):
            values = [torch.empty(empty.shape) for _ in generators]
            for value, source in zip(values, generators, strict=True):
                if source is not None:
                    nn.init.uniform_(value, -bound, bound, generator=source)
            setattr(module, name, nn.Parameter(values[0] if is_single else torch.stack(values)))


def step_losses(logits: Tensor, target: Tensor) -> Tensor:
    """Return the cross-entropy (nats) of each step: logits (..., trial, step, class), target and result (..., trial, step)."""
    flat = nn.functional.cross_entropy(logits.flatten(0, -2), target.flatten(), reduction="none")
    return flat.view(target.shape)
