"""`ring-external-map`: two to four identical landmarks at new positions in each trial; the map is an input during encounters."""

from __future__ import annotations

import math
from typing import Any

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.tasks.input_encoding import population_code, velocity_names
from rscnav.tasks.lazy_torch import Tensor, torch
from rscnav.tasks.ring import RingSettings, RingTask, wrap

OBSERVERS = "rscnav.observers.ring"
NAMES = "abcdefghijklmnopqrstuvwxyz"


class Settings(RingSettings):
    """Landmarks at new positions in each trial; all positions are inputs while any landmark is in view."""

    min_landmarks: int = Field(2, ge=1, description="fewest landmarks in a trial")
    max_landmarks: int = Field(4, ge=1, le=len(NAMES), description="most landmarks in a trial")
    map_units: int = Field(
        32, ge=4, le=4_096, description="input channels of the map: a population code of all landmark positions"
    )
    map_width_rad: float = Field(0.3, gt=0, description="width (sd) of one position's bump in that code (rad)")

    @model_validator(mode="after")
    def _fits(self) -> Settings:
        if self.min_landmarks > self.max_landmarks:
            raise InvalidValueError(
                f"min_landmarks: {self.min_landmarks} is more than max_landmarks ({self.max_landmarks})"
            )
        most = math.ceil(math.pi / self.visibility_radius_rad) - 1
        if self.max_landmarks > most:
            raise InvalidValueError(
                f"max_landmarks: {self.max_landmarks} landmarks, separated by at least twice visibility_radius_rad ({2 * self.visibility_radius_rad:.3f} rad), "
                f"do not fit on the ring; at most {most} do. Decrease max_landmarks or visibility_radius_rad"
            )
        return self


class Task(RingTask):
    """Identical landmarks at new positions in each trial, separated by at least twice the visibility radius.

    While a landmark is in view, the inputs are a population code of all landmark positions; they do not show which landmark it is.
    Before the first encounter the map is unknown. The network reports its position in the frame of the map.
    """

    name = "ring-external-map"
    map_shown = True

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.landmark_names = tuple(NAMES[: settings.max_landmarks])

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the input channels."""
        s = self.settings
        return (*velocity_names(s.velocity_units), *(f"map {k}" for k in range(s.map_units)))

    def draw_places(self, n_trials: int, generator: torch.Generator, device: torch.device | str) -> Tensor:
        """Draw the count of landmarks, then positions uniformly among those with the required separation."""
        s, most = self.settings, self.settings.max_landmarks
        draw: dict[str, Any] = {"generator": generator, "device": device}
        n = torch.randint(s.min_landmarks, most + 1, (n_trials, 1), **draw)
        there = torch.arange(most, device=device) < n  # (trial, landmark)
        # Gaps between neighbours: twice the visibility radius, plus fractions of the rest, uniform on the simplex.
        parts = torch.empty(n_trials, most, dtype=torch.float64, device=device).exponential_(generator=generator)
        parts = parts * there
        spare = 2 * math.pi - 2 * s.visibility_radius_rad * n
        gaps = there * (2 * s.visibility_radius_rad + spare * parts / parts.sum(dim=1, keepdim=True))
        first = torch.rand(n_trials, 1, dtype=torch.float64, **draw) * 2 * math.pi
        places = wrap(first + gaps.cumsum(dim=1) - gaps[:, :1])
        return places.masked_fill(~there, math.nan)

    def landmark_channels(self, visible: Tensor, places: Tensor) -> Tensor:
        """Return the map input while any landmark is in view, else 0: (trial, step, unit)."""
        s = self.settings
        code = population_code(places, s.map_units, s.map_width_rad)
        return visible.any(dim=2, keepdim=True) * code[:, None]
