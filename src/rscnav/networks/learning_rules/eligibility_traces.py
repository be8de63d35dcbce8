"""Eligibility traces: one trace per weight, the influence of the weight on the state of its own unit."""

import torch
from torch import Tensor

from rscnav.networks.cells.base import Cell
from rscnav.networks.learning_rules.online import Local


def follow_traces(local: Local, carried: Tensor, signal: Tensor) -> Tensor:
    """Return the gradient from one eligibility trace per weight, (unit, gate, source).

    For a weight w of unit i with state s_i: e_w(t) = carried_i(t) e_w(t-1) + ∂s_i(t)/∂w, and the gradient is Σ_t signal_i(t)
    e_w(t), also summed over trials.

    Parameters
    ----------
    carried : tensor, (step, part, part before, unit, trial)
        Derivative of a unit's state by its previous state, as far as the rule includes it.
    signal : tensor, (step, unit, trial)
        Derivative of the loss by the output of each unit.
    """
    carried = carried[..., None, None]
    traces = torch.zeros_like(local.immediate(0))  # (part, unit, trial, gate, source)
    total = torch.zeros_like(traces[0, :, :1].flatten(-2))  # (unit, 1, gate x source)
    for step, now in enumerate(carried):
        kept = [sum(share * trace for share, trace in zip(shares, traces, strict=True)) for shares in now]
        traces = local.immediate(step).add_(torch.stack(kept) if len(kept) > 1 else kept[0])
        total.baddbmm_(signal[step].unsqueeze(1), traces[0].flatten(-2))
    return total.view(traces.shape[1], *traces.shape[3:])


def own_past(cell: Cell, local: Local) -> Tensor:
    """Return the derivative of each unit's state by its previous state, (step, part, part before, unit, trial).

    Self-connections are included, connections from other units are not.
    """
    own = cell.recurrent_matrices().diagonal(dim1=-2, dim2=-1)  # (gate, unit)
    carried = local.by_state.clone()
    carried[:, :, 0] += torch.einsum(
        "sputg,gu->sput", local.by_recurrent, own
    )  # only the first part is the output of a unit
    return carried
