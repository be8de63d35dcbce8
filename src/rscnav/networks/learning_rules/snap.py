"""Sparse n-step approximation of RTRL (SnAp-n): influence is kept only on units that a weight reaches within n steps."""

from typing import Self

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.base import Cell
from rscnav.networks.learning_rules.eligibility_traces import follow_traces, own_past
from rscnav.networks.learning_rules.online import Local, OnlineRule
from rscnav.networks.learning_rules.rtrl import follow_influence, refuse_large_influence
from rscnav.networks.learning_rules.settings import LearningRuleSettings


class SnAp(OnlineRule):
    """SnAp-n: the influence of a weight is kept on the units that it reaches within `order` steps, and set to 0 on all others.

    In the first step a weight reaches its own unit, in the second the units that this one projects to with a non-zero weight,
    and so on. Order 1 keeps one trace per weight. With all-to-all connections, order 2 equals `RTRL`; higher orders differ
    from it only in sparse networks. The matrix is stored dense here, so that above order 1 the cost is that of RTRL.

    Parameters
    ----------
    order : int
        n, at least 1.

    References
    ----------
    Menick et al., Practical real time recurrent learning with a sparse approximation, ICLR 2021, arXiv:2006.07232.
    """

    name = "snap"

    def __init__(self, order: int) -> None:
        if order < 1:
            raise InvalidValueError(
                f"learning_rule.snap_order: {order} is not valid; use 1 or more (a weight needs 1 step to reach its own unit)"
            )
        self.order = order

    @classmethod
    def from_settings(cls, settings: LearningRuleSettings, seed: int) -> Self:
        """Return the rule for its settings; see `LearningRule.from_settings`."""
        return cls(settings.snap_order)

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Raise an error also for networks that need too much memory; see `OnlineRule.check`."""
        super().check(architecture, n_inputs, n_steps, n_trials)
        if self.order > 1:
            refuse_large_influence(f"rule '{self.name}' with snap_order {self.order}", architecture, n_inputs, n_trials)

    def accumulate(self, cell: Cell, local: Local, signal: Tensor) -> Tensor:
        """Return the gradient summed over steps and trials; see `OnlineRule.accumulate`."""
        if self.order == 1:
            return follow_traces(local, own_past(cell, local), signal)
        return follow_influence(cell, local, signal, reached_within(cell, self.order))


def reached_within(cell: Cell, order: int) -> Tensor:
    """Return which units a weight reaches within `order` steps, (unit, unit of the weight), 1 or 0."""
    connected = (cell.recurrent_matrices() != 0).any(dim=0)  # (to, from)
    identity = torch.eye(cell.hidden_size, device=connected.device)
    one_more = connected.to(identity) + identity
    reached = identity
    for _ in range(min(order, cell.hidden_size) - 1):
        reached = (one_more @ reached > 0).to(identity)
    return reached.to(cell.weight_hh)
