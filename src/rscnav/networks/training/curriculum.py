"""Curriculum: lessons with easier trials at the beginning of training."""

from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.settings.strict_settings import check
from rscnav.tasks.base import Task
from rscnav.tasks.registry import task_from, task_module


class Curriculum:
    """Task and batch size of each batch: first those of the lessons, then those of the training.

    Parameters
    ----------
    task : Task
        Task that the network finally learns.
    training : rscnav.networks.settings.Training
        `curriculum` lists the lessons. Each ends after a fraction of `n_batches` and changes some settings of the task.

    Raises
    ------
    InvalidValueError
        For settings that the task does not accept, or a lesson with other input channels or reports than the task.
    """

    def __init__(self, task: Task, training: Any) -> None:
        self.task, self.batch_size = task, training.batch_size
        self.lessons: list[tuple[int, Task, int]] = []
        for number, lesson in enumerate(training.curriculum, 1):
            easier = lesson_task(task.name, task.settings, lesson.task, f"training.curriculum, lesson {number}")
            if easier.channels != task.channels or easier.heads != task.heads:
                raise InvalidValueError(
                    f"training.curriculum, lesson {number}: {lesson.task} gives the task '{task.name}' other input channels or "
                    "reports, so that one network cannot learn both; change other settings"
                )
            last = round(lesson.until * training.n_batches)
            self.lessons.append((last, easier, lesson.batch_size or training.batch_size))

    def at(self, batch: int) -> tuple[Task, int]:
        """Return the task and the number of trials of a batch (counted from 0)."""
        for last, task, batch_size in self.lessons:
            if batch < last:
                return task, batch_size
        return self.task, self.batch_size


def lesson_task(name: str, settings: Any, changes: dict[str, Any], source: str) -> Task:
    """Return a task with some of its settings changed; of a nested setting, only the given keys change.

    Parameters
    ----------
    name : str
        Name of the task.
    settings : pydantic model
        Settings of the task.
    changes : dict
        Settings that differ.
    source : str
        Where `changes` come from, for messages.
    """
    merged = settings.model_dump()
    for key, value in changes.items():
        inner = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if inner else value
    return task_from(name, check(task_module(name).Settings, merged, source))
