"""GRU compiled with numba, for CPUs: matrix products by torch, the rest of a step in one compiled loop.

It runs one network in float32. In all other cases, or without numba, `rscnav.networks.cells.base.Cell.forward` runs. A test
compares states and gradients of the two.
"""

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rscnav.files.numba_cache import keeps_compiled

# tanh(x) = x P(x²) / Q(x²) for |x| <= 8, a minimax fit by linear programming; its largest error
# in float32 is 3.2e-7. A logistic function is (1 + tanh(x/2)) / 2.
P = tuple(
    np.array([1.0, 0.13437846571182427, 0.003563727695695318, 2.176640391528188e-05, 1.50556357961867e-08], np.float32)
)
Q = tuple(
    np.array([1.0, 0.46771171945635664, 0.026134425582413034, 0.0003398472863991694, 8.450246299246718e-07], np.float32)
)
EIGHT, HALF, ONE = np.float32(8), np.float32(0.5), np.float32(1)
COMPILED: dict[str, Any] = {"fastmath": True, "error_model": "numpy", "cache": keeps_compiled(__file__)}
FEW = 8  # input channels up to which `_drive` is faster than torch.mm
INLINED: dict[str, Any] = {"fastmath": True, "inline": "always"}


@numba.njit(**INLINED)
def _tanh(x: Any) -> Any:
    x = min(max(x, -EIGHT), EIGHT)
    z = x * x
    return (
        x * ((((P[4] * z + P[3]) * z + P[2]) * z + P[1]) * z + P[0])
        / ((((Q[4] * z + Q[3]) * z + Q[2]) * z + Q[1]) * z + Q[0])
    )  # fmt: skip


@numba.njit(**INLINED)
def _logistic(x: Any) -> Any:
    return HALF + HALF * _tanh(HALF * x)


@numba.njit(**COMPILED)
def _drive(inputs: Any, weight: Any, driven: Any) -> None:
    """Write inputs (trial, channel) times weight (channel, 3 x unit) into driven (trial, 3 x unit); fast for few channels."""
    for trial in range(len(inputs)):
        row = driven[trial]
        row[:] = inputs[trial, 0] * weight[0]
        for channel in range(1, inputs.shape[1]):
            value, of_channel = inputs[trial, channel], weight[channel]
            for unit in range(len(row)):
                row[unit] += value * of_channel[unit]


@numba.njit(**COMPILED)
def _forward(driven: Any, recurrent: Any, bias: Any, before: Any, after: Any, kept: Any) -> None:
    """Compute one step: driven, recurrent (trial, 3 x unit), bias (4 x unit), states (trial, unit), kept (trial, 4 x unit)."""
    n = before.shape[1]
    bias_r, bias_z, bias_n, bias_v = bias[:n], bias[n : 2 * n], bias[2 * n : 3 * n], bias[3 * n :]
    for trial in range(len(before)):
        # Slices, so that the compiler vectorises the inner loop.
        driven_r, driven_z, driven_n = driven[trial, :n], driven[trial, n : 2 * n], driven[trial, 2 * n :]
        from_r, from_z, from_n = recurrent[trial, :n], recurrent[trial, n : 2 * n], recurrent[trial, 2 * n :]
        keep_v, keep_r = kept[trial, :n], kept[trial, n : 2 * n]
        keep_z, keep_n = kept[trial, 2 * n : 3 * n], kept[trial, 3 * n :]
        old, new = before[trial], after[trial]
        for unit in range(n):
            v = from_n[unit] + bias_v[unit]
            r = _logistic(driven_r[unit] + from_r[unit] + bias_r[unit])
            z = _logistic(driven_z[unit] + from_z[unit] + bias_z[unit])
            c = _tanh(driven_n[unit] + bias_n[unit] + r * v)
            new[unit] = c + z * (old[unit] - c)
            keep_v[unit], keep_r[unit], keep_z[unit], keep_n[unit] = v, r, z, c


@numba.njit(**COMPILED)
def _backward(given: Any, carried: Any, before: Any, kept: Any, direct: Any) -> None:
    """Backpropagate one step: write the gradient by the projections into `kept`, and that by the previous state into `direct`.

    The part of the latter through the recurrent product is not included.
    """
    n = before.shape[1]
    for trial in range(len(before)):
        keep_v, keep_r = kept[trial, :n], kept[trial, n : 2 * n]
        keep_z, keep_n = kept[trial, 2 * n : 3 * n], kept[trial, 3 * n :]
        from_above, from_after, old, passed = given[trial], carried[trial], before[trial], direct[trial]
        for unit in range(n):
            v, r, z, c = keep_v[unit], keep_r[unit], keep_z[unit], keep_n[unit]
            error = from_above[unit] + from_after[unit] + passed[unit]
            at_candidate = error * (ONE - z) * (ONE - c * c)
            keep_v[unit] = at_candidate * r
            keep_r[unit] = at_candidate * v * r * (ONE - r)
            keep_z[unit] = error * (old[unit] - c) * z * (ONE - z)
            keep_n[unit] = at_candidate
            passed[unit] = error * z


