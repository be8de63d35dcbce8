"""Causal recursive backpropagation: exact learning forward in time where each unit hears its own past only."""

from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.base import Cell
from rscnav.networks.learning_rules.eligibility_traces import follow_traces, own_past
from rscnav.networks.learning_rules.online import Local, OnlineRule


class CRBP(OnlineRule):
    """The exact gradient of a locally recurrent layer, with one trace a weight.

    A weight's influence stays with its unit, so the recursion over the unit's own past leaves nothing out. The rule was made
    for several such layers, where errors reach the lower ones with a delay that has to be cut; ours learns one, where nothing
    is cut.

    References
    ----------
    Campolucci et al., IEEE Trans. Neural Netw. 10, 253 (1999), doi:10.1109/72.750549.
    """

    name = "crbp"

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Refuse cells whose units hear of each other, too; see `OnlineRule.check`."""
        super().check(architecture, n_inputs, n_steps, n_trials)
        if architecture.cell != "diagonal":
            raise InvalidValueError(
                f"rule 'crbp' learns units that hear their own past only, and those of the cell '{architecture.cell}' "
                "hear of each other; use cell diagonal, or one of the rules bptt, truncated_bptt, rtrl, snap, e-prop"
            )

    def accumulate(self, cell: Cell, local: Local, signal: Tensor) -> Tensor:
        """Add up the gradient; see `OnlineRule.accumulate`."""
        return follow_traces(local, own_past(cell, local), signal)
