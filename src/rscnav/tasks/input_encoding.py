"""Encoding of inputs: one channel, or a population of channels."""

from __future__ import annotations

import math

from rscnav.tasks.lazy_torch import Tensor, torch


def velocity_names(n_units: int) -> tuple[str, ...]:
    """Return the names of the velocity channels."""
    return ("velocity",) if n_units == 1 else tuple(f"velocity {k}" for k in range(n_units))


def velocity_gains(n_units: int, like: Tensor) -> Tensor:
    """Return the gains of units with linear tuning, evenly spaced from -1 to 1; 1 for a single unit."""
    if n_units == 1:
        return torch.ones(1, dtype=like.dtype, device=like.device)
    return torch.linspace(-1, 1, n_units, dtype=like.dtype, device=like.device)


def encode_velocity(velocity: Tensor, n_units: int) -> Tensor:
    """Encode a velocity by units with linear tuning, gain times velocity: (...) -> (..., unit)."""
    return velocity[..., None] * velocity_gains(n_units, velocity)


def decode_velocity(channels: Tensor) -> Tensor:
    """Invert `encode_velocity` (least squares): (..., unit) -> (...)."""
    gains = velocity_gains(channels.shape[-1], channels)
    return channels @ gains / (gains @ gains)


def population_code(places: Tensor, n_units: int, width_rad: float) -> Tensor:
    """Compute the population code of a set of positions θ on the ring: the sum of exp((cos(φ - θ) - 1) / width²), (trial, unit).

    Parameters
    ----------
    places : tensor, (trial, place)
        Angles (rad); NaN for none.
    n_units : int
        Preferred positions φ, evenly spaced from -π.
    width_rad : float
        Width (sd) of a bump.
    """
    preferred = torch.arange(n_units, dtype=places.dtype, device=places.device) * (2 * math.pi / n_units) - math.pi
    bumps = torch.exp((torch.cos(preferred - places[:, :, None]) - 1) / width_rad**2)
    return torch.nan_to_num(bumps, nan=0.0).sum(dim=1)
