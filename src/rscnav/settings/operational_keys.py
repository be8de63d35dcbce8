"""Keys of the configuration that change how a run proceeds, and no result: they are in no job's settings.

A key is marked in its field: ``Field(..., json_schema_extra=OPERATIONAL)``.
"""

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

OPERATIONAL: dict[str, Any] = {"operational": True}


def is_operational(field: FieldInfo) -> bool:
    """Tell whether a field is marked as one that changes no result."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("operational"))


def plain_settings(value: Any) -> Any:
    """Return settings as plain values, as JSON has them, without operational keys at any depth.

    Parameters
    ----------
    value : model, or list, tuple or dict of models, or plain value
    """
    if isinstance(value, BaseModel):
        plain = value.model_dump(mode="json")
        _drop(value, plain)
        return plain
    if isinstance(value, dict):
        return {key: plain_settings(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_settings(item) for item in value]
    return value


def _drop(value: Any, plain: Any) -> None:
    """Drop operational keys from what `value` was dumped to."""
    if isinstance(value, BaseModel) and isinstance(plain, dict):
        for name, field in type(value).model_fields.items():
            if is_operational(field):
                plain.pop(name, None)
            elif name in plain:
                _drop(getattr(value, name), plain[name])
    elif isinstance(value, dict) and isinstance(plain, dict):
        for key, item in value.items():
            _drop(item, plain.get(key))
    elif isinstance(value, list | tuple) and isinstance(plain, list):
        for item, dumped in zip(value, plain, strict=True):
            _drop(item, dumped)
