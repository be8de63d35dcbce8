"""What sampling a task gives, and what every task offers."""

from dataclasses import dataclass, fields, replace
from typing import Protocol

import torch
from torch import Tensor


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
        The truth.
    velocity : tensor, (trial, step), float64
        As sensed.
    visible : tensor, (trial, step, landmark), bool
    landmarks : tensor, (trial, landmark, dim), float64
    """

    inputs: Tensor
    targets: dict[str, Tensor]
    position: Tensor
    velocity: Tensor
    visible: Tensor
    landmarks: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def landmarks_met(self) -> Tensor:
        """How many distinct landmarks were in view so far, at most 2: the phase. Shape (trial, step), int64."""
        return self.visible.cummax(dim=1).values.sum(dim=2).clamp(max=2)

    def first(self, n: int) -> "Batch":
        """Return the first `n` trials."""
        changes = {f.name: getattr(self, f.name)[:n] for f in fields(self) if f.name != "targets"}
        return replace(self, **changes, targets={head: target[:n] for head, target in self.targets.items()})


def join(batches: list[Batch]) -> Batch:
    """Put batches of trials of one length one after the other."""
    names = [f.name for f in fields(Batch) if f.name != "targets"]
    joined = {name: torch.cat([getattr(batch, name) for batch in batches]) for name in names}
    heads = batches[0].targets
    return Batch(**joined, targets={head: torch.cat([batch.targets[head] for batch in batches]) for head in heads})


class Task(Protocol):
    """What every task offers to networks, observers and sessions."""

    @property
    def name(self) -> str:
        """As in the configuration."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the input channels."""

    @property
    def heads(self) -> dict[str, int]:
        """Classes of each report."""

    @property
    def landmark_names(self) -> tuple[str, ...]:
        """Names of the landmarks, in the order of their places."""

    @property
    def visibility(self) -> float:
        """A landmark is in view within this distance (the position's unit)."""

    @property
    def position_unit(self) -> str:
        """``rad`` on the ring."""

    @property
    def dt_s(self) -> float:
        """Time step (s)."""

    @property
    def n_steps(self) -> int:
        """Steps in a trial."""

    def sample(
        self, n_trials: int, n_steps: int, generator: torch.Generator, device: torch.device | str = "cpu"
    ) -> Batch:
        """Draw trials on a device from a generator of that device."""
        ...
