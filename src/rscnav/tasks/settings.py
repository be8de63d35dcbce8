"""Settings of the tasks, without torch: the configuration is read where torch need not be.

Each model's checks are those that make the task have an answer.
"""

import math
from typing import Literal

from pydantic import Field, model_validator

from rscnav.config.base import Closed


class RingMotion(Closed):
    """How the animal moves on the ring: sensed speed is an Ornstein-Uhlenbeck process around a drift that flips."""

    drift_rad_s: float = Field(1.0, ge=0, description="drift of the sensed velocity, of either sign (rad/s)")
    correlation_s: float = Field(
        1.0, gt=0, description="correlation time of the velocity (s); keeps 1 - dt/this a step"
    )
    sd_rad_s: float = Field(0.6, ge=0, description="standard deviation of the velocity around its drift (rad/s)")
    flip_rate_hz: float = Field(0.1, ge=0, description="rate at which the drift changes sign (1/s)")
    noise_rad: float = Field(0.08, gt=0, description="sd of the unsensed motion noise, each step (rad)")


class RingFixed(Closed):
    """Two landmarks that look alike at fixed places: a at 0, b at the separation."""

    dt_s: float = Field(0.1, gt=0, description="time step (s)")
    trial_s: float = Field(10.0, gt=0, description="length of a trial (s)")
    separation_rad: float = Field(0.8 * math.pi, description="place of b, counter-clockwise from a (rad)")
    visibility_rad: float = Field(0.25, gt=0, description="a landmark is visible within this angle (rad)")
    n_bins: int = Field(64, ge=2, description="bins of reported position")
    loss: Literal["many-to-many"] = Field("many-to-many", description="loss at every step")
    motion: RingMotion = Field(default_factory=RingMotion)

    @model_validator(mode="after")
    def _has_an_answer(self) -> "RingFixed":
        separation = math.remainder(self.separation_rad, 2 * math.pi)
        if math.isclose(abs(separation), math.pi, abs_tol=1e-6):
            raise ValueError(
                "separation_rad: at π the ring looks the same from a and from b, and no observer can tell them apart; "
                "choose another separation, for example 0.8π = 2.513"
            )
        if abs(separation) < 2 * self.visibility_rad:
            raise ValueError(
                f"separation_rad: landmarks {abs(separation):.3f} rad apart are closer than twice visibility_rad "
                f"({2 * self.visibility_rad:.3f}), so that both would be in view at once; move them apart or lower visibility_rad"
            )
        if self.motion.correlation_s < self.dt_s:
            raise ValueError(
                f"motion.correlation_s: {self.motion.correlation_s} s is shorter than one step of {self.dt_s} s"
            )
        if round(self.trial_s / self.dt_s) < 1:
            raise ValueError(f"trial_s: {self.trial_s} s is shorter than one step of {self.dt_s} s")
        return self

    @property
    def n_steps(self) -> int:
        """Steps in a trial."""
        return round(self.trial_s / self.dt_s)


TASK_SETTINGS: dict[str, type[Closed]] = {"ring-fixed": RingFixed}
