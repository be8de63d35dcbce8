"""`ring-fixed`: find your place on a ring with two landmarks that look exactly alike, at the same places in every trial."""

import math

import torch
from torch import Tensor

from rscnav.tasks.batch import Batch
from rscnav.tasks.motion import sensed_velocity, travelled
from rscnav.tasks.settings import RingFixed


class RingFixedTask:
    """Two alike landmarks at fixed places: a at 0, b at the separation.

    The inputs of a step are the sensed velocity (rad/s) and whether a landmark is in view; never which one. The network
    reports its position, in bins over [-π, π).

    Parameters
    ----------
    settings : RingFixed

    References
    ----------
    Kanitscheider & Fiete, NeurIPS 2017, arXiv:1609.09059; Voigts et al., Nat. Neurosci. 28, 1293 (2025),
    doi:10.1038/s41593-025-01944-z.
    """

    name = "ring-fixed"
    channels = ("velocity", "landmark")
    landmark_names = ("a", "b")
    position_unit = "rad"

    def __init__(self, settings: RingFixed) -> None:
        self.settings = settings
        self.heads = {"position": settings.n_bins}
        self.visibility = settings.visibility_rad
        self.dt_s = settings.dt_s
        self.n_steps = settings.n_steps

    def sample(
        self, n_trials: int, n_steps: int, generator: torch.Generator, device: torch.device | str = "cpu"
    ) -> Batch:
        """Draw trials.

        Parameters
        ----------
        n_trials, n_steps : int
            At least 1 each.
        generator : torch.Generator
            Of the same device.
        device : torch.device or str

        Returns
        -------
        Batch

        Raises
        ------
        ValueError
            For less than one trial or step.
        """
        if n_trials < 1 or n_steps < 1:
            raise ValueError(f"needs at least one trial and one step, got n_trials={n_trials}, n_steps={n_steps}")
        s = self.settings
        velocity = sensed_velocity(s.motion, s.dt_s, n_trials, n_steps, generator, device)
        start = torch.rand(n_trials, 1, generator=generator, device=device, dtype=torch.float64) * 2 * math.pi
        position = wrap(start + travelled(velocity, s.motion.noise_rad, s.dt_s, generator))
        places = torch.tensor([0.0, s.separation_rad], dtype=torch.float64, device=device)
        visible = wrap(position[:, :, None] - places).abs() < s.visibility_rad  # (trial, step, landmark)
        inputs = torch.stack([velocity, visible.any(dim=2).to(velocity.dtype)], dim=2).float()
        return Batch(
            inputs=inputs,
            targets={"position": position_bin(position, s.n_bins)},
            position=position[:, :, None],
            velocity=velocity,
            visible=visible,
            landmarks=places[None, :, None].expand(n_trials, -1, -1),
        )


def wrap(angle: Tensor) -> Tensor:
    """Bring angles (rad) into [-π, π)."""
    return torch.remainder(angle + math.pi, 2 * math.pi) - math.pi


def position_bin(position: Tensor, n_bins: int) -> Tensor:
    """Give the bin, of `n_bins` over [-π, π), that an angle in that range falls in (int64)."""
    return ((position + math.pi) * (n_bins / (2 * math.pi))).long().clamp(0, n_bins - 1)
