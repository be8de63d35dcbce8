"""The closed model that all settings derive from, and the check that turns plain values into one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pydantic
from annotated_types import Ge, Gt, Le, Lt

from rscnav.errors import InvalidValueError, RscnavError
from rscnav.settings.value_limits import check_limits


class ConfigError(InvalidValueError):
    """Something in the configuration is wrong; the message names the key, the value, what is valid, the cure."""


class StrictSettings(pydantic.BaseModel):
    """A group of settings: no unknown keys, no silent conversion of text to numbers, never changed once read.

    Every value keeps to the bounds of its field and, where the field has none, to those of `rscnav.settings.value_limits`.
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


def check(
    model: type[StrictSettings],
    values: Mapping[str, Any],
    source: str,
    where: Callable[[Sequence[Any]], str] | None = None,
    above: Sequence[Any] = (),
) -> Any:
    """Build an instance of a model from plain values, as YAML gave them.

    Parameters
    ----------
    model : type
    values : mapping
    source : str
        Where they came from, for the message.
    where : callable, optional
        Path of keys -> file and line, '' where they are not known.
    above : sequence
        Keys that lead to the values, for `where`.

    Raises
    ------
    ConfigError
        One line per problem: key, value, what is valid, the likely cure; of many problems the first.
    """
    try:
        return model.model_validate(dict(values))
    except pydantic.ValidationError as error:
        from rscnav.settings.error_messages import described

        for problem in error.errors(include_url=False):
            raised = problem.get("ctx", {}).get("error")
            if isinstance(raised, Exception) and not isinstance(raised, RscnavError):
                raise raised from None  # a validator failed, which says nothing of the value
        lines = described(model, values, error, lambda path: where([*above, *path]) if where else "")
        raise ConfigError(f"{source}: {lines[0]}\n" + "\n".join(f"  {line}" for line in lines[1:])) from None
