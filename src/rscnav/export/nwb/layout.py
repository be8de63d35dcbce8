"""Location of each field of a session in an exported NWB file, for the writer and the reader.

Fields without a place in NWB (names, settings, types and widths of columns, single numbers and texts) are in a JSON record.
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
    BEHAVIOR: "behaviour of the animal (or network)",
    ACTIVITY: "binned firing rates of neurons, or hidden states of a network's units",
    INFERENCE: "beliefs over positions, hypotheses, and losses of the ideal observers",
}
_BEHAVIOR = ("trial", "position", "heading", "velocity", "phase")
SERIES = {
    spec.name: ACTIVITY if spec.name == "activity" else BEHAVIOR if spec.name in _BEHAVIOR else INFERENCE
    for spec in ARRAYS
    if spec.dims[0] == "time" and spec.name != "time"
}  # fields (time, ...) except `time`, which they share
OF_TRIALS = ("landmarks", "observer_correct")  # fields (trials, ...), stored as columns of the trial table
BIN_CENTRES = "position_bins"  # table of (bin, dim)
UNIT_TABLE = "unit_columns"  # table of units of a session without spikes
RECORD = "rscnav_session"  # scratch: JSON record of fields without a place in NWB
FORMAT = "rscnav export 2"  # format of the record
_ELSEWHERE = {spec.name for spec in ARRAYS} | set(TABLES) | {"units", "spikes"}
TIME = "time"  # scratch: exact times, if the series have a rate in place of timestamps


def columns_of(field: str, shape: tuple[int, ...]) -> list[str]:
    """Return the names of the trial table's columns that hold a field (trials, ...), in C order."""
    names = [field]
    for size in shape[1:]:
        names = [f"{name}_{k}" for name in names for k in range(size)]
    return names


def record_of(session: Session) -> str:
    """Return the JSON record of a session: all fields that are not arrays or tables, and the shapes and types of those."""
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
    """Return the content of a record of `record_of`; raise InvalidValueError if it is damaged or has another format."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidValueError(f"the record '{RECORD}' is damaged ({error}); export the session again") from None
    if content.get("format") != FORMAT:
        raise InvalidValueError(
            f"the record '{RECORD}' has the format {content.get('format')!r}; expected '{FORMAT}': export the session again"
        )
    content["plain"] = {name: _typed(value) for name, value in content["plain"].items()}
    for table in content["tables"].values():
        table["dtype"] = np.dtype([tuple(column) for column in table["dtype"]])
    return content


def _plain(value: Any) -> Any:
    """Return a value with its type for JSON, so that `_typed` restores it."""
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
