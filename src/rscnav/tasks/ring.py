"""Base class of the tasks on a ring: settings, motion, position bins, visibility. Angles in radians, counter-clockwise positive."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.tasks.base import Batch, TrialTiming
from rscnav.tasks.input_encoding import encode_velocity, velocity_names
from rscnav.tasks.lazy_torch import Tensor, torch
from rscnav.tasks.ring_motion import RingMotion, sensed_velocity, travelled


class RingSettings(TrialTiming):
    """Settings shared by all tasks on the ring."""

    visibility_radius_rad: float = Field(
        0.25, gt=0, lt=math.pi / 2, description="a landmark is visible within this angle (rad)"
    )
    n_bins: int = Field(64, ge=2, le=4_096, description="bins of reported position")
    velocity_units: int = Field(
        1, ge=1, le=4_096, description="input channels of the velocity; above 1: a population with linear tuning"
    )
    motion: RingMotion = Field(default_factory=RingMotion, description="motion on the ring")

    @model_validator(mode="after")
    def _motion_fits(self) -> RingSettings:
        if self.motion.correlation_s < self.dt_s:
            raise InvalidValueError(
                f"motion.correlation_s: {self.motion.correlation_s} s is shorter than one step of {self.dt_s} s"
            )
        return self


class RingTask(ABC):
    """Base class of a task on the ring; a subclass defines the landmark positions and the landmark inputs.

    References
    ----------
    Kanitscheider & Fiete, NeurIPS 2017, arXiv:1609.09059; Voigts et al., Nat. Neurosci. 28, 1293 (2025),
    doi:10.1038/s41593-025-01944-z.
    """

    name = "ring"
    position_unit = "rad"
    landmark_names: tuple[str, ...] = ("a", "b")
    map_known = True
    map_shown = False  # whether inputs contain the landmark positions during encounters

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.heads = {"position": settings.n_bins}
        self.visibility = settings.visibility_radius_rad
        self.dt_s = settings.dt_s
        self.n_steps = settings.n_steps

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the input channels."""
        return (*velocity_names(self.settings.velocity_units), "landmark")

    @property
    def bin_centres(self) -> NDArray[np.float64]:
        """Centres of the bins of position, (bin, 1)."""
        n_bins = self.heads["position"]
        return (-math.pi + (np.arange(n_bins) + 0.5) * 2 * math.pi / n_bins)[:, None]

    @abstractmethod
    def draw_places(self, n_trials: int, generator: torch.Generator, device: torch.device | str) -> Tensor:
        """Draw the landmark positions: (trial, landmark), rad, NaN for none."""

    def landmark_channels(self, visible: Tensor, places: Tensor) -> Tensor:
        """Return the landmark inputs, (trial, step, channel): here 1 while any landmark is in view."""
        return visible.any(dim=2, keepdim=True).to(places.dtype)

    def other_targets(self, places: Tensor, n_steps: int) -> dict[str, Tensor]:
        """Return the targets of the heads other than position, each (trial, step)."""
        return {}

    def sample(
        self, n_trials: int, n_steps: int, generator: torch.Generator, device: torch.device | str = "cpu"
    ) -> Batch:
        """Draw trials; see `rscnav.tasks.base.Task.sample`."""
        check_counts(n_trials, n_steps)
        s = self.settings
        velocity = sensed_velocity(s.motion, s.dt_s, n_trials, n_steps, generator, device)
        start = torch.rand(n_trials, 1, generator=generator, device=device, dtype=torch.float64) * 2 * math.pi
        position = wrap(start + travelled(velocity, s.motion.noise_rad, s.dt_s, generator))
        places = self.draw_places(n_trials, generator, device)
        visible = (
            wrap(position[:, :, None] - places[:, None]).abs() < s.visibility_radius_rad
        )  # (trial, step, landmark)
        landmark_inputs = self.landmark_channels(visible, places)
        return Batch(
            inputs=torch.cat([encode_velocity(velocity, s.velocity_units), landmark_inputs], dim=2).float(),
            targets={
                "position": equal_bin(position, -math.pi, math.pi, s.n_bins),
                **self.other_targets(places, n_steps),
            },
            position=position[:, :, None],
            velocity=velocity,
            visible=visible,
            landmarks=places[:, :, None],
        )


def check_counts(n_trials: int, n_steps: int) -> None:
    """Raise an InvalidValueError for fewer than one trial or one step."""
    if n_trials < 1 or n_steps < 1:
        raise InvalidValueError(f"needs at least one trial and one step, got n_trials={n_trials}, n_steps={n_steps}")


def wrap(angle: Tensor) -> Tensor:
    """Wrap angles (rad) to [-π, π)."""
    return torch.remainder(angle + math.pi, 2 * math.pi) - math.pi


def equal_bin(value: Tensor, low: float, high: float, n_bins: int) -> Tensor:
    """Return the index of the bin of each value, for `n_bins` equal bins between `low` and `high` (int64)."""
    return ((value - low) * (n_bins / (high - low))).long().clamp(0, n_bins - 1)
