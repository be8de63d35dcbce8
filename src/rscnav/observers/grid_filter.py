"""Bayes filter and smoother on a ring of grid bins, exact but for the grid.

The state is the place on the ring and, where it must be found out, the separation of the landmarks: a belief has shape
(trial, separation, grid); with known places there is one separation. Motion is applied in Fourier space, where a shift and
a Gaussian convolution on the ring are exact products.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError

IMPOSSIBLE = 1e-12  # less chance than this: what is seen cannot be, under what an observer still holds


@dataclass(frozen=True)
class RingModel:
    """What the animal is told, and what it knows of world and motion.

    Parameters
    ----------
    seen : tensor, (trial, step), bool
        Whether a landmark is in view.
    shift : tensor, (trial, step), float64
        Sensed angle moved in each step (rad).
    views : tensor, (trial or 1, landmark, separation, grid), float64
        Share of each grid bin from which a landmark is in view.
    noise_rad : float
        sd of the motion noise per step (rad).

    Raises
    ------
    InvalidValueError
        Where the grid is too coarse for the noise.
    """

    seen: Tensor
    shift: Tensor
    views: Tensor
    noise_rad: float

    def __post_init__(self) -> None:
        n_grid = self.n_grid
        if self.noise_rad < 1.5 * 2 * math.pi / n_grid:
            raise InvalidValueError(
                f"observer.grid_bins: {n_grid} bins of {2 * math.pi / n_grid:.4f} rad are too coarse for motion noise of "
                f"{self.noise_rad} rad a step; use at least {math.ceil(1.5 * 2 * math.pi / self.noise_rad)}"
            )

    @property
    def n_grid(self) -> int:
        """Bins around the ring."""
        return self.views.shape[-1]

    def start(self) -> Tensor:
        """Give the uniform belief, (trial, separation, grid)."""
        shape = (len(self.seen), *self.views.shape[2:])
        return torch.full(shape, 1 / math.prod(shape[1:]), device=self.shift.device, dtype=torch.float64)

    def moved(self, belief: Tensor, step: int, back: bool = False) -> Tensor:
        """Apply the motion of one step to a belief, or its transpose."""
        frequency = torch.arange(self.n_grid // 2 + 1, device=belief.device, dtype=torch.float64)
        blur = torch.exp(-0.5 * (frequency * self.noise_rad) ** 2)
        turn = self.shift[:, step, None] if back else -self.shift[:, step, None]
        kernel = torch.polar(blur.expand(len(belief), -1), frequency * turn)[:, None]
        return torch.fft.irfft(torch.fft.rfft(belief) * kernel, n=self.n_grid).clamp_(min=0)

    def likelihood(self, step: int) -> Tensor:
        """Chance of what is seen at a step, (trial, separation, grid)."""
        return torch.where(self.seen[:, step, None, None], self._any_view, 1 - self._any_view)

    @cached_property
    def _any_view(self) -> Tensor:
        """Share of each grid bin from which any landmark is in view, (trial or 1, separation, grid)."""
        return self.views.sum(dim=1).clamp(max=1)


def grid_filter(model: RingModel, used: Tensor | None = None, single: bool = False) -> Iterator[Tensor]:
    """Filter from what is seen and not seen.

    p(x_t | o_1..t) ∝ p(o_t | x_t) Σ_x' N(x_t - x' - shift_t; 0, σ²) p(x' | o_1..t-1), from a uniform start.

    Parameters
    ----------
    used : tensor, (trial, step), bool, optional
        Steps whose observation counts; default: all.
    single : bool
        At each sight of a landmark keep the one identity that is most likely and drop the others. An observer to whom what
        it sees is impossible starts anew from that.

    Yields
    ------
    tensor, (trial, separation, grid), float64
        The posterior after each step; sums to 1.

    Raises
    ------
    InvalidValueError
        Where what is seen cannot be.
    """
    belief = model.start()
    for step in range(model.seen.shape[1]):
        belief = model.moved(belief, step)
        chance = model.likelihood(step)
        if used is not None:
            chance = torch.where(used[:, step, None, None], chance, 1.0)
        belief = _best_identity(model, belief, step, chance) if single else belief * chance
        total = belief.sum(dim=(1, 2), keepdim=True)
        if not bool((total > 0).all()):
            raise InvalidValueError(
                f"step {step}: what is seen is impossible under the task; do inputs and task belong together?"
            )
        belief = belief / total
        yield belief


def grid_smoother(model: RingModel) -> Iterator[tuple[int, Tensor]]:
    """Smooth: what is held of each step by an observer who knows the whole trial.

    p(x_t | o_1..T) ∝ p(x_t | o_1..t) β_t(x_t), β_t(x) = Σ_x' p(x' | x) p(o_t+1 | x') β_t+1(x'), β_T = 1.

    Yields
    ------
    step : int
        From the last to the first.
    tensor, (trial, separation, grid), float64
        The smoothed posterior; sums to 1.
    """
    forward = list(grid_filter(model))
    later = torch.ones_like(forward[-1])
    for step in range(len(forward) - 1, -1, -1):
        belief = forward.pop() * later
        yield step, belief / belief.sum(dim=(1, 2), keepdim=True)
        later = model.moved(later * model.likelihood(step), step, back=True)
        later = later / later.amax(dim=(1, 2), keepdim=True)


def _best_identity(model: RingModel, belief: Tensor, step: int, chance: Tensor) -> Tensor:
    """Weigh a belief by what is seen, and where a landmark is in view keep its likeliest identity only."""
    seen = model.seen[:, step]
    each = belief[:, None] * model.views  # (trial, landmark, separation, grid)
    best = each.sum(dim=(2, 3)).argmax(dim=1)
    kept = each[torch.arange(len(belief), device=belief.device), best]
    weighed = torch.where(seen[:, None, None], kept, belief * chance)
    lost = weighed.sum(dim=(1, 2)) < IMPOSSIBLE
    return torch.where(lost[:, None, None], chance, weighed)


def share_in_view(places: Tensor, visibility: float, n_grid: int) -> Tensor:
    """Share of each grid bin over [-π, π) from which a place is in view, (..., grid), float64; bins cut by the edge count in part.

    Parameters
    ----------
    places : tensor, (...)
        Angles (rad); NaN for none, which has a share of 0.
    visibility : float
        A place is in view within this angle (rad).
    """
    width = 2 * math.pi / n_grid
    low = -math.pi + width * torch.arange(n_grid, device=places.device, dtype=torch.float64)
    share = torch.zeros((*places.shape, n_grid), device=places.device, dtype=torch.float64)
    # Overlap of [low, low + width] with [place - visibility, place + visibility], on the ring: three turns suffice.
    for turn in (-2 * math.pi, 0.0, 2 * math.pi):
        centre = places[..., None] + turn
        overlap = torch.minimum(low + width, centre + visibility) - torch.maximum(low, centre - visibility)
        share += torch.nan_to_num(overlap, nan=0.0).clamp(min=0)
    return (share / width).clamp(max=1)
