"""Backpropagation through time: the exact gradient, by going back through the whole trial; or through windows of it."""

from torch import Tensor

from rscnav.networks.model import Generators, Network
from rscnav.networks.objective import Objective
from rscnav.networks.rules.base import Rule


class BPTT(Rule):
    """The exact gradient, by reverse-mode differentiation over the whole trial.

    References
    ----------
    Werbos, Proc. IEEE 78, 1550 (1990), doi:10.1109/5.58337.
    """

    ensembles = True

    def gradient(self, network: Network, inputs: Tensor, objective: Objective, generator: Generators = None) -> Tensor:
        """Set the ``grad`` of every weight; see `Rule.gradient`."""
        network.zero_grad()
        _, sent = network.run(inputs, generator)
        loss = objective.of(sent, network.readouts)
        loss.sum().backward()
        return loss.detach()
