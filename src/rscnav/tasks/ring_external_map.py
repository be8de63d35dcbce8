"""`ring-external-map`: two to four alike landmarks at new places in each trial; whoever meets one is shown the whole map."""

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
    """New landmarks in each trial, shown all at once while any of them is in view."""

    min_landmarks: int = Field(2, ge=1, description="fewest landmarks in a trial")
    max_landmarks: int = Field(4, ge=1, le=len(NAMES), description="most landmarks in a trial")
    map_units: int = Field(
        32, ge=4, le=4_096, description="input channels that show the map: a population code of all places"
    )
    map_width_rad: float = Field(0.3, gt=0, description="width (sd) of a place's bump in that code (rad)")

    @model_validator(mode="after")
    def _fits(self) -> Settings:
        if self.min_landmarks > self.max_landmarks:
            raise InvalidValueError(
                f"min_landmarks: {self.min_landmarks} is more than max_landmarks ({self.max_landmarks})"
            )
        most = math.ceil(math.pi / self.visibility_radius_rad) - 1
        if self.max_landmarks > most:
            raise InvalidValueError(
                f"max_landmarks: {self.max_landmarks} landmarks at least twice visibility_radius_rad ({2 * self.visibility_radius_rad:.3f} rad) "
                f"apart do not fit on the ring; at most {most} do. Lower max_landmarks or visibility_radius_rad"
            )
        return self


class Task(RingTask):
    """Alike landmarks at new places in each trial, at least twice the visibility apart.

    While a landmark is in view the inputs show the places of all of them, by a population code; never which one it is.
    Before the first encounter nothing is known of the map. The network reports its position in the frame of the map.
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
        """Draw the number of landmarks, then places that are uniform among those that keep their distance."""
        s, most = self.settings, self.settings.max_landmarks
        draw: dict[str, Any] = {"generator": generator, "device": device}
        n = torch.randint(s.min_landmarks, most + 1, (n_trials, 1), **draw)
        there = torch.arange(most, device=device) < n  # (trial, landmark)
        # Gaps between neighbours: twice the visibility, plus shares of the rest that are uniform on the simplex.
        shares = torch.empty(n_trials, most, dtype=torch.float64, device=device).exponential_(generator=generator)
        shares = shares * there
        spare = 2 * math.pi - 2 * s.visibility_radius_rad * n
        gaps = there * (2 * s.visibility_radius_rad + spare * shares / shares.sum(dim=1, keepdim=True))
        first = torch.rand(n_trials, 1, dtype=torch.float64, **draw) * 2 * math.pi
        places = wrap(first + gaps.cumsum(dim=1) - gaps[:, :1])
        return places.masked_fill(~there, math.nan)

    def landmark_channels(self, visible: Tensor, places: Tensor) -> Tensor:
        """Show the map while any landmark is in view, (trial, step, unit)."""
        s = self.settings
        code = population_code(places, s.map_units, s.map_width_rad)
        return visible.any(dim=2, keepdim=True) * code[:, None]
