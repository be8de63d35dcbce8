"""Layers without recurrence, as controls for memory: feedforward, and convolution with a finite window."""

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.cells.base import Layer, affine, empty_parameter


class Feedforward(Layer):
    """Feedforward layer, without memory: h(t) = tanh(W x(t) + b)."""

    def __init__(self, n_inputs: int, hidden_size: int) -> None:
        super().__init__(n_inputs, hidden_size)
        self.weight_ih = empty_parameter(hidden_size, n_inputs)
        self.bias_ih = empty_parameter(hidden_size)

    def forward(self, inputs: Tensor, noise: Tensor | None = None, state: Tensor | None = None) -> Tensor:
        """Run over trials; see `Layer.forward`."""
        received = affine(inputs, self.weight_ih, self.bias_ih)
        return torch.tanh(received if noise is None else received + noise)


class Convolution(Feedforward):
    """Causal convolution (time-delay network), memory of a finite window: h(t) = tanh(Σ W_k x(t-k) + b), k = 0 … window - 1.

    Parameters
    ----------
    window_steps : int
        Length of the window in steps, the present step included.

    References
    ----------
    Waibel et al., IEEE Trans. Acoust. Speech Signal Process. 37, 328 (1989), doi:10.1109/29.21701.
    """

    def __init__(self, n_inputs: int, hidden_size: int, window_steps: int = 20) -> None:
        super().__init__(n_inputs, hidden_size)
        if window_steps < 1:
            raise InvalidValueError(f"window_steps: {window_steps} is not valid; use 1 (the present step only) or more")
        self.window_steps = window_steps
        self.weight_ih = empty_parameter(hidden_size, window_steps * n_inputs)

    def forward(self, inputs: Tensor, noise: Tensor | None = None, state: Tensor | None = None) -> Tensor:
        """Run over trials; see `Layer.forward`."""
        before = inputs.new_zeros(self.window_steps - 1, *inputs.shape[1:])
        windows = torch.cat([before, inputs]).unfold(0, self.window_steps, 1)  # (step, trial, channel, lag)
        return super().forward(windows.flatten(-2), noise)
