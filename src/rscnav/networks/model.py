"""Cells and the network: inputs -> hidden states -> reports."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

CELLS = {"gru": nn.GRU, "tanh": nn.RNN}


class Network(nn.Module):
    """A recurrent cell with one softmax readout a head.

    Parameters
    ----------
    n_inputs : int
        Input channels.
    heads : mapping of str to int
        Classes of each report.
    cell : str
        ``gru`` or ``tanh``.
    hidden_size : int
        Units.
    generator : torch.Generator, optional
        Where the first weights come from: uniform within ±1/√hidden_size, as in torch. Without one they are left unset,
        to be loaded.

    Raises
    ------
    ValueError
        For an unknown cell or a hidden size below 1.

    References
    ----------
    Cho et al., EMNLP 2014, doi:10.3115/v1/D14-1179 (GRU); Elman, Cogn. Sci. 14, 179 (1990),
    doi:10.1207/s15516709cog1402_1 (tanh).
    """

    def __init__(
        self,
        n_inputs: int,
        heads: Mapping[str, int],
        cell: str = "gru",
        hidden_size: int = 128,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if cell not in CELLS:
            raise ValueError(f"cell: unknown '{cell}'; there are: {', '.join(CELLS)}")
        if hidden_size < 1:
            raise ValueError(f"hidden_size: {hidden_size} will not do; a network needs at least 1 unit")
        self.hidden_size = hidden_size
        # Made without memory, then with unset memory: the constructors would draw from torch's global generator.
        self.cell = CELLS[cell](n_inputs, hidden_size, device="meta")
        self.readouts = nn.ModuleDict({h: nn.Linear(hidden_size, n, device="meta") for h, n in heads.items()})
        self.to_empty(device="cpu")
        if generator is not None:
            bound = 1 / math.sqrt(hidden_size)
            for parameter in self.parameters():
                nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, inputs: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Run over trials.

        Parameters
        ----------
        inputs : tensor, (trial, step, channel)

        Returns
        -------
        states : tensor, (trial, step, unit)
        logits : dict of tensor, (trial, step, class)
        """
        states, _ = self.cell(inputs.transpose(0, 1))  # (step, trial, unit): the cell's own order is the fast one
        logits = {head: readout(states).transpose(0, 1) for head, readout in self.readouts.items()}
        return states.transpose(0, 1), logits


def step_losses(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy (nats) of each step: logits (trial, step, class), target (trial, step) -> (trial, step)."""
    return nn.functional.cross_entropy(logits.transpose(1, 2), target, reduction="none")
