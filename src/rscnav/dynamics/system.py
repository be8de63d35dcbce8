"""A trained network as a discrete-time dynamical system."""

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
    """Return why a network is not a map from state to state; '' if it is causal and recurrent."""
    cell = network.architecture.cell
    if not is_recurrent(cell):
        return f"the cell '{cell}' has no recurrent state"
    if network.architecture.bidirectional:
        return "a bidirectional network also runs backward in time, so that its state does not depend on the past only"
    return ""


class System:
    """Discrete-time dynamical system of a network, h(t+1) = F(h(t), x), without noise, in double precision, for numpy arrays.

    A state consists of all parts of all layers, the lowest first (for an LSTM the hidden and the cell states). The default
    input is 0 in every channel.

    Parameters
    ----------
    network : Network
        A causal recurrent network, see `why_no_step`. It is copied.

    Raises
    ------
    InvalidValueError
        For any other network.
    """

    def __init__(self, network: Network) -> None:
        if reason := why_no_step(network):
            raise InvalidValueError(reason)
        self.network = copy.deepcopy(network).cpu().double().requires_grad_(False).eval()
        self.n_inputs = self.network.layers[0].n_inputs
        self.n_states = sum(layer.state_size for layer in self.network.layers)

    def step(self, states: States, inputs: NDArray | None = None) -> States:
        """Return the next states, (trial, state), for inputs (channel,) or (trial, channel)."""
        return self.network.step(self._input(len(states), inputs), _tensor(states)).numpy()

    def run(self, states: States, n_steps: int, inputs: NDArray | None = None) -> States:
        """Return the states of a run, (step + 1, trial, state), initial states first; inputs are (step, [trial,] channel)."""
        run = [_tensor(states)]
        for k in range(n_steps):
            given = self._input(len(states), None if inputs is None else inputs[k])
            run.append(self.network.step(given, run[-1]))
        return torch.stack(run).numpy()

    def jacobian(self, states: States) -> NDArray[np.float64]:
        """Return the Jacobian of a step without input, (trial, state after, state before).

        It is computed from the elementwise derivatives of each cell and the weights. Automatic differentiation of the whole
        step gives the same result, and takes hundreds of times as long.
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
            sent_by = whole[:, first : first + units, : here.stop]  # the first part is the output of the units
            first = here.stop
        return whole.numpy()

    def report(self, states: States, head: str = "position") -> NDArray[np.float64]:
        """Return the probabilities that the network reports in these states, (..., class)."""
        layer = self.network.layers[-1]
        sent = layer.hidden(_tensor(states)[..., self.n_states - layer.state_size :])
        return self.network.readouts[head](sent).softmax(dim=-1).numpy()

    def _input(self, n: int, inputs: NDArray | None) -> Tensor:
        given = torch.zeros(self.n_inputs, dtype=torch.float64) if inputs is None else _tensor(inputs)
        return given.expand(n, self.n_inputs)


def _tensor(values: NDArray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float64))
