"""Backpropagation through time (BPTT): the exact gradient over whole trials, or a gradient truncated to windows."""

from typing import Self

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.learning_rules.base import LearningRule
from rscnav.networks.learning_rules.settings import LearningRuleSettings
from rscnav.networks.model import Generators, Network
from rscnav.networks.training.loss import Objective


class BPTT(LearningRule):
    """Backpropagation through time: the exact gradient, by reverse-mode differentiation over the whole trial.

    References
    ----------
    Werbos, Proc. IEEE 78, 1550 (1990), doi:10.1109/5.58337.
    """

    name = "bptt"
    ensembles = True

    def gradient(self, network: Network, inputs: Tensor, objective: Objective, generator: Generators = None) -> Tensor:
        """Set the ``grad`` of every weight; see `LearningRule.gradient`."""
        network.zero_grad()
        _, sent = network.run(inputs, generator)
        loss = objective.loss(sent, network.readouts)
        loss.sum().backward()
        return loss.detach()


class TruncatedBPTT(LearningRule):
    """Truncated backpropagation through time: windows follow one another; states pass from window to window, gradients do not.

    Parameters
    ----------
    window_steps : int
        Steps in a window; the last window of a trial may be shorter. With the length of a trial the rule equals `BPTT`.

    References
    ----------
    Williams & Peng, Neural Comput. 2, 490 (1990), doi:10.1162/neco.1990.2.4.490 (with overlapping windows; here they do
    not overlap).
    """

    name = "truncated_bptt"
    ensembles = True

    def __init__(self, window_steps: int) -> None:
        if window_steps < 1:
            raise InvalidValueError(f"learning_rule.window_steps: {window_steps} is not valid; use 1 or more")
        self.window_steps = window_steps

    @classmethod
    def from_settings(cls, settings: LearningRuleSettings, seed: int) -> Self:
        """Return the rule for its settings; see `LearningRule.from_settings`."""
        return cls(settings.window_steps)

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Raise an error for windows longer than the trial, and for networks without causal recurrence; see `LearningRule.check`."""
        self.needs_causal_recurrence(architecture)
        if self.window_steps > n_steps:
            raise InvalidValueError(
                f"learning_rule.window_steps: {self.window_steps} is longer than the trial of {n_steps} steps; use at "
                f"most {n_steps}, or rule bptt"
            )

    def gradient(self, network: Network, inputs: Tensor, objective: Objective, generator: Generators = None) -> Tensor:
        """Set the ``grad`` of every weight; see `LearningRule.gradient`."""
        self.check(network.architecture, inputs.shape[-1], len(inputs), inputs.shape[-2])
        network.zero_grad()
        state, losses = None, []
        for first in range(0, len(inputs), self.window_steps):
            states, sent = network.run(inputs[first : first + self.window_steps], generator, state)
            loss = objective.loss(sent, network.readouts, first)
            if loss.requires_grad:  # otherwise no step of this window counts
                loss.sum().backward()
            losses.append(loss.detach())
            state = states[-1].detach()
        return torch.stack(losses).sum(0)
