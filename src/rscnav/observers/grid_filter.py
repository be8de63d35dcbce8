"""Bayes filter and smoother on a grid on the ring, exact up to the grid.

The state is the position on the ring and, if unknown, the landmark separation: a belief has shape
(trial, separation, grid); with known landmark positions there is one separation. Motion is applied in Fourier space, where a shift and
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
    """Inputs of the trials, and the model of visibility and motion.

    Parameters
    ----------
    seen : tensor, (trial, step), bool
        Whether a landmark is in view.
    shift : tensor, (trial, step), float64
        Sensed angle moved in each step (rad).
    views : tensor, (trial or 1, landmark, separation, grid), float64
        Fraction of each grid bin from which a landmark is in view.
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
                f"{self.noise_rad} rad per step; use at least {math.ceil(1.5 * 2 * math.pi / self.noise_rad)}"
            )

    @property
    def n_grid(self) -> int:
        """Count of grid bins around the ring."""
        return self.views.shape[-1]

    def start(self) -> Tensor:
        """Return the uniform belief, (trial, separation, grid)."""
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
        """Return the likelihood of the observation at a step, (trial, separation, grid)."""
        return torch.where(self.seen[:, step, None, None], self._any_view, 1 - self._any_view)

    @cached_property
    def _any_view(self) -> Tensor:
        """Fraction of each grid bin from which any landmark is in view, (trial or 1, separation, grid)."""
        return self.views.sum(dim=1).clamp(max=1)


def grid_filter(model: RingModel, used: Tensor | None = None, single: bool = False) -> Iterator[Tensor]:
    """Compute the filtered posterior from encounters and absences (recursive Bayesian estimation).

    p(x_t | o_1..t) ∝ p(o_t | x_t) Σ_x' N(x_t - x' - shift_t; 0, σ²) p(x' | o_1..t-1), from a uniform start.

    Parameters
    ----------
    used : tensor, (trial, step), bool, optional
        Steps whose observation is used; default: all.
    single : bool
        Keep only the most likely identity at each encounter. If the observation is then impossible, the belief restarts from
        the observation.

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
                f"step {step}: the observation is impossible under the task; check that inputs and task belong together"
            )
        belief = belief / total
        yield belief


def grid_smoother(model: RingModel) -> Iterator[tuple[int, Tensor]]:
    """Compute the smoothed posterior: the belief about each step, given the whole trial.

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
    """Multiply a belief by the likelihood and keep only the most likely identity of a visible landmark."""
    seen = model.seen[:, step]
    each = belief[:, None] * model.views  # (trial, landmark, separation, grid)
    best = each.sum(dim=(2, 3)).argmax(dim=1)
    kept = each[torch.arange(len(belief), device=belief.device), best]
    weighed = torch.where(seen[:, None, None], kept, belief * chance)
    lost = weighed.sum(dim=(1, 2)) < IMPOSSIBLE
    return torch.where(lost[:, None, None], chance, weighed)


def fraction_in_view(places: Tensor, visibility: float, n_grid: int) -> Tensor:
    """Return the fraction of each grid bin over [-π, π) within the visibility radius of `places`, (..., grid), float64.

    Parameters
    ----------
    places : tensor, (...)
        Angles (rad); NaN gives a fraction of 0.
    visibility : float
        Visibility radius (rad).
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
