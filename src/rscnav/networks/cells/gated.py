"""Cells with gates: GRU and LSTM, with the formulas and the weights' layout of ``torch.nn``."""

import logging
from functools import cache
from types import ModuleType

import torch
from torch import Tensor

from rscnav.networks.cells.base import Cell

log = logging.getLogger(__name__)


class GRU(Cell):
    """Gated recurrent unit: reset r, update z, candidate n; h(t) = (1 - z) n + z h(t-1).

    r and z are logistic functions of the sum of both drives; n = tanh(driven + r · recurrent), the reset acting after the
    recurrent product.

    References
    ----------
    Cho et al., EMNLP 2014, doi:10.3115/v1/D14-1179.
    """

    input_gates = 3
    recurrent_gates = 3
    library = torch.gru
    fast = True  # False: the plain path everywhere

    def forward(self, inputs: Tensor, noise: Tensor | None = None, state: Tensor | None = None) -> Tensor:
        """Run over trials, by the fast path where it serves; see `Layer.forward`."""
        alone = self.weight_hh.dim() == 2 and inputs.dim() == 3
        single = inputs.dtype == self.weight_hh.dtype == torch.float32
        path = _fast_path() if self.fast and alone and single and inputs.device.type == "cpu" else None
        return super().forward(inputs, noise, state) if path is None else path.run(self, inputs, noise, state)

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Blend the candidate into the state."""
        n = self.hidden_size
        reset, update = torch.sigmoid(driven[..., : 2 * n] + recurrent[..., : 2 * n]).split(n, dim=-1)
        candidate = torch.tanh(driven[..., 2 * n :] + reset * recurrent[..., 2 * n :])
        return candidate + update * (state - candidate)


class LSTM(Cell):
    """Long short-term memory: c(t) = f c(t-1) + i g, h(t) = o tanh(c(t)); a state is h, then c.

    References
    ----------
    Hochreiter & Schmidhuber, Neural Comput. 9, 1735 (1997), doi:10.1162/neco.1997.9.8.1735; Gers et al., Neural
    Comput. 12, 2451 (2000), doi:10.1162/089976600300015015 (forget gate).
    """

    parts = ("hidden", "cell")
    input_gates = 4
    recurrent_gates = 4

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Forget, write, read."""
        total = driven + recurrent
        n = self.hidden_size
        write, forget = torch.sigmoid(total[..., : 2 * n]).split(n, dim=-1)
        cell = forget * state[..., n:] + write * torch.tanh(total[..., 2 * n : 3 * n])
        return torch.cat([torch.sigmoid(total[..., 3 * n :]) * torch.tanh(cell), cell], dim=-1)


@cache
def _fast_path() -> ModuleType | None:
    """Import the compiled path, which needs numba."""
    try:
        from rscnav.networks.cells import gru_numba as fast_gru
    except ImportError as error:
        log.warning("the fast path of the cell gru is out of reach (%s); the plain one does the same, slower", error)
        return None
    return fast_gru
