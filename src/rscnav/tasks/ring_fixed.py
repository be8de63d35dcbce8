"""`ring-fixed`: localisation on a ring with two identical landmarks, at the same positions in every trial."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.tasks.lazy_torch import Tensor, torch
from rscnav.tasks.ring import RingSettings, RingTask

OBSERVERS = "rscnav.observers.ring"


class Settings(RingSettings):
    """Two identical landmarks at fixed positions: a at 0, b at the separation."""

    separation_rad: float = Field(
        0.8 * math.pi, description="position of b, counter-clockwise from a (rad); 0.8 π by default"
    )

    @model_validator(mode="after")
    def _has_an_answer(self) -> Settings:
        separation = math.remainder(self.separation_rad, 2 * math.pi)
        if math.isclose(abs(separation), math.pi, abs_tol=1e-6):
            raise InvalidValueError(
                "separation_rad: at π the ring looks the same from a and from b, and no observer can distinguish them; "
                "choose another separation, for example 0.8π = 2.513"
            )
        if abs(separation) < 2 * self.visibility_radius_rad:
            raise InvalidValueError(
                f"separation_rad: a separation of {abs(separation):.3f} rad is less than twice visibility_radius_rad "
                f"({2 * self.visibility_radius_rad:.3f}), so that both landmarks would be in view at once; increase it or decrease visibility_radius_rad"
            )
        return self


class Task(RingTask):
    """Two identical landmarks at fixed positions: a at 0, b at the separation.

    Inputs of a step: the sensed velocity (rad/s), and 1 while a landmark is in view (not which one). The network
    reports its position, in bins over [-π, π).
    """

    name = "ring-fixed"

    def draw_places(self, n_trials: int, generator: torch.Generator, device: torch.device | str) -> Tensor:
        """Return the landmark positions, the same in all trials: (trial, landmark), rad."""
        places = torch.tensor([0.0, self.settings.separation_rad], dtype=torch.float64, device=device)
        return places.expand(n_trials, -1)
