"""What every learning rule offers."""

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
    """A way from a batch to the gradient of a network's weights.

    Weights stay as they are during a trial; what a rule adds up over the steps becomes one update after it. So rules
    differ only in the gradient, and each can be compared with the exact one.
    """

    name: ClassVar[str]  # in the configuration
    ensembles: ClassVar[bool] = False  # whether it can train several networks at once

    @classmethod
    def from_settings(cls, settings: LearningRuleSettings, seed: int) -> Self:
        """Make the rule; `seed` is for one that draws random numbers of its own."""
        return cls()

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Refuse what the rule cannot learn.

        Raises
        ------
        InvalidValueError
            With the reason, and what would do.
        """
        return

    @abstractmethod
    def gradient(self, network: Network, inputs: Tensor, objective: Objective, generator: Generators = None) -> Tensor:
        """Set the ``grad`` of every weight, and return the loss: (), of an ensemble (network,).

        Parameters
        ----------
        inputs : tensor, (step, trial, channel)
        generator : torch.Generator or sequence of them, optional
            Of the process noise.
        """

    def needs_causal_recurrence(self, architecture: Architecture) -> None:
        """Refuse networks that do not step from state to state.

        Raises
        ------
        InvalidValueError
            For cells without recurrence, and for bidirectional networks.
        """
        if not is_recurrent(architecture.cell):
            recurrent = ", ".join(cell for cell in CELLS if is_recurrent(cell))
            raise InvalidValueError(
                f"rule '{self.name}' needs a state that steps on, and the cell '{architecture.cell}' has none; use "
                f"rule bptt, or one of the cells {recurrent}"
            )
        if architecture.bidirectional:
            raise InvalidValueError(
                f"rule '{self.name}' goes through a trial once, in the order of time, and a bidirectional network also "
                "runs from its end; use rule bptt, or bidirectional: false"
            )
