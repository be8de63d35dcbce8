"""`ring-fixed`: find your place on a ring with two landmarks that look exactly alike, at the same places in every trial."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.tasks.lazy_torch import Tensor, torch
from rscnav.tasks.ring import RingSettings, RingTask

OBSERVERS = "rscnav.observers.ring"


class Settings(RingSettings):
    """Two landmarks that look alike at fixed places: a at 0, b at the separation."""

    separation_rad: float = Field(0.8 * math.pi, description="place of b, counter-clockwise from a (rad)")

    @model_validator(mode="after")
    def _has_an_answer(self) -> Settings:
        separation = math.remainder(self.separation_rad, 2 * math.pi)
        if math.isclose(abs(separation), math.pi, abs_tol=1e-6):
            raise InvalidValueError(
                "separation_rad: at π the ring looks the same from a and from b, and no observer can tell them apart; "
                "choose another separation, for example 0.8π = 2.513"
            )
        if abs(separation) < 2 * self.visibility_radius_rad:
            raise InvalidValueError(
                f"separation_rad: landmarks {abs(separation):.3f} rad apart are closer than twice visibility_radius_rad "
                f"({2 * self.visibility_radius_rad:.3f}), so that both would be in view at once; move them apart or lower visibility_radius_rad"
            )
        return self


class Task(RingTask):
    """Two alike landmarks at fixed places: a at 0, b at the separation.

    The inputs of a step are the sensed velocity (rad/s) and whether a landmark is in view; never which one. The network
    reports its position, in bins over [-π, π).
    """

    name = "ring-fixed"

    def draw_places(self, n_trials: int, generator: torch.Generator, device: torch.device | str) -> Tensor:
        """Give the same places to all trials, (trial, landmark)."""
        places = torch.tensor([0.0, self.settings.separation_rad], dtype=torch.float64, device=device)
        return places.expand(n_trials, -1)
