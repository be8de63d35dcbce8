"""What every task offers: time step and length of its trials, batches of trials, the interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.strict_settings import StrictSettings
from rscnav.tasks.lazy_torch import Tensor, torch

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
            raise InvalidValueError(f"trial_s: {self.trial_s} s is shorter than one step of {self.dt_s} s")
        if self.n_steps > MOST_STEPS:
            raise InvalidValueError(
                f"trial_s: {self.trial_s} s in steps of dt_s: {self.dt_s} s are {self.n_steps:,} steps a trial; at most "
                f"{MOST_STEPS:,} are valid: shorten trials or lengthen steps"
            )
        return self

    @property
    def n_steps(self) -> int:
        """Steps in a trial."""
        return round(self.trial_s / self.dt_s)


@dataclass(frozen=True)
class Batch:
    """Trials of one length.

    Parameters
    ----------
    inputs : tensor, (trial, step, channel), float32
        All that an observer may know.
    targets : dict of tensor, (trial, step), int64
        Per head the class to report.
    position : tensor, (trial, step, dim), float64
        The truth, in the landmark frame.
    velocity : tensor, (trial, step), float64
        As sensed; in the plane the speed.
    visible : tensor, (trial, step, landmark), bool
    landmarks : tensor, (trial, landmark, dim), float64
        NaN where a trial has no such landmark.
    heading : tensor, (trial, step), float64, optional
        In the landmark frame (rad); None on the ring.
    rotation : tensor, (trial,), float64, optional
        Angle by which the scene is turned in the room, or in the frame of the start (rad); None: not turned.
    """

    inputs: Tensor
    targets: dict[str, Tensor]
    position: Tensor
    velocity: Tensor
    visible: Tensor
    landmarks: Tensor
    heading: Tensor | None = None
    rotation: Tensor | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def landmarks_met(self) -> Tensor:
        """How many distinct landmarks were in view so far, at most 2: the phase. Shape (trial, step), int64."""
        return self.visible.cummax(dim=1).values.sum(dim=2).clamp(max=2)

    def part(self, which: slice) -> Batch:
        """Return some trials."""
        return _merged([self], lambda tensors: tensors[0][which])

    def to(self, device: torch.device | str) -> Batch:
        """Return the same trials on a device."""
        return _merged([self], lambda tensors: tensors[0].to(device))


def join(batches: list[Batch]) -> Batch:
    """Put batches of trials of one task and length one after the other."""
    return _merged(batches, torch.cat)


def _merged(batches: list[Batch], merge: Callable[[list[Tensor]], Tensor]) -> Batch:
    """Make a batch by turning the tensors that some batches have of each field, and of each head's targets, into one."""
    names = [f.name for f in fields(Batch) if f.name != "targets" and getattr(batches[0], f.name) is not None]
    merged = {name: merge([getattr(batch, name) for batch in batches]) for name in names}
    heads = batches[0].targets
    return Batch(**merged, targets={head: merge([batch.targets[head] for batch in batches]) for head in heads})


class Task(Protocol):
    """What every task offers to networks, observers and sessions."""

    @property
    def name(self) -> str:
        """As in the configuration."""

    @property
    def settings(self) -> Any:
        """Its numbers; among them ``dt_s``, ``n_steps`` and ``loss``."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the input channels."""

    @property
    def heads(self) -> dict[str, int]:
        """Classes of each report; one of them is ``position``."""

    @property
    def bin_centres(self) -> NDArray[np.float64]:
        """Centres of the bins of reported position, (bin, dim); the true class is that of the nearest centre."""

    @property
    def landmark_names(self) -> tuple[str, ...]:
        """Names of the landmarks, in the order of their places."""

    @property
    def visibility(self) -> float:
        """A landmark is in view within this distance (the position's unit)."""

    @property
    def position_unit(self) -> str:
        """``rad`` on the ring, ``m`` in the plane."""

    @property
    def map_known(self) -> bool:
        """Whether the animal knows where the landmarks are once it has met one: without that no absence is telling."""

    @property
    def dt_s(self) -> float:
        """Time step (s)."""

    @property
    def n_steps(self) -> int:
        """Steps in a trial."""

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

        Raises
        ------
        InvalidValueError
            For less than one trial or step.
        """
        ...
