"""Cells without gates: tanh, rectified, leaky, diagonal."""

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.cells.base import Cell, empty_parameter


class Tanh(Cell):
    """Elman network: h(t) = tanh(W x(t) + b + U h(t-1) + c).

    References
    ----------
    Elman, Cogn. Sci. 14, 179 (1990), doi:10.1207/s15516709cog1402_1.
    """

    library = torch.rnn_tanh

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Return tanh(driven + recurrent); see `Cell.update`."""
        return torch.tanh(driven + recurrent)


class Relu(Cell):
    """Rectified linear network, with rates of at least 0: h(t) = max(0, W x(t) + b + U h(t-1) + c)."""

    library = torch.rnn_relu

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Return max(0, driven + recurrent); see `Cell.update`."""
        return torch.relu(driven + recurrent)


class RectifiedTanh(Cell):
    """Rectified tanh network, with rates from 0 to 1: h(t) = max(0, tanh(W x(t) + b + U h(t-1) + c)).

    Networks with non-negative rates are a control of Voigts et al., Nat. Neurosci. 28, 1293 (2025),
    doi:10.1038/s41593-025-01944-z (Extended Data Fig. 10). That their non-negative units are a rectified tanh is our interpretation.
    """

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Return max(0, tanh(driven + recurrent)); see `Cell.update`."""
        return torch.relu(torch.tanh(driven + recurrent))


class Leaky(Cell):
    """Leaky (continuous-time) network: Euler steps of τ dh/dt = -h + tanh(W x + b + U h + c).

    Parameters
    ----------
    tau_steps : float
        Time constant τ in steps, at least 1; with 1 the cell equals `Tanh`.

    Raises
    ------
    InvalidValueError
        For a time constant shorter than a step.

    References
    ----------
    Wilson & Cowan, Biophys. J. 12, 1 (1972), doi:10.1016/S0006-3495(72)86068-5; Song et al., PLoS Comput. Biol. 12,
    e1004792 (2016), doi:10.1371/journal.pcbi.1004792 (for training).
    """

    def __init__(self, n_inputs: int, hidden_size: int, tau_steps: float = 5.0) -> None:
        super().__init__(n_inputs, hidden_size)
        if not tau_steps >= 1:
            raise InvalidValueError(
                f"tau_steps: {tau_steps} is less than one step, for which Euler's method overshoots; use 1 or more"
            )
        self.tau_steps = tau_steps

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Return h + (tanh(driven + recurrent) - h) / τ; see `Cell.update`."""
        return state + (torch.tanh(driven + recurrent) - state) / self.tau_steps


class Diagonal(Cell):
    """Locally recurrent network, with self-connections only: h_i(t) = tanh(W x(t) + b + d_i h_i(t-1) + c).

    References
    ----------
    Campolucci et al., IEEE Trans. Neural Netw. 10, 253 (1999), doi:10.1109/72.750549.
    """

    def __init__(self, n_inputs: int, hidden_size: int) -> None:
        super().__init__(n_inputs, hidden_size)
        self.weight_hh = empty_parameter(hidden_size)

    def project_hidden(self, hidden: Tensor) -> Tensor:
        """Return each unit's previous output times its self-weight, plus bias; see `Cell.project_hidden`."""
        return hidden * self.weight_hh.unsqueeze(-2) + self.bias_hh.unsqueeze(-2)

    def recurrent_matrices(self) -> Tensor:
        """Return the recurrent weights as a diagonal matrix, (1, to, from)."""
        return torch.diag_embed(self.weight_hh).unsqueeze(-3)

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Return tanh(driven + recurrent); see `Cell.update`."""
        return torch.tanh(driven + recurrent)
