"""Interface of all tasks, timing of trials, and batches of trials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.object_repr import counted
from rscnav.settings.strict_settings import StrictSettings
from rscnav.tasks.lazy_torch import Tensor, torch

MOST_STEPS = 100_000  # of a trial


class TrialTiming(StrictSettings):
    """Time step, length of a trial, and which steps enter the loss."""

    dt_s: float = Field(0.1, ge=1e-4, le=10, description="time step (s)")
    trial_s: float = Field(10.0, gt=0, le=10_000, description="length of a trial (s)")
    loss: Literal["many-to-many", "many-to-one"] = Field(
        "many-to-many",
        description="many-to-many: the loss counts every step; many-to-one: only the last step of a trial",
    )

    @model_validator(mode="after")
    def _has_a_step(self) -> TrialTiming:
        if round(self.trial_s / self.dt_s) < 1:
            raise InvalidValueError(f"trial_s: {self.trial_s} s is shorter than one step of {self.dt_s} s")
        if self.n_steps > MOST_STEPS:
            raise InvalidValueError(
                f"trial_s: {self.trial_s} s in steps of dt_s: {self.dt_s} s are {self.n_steps:,} steps per trial; at most "
                f"{MOST_STEPS:,} are valid: shorten trials or lengthen steps"
            )
        return self

    @property
    def n_steps(self) -> int:
        """Steps in a trial."""
        return round(self.trial_s / self.dt_s)


@dataclass(frozen=True, repr=False)
class Batch:
    """Trials of one length.

    Parameters
    ----------
    inputs : tensor, (trial, step, channel), float32
        Everything that an observer may use.
    targets : dict of tensor, (trial, step), int64
        For each head, the class to report.
    position : tensor, (trial, step, dim), float64
        True position, in the landmark frame.
    velocity : tensor, (trial, step), float64
        Sensed velocity; in the plane, speed.
    visible : tensor, (trial, step, landmark), bool
    landmarks : tensor, (trial, landmark, dim), float64
        NaN where a trial has no such landmark.
    heading : tensor, (trial, step), float64, optional
        In the landmark frame (rad); None on the ring.
    rotation : tensor, (trial,), float64, optional
        Rotation of the scene in the room, or in the frame of the start (rad); None: not rotated.
    """

    inputs: Tensor
    targets: dict[str, Tensor]
    position: Tensor
    velocity: Tensor
    visible: Tensor
    landmarks: Tensor
    heading: Tensor | None = None
    rotation: Tensor | None = None

    def __repr__(self) -> str:
        """Return one line: counts of trials, steps and input channels, and the heads."""
        n_trials, n_steps, n_channels = self.inputs.shape
        sizes = f"{counted(n_trials, 'trial')} of {counted(n_steps, 'step')}, {counted(n_channels, 'input channel')}"
        return f"<Batch: {sizes}; targets {', '.join(self.targets)}>"

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def landmarks_encountered(self) -> Tensor:
        """Phase: count of distinct landmarks in view so far, at most 2. Shape (trial, step), int64."""
        return self.visible.cummax(dim=1).values.sum(dim=2).clamp(max=2)

    def part(self, which: slice) -> Batch:
        """Return some trials."""
        return _merged([self], lambda tensors: tensors[0][which])

    def to(self, device: torch.device | str) -> Batch:
        """Return the same trials on a device."""
        return _merged([self], lambda tensors: tensors[0].to(device))


def join(batches: list[Batch]) -> Batch:
    """Concatenate batches of trials of one task and length."""
    return _merged(batches, torch.cat)


def _merged(batches: list[Batch], merge: Callable[[list[Tensor]], Tensor]) -> Batch:
    """Merge the tensors of each field, and of each head's targets, over batches."""
    names = [f.name for f in fields(Batch) if f.name != "targets" and getattr(batches[0], f.name) is not None]
    merged = {name: merge([getattr(batch, name) for batch in batches]) for name in names}
    heads = batches[0].targets
    return Batch(**merged, targets={head: merge([batch.targets[head] for batch in batches]) for head in heads})


class Task(Protocol):
    """Interface of a task for networks, observers and sessions."""

    @property
    def name(self) -> str:
        """Name in the configuration."""

    @property
    def settings(self) -> Any:
        """Settings; among them ``dt_s``, ``n_steps`` and ``loss``."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the input channels."""

    @property
    def heads(self) -> dict[str, int]:
        """Heads and their counts of classes; one head is ``position``."""

    @property
    def bin_centres(self) -> NDArray[np.float64]:
        """Centres of the bins of reported position, (bin, dim); the true class is that of the nearest centre."""

    @property
    def landmark_names(self) -> tuple[str, ...]:
        """Names of the landmarks, in the order of `Batch.landmarks`."""

    @property
    def visibility(self) -> float:
        """Visibility radius: a landmark is in view within this distance (unit of the position)."""

    @property
    def position_unit(self) -> str:
        """``rad`` on the ring, ``m`` in the plane."""

    @property
    def map_known(self) -> bool:
        """Whether the landmark positions are known after the first encounter; only then is an absent landmark informative."""

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
            Generator on the same device.

        Raises
        ------
        InvalidValueError
            For less than one trial or step.
        """
        ...
