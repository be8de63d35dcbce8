"""Observers by task and strategy.

The module that a task names in ``OBSERVERS`` offers:

- ``STRATEGIES``  those of `STRATEGIES` below that it has
- ``posteriors(task, batch, strategy, settings, generator)``  gives per head the posterior (trial, step, class), from what the
  animal is told alone
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.observers.settings import Observer
from rscnav.registry import Registry, load
from rscnav.tasks.base import Batch, Task
from rscnav.tasks.registry import task_module

STRATEGIES: Registry[str] = {
    "bayes": "exact Bayes filter",
    "no_absence": "no absence evidence",
    "single_hypothesis": "single hypothesis",
    "dead_reckoning": "dead reckoning",
    "smoother": "Bayes smoother",
}
"""Strategies, and their names in figures.

- ``bayes``              all that was seen and not seen: the best that any causal observer can do
- ``no_absence``         learns from seeing a landmark, but not from not seeing one
- ``single_hypothesis``  at each sight of a landmark keeps the one identity that is most likely, and drops the others; reports with
  a lapse of `LAPSE` spread over all classes, or to be wrong would cost infinitely much
- ``dead_reckoning``     a mixture over which landmark the first one was; moves on by path integration, later landmarks ignored
- ``smoother``           knows the future too: the best that an observer of whole trials can do
"""


LAPSE = 0.01


def strategies(task: Task) -> tuple[str, ...]:
    """List the strategies that there are for a task; none for a task without observers."""
    module = _module(task)
    return () if module is None else module.STRATEGIES


def reference_observer(architecture: Any, task: Task) -> str:
    """Name the strategy that a network's loss is measured against: the best that an observer who knows as much can do.

    It is ``bayes``; for a bidirectional `rscnav.networks.architecture.Architecture`, which knows the whole trial at every step,
    ``smoother``. Where a task has no observers at all (`strategies` is empty) there is nothing to measure against.

    Raises
    ------
    InvalidValueError
        For a bidirectional network where the task has a filter but no smoother.
    """
    limit = "smoother" if architecture.bidirectional else "bayes"
    there = strategies(task)
    if there and limit not in there:
        raise InvalidValueError(
            f"bidirectional: task '{task.name}' has no {limit} to measure such a network against "
            f"(it has: {', '.join(there)}); use bidirectional: false"
        )
    return limit


def observe(
    task: Task,
    batch: Batch,
    strategy: str = "bayes",
    settings: Observer | None = None,
    generator: torch.Generator | None = None,
) -> dict[str, Tensor]:
    """Give what an ideal observer, or a lesser one, holds of every head.

    Parameters
    ----------
    batch : Batch
        Only what the animal is told is used: `batch.inputs`, and of `batch.landmarks` the map that inputs show.
    strategy : str
        A key of `STRATEGIES`.
    settings : Observer, optional
        Grid and particles; default: the defaults of the configuration.
    generator : torch.Generator, optional
        For particles, of the batch's device; default: seed 0. Grids draw nothing.

    Returns
    -------
    dict of tensor, (trial, step, class), float64
        By head; each sums to 1 over classes.

    Raises
    ------
    InvalidValueError
        For a task or strategy without observer, or a grid that is too coarse.
    """
    there = strategies(task)
    if strategy not in there:
        raise InvalidValueError(
            f"task '{task.name}' has no observer '{strategy}'; it has: {', '.join(there) or 'none'}"
        )
    generator = generator or torch.Generator(device=batch.inputs.device).manual_seed(0)
    held = _module(task).posteriors(task, batch, strategy, settings or Observer(), generator)
    if strategy == "single_hypothesis":
        return {head: (1 - LAPSE) * posterior + LAPSE / posterior.shape[2] for head, posterior in held.items()}
    return held


def bayes_filter(task: Task, batch: Batch, head: str = "position", **settings: Any) -> Tensor:
    """Give the posterior of the Bayes filter, from what the animal is told alone; on the ring it is exact.

    The lowest loss that any causal network can reach is the mean of -log of what this gives to the true class.

    Parameters
    ----------
    head : str
        Which report.
    **settings
        Fields of `rscnav.observers.settings.Observer`, for example `grid_bins`.

    Returns
    -------
    tensor, (trial, step, class), float64
        Sums to 1 over classes.

    Raises
    ------
    InvalidValueError
        For an unknown task or head, or a grid that is too coarse.
    """
    if head not in task.heads:
        raise InvalidValueError(f"task '{task.name}' has no head '{head}'; it has: {', '.join(task.heads)}")
    return observe(task, batch, "bayes", Observer(**settings))[head]


def _module(task: Task) -> Any:
    name = task_module(task.name).OBSERVERS
    return load(name) if name else None
