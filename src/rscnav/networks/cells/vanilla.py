"""Cells without gates: tanh, rectified, leaky."""

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.cells.base import Cell, empty_parameter


class Tanh(Cell):
    """Hidden state h(t) = tanh(W x(t) + b + U h(t-1) + c).

    References
    ----------
    Elman, Cogn. Sci. 14, 179 (1990), doi:10.1207/s15516709cog1402_1.
    """

    library = torch.rnn_tanh

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Squash the sum."""
        return torch.tanh(driven + recurrent)


class Relu(Cell):
    """Rates that are never negative: h(t) = max(0, W x(t) + b + U h(t-1) + c)."""

    library = torch.rnn_relu

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Rectify the sum."""
        return torch.relu(driven + recurrent)


class RectifiedTanh(Cell):
    """Rates that are never negative and saturate: h(t) = max(0, tanh(W x(t) + b + U h(t-1) + c)).

    Networks with non-negative rates are a control of Voigts et al., Nat. Neurosci. 28, 1293 (2025),
    doi:10.1038/s41593-025-01944-z (Extended Data Fig. 10); that the rectified tanh makes them so is our reading.
    """

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Rectify and squash the sum."""
        return torch.relu(torch.tanh(driven + recurrent))


class Leaky(Cell):
    """A continuous-time network, Euler steps of τ dh/dt = -h + tanh(W x + b + U h + c).

    Parameters
    ----------
    tau_steps : float
        Time constant τ in steps, at least 1; 1 is the cell `Tanh`.

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
                f"tau_steps: {tau_steps} is less than a step, where Euler's method overshoots; use 1 or more"
            )
        self.tau_steps = tau_steps

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Move a share of the way."""
        return state + (torch.tanh(driven + recurrent) - state) / self.tau_steps


class Diagonal(Cell):
    """A locally recurrent network: each unit hears of its own past only, h_i(t) = tanh(W x(t) + b + d_i h_i(t-1) + c).

    References
    ----------
    Campolucci et al., IEEE Trans. Neural Netw. 10, 253 (1999), doi:10.1109/72.750549.
    """

    def __init__(self, n_inputs: int, hidden_size: int) -> None:
        super().__init__(n_inputs, hidden_size)
        self.weight_hh = empty_parameter(hidden_size)

    def project_hidden(self, hidden: Tensor) -> Tensor:
        """Each unit's own past."""
        return hidden * self.weight_hh.unsqueeze(-2) + self.bias_hh.unsqueeze(-2)

    def recurrent_matrices(self) -> Tensor:
        """Give a diagonal matrix, (1, to, from)."""
        return torch.diag_embed(self.weight_hh).unsqueeze(-3)

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Squash the sum."""
        return torch.tanh(driven + recurrent)
