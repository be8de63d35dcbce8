"""Real-time recurrent learning (RTRL): exact gradient, forward in time, from the influence of each weight on each unit."""

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.cells.base import Cell
from rscnav.networks.learning_rules.online import Local, OnlineRule

LIMIT_GIB = 4.0


class RTRL(OnlineRule):
    """Real-time recurrent learning: the exact gradient, forward in time; its cost grows with the fourth power of the units.

    The influence of the weights on the state is J(t) = D(t) J(t-1) + ∂s(t)/∂w, with D(t) = ∂s(t)/∂s(t-1). The gradient is
    Σ_t ∂loss/∂s(t) J(t).

    References
    ----------
    Williams & Zipser, Neural Comput. 1, 270 (1989), doi:10.1162/neco.1989.1.2.270.
    """

    name = "rtrl"

    def check(self, architecture: Architecture, n_inputs: int, n_steps: int, n_trials: int) -> None:
        """Raise an error also for networks that need too much memory; see `OnlineRule.check`."""
        super().check(architecture, n_inputs, n_steps, n_trials)
        refuse_large_influence(f"rule '{self.name}'", architecture, n_inputs, n_trials)

    def accumulate(self, cell: Cell, local: Local, signal: Tensor) -> Tensor:
        """Return the gradient summed over steps and trials; see `OnlineRule.accumulate`."""
        return follow_influence(cell, local, signal)


def refuse_large_influence(rule: str, architecture: Architecture, n_inputs: int, n_trials: int) -> None:
    """Raise an error if the influence matrices before and after a step take more than `LIMIT_GIB` (GiB).

    Raises
    ------
    InvalidValueError
        With the memory that they would take.
    """
    layer = architecture.layer(n_inputs)
    n_weights = sum(weight.numel() for weight in layer.parameters())
    gib = 2 * 4 * n_trials * layer.state_size * n_weights / 2**30
    if gib > LIMIT_GIB:
        raise InvalidValueError(
            f"{rule}: the influence of {n_weights} weights on {architecture.hidden_size} units of cell "
            f"'{architecture.cell}' in {n_trials} trials takes {gib:.1f} GiB, but the limit is {LIMIT_GIB:g} GiB; lower "
            "hidden_size or batch_size, or use a rule that needs less memory: snap with snap_order 1, e-prop, or truncated_bptt"
        )


def follow_influence(cell: Cell, local: Local, signal: Tensor, reached: Tensor | None = None) -> Tensor:
    """Return the gradient from the influence of all weights on all units, (unit, gate, source).

    Parameters
    ----------
    signal : tensor, (step, unit, trial)
        Derivative of the loss by the output of each unit.
    reached : tensor, (unit, unit of the weight), optional
        1 where influence is kept, 0 where it is set to 0 at every step; default: all influence is kept.
    """
    n_parts, n_units, n_trials, n_gates, n_sources = local.immediate(0).shape
    now = signal.new_zeros(n_trials, n_parts * n_units, n_units * n_gates * n_sources)  # state by weight
    after = torch.empty_like(now)
    total = torch.zeros_like(now[:, :1])
    for step in range(len(signal)):
        torch.bmm(_state_by_state(cell, local, step), now, out=after)
        now, after = after, now
        blocks = now.view(n_trials, n_parts, n_units, n_units, n_gates * n_sources)
        if reached is not None:
            blocks *= reached.unsqueeze(-1)
        own = blocks.diagonal(dim1=2, dim2=3)  # (trial, part, gate x source, unit)
        own += local.immediate(step).flatten(-2).permute(2, 0, 3, 1)
        total.baddbmm_(signal[step].T.unsqueeze(1), now[:, :n_units])
    return total.sum(0).view(n_units, n_gates, n_sources)


def _state_by_state(cell: Cell, local: Local, step: int) -> Tensor:
    """Return D(t), (trial, state, state before)."""
    n_parts, n_units, n_trials, _ = local.by_recurrent[step].shape
    d = cell.weight_hh.new_zeros(n_trials, n_parts, n_units, n_parts, n_units)
    d[:, :, :, 0] = torch.einsum("putg,guv->tpuv", local.by_recurrent[step], cell.recurrent_matrices())
    own = d.diagonal(dim1=2, dim2=4)  # (trial, part, part before, unit)
    own += local.by_state[step].permute(3, 0, 1, 2)
    return d.view(n_trials, n_parts * n_units, n_parts * n_units)
