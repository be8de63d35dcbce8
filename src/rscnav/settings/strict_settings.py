"""Base class of all settings, and validation of plain values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pydantic
from annotated_types import Ge, Gt, Le, Lt

from rscnav.errors import InvalidValueError, RscnavError
from rscnav.settings.value_limits import check_limits


class ConfigError(InvalidValueError):
    """The configuration is not valid. The message names the key, the value, what is valid, and the cure."""


class StrictSettings(pydantic.BaseModel):
    """A group of settings, immutable, without unknown keys and without conversion of text to numbers.

    Values are checked against the bounds of their field and, if it has none, against those of `rscnav.settings.value_limits`.
    """

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @pydantic.field_validator("*", mode="after")
    @classmethod
    def _within_limits(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        name = str(info.field_name)
        field = cls.model_fields[name]
        least = any(isinstance(bound, Ge | Gt) for bound in field.metadata)
        most = any(isinstance(bound, Le | Lt) for bound in field.metadata)
        check_limits(name, value, (least, most), blank=field.default == "")
        return value


def changed_keys(settings: StrictSettings) -> set[str]:
    """Return the keys whose values differ from their defaults."""
    fields = type(settings).model_fields
    return {name for name in fields if getattr(settings, name) != fields[name].get_default(call_default_factory=True)}


def check(
    model: type[StrictSettings],
    values: Mapping[str, Any],
    source: str,
    where: Callable[[Sequence[Any]], str] | None = None,
    above: Sequence[Any] = (),
) -> Any:
    """Return a model built from plain values, as read from YAML.

    Parameters
    ----------
    model : type
    values : mapping
    source : str
        Files of the values, for the message.
    where : callable, optional
        Path of keys -> file and line, '' if unknown.
    above : sequence
        Path of keys above the values, for `where`.

    Raises
    ------
    ConfigError
        If a value is not valid. One line per problem: key, value, what is valid, cure; at most the first problems.
    """
    try:
        return model.model_validate(dict(values))
    except pydantic.ValidationError as error:
        from rscnav.settings.error_messages import described

        for problem in error.errors(include_url=False):
            raised = problem.get("ctx", {}).get("error")
            if isinstance(raised, Exception) and not isinstance(raised, RscnavError):
                raise raised from None  # an internal error of a validator, not of the value
        lines = described(model, values, error, lambda path: where([*above, *path]) if where else "")
        raise ConfigError(f"{source}: {lines[0]}\n" + "\n".join(f"  {line}" for line in lines[1:])) from None
