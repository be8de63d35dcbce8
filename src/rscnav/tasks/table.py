"""Tasks by name."""

from typing import Any

from rscnav.config.base import Closed, check
from rscnav.tasks.batch import Task
from rscnav.tasks.ring import RingFixedTask
from rscnav.tasks.settings import TASK_SETTINGS

_TASKS: dict[str, Any] = {"ring-fixed": RingFixedTask}


def make_task(name: str, **settings: Any) -> Task:
    """Make a task.

    Parameters
    ----------
    name : str
        For example ``"ring-fixed"``.
    **settings
        Overrides of its defaults, as in the section ``tasks`` of ``config.yaml``.

    Returns
    -------
    Task

    Raises
    ------
    ValueError
        For an unknown task (the message lists those there are), an unknown setting, or one without an answer.
    """
    if name not in _TASKS:
        raise ValueError(f"unknown task '{name}'; there are: {', '.join(_TASKS)}")
    return task_from(name, check(TASK_SETTINGS[name], settings, f"task {name}"))


def task_from(name: str, settings: Closed) -> Task:
    """Make a task from settings that are already checked."""
    return _TASKS[name](settings)
