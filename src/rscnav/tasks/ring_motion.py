"""Motion of the animal on the ring."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.strict_settings import StrictSettings
from rscnav.tasks.lazy_torch import Tensor, torch


class RingMotion(StrictSettings):
    """Settings of the motion on the ring: the sensed velocity is an Ornstein-Uhlenbeck process around a drift that changes sign."""

    drift_rad_s: float = Field(1.0, ge=0, description="drift of the sensed velocity, of either sign (rad/s)")
    correlation_s: float = Field(
        1.0,
        gt=0,
        description="correlation time of the velocity (s); autoregressive coefficient 1 - dt_s / correlation_s",
    )
    sd_rad_s: float = Field(0.6, ge=0, description="standard deviation of the velocity around its drift (rad/s)")
    flip_rate_hz: float = Field(0.1, ge=0, description="rate at which the drift changes sign (1/s)")
    noise_rad: float = Field(
        0.08, gt=0, description="motion noise, not part of the sensed velocity: sd of each step (rad)"
    )

    @model_validator(mode="after")
    def _moves(self) -> RingMotion:
        if self.drift_rad_s == 0 and self.sd_rad_s == 0:
            raise InvalidValueError(
                "drift_rad_s and sd_rad_s are both 0, so the animal would not move; set one of them above 0"
            )
        return self


def sensed_velocity(
    motion: RingMotion, dt_s: float, n_trials: int, n_steps: int, generator: torch.Generator, device: torch.device | str
) -> Tensor:
    """Draw the sensed velocity: an Ornstein-Uhlenbeck process around a drift whose sign changes at random.

    v(t) = ρ v(t-1) + (1-ρ) d(t) + s √(1-ρ²) N(0, 1), ρ = 1 - dt / correlation time; the sign of the drift d is ± with
    equal probability and changes with probability rate · dt in each step. Initial velocity v(0) = 0.

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
    velocity = (1 - keep) * drift + math.sqrt(1 - keep**2) * shocks  # what each step adds
    for before, now in pairwise(velocity.unbind(dim=1)):
        now.add_(before, alpha=keep)
    return velocity


def travelled(velocity: Tensor, noise_rad: float, dt_s: float, generator: torch.Generator) -> Tensor:
    """Integrate the sensed velocity plus motion noise: angle moved since the start (rad, not wrapped), (trial, step)."""
    noise = torch.randn(velocity.shape, generator=generator, device=velocity.device, dtype=torch.float64)
    return torch.cumsum(velocity * dt_s + noise_rad * noise, dim=1)
