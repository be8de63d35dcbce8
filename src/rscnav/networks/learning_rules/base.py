"""Base class of all learning rules."""

from abc import ABC, abstractmethod
from typing import ClassVar, Self

from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.registry import CELLS, is_recurrent
from rscnav.networks.learning_rules.settings import LearningRuleSettings
from rscnav.networks.model import Generators, Network
from rscnav.networks.training.loss import Objective


class LearningRule(ABC):
    """Base class of a learning rule: it computes the gradient of a network's weights from a batch.

    Weights do not change within a trial: a rule sums over the steps, and one update follows. Rules therefore differ only in
    the gradient, which can be compared with the exact gradient.
    """

    name: ClassVar[str]  # key in the configuration
    ensembles: ClassVar[bool] = False  # whether it can train several networks at once

    @classmethod
    def from_settings(cls, settings: LearningRuleSettings, seed: int) -> Self:
        """Return the rule for its settings; `seed` is used by rules that draw random numbers."""
        return cls()

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Raise an error for networks that the rule cannot train.

        Parameters
        ----------
        n_inputs : int
            Number of input channels.
        n_steps, n_trials : int
            Steps in a trial, trials in a batch.

        Raises
        ------
        InvalidValueError
            With the reason, and with settings that are valid.
        """
        return

    @abstractmethod
    def gradient(self, network: Network, inputs: Tensor, objective: Objective, generator: Generators = None) -> Tensor:
        """Set the ``grad`` of every weight, and return the loss: shape (), for an ensemble (network,).

        Parameters
        ----------
        inputs : tensor, (step, trial, channel)
        generator : torch.Generator or sequence of them, optional
            Generator of the process noise; for an ensemble one per network.
        """

    def needs_causal_recurrence(self, architecture: Architecture) -> None:
        """Raise an error for networks that are not causal and recurrent.

        Raises
        ------
        InvalidValueError
            For cells without recurrence, and for bidirectional networks.
        """
        if not is_recurrent(architecture.cell):
            recurrent = ", ".join(cell for cell in CELLS if is_recurrent(cell))
            raise InvalidValueError(
                f"rule '{self.name}' needs a recurrent cell, but the cell '{architecture.cell}' has no recurrence; use "
                f"rule bptt, or one of the cells {recurrent}"
            )
        if architecture.bidirectional:
            raise InvalidValueError(
                f"rule '{self.name}' processes a trial forward in time, but a bidirectional network also runs backward "
                "in time; use rule bptt, or bidirectional: false"
            )
