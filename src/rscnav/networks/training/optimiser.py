"""Adam with gradient clipping, for one network or an ensemble with one learning rate per network."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

MEAN_DECAY = 0.9
SQUARE_DECAY = 0.999
SMALLEST = 1e-8


class Adam:
    """Adam with gradient clipping: a gradient is first scaled down to a norm of at most the clip of its network.

    Parameters are stacked (network, weight); networks share no optimiser state. The rule and its constants are those of
    ``torch.optim.Adam``. Results differ in the last digits, because the order of operations differs.

    Parameters
    ----------
    parameters : sequence of Parameter
        For an ensemble with a leading dimension (network, ...).
    n_networks : int
        Number of networks.

    References
    ----------
    Kingma & Ba, ICLR 2015, arXiv:1412.6980; Pascanu et al., ICML 2013, arXiv:1211.5063 (clipping by norm).
    """

    def __init__(self, parameters: Sequence[nn.Parameter], n_networks: int) -> None:
        self.parameters, self.n_networks, self.n_steps = list(parameters), n_networks, 0
        self.widths = [parameter.numel() // n_networks for parameter in self.parameters]
        self.mean = self.parameters[0].new_zeros(n_networks, sum(self.widths))  # (network, weight)
        self.square = torch.zeros_like(self.mean)

    @torch.no_grad()
    def step(self, rates: Sequence[float], clips: Sequence[float]) -> None:
        """Update the weights by their ``grad``; a weight without ``grad`` has a gradient of 0.

        Parameters
        ----------
        rates, clips : sequence of float
            Learning rate and highest norm of the gradient of each network.
        """
        gradient = torch.cat([self._row(parameter) for parameter in self.parameters], dim=1)
        norm = gradient.norm(dim=1, keepdim=True)
        gradient *= (self._column(clips) / (norm + 1e-6)).clamp(max=1.0)
        self.n_steps += 1
        self.mean.lerp_(gradient, 1 - MEAN_DECAY)
        self.square.mul_(SQUARE_DECAY).addcmul_(gradient, gradient, value=1 - SQUARE_DECAY)
        size = self.square.sqrt().div_(math.sqrt(1 - SQUARE_DECAY**self.n_steps)).add_(SMALLEST)
        rates = [rate / (1 - MEAN_DECAY**self.n_steps) for rate in rates]
        change = (self.mean / size).mul_(self._column(rates))
        for parameter, part in zip(self.parameters, change.split(self.widths, dim=1), strict=True):
            parameter.sub_(part.view_as(parameter))

    def keep(self, which: Sequence[int]) -> None:
        """Keep the optimiser state of some networks; their parameters must already be selected."""
        index = torch.tensor(which, device=self.mean.device)
        self.mean, self.square, self.n_networks = self.mean[index], self.square[index], len(which)

    def state(self) -> dict[str, Any]:
        """Return a copy of the optimiser state."""
        return {"n_steps": self.n_steps, "mean": self.mean.clone(), "square": self.square.clone()}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore the values of `state`."""
        self.n_steps, self.n_networks = state["n_steps"], len(state["mean"])
        self.mean, self.square = state["mean"].clone(), state["square"].clone()

    def _row(self, parameter: nn.Parameter) -> Tensor:
        gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        return gradient.reshape(self.n_networks, -1)

    def _column(self, values: Sequence[float]) -> Tensor:
        return torch.tensor(values, dtype=self.mean.dtype, device=self.mean.device).unsqueeze(1)
