"""Causal recursive backpropagation (CRBP): exact gradient, forward in time, of units with self-connections only."""

from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.base import Cell
from rscnav.networks.learning_rules.eligibility_traces import follow_traces, own_past
from rscnav.networks.learning_rules.online import Local, OnlineRule


class CRBP(OnlineRule):
    """Causal recursive backpropagation: the exact gradient of one locally recurrent layer, with one trace per weight.

    A weight influences only the state of its own unit, so one recursion per weight gives the exact gradient. The original rule
    also trains several such layers and truncates delayed errors there; this one trains a single layer, without truncation.

    References
    ----------
    Campolucci et al., IEEE Trans. Neural Netw. 10, 253 (1999), doi:10.1109/72.750549.
    """

    name = "crbp"

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Raise an error also for cells with connections between units; see `OnlineRule.check`."""
        super().check(architecture, n_inputs, n_steps, n_trials)
        if architecture.cell != "diagonal":
            raise InvalidValueError(
                f"rule 'crbp' trains units with self-connections only, but those of the cell '{architecture.cell}' "
                "are connected to each other; use cell diagonal, or one of the rules bptt, truncated_bptt, rtrl, snap, e-prop"
            )

    def accumulate(self, cell: Cell, local: Local, signal: Tensor) -> Tensor:
        """Return the gradient summed over steps and trials; see `OnlineRule.accumulate`."""
        return follow_traces(local, own_past(cell, local), signal)