_POOL: dict[
    tuple[int, ...], list[Tensor]
] = {}  # buffers of the last training step; new allocations would take as long as the computation


class _Sequence(torch.autograd.Function):
    """All steps of one layer as one autograd function; the weight gradients are products over all steps."""

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        weight_ih: Tensor,
        weight_hh: Tensor,
        bias_ih: Tensor,
        bias_hh: Tensor,
        noise: Tensor | None,
        start: Tensor,
    ) -> Tensor:
        n_steps, n_trials, n = len(inputs), *start.shape
        learns = any(ctx.needs_input_grad)
        states = torch.empty(n_steps + 1, n_trials, n)
        states[0] = start
        shape = (n_steps if learns else 1, n_trials, 4 * n)
        spare = _POOL.get(shape)
        kept = spare.pop() if spare else torch.empty(shape)
        driven, recurrent = torch.empty(n_trials, 3 * n), torch.empty(n_trials, 3 * n)
        both = bias_ih + bias_hh
        bias = torch.cat([both[: 2 * n], bias_ih[2 * n :], bias_hh[2 * n :]]).numpy()
        driven_, recurrent_, states_, kept_ = driven.numpy(), recurrent.numpy(), states.numpy(), kept.numpy()
        to_units, to_each_other = weight_ih.t().contiguous(), weight_hh.t()
        inputs_, to_units_, few = inputs.detach().numpy(), to_units.detach().numpy(), inputs.shape[2] <= FEW
        for step in range(n_steps):
            if few:
                _drive(inputs_[step], to_units_, driven_)
            else:
                torch.mm(inputs[step], to_units, out=driven)
            torch.mm(states[step], to_each_other, out=recurrent)
            if noise is not None:
                driven.view(n_trials, 3, n).add_(noise[step].unsqueeze(1))
            _forward(driven_, recurrent_, bias, states_[step], states_[step + 1], kept_[step if learns else 0])
        if learns:
            ctx.save_for_backward(inputs, weight_ih, weight_hh)
            ctx.states, ctx.kept = states, kept
        return states[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *given: Tensor) -> tuple[Tensor | None, ...]:
        if ctx.kept is None:
            raise RuntimeError(
                "the gradient of this run was already computed, and its buffers are released; run the network again"
            )
        inputs, weight_ih, weight_hh = ctx.saved_tensors
        states, kept = ctx.states, ctx.kept
        n_steps, n_trials, width = kept.shape
        n = width // 4
        # Gradients are in the order v, r, z, n: the first three by recurrent projections, the last three by input projections.
        back = torch.cat([weight_hh[2 * n :], weight_hh[: 2 * n]])
        carried, direct = torch.zeros(n_trials, n), torch.zeros(n_trials, n)
        given_, states_, kept_ = given[0].contiguous().numpy(), states.numpy(), kept.numpy()
        carried_, direct_ = carried.numpy(), direct.numpy()
        for step in reversed(range(n_steps)):
            _backward(given_[step], carried_, states_[step], kept_[step], direct_)
            torch.mm(kept[step, :, : 3 * n], back, out=carried)
        flat = kept.view(-1, width)
        by_hh = flat[:, : 3 * n].t() @ states[:-1].reshape(-1, n)
        with_one = torch.cat([inputs, inputs.new_ones(n_steps, n_trials, 1)], dim=2).flatten(0, 1)
        thin = with_one.t() @ flat  # gradients of input weights and biases; this order is faster for thin matrices
        by_ih, by_bias = thin[:-1, n:].t(), thin[-1]
        by_inputs = (flat[:, n:] @ weight_ih).view(inputs.shape) if ctx.needs_input_grad[0] else None
        by_noise = None
        if ctx.needs_input_grad[5]:
            by_noise = kept[..., n:].unflatten(-1, (3, n)).sum(dim=-2)
        _POOL[kept.shape] = [kept]
        ctx.kept = None
        return (
            by_inputs,
            by_ih,
            torch.cat([by_hh[n:], by_hh[:n]]),
            by_bias[n:],
            torch.cat([by_bias[n : 3 * n], by_bias[:n]]),
            by_noise,
            carried + direct,
        )


def run(cell: Any, inputs: Tensor, noise: Tensor | None, state: Tensor | None) -> Tensor:
    """Run a GRU over trials and return its states; arguments and result as for `rscnav.networks.cells.base.Layer.forward`."""
    start = cell.initial_state(inputs) if state is None else state
    weights = (cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
    states: Tensor = _Sequence.apply(inputs.contiguous(), *weights, noise, start)
    return states
