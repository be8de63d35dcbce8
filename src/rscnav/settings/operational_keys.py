"""Operational keys: keys of the configuration that change no result. They are part of no job's settings.

A key is marked in its field: ``Field(..., json_schema_extra=OPERATIONAL)``.
"""

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

OPERATIONAL: dict[str, Any] = {"operational": True}


def plain_settings(value: Any) -> Any:
    """Return settings (a model, or lists, tuples or dicts of models) as plain JSON values, without operational keys."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        return {name: plain_settings(getattr(value, name)) for name, field in fields if not _is_operational(field)}
    if isinstance(value, dict):
        return {key: plain_settings(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_settings(item) for item in value]
    return value


def _is_operational(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("operational"))
