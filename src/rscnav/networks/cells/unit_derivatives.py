"""Derivatives of one step of a cell, unit by unit."""

import torch
from torch import Tensor

from rscnav.networks.cells.base import Cell


def by_unit(cell: Cell, driven: Tensor, recurrent: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Differentiate a cell's `update` at many states at once, by one backward pass for each part of the state.

    `update` acts on each unit alone, so every derivative is one number a unit.

    Parameters
    ----------
    cell : Cell
    driven, recurrent, state : tensor, (..., gate x unit), (..., gate x unit), (..., part x unit)
        As for `Cell.update`.

    Returns
    -------
    by_driven, by_recurrent : tensor, (..., part, gate, unit)
    by_state : tensor, (..., part, part before, unit)
    """
    values = [value.detach().requires_grad_() for value in (driven, recurrent, state)]
    with torch.enable_grad():
        sums = [part.sum() for part in cell.update(*values).split(cell.hidden_size, dim=-1)]
    by_part = [
        torch.autograd.grad(part, values, retain_graph=True, allow_unused=True, materialize_grads=True) for part in sums
    ]
    by_driven, by_recurrent, by_state = (
        torch.stack([by[which].unflatten(-1, (-1, cell.hidden_size)) for by in by_part], dim=-3) for which in range(3)
    )
    return by_driven, by_recurrent, by_state
