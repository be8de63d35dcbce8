"""Training loss: cross-entropy of the reports, and activity regularisation."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from rscnav.networks.model import step_losses


@dataclass(frozen=True)
class Objective:
    """Cross-entropy (nats per step), mean over trials and counted steps, summed over heads, plus an L2 cost of activity.

    The loss is a sum over steps, so that it can be computed for successive parts of a trial.

    Parameters
    ----------
    targets : dict of tensor, (trial, step)
        Correct class for each head; for an ensemble (network, trial, step).
    counted : slice
        Steps whose reports count, see `rscnav.networks.training.validation.scored`.
    activity_l2 : float or sequence of float
        Factor of the mean square of the units' outputs; for an ensemble one per network.
    """

    targets: dict[str, Tensor]
    counted: slice = field(default_factory=lambda: slice(None))
    activity_l2: float | Sequence[float] = 0.0

    @property
    def n_steps(self) -> int:
        """Steps in a trial."""
        return next(iter(self.targets.values())).shape[-1]

    def loss(self, sent: Tensor, readouts: torch.nn.ModuleDict, first: int = 0) -> Tensor:
        """Return the loss of some successive steps.

        Parameters
        ----------
        sent : tensor, (step, trial, unit)
            Outputs of the top layer, the inputs of the readouts.
        readouts : ModuleDict
            One readout for each head.
        first : int
            Index in the trial of the first of these steps.

        Returns
        -------
        tensor, (); for an ensemble (network,)
            Loss (nats); the losses of the parts of a trial sum to that of the trial.
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
