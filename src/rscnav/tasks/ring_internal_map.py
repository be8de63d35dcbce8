"""`ring-internal-map`: two identical landmarks whose separation changes from trial to trial and must be inferred."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.tasks.lazy_torch import Tensor, torch
from rscnav.tasks.ring import RingSettings, RingTask, equal_bin

OBSERVERS = "rscnav.observers.ring"


class Settings(RingSettings):
    """Landmark a at 0, b at a separation drawn anew in each trial."""

    min_separation_rad: float = Field(
        0.5,
        gt=0,
        description="smallest separation, which is drawn anew in each trial (rad); at least twice "
        "visibility_radius_rad",
    )
    max_separation_rad: float = Field(
        math.pi - 0.3, gt=0, le=math.pi, description="largest separation (rad); π - 0.3 by default"
    )
    n_separation_bins: int = Field(32, ge=2, le=4_096, description="bins of reported separation")

    @model_validator(mode="after")
    def _in_range(self) -> Settings:
        if self.min_separation_rad < 2 * self.visibility_radius_rad - 1e-9:
            raise InvalidValueError(
                f"min_separation_rad: a separation of {self.min_separation_rad:.3f} rad is less than twice visibility_radius_rad "
                f"({2 * self.visibility_radius_rad:.3f}), so that both landmarks would be in view at once; increase it or decrease visibility_radius_rad"
            )
        if self.min_separation_rad >= self.max_separation_rad:
            raise InvalidValueError(
                f"min_separation_rad: {self.min_separation_rad:.3f} is not less than max_separation_rad "
                f"({self.max_separation_rad:.3f}); separations are drawn between the two"
            )
        return self


class Task(RingTask):
    """Two identical landmarks, a at 0 and b at a separation drawn anew in each trial.

    Inputs: the sensed velocity, and 1 while a landmark is in view. The network reports its position relative to a, and
    the separation.
    """

    name = "ring-internal-map"
    map_known = False

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.heads = {"position": settings.n_bins, "separation": settings.n_separation_bins}

    def draw_places(self, n_trials: int, generator: torch.Generator, device: torch.device | str) -> Tensor:
        """Draw the separation of each trial: (trial, landmark)."""
        s = self.settings
        fraction = torch.rand(n_trials, generator=generator, device=device, dtype=torch.float64)
        separation = s.min_separation_rad + fraction * (s.max_separation_rad - s.min_separation_rad)
        return torch.stack([torch.zeros_like(separation), separation], dim=1)

    def other_targets(self, places: Tensor, n_steps: int) -> dict[str, Tensor]:
        """Return the class of the separation at every step, (trial, step)."""
        s = self.settings
        bins = equal_bin(places[:, 1], s.min_separation_rad, s.max_separation_rad, s.n_separation_bins)
        return {"separation": bins[:, None].expand(-1, n_steps)}
