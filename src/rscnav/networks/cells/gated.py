"""Gated cells: GRU and LSTM, with the formulas and the weight layout of ``torch.nn``."""

import logging
from functools import cache
from types import ModuleType

import torch
from torch import Tensor

from rscnav.networks.cells.base import Cell

log = logging.getLogger(__name__)


class GRU(Cell):
    """Gated recurrent unit (GRU): h(t) = (1 - z) n + z h(t-1), with reset gate r, update gate z and candidate n.

    r and z are logistic functions of the sum of the input and the recurrent projection. n = tanh(driven + r · recurrent): the
    reset gate acts after the recurrent product.

    References
    ----------
    Cho et al., EMNLP 2014, doi:10.3115/v1/D14-1179.
    """

    input_gates = 3
    recurrent_gates = 3
    library = torch.gru
    fast = True  # False: never use the compiled implementation

    def forward(self, inputs: Tensor, noise: Tensor | None = None, state: Tensor | None = None) -> Tensor:
        """Run over trials, with the compiled implementation for one float32 network on a CPU; see `Layer.forward`."""
        one_network = self.weight_hh.dim() == 2 and inputs.dim() == 3
        single = inputs.dtype == self.weight_hh.dtype == torch.float32
        path = _fast_path() if self.fast and one_network and single and inputs.device.type == "cpu" else None
        return super().forward(inputs, noise, state) if path is None else path.run(self, inputs, noise, state)

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Return (1 - z) n + z h; see `Cell.update`."""
        n = self.hidden_size
        reset, update = torch.sigmoid(driven[..., : 2 * n] + recurrent[..., : 2 * n]).split(n, dim=-1)
        candidate = torch.tanh(driven[..., 2 * n :] + reset * recurrent[..., 2 * n :])
        return candidate + update * (state - candidate)


class LSTM(Cell):
    """Long short-term memory (LSTM): c(t) = f c(t-1) + i g, h(t) = o tanh(c(t)). The state is h, then c.

    References
    ----------
    Hochreiter & Schmidhuber, Neural Comput. 9, 1735 (1997), doi:10.1162/neco.1997.9.8.1735; Gers et al., Neural
    Comput. 12, 2451 (2000), doi:10.1162/089976600300015015 (forget gate).
    """

    parts = ("hidden", "cell")
    input_gates = 4
    recurrent_gates = 4

    def update(self, driven: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
        """Return the next h and c; see `Cell.update`."""
        total = driven + recurrent
        n = self.hidden_size
        write, forget = torch.sigmoid(total[..., : 2 * n]).split(n, dim=-1)
        cell = forget * state[..., n:] + write * torch.tanh(total[..., 2 * n : 3 * n])
        return torch.cat([torch.sigmoid(total[..., 3 * n :]) * torch.tanh(cell), cell], dim=-1)


@cache
def _fast_path() -> ModuleType | None:
    """Return the module of the compiled GRU; None with a warning if numba cannot be imported."""
    try:
        from rscnav.networks.cells import gru_numba as fast_gru
    except ImportError as error:
        log.warning(
            "the compiled implementation of the cell gru is not available (%s); the slower one is used, with the same results up to rounding",
            error,
        )
        return None
    return fast_gru
