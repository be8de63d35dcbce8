"""Observers by task and strategy.

The module that a task names in ``OBSERVERS`` offers:

- ``STRATEGIES``  the strategies that it implements, of `STRATEGIES` below
- ``posteriors(task, batch, strategy, settings, generator)``  returns the posterior of each head (trial, step, class), computed
  from the inputs of the animal only
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

- ``bayes``              uses encounters and absences: the best causal observer
- ``no_absence``         uses encounters, ignores absences
- ``single_hypothesis``  keeps only the most likely identity at each encounter; its reports have a lapse rate of `LAPSE`, uniform over
  classes, so that the loss of a wrong report is finite
- ``dead_reckoning``     a mixture over the identities of the first landmark, then path integration; later landmarks are ignored
- ``smoother``           uses the whole trial, future included: the best observer of complete trials
"""


LAPSE = 0.01


def strategies(task: Task) -> tuple[str, ...]:
    """Return the strategies implemented for a task; empty for a task without observers.

    Examples
    --------
    >>> from rscnav.observers import strategies
    >>> from rscnav.tasks import make_task
    >>> strategies(make_task("ring-fixed"))
    ('bayes', 'no_absence', 'single_hypothesis', 'dead_reckoning', 'smoother')
    >>> "smoother" in strategies(make_task("arena"))
    False
    """
    module = _module(task)
    return () if module is None else module.STRATEGIES


def reference_observer(architecture: Any, task: Task) -> str:
    """Return the strategy that the loss of a network is compared with: the best observer with the same information.

    It is ``bayes``, or ``smoother`` for a bidirectional `rscnav.networks.architecture.Architecture`, which receives the whole trial at
    every step. A task without observers (`strategies` is empty) has no optimality gap.

    Raises
    ------
    InvalidValueError
        For a bidirectional network where the task has a filter but no smoother.

    Examples
    --------
    >>> from rscnav.networks.architecture import Architecture
    >>> from rscnav.observers import reference_observer
    >>> from rscnav.tasks import make_task
    >>> task = make_task("ring-fixed")
    >>> reference_observer(Architecture("gru", hidden_size=32), task)
    'bayes'
    >>> reference_observer(Architecture("gru", hidden_size=32, bidirectional=True), task)
    'smoother'
    """
    limit = "smoother" if architecture.bidirectional else "bayes"
    there = strategies(task)
    if there and limit not in there:
        raise InvalidValueError(
            f"bidirectional: task '{task.name}' has no {limit} to compare such a network with "
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
    """Return the posterior of an ideal or reduced observer for every head.

    Parameters
    ----------
    batch : Batch
        Only the inputs of the animal are used: `batch.inputs`, and from `batch.landmarks` the map that the inputs contain.
    strategy : str
        A key of `STRATEGIES`.
    settings : Observer, optional
        Grid and particles; default: the defaults of the configuration.
    generator : torch.Generator, optional
        Generator for particles, on the device of the batch; default: seed 0. Grid filters draw nothing.

    Returns
    -------
    dict of tensor, (trial, step, class), float64
        One tensor per head; each sums to 1 over classes.

    Raises
    ------
    InvalidValueError
        For a task or strategy without observer, or a grid that is too coarse.

    Examples
    --------
    The loss (nats per step) is lower with more information. Dead reckoning ignores later landmarks; the smoother uses the whole
    trial, future included.

    >>> import torch
    >>> from rscnav.observers import observe
    >>> from rscnav.tasks import make_task
    >>> task = make_task("ring-fixed", trial_s=5.0, n_bins=32)
    >>> batch = task.sample(20, task.n_steps, torch.Generator().manual_seed(0))
    >>> target, loss = batch.targets["position"][:, :, None], {}
    >>> for strategy in ("dead_reckoning", "bayes", "smoother"):
    ...     posterior = observe(task, batch, strategy)["position"]
    ...     loss[strategy] = float(-posterior.gather(2, target).log().mean())
    >>> loss["dead_reckoning"] > loss["bayes"] > loss["smoother"]
    True
    """
    there = strategies(task)
    if strategy not in there:
        raise InvalidValueError(
            f"task '{task.name}' has no observer '{strategy}'; it has: {', '.join(there) or 'none'}"
        )
    generator = generator or torch.Generator(device=batch.inputs.device).manual_seed(0)
    posteriors = _module(task).posteriors(task, batch, strategy, settings or Observer(), generator)
    if strategy == "single_hypothesis":
        return {head: (1 - LAPSE) * posterior + LAPSE / posterior.shape[2] for head, posterior in posteriors.items()}
    return posteriors


def bayes_filter(task: Task, batch: Batch, head: str = "position", **settings: Any) -> Tensor:
    """Return the posterior of the Bayes filter from the inputs of the animal; exact on the ring.

    The lowest loss of any causal network is the mean of -log p(true class) under this posterior.

    Parameters
    ----------
    head : str
        Name of the report.
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

    Examples
    --------
    >>> import torch
    >>> from rscnav.observers import bayes_filter
    >>> from rscnav.tasks import make_task
    >>> task = make_task("ring-fixed", trial_s=5.0, n_bins=32)
    >>> batch = task.sample(20, task.n_steps, torch.Generator().manual_seed(0))
    >>> posterior = bayes_filter(task, batch)
    >>> tuple(posterior.shape), bool(torch.allclose(posterior.sum(dim=2), torch.ones(20, 50, dtype=torch.float64)))
    ((20, 50, 32), True)
    >>> p_true = posterior.gather(2, batch.targets["position"][:, :, None])
    >>> bool(p_true[:, -1].mean() > p_true[:, 0].mean() > 1 / 32)  # evidence accumulates
    True
    """
    if head not in task.heads:
        raise InvalidValueError(f"task '{task.name}' has no head '{head}'; it has: {', '.join(task.heads)}")
    return observe(task, batch, "bayes", Observer(**settings))[head]


def _module(task: Task) -> Any:
    name = task_module(task.name).OBSERVERS
    return load(name) if name else None
