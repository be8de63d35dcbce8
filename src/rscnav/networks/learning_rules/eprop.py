"""Eligibility propagation (e-prop): eligibility traces times errors of the readouts."""

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
    """Eligibility propagation: influence over time through the internal state of a unit, not through recurrent weights.

    The internal state decays by the leak (leaky), the update gate (gru) or the forget gate of the cell state (lstm). Tanh and
    rectified units have none, so that their traces are one step long. With random feedback and leaky units the rule is RFLO.

    Parameters
    ----------
    feedback : str
        ``symmetric``: errors are fed back by the weights of the readouts. ``random``: by fixed weights of the same shape,
        drawn from N(0, 1/units). The gradient of the readouts is exact in both cases.
    seed : int
        Seed of the random weights.

    References
    ----------
    Bellec et al., Nat. Commun. 11, 3625 (2020), doi:10.1038/s41467-020-17236-y; Murray, eLife 8, e43299 (2019),
    doi:10.7554/eLife.43299 (RFLO).
    """

    name = "e-prop"

    def __init__(self, feedback: str, seed: int) -> None:
        if feedback not in ("symmetric", "random"):
            raise InvalidValueError(f"learning_rule.feedback: '{feedback}' is not valid; expected symmetric or random")
        self.feedback, self.seed = feedback, seed

    @classmethod
    def from_settings(cls, settings: LearningRuleSettings, seed: int) -> Self:
        """Return the rule for its settings; see `LearningRule.from_settings`."""
        return cls(settings.feedback, seed)

    def readouts(self, network: Network) -> torch.nn.ModuleDict:
        """Return the readouts, with random feedback weights where this is set; see `OnlineRule.readouts`."""
        if self.feedback == "symmetric":
            return network.readouts
        generator = torch.Generator().manual_seed(self.seed)
        random = {}
        for head, readout in network.readouts.items():
            assert isinstance(readout, Readout)
            random[head] = _WithFeedback(readout, random_feedback(readout, generator))
        return torch.nn.ModuleDict(random)

    def accumulate(self, cell: Cell, local: Local, signal: Tensor) -> Tensor:
        """Return the gradient summed over steps and trials; see `OnlineRule.accumulate`."""
        return follow_traces(local, local.by_state, signal)


def random_feedback(readout: Readout, generator: torch.Generator) -> Tensor:
    """Draw feedback weights, (class, unit), from a normal distribution with standard deviation 1/√units."""
    shape = readout.weight.shape
    return torch.randn(shape, generator=generator).to(readout.weight) / math.sqrt(shape[-1])


class _WithFeedback(torch.nn.Module):
    """Readout with separate feedback weights for its errors."""

    def __init__(self, readout: Readout, feedback: Tensor) -> None:
        super().__init__()
        self.readout, self.feedback = readout, feedback

    def forward(self, hidden: Tensor) -> Tensor:
        """Return the logits of the readout, (..., class)."""
        back = torch.nn.functional.linear(hidden, self.feedback)
        return self.readout(hidden.detach()) + (back - back.detach())  # the added value is 0; its derivative is not
