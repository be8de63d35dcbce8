"""Tasks by name.

To add a task, write one module and add one line to `TASKS`. The module offers:

- ``Settings``   a `TrialTiming` model with defaults: a section of ``config.yaml`` under ``tasks``
- ``Task``       made from the settings: names, channels, heads, and ``sample`` (see `rscnav.tasks.base.Task`)
- ``OBSERVERS``  the module of its ideal observers (see `rscnav.observers.registry`), or '' for none: then no optimality gap

Modules load torch at first use, because jobs that need no torch read the configuration too.
"""

from __future__ import annotations

from typing import Any

from rscnav.registry import Registry, load, lookup
from rscnav.settings.strict_settings import StrictSettings, check
from rscnav.tasks.base import Task

TASKS: Registry[str] = {
    "ring-fixed": "rscnav.tasks.ring_fixed",
    "ring-external-map": "rscnav.tasks.ring_external_map",
    "ring-internal-map": "rscnav.tasks.ring_internal_map",
    "arena": "rscnav.tasks.arena",
}


def task_module(name: str) -> Any:
    """Return the module of a task."""
    return load(lookup(TASKS, name, "task"))


def make_task(name: str, **settings: Any) -> Task:
    """Make a task.

    Parameters
    ----------
    name : str
        For example ``"ring-fixed"``.
    **settings
        Settings that differ from the defaults, as in the section ``tasks`` of ``config.yaml``.

    Raises
    ------
    InvalidValueError
        For an unknown task (the message lists the valid ones), an unknown setting, or settings that leave the position undetermined.

    Examples
    --------
    >>> import torch
    >>> from rscnav.tasks import make_task
    >>> task = make_task("ring-fixed", trial_s=5.0, n_bins=32)
    >>> task.channels, task.heads, task.n_steps
    (('velocity', 'landmark'), {'position': 32}, 50)
    >>> batch = task.sample(8, task.n_steps, torch.Generator().manual_seed(0))
    >>> tuple(batch.inputs.shape), tuple(batch.targets["position"].shape)
    ((8, 50, 2), (8, 50))
    """
    return task_from(name, check(task_module(name).Settings, settings, f"task {name}"))


def task_from(name: str, settings: StrictSettings) -> Task:
    """Make a task from checked settings."""
    return task_module(name).Task(settings)


def task_code(name: str) -> tuple[str, ...]:
    """Return the names of the modules of a task and of its observers, for `rscnav.workflow.provenance.provenance.code_hash`."""
    return tuple(filter(None, (TASKS[name], task_module(name).OBSERVERS)))
