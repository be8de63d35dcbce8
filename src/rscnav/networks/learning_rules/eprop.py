"""E-prop: traces that follow a unit's own memory, times an error that comes back from the readouts."""

import math
from typing import Self

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.cells.base import Cell
from rscnav.networks.learning_rules.eligibility_traces import follow_traces
from rscnav.networks.learning_rules.online import Local, OnlineRule
from rscnav.networks.learning_rules.settings import LearningRuleSettings
from rscnav.networks.model import Network, Readout


class EProp(OnlineRule):
    """Eligibility propagation: the past counts as far as a unit itself holds it, not by way of recurrent weights.

    What a cell holds is its leak (leaky), its update gate (gru) or its cell (lstm); tanh and rectified units hold nothing,
    and their traces are one step long. With random feedback and leaky units this is RFLO.

    Parameters
    ----------
    feedback : str
        ``symmetric``: errors come back by the readouts' weights. ``random``: by fixed weights of the same shape,
        N(0, 1/units), which learning leaves as they are. The readouts themselves get their exact gradient in both.
    seed : int
        Of the random weights.

    References
    ----------
    Bellec et al., Nat. Commun. 11, 3625 (2020), doi:10.1038/s41467-020-17236-y; Murray, eLife 8, e43299 (2019),
    doi:10.7554/eLife.43299 (RFLO).
    """

    name = "e-prop"

    def __init__(self, feedback: str, seed: int) -> None:
        if feedback not in ("symmetric", "random"):
            raise InvalidValueError(f"rule.feedback: unknown '{feedback}'; there are: symmetric, random")
        self.feedback, self.seed = feedback, seed

    @classmethod
    def from_settings(cls, settings: LearningRuleSettings, seed: int) -> Self:
        """Make the rule; see `Rule.from_settings`."""
        return cls(settings.feedback, seed)

    def readouts(self, network: Network) -> torch.nn.ModuleDict:
        """Give the readouts as the loss goes back through them."""
        if self.feedback == "symmetric":
            return network.readouts
        generator = torch.Generator().manual_seed(self.seed)
        random = {}
        for head, readout in network.readouts.items():
            assert isinstance(readout, Readout)
            random[head] = _WithFeedback(readout, random_feedback(readout, generator))
        return torch.nn.ModuleDict(random)

    def accumulate(self, cell: Cell, local: Local, signal: Tensor) -> Tensor:
        """Add up the gradient; see `OnlineRule.accumulate`."""
        return follow_traces(local, local.by_state, signal)


def random_feedback(readout: Readout, generator: torch.Generator) -> Tensor:
    """Draw weights of the size of a readout's, (class, unit), with standard deviation 1/√units."""
    shape = readout.weight.shape
    return torch.randn(shape, generator=generator).to(readout.weight) / math.sqrt(shape[-1])


class _WithFeedback(torch.nn.Module):
    """A readout whose errors come back by other weights than its own."""

    def __init__(self, readout: Readout, feedback: Tensor) -> None:
        super().__init__()
        self.readout, self.feedback = readout, feedback

    def forward(self, hidden: Tensor) -> Tensor:
        """Give the readout's logits, (..., class)."""
        back = torch.nn.functional.linear(hidden, self.feedback)
        return self.readout(hidden.detach()) + (back - back.detach())  # adds 0, and its derivative
