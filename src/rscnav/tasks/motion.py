"""How the animal moves on the ring."""

import math
from typing import Any

import torch
from torch import Tensor

from rscnav.tasks.settings import RingMotion


def sensed_velocity(
    motion: RingMotion,
    dt_s: float,
    n_trials: int,
    n_steps: int,
    generator: torch.Generator,
    device: torch.device | str,
) -> Tensor:
    """Draw the velocity that the animal senses: Ornstein-Uhlenbeck around a drift whose sign flips at random.

    v(t) = ρ v(t-1) + (1-ρ) d(t) + s √(1-ρ²) N(0, 1), ρ = 1 - dt / correlation time; the sign of the drift d is ± with
    equal chance and flips with probability rate · dt a step. The animal sets off from rest, v(0) = 0.

    Returns
    -------
    tensor, (trial, step), float64
        rad/s, counter-clockwise positive.
    """
    draw: dict[str, Any] = {"generator": generator, "device": device, "dtype": torch.float64}
    keep = 1 - dt_s / motion.correlation_s
    shocks = torch.randn(n_trials, n_steps, **draw) * motion.sd_rad_s
    flips = torch.rand(n_trials, n_steps, **draw) < motion.flip_rate_hz * dt_s
    flips[:, 0] = torch.rand(n_trials, **draw) < 0.5
    drift = motion.drift_rad_s * (1 - 2 * (flips.cumsum(dim=1) % 2))
    pushes = (1 - keep) * drift + math.sqrt(1 - keep**2) * shocks
    velocity = torch.empty_like(shocks)
    velocity[:, 0] = pushes[:, 0]
    for step in range(1, n_steps):
        torch.add(pushes[:, step], velocity[:, step - 1], alpha=keep, out=velocity[:, step])
    return velocity


def travelled(velocity: Tensor, noise_rad: float, dt_s: float, generator: torch.Generator) -> Tensor:
    """Integrate the sensed velocity with fresh noise each step.

    Returns
    -------
    tensor, (trial, step), float64
        Angle moved since before the first step (rad), not wrapped.
    """
    noise = torch.randn(velocity.shape, generator=generator, device=velocity.device, dtype=torch.float64)
    return torch.cumsum(velocity * dt_s + noise_rad * noise, dim=1)
