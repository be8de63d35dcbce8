"""Time step, length and scoring of trials: settings that every task has."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from rscnav.settings.strict_settings import StrictSettings

MOST_STEPS = 100_000  # of a trial


class TrialTiming(StrictSettings):
    """Time step, length of a trial, and when reports count."""

    dt_s: float = Field(0.1, ge=1e-4, le=10, description="time step (s)")
    trial_s: float = Field(10.0, gt=0, le=10_000, description="length of a trial (s)")
    loss: Literal["many-to-many", "many-to-one"] = Field(
        "many-to-many", description="reports count at every step, or many-to-one: at the last step of a trial only"
    )

    @model_validator(mode="after")
    def _has_a_step(self) -> TrialTiming:
        if round(self.trial_s / self.dt_s) < 1:
            raise ValueError(f"trial_s: {self.trial_s} s is shorter than one step of {self.dt_s} s")
        if self.n_steps > MOST_STEPS:
            raise ValueError(
                f"trial_s: {self.trial_s} s in steps of dt_s: {self.dt_s} s are {self.n_steps:,} steps a trial; at most "
                f"{MOST_STEPS:,} are valid: shorten trials or lengthen steps"
            )
        return self

    @property
    def n_steps(self) -> int:
        """Steps in a trial."""
        return round(self.trial_s / self.dt_s)
