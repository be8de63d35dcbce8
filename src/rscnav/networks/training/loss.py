"""What training lowers: the loss of the reports, and a cost of high rates."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from rscnav.networks.model import step_losses


@dataclass(frozen=True)
class Objective:
    """Cross-entropy in nats a step, mean over trials and over the steps that count, summed over heads; plus L2 on rates.

    It is a sum over steps, so that parts of a trial can be taken one after the other.

    Parameters
    ----------
    targets : dict of tensor, (trial, step)
        Per head the class to report; of an ensemble (network, trial, step).
    counted : slice
        Steps whose reports count.
    activity_l2 : float or sequence of float
        Times the mean square of what the units send; of an ensemble one a network.
    """

    targets: dict[str, Tensor]
    counted: slice = field(default_factory=lambda: slice(None))
    activity_l2: float | Sequence[float] = 0.0

    @property
    def n_steps(self) -> int:
        """Steps in a trial."""
        return next(iter(self.targets.values())).shape[-1]

    def loss(self, sent: Tensor, readouts: torch.nn.ModuleDict, first: int = 0) -> Tensor:
        """Give the loss of some successive steps.

        Parameters
        ----------
        sent : tensor, (step, trial, unit)
            What the top layer sends to the readouts.
        readouts : ModuleDict
            One a head.
        first : int
            Which step of the trial is the first of these.

        Returns
        -------
        tensor, (); of an ensemble (network,)
            Nats; parts of a trial add up to the whole's.
        """
        scored = range(*self.counted.indices(self.n_steps))
        here = range(max(first, scored.start), min(first + len(sent), scored.stop))
        loss = sent.new_zeros(sent.shape[1:-2])
        if np.any(self.activity_l2):
            squares = sent.square().mean(dim=(0, -2, -1)) * (len(sent) / self.n_steps)
            loss = torch.as_tensor(self.activity_l2, dtype=sent.dtype, device=sent.device) * squares
        if len(here) == 0:
            return loss
        if len(here) < len(sent):
            sent = sent[here.start - first : here.stop - first]
        for head, target in self.targets.items():
            logits = readouts[head](sent)
            losses = step_losses(logits, target.movedim(-1, 0)[here.start : here.stop])  # (step, trial)
            loss = loss + losses.mean(dim=(0, -1)) * (len(here) / len(scored))
        return loss
