"""A trained network as a map from state to state."""

import copy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.cells.base import Cell, by_unit
from rscnav.networks.cells.registry import is_recurrent
from rscnav.networks.model import Network

States = NDArray[np.float64]  # (..., state)


def why_no_step(network: Network) -> str:
    """Say why a network is no map from state to state; '' if it is one."""
    cell = network.architecture.cell
    if not is_recurrent(cell):
        return f"the cell '{cell}' has no state that steps on"
    if network.architecture.bidirectional:
        return "a bidirectional network also runs from the end of a trial: it has no state that steps on"
    return ""


class System:
    """h(t+1) = F(h(t), x), without noise, in double precision. numpy in, numpy out.

    A state has all parts of all layers, the lowest first (an LSTM's hidden parts and its cell parts). Where no input is
    given it is the neutral one: 0 in every channel.

    Parameters
    ----------
    network : Network
        One that steps from state to state; see `why_no_step`. It is copied.

    Raises
    ------
    InvalidValueError
        For a network that does not.
    """

    def __init__(self, network: Network) -> None:
        if reason := why_no_step(network):
            raise InvalidValueError(reason)
        self.network = copy.deepcopy(network).cpu().double().requires_grad_(False).eval()
        self.n_inputs = self.network.layers[0].n_inputs
        self.n_states = sum(layer.state_size for layer in self.network.layers)

    def step(self, states: States, inputs: NDArray | None = None) -> States:
        """Give the next states, (trial, state), for inputs (channel,) or (trial, channel)."""
        return self.network.step(self._input(len(states), inputs), _tensor(states)).numpy()

    def run(self, states: States, n_steps: int, inputs: NDArray | None = None) -> States:
        """Give the states of a run, (step + 1, trial, state), the first as given; inputs are (step, [trial,] channel)."""
        run = [_tensor(states)]
        for k in range(n_steps):
            given = self._input(len(states), None if inputs is None else inputs[k])
            run.append(self.network.step(given, run[-1]))
        return torch.stack(run).numpy()

    def jacobian(self, states: States) -> NDArray[np.float64]:
        """Give the derivative of the next state by the state without input, (trial, state after, state before).

        It is put together from what each unit does with what it receives, and the weights between units; plain automatic
        differentiation gives the same and takes hundreds of times as long.
        """
        n, before = len(states), _tensor(states)
        whole = torch.zeros(n, self.n_states, self.n_states, dtype=torch.float64)
        sent, sent_by, first = self._input(n, None), None, 0
        for layer, state in zip(self.network.layers, self.network.split(before), strict=True):
            assert isinstance(layer, Cell)  # checked above; this is for the types
            driven, recurrent = layer.project_inputs(sent), layer.project_hidden(layer.hidden(state))
            by_driven, by_recurrent, by_state = by_unit(layer, driven, recurrent, state)
            here = slice(first, first + layer.state_size)
            units, parts = layer.hidden_size, len(layer.parts)
            own = torch.zeros(n, parts, units, parts, units, dtype=torch.float64)
            own[:, :, :, 0] = torch.einsum("npgu,guv->npuv", by_recurrent, layer.recurrent_matrices())
            own.diagonal(dim1=2, dim2=4).add_(by_state)
            whole[:, here, here] = own.reshape(n, layer.state_size, layer.state_size)
            if sent_by is not None:
                weights = layer.weight_ih.unflatten(0, (layer.input_gates, units))
                by_sent = torch.einsum("npgu,gux->npux", by_driven, weights).flatten(1, 2)
                whole[:, here, :first] = by_sent @ sent_by
            sent = layer.hidden(layer.update(driven, recurrent, state))
            sent_by = whole[:, first : first + units, : here.stop]  # the first part is what is sent
            first = here.stop
        return whole.numpy()

    def report(self, states: States, head: str = "position") -> NDArray[np.float64]:
        """Give what the network reports in these states: probabilities (..., class)."""
        layer = self.network.layers[-1]
        sent = layer.hidden(_tensor(states)[..., self.n_states - layer.state_size :])
        return self.network.readouts[head](sent).softmax(dim=-1).numpy()

    def _input(self, n: int, inputs: NDArray | None) -> Tensor:
        given = torch.zeros(self.n_inputs, dtype=torch.float64) if inputs is None else _tensor(inputs)
        return given.expand(n, self.n_inputs)


def _tensor(values: NDArray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float64))
