"""Exact Bayes filter on a grid, for landmarks at known places on the ring."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

CHUNK = 500  # trials filtered at once: bounds the memory


def grid_filter(seen: Tensor, shift: Tensor, view: Tensor, noise_rad: float) -> Iterator[Tensor]:
    """Filter the place on a ring of grid bins from what is seen and not seen.

    p(x_t | o_1..t) ∝ p(o_t | x_t) Σ_x' N(x_t - x' - shift_t; 0, σ²) p(x' | o_1..t-1), from a uniform start. The motion is
    applied in Fourier space, where shift and Gaussian convolution on the ring are exact products.

    Parameters
    ----------
    seen : tensor, (trial, step), bool
        Whether a landmark is in view.
    shift : tensor, (trial, step), float64
        Sensed angle moved in each step (rad).
    view : tensor, (grid,) , float64
        Share of each grid bin from which a landmark is in view.
    noise_rad : float
        sd of the motion noise per step (rad).

    Yields
    ------
    tensor, (trial, grid), float64
        The posterior after each step; sums to 1.

    Raises
    ------
    ValueError
        Where the grid is too coarse for the noise, or where what is seen cannot be.
    """
    n_grid = len(view)
    if noise_rad < 1.5 * 2 * math.pi / n_grid:
        raise ValueError(
            f"observer.grid_bins: {n_grid} bins of {2 * math.pi / n_grid:.4f} rad are too coarse for motion noise of "
            f"{noise_rad} rad a step; use at least {math.ceil(1.5 * 2 * math.pi / noise_rad)}"
        )
    frequency = torch.arange(n_grid // 2 + 1, device=shift.device, dtype=torch.float64)
    blur = torch.exp(-0.5 * (frequency * noise_rad) ** 2)
    belief = torch.full((len(seen), n_grid), 1 / n_grid, device=shift.device, dtype=torch.float64)
    for step in range(seen.shape[1]):
        move = torch.polar(blur.expand(len(seen), -1), -frequency * shift[:, step, None])
        belief = torch.fft.irfft(torch.fft.rfft(belief) * move, n=n_grid).clamp_(min=0)
        belief *= torch.where(seen[:, step, None], view, 1 - view)
        total = belief.sum(dim=1, keepdim=True)
        if not bool((total > 0).all()):
            raise ValueError(
                f"step {step}: what is seen is impossible under the task; do inputs and task belong together?"
            )
        belief /= total
        yield belief


def share_in_view(places: Tensor, visibility: float, n_grid: int) -> Tensor:
    """Share of each grid bin over [-π, π) from which one of the places is in view; bins cut by the edge count in part.

    Parameters
    ----------
    places : tensor, (landmark,)
        Angles (rad), at least 2 `visibility` apart.
    visibility : float
        A place is in view within this angle (rad).
    n_grid : int

    Returns
    -------
    tensor, (grid,), float64
        Between 0 and 1.
    """
    width = 2 * math.pi / n_grid
    low = -math.pi + width * torch.arange(n_grid, device=places.device, dtype=torch.float64)
    # Overlap of [low, low + width] with [place - visibility, place + visibility], on the ring: three turns suffice.
    turns = 2 * math.pi * torch.arange(-1, 2, device=places.device, dtype=torch.float64)
    centre = (places[:, None] + turns).reshape(-1, 1)
    overlap = torch.minimum(low + width, centre + visibility) - torch.maximum(low, centre - visibility)
    return (overlap.clamp(min=0).sum(dim=0) / width).clamp(max=1)


def ring_posterior(
    inputs: Tensor, places: Tensor, visibility: float, noise_rad: float, dt_s: float, bins: tuple[int, int]
) -> Tensor:
    """Run the filter over trials whose input channels are the sensed velocity and the landmark in view.

    Parameters
    ----------
    inputs : tensor, (trial, step, 2)
        Velocity (rad/s), and 1 where a landmark is in view.
    places : tensor, (landmark,)
    visibility, noise_rad, dt_s : float
    bins : (int, int)
        Reported bins and grid bins; the second is a multiple of the first.

    Returns
    -------
    tensor, (trial, step, bin), float64
    """
    n_bins, n_grid = bins
    if n_grid % n_bins:
        raise ValueError(f"observer.grid_bins: {n_grid} is not a multiple of the task's {n_bins} position bins")
    view = share_in_view(places, visibility, n_grid)
    result = torch.empty((*inputs.shape[:2], n_bins), device=inputs.device, dtype=torch.float64)
    for first in range(0, len(inputs), CHUNK):
        part = inputs[first : first + CHUNK]
        steps = grid_filter(part[:, :, 1] > 0.5, part[:, :, 0].double() * dt_s, view, noise_rad)
        for step, belief in enumerate(steps):
            result[first : first + CHUNK, step] = belief.reshape(len(part), n_bins, -1).sum(dim=2)
    return result
