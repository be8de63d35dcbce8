"""Which field of a session lies where in an exported NWB file; writer and reader run from this table.

What NWB has no place for (names, settings, types and widths of columns, single numbers and texts) is a record in JSON.
"""

import json
from dataclasses import fields
from typing import Any

import numpy as np

from rscnav.errors import InvalidValueError
from rscnav.sessions.schema import ARRAYS, TABLES
from rscnav.sessions.session import Session

BEHAVIOR, INFERENCE, ACTIVITY = "behavior", "inference", "activity"
MODULES = {
    BEHAVIOR: "what the animal (or network) did",
    ACTIVITY: "binned rates of neurons, or states of a network's units",
    INFERENCE: "beliefs over places, hypotheses, and losses of the observers that they are compared with",
}
_BEHAVIOR = ("trial", "position", "heading", "velocity", "phase")
SERIES = {
    spec.name: ACTIVITY if spec.name == "activity" else BEHAVIOR if spec.name in _BEHAVIOR else INFERENCE
    for spec in ARRAYS
    if spec.dims[0] == "time" and spec.name != "time"
}  # fields (time, ...) but `time` itself, which all of them share
OF_TRIALS = ("landmarks", "observer_correct")  # (trials, ...): columns of the trials, one a number
BIN_CENTRES = "position_bins"  # table of (bin, dim)
UNIT_TABLE = "unit_columns"  # the units' table where there are no spikes
RECORD = "rscnav_session"  # scratch: what NWB has no place for
FORMAT = "rscnav export 2"  # of the record
_ELSEWHERE = {spec.name for spec in ARRAYS} | set(TABLES) | {"units", "spikes"}
TIME = "time"  # scratch: exact times, where the series name a rate


def columns_of(field: str, shape: tuple[int, ...]) -> list[str]:
    """Name the columns of the trials that hold a field (trials, ...), in C order."""
    names = [field]
    for size in shape[1:]:
        names = [f"{name}_{k}" for name in names for k in range(size)]
    return names


def record_of(session: Session) -> str:
    """Write down every field that is neither an array nor a table, and the shapes and types of those that are."""
    plain = {f.name: _plain(getattr(session, f.name)) for f in fields(session) if f.name not in _ELSEWHERE}
    held = {name: value for name in _ELSEWHERE if (value := getattr(session, name)) is not None}
    arrays = {spec.name: list(held[spec.name].shape) for spec in ARRAYS if spec.name in held}
    tables = {
        name: {"n_rows": len(held[name]), "dtype": np.dtype(held[name].dtype).descr}
        for name in (*TABLES, "units")
        if name in held
    }
    content = {"format": FORMAT, "plain": plain, "arrays": arrays, "tables": tables, "spikes": "spikes" in held}
    return json.dumps(content)


def parsed(text: str) -> dict[str, Any]:
    """Read what `record_of` wrote; an InvalidValueError for anything else."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidValueError(f"its record of the session is damaged ({error})") from None
    if content.get("format") != FORMAT:
        raise InvalidValueError(f"its record is of format {content.get('format')!r}; '{FORMAT}' is needed")
    content["plain"] = {name: _typed(value) for name, value in content["plain"].items()}
    for table in content["tables"].values():
        table["dtype"] = np.dtype([tuple(column) for column in table["dtype"]])
    return content


def _plain(value: Any) -> Any:
    """Write a value with its type, so that it comes back as what it was."""
    if isinstance(value, np.ndarray):
        return {"type": "array", "dtype": str(value.dtype), "value": value.tolist()}
    if isinstance(value, np.generic):
        return {"type": str(value.dtype), "value": value.item()}
    if isinstance(value, tuple):
        return {"type": "tuple", "value": [_plain(item) for item in value]}
    if isinstance(value, dict):
        return {"type": "dict", "value": {key: _plain(item) for key, item in value.items()}}
    return {"type": "plain", "value": value}


def _typed(written: dict[str, Any]) -> Any:
    kind, value = written["type"], written["value"]
    if kind == "array":
        return np.array(value, written["dtype"])
    if kind == "tuple":
        return tuple(_typed(item) for item in value)
    if kind == "dict":
        return {key: _typed(item) for key, item in value.items()}
    return value if kind == "plain" else np.dtype(kind).type(value)
