"""Tasks by name.

To add a task, write one module and add one line to `TASKS`. The module offers:

- ``Settings``   its numbers, a `TrialTiming` model with defaults: a section of ``config.yaml`` under ``tasks``
- ``Task``       made from them: names, channels, heads, and ``sample`` (see `rscnav.tasks.base.Task`)
- ``OBSERVERS``  the module of its ideal observers (see `rscnav.observers.registry`), or '' for none: then there is no gap

Modules load torch when they first use it, because the configuration is read where torch need not be.
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
        Overrides of its defaults, as in the section ``tasks`` of ``config.yaml``.

    Raises
    ------
    InvalidValueError
        For an unknown task (the message lists those there are), an unknown setting, or one without an answer.
    """
    return task_from(name, check(task_module(name).Settings, settings, f"task {name}"))


def task_from(name: str, settings: StrictSettings) -> Task:
    """Make a task from settings that are already checked."""
    return task_module(name).Task(settings)


def task_code(name: str) -> tuple[str, ...]:
    """Name the modules that a task and its observers are made of, for `rscnav.workflow.provenance.provenance.code_hash`."""
    return tuple(filter(None, (TASKS[name], task_module(name).OBSERVERS)))
