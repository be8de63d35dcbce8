"""Model of the whole configuration in which the section `tasks` has the settings of each task."""

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, Field, create_model

from rscnav.config.schema import Config
from rscnav.settings.strict_settings import StrictSettings
from rscnav.tasks.registry import TASKS, task_module


@cache
def documented_model() -> type[StrictSettings]:
    """Return `Config` without its checks across sections, with one section for each task."""
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in Config.model_fields.items()}
    tasks = _tasks_model()
    fields["tasks"] = (tasks, Field(default_factory=tasks, description=Config.model_fields["tasks"].description))
    return create_model("Configuration", __base__=StrictSettings, **fields)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in an annotation such as ``list[Model]`` or ``Model | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def is_section(annotation: Any) -> bool:
    """Return whether a field always holds a model, in contrast to a list of models or an optional model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _tasks_model() -> type[StrictSettings]:
    settings = {name: task_module(name).Settings for name in TASKS}
    fields: dict[str, Any] = {
        name: (model, Field(default_factory=model, description=_first_line(model))) for name, model in settings.items()
    }
    return create_model("Tasks", __base__=StrictSettings, **fields)


def _first_line(model: type[StrictSettings]) -> str:
    text = str(model.__doc__).splitlines()[0].rstrip(".")
    return text[:1].lower() + text[1:]
