"""What every learning rule offers."""

from abc import ABC, abstractmethod

from torch import Tensor

from rscnav.networks.model import Architecture, Generators, Network
from rscnav.networks.objective import Objective


class Rule(ABC):
    """A way from a batch to the gradient of a network's weights.

    Weights stay as they are during a trial; what a rule adds up over the steps becomes one update after it. So rules
    differ only in the gradient, and each can be compared with the exact one.
    """

    ensembles = False  # whether it can train several networks at once

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Refuse what the rule cannot learn.

        Raises
        ------
        ValueError
            With the reason, and what would do.
        """
        return

    @abstractmethod
    def gradient(
        self,
        network: Network,
        inputs: Tensor,
        objective: Objective,
        generator: Generators = None,
    ) -> Tensor:
        """Set the ``grad`` of every weight.

        Parameters
        ----------
        network : Network
        inputs : tensor, (step, trial, channel)
        objective : Objective
        generator : torch.Generator or sequence of them, optional
            Of the process noise.

        Returns
        -------
        tensor, (); of an ensemble (network,)
            The loss.
        """
