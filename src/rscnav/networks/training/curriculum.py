"""Easier trials to begin with: which task, and how many trials, a batch is drawn from."""

from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.settings.strict_settings import check
from rscnav.tasks.base import Task
from rscnav.tasks.registry import task_from, task_module


class Curriculum:
    """Lessons one after the other, then the task itself.

    Parameters
    ----------
    task : Task
        What is to be learned in the end.
    training : rscnav.networks.settings.Training
        Its `curriculum` lists lessons: each lasts until a share of `n_batches` and changes some of the task's settings.

    Raises
    ------
    InvalidValueError
        For settings that the task refuses, or a lesson with other input channels or reports than the task.
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
        """Give the task and the number of trials of a batch (counted from 0)."""
        for last, task, batch_size in self.lessons:
            if batch < last:
                return task, batch_size
        return self.task, self.batch_size


def lesson_task(name: str, settings: Any, changes: dict[str, Any], source: str) -> Task:
    """Make a task whose settings differ from `settings` in some keys; nested ones may be given in part."""
    merged = settings.model_dump()
    for key, value in changes.items():
        inner = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if inner else value
    return task_from(name, check(task_module(name).Settings, merged, source))
