"""Settings and code of a checkpoint, and how they differ from the present ones."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.weights_file import RECORD, holds_texts

Record = Mapping[str, str]  # settings: JSON text; code: hash


def records_of(plans: Sequence[TrainingPlan]) -> dict[str, Record]:
    """Return the records (settings and code) of plans, by name of the network."""
    return {plan.name: plan.files_record for plan in plans}


def is_records(values: Any) -> bool:
    """Return whether values from a file have the format of `records_of`."""
    return isinstance(values, Mapping) and all(holds_texts(record, RECORD) for record in values.values())


def differences(before: Any, now: Mapping[str, Record]) -> list[str]:
    """Return the differences of two records: each key with its old and new value, then the code; empty if all are equal.

    Parameters
    ----------
    before : mapping
        Records of the checkpoint, of these networks and possibly of others. Any other value counts as another version.
    now : mapping
        Present records, see `records_of`.
    """
    if not is_records(before):
        return ["it is of another version"]
    if not set(now) <= set(before):
        return [f"it is of {', '.join(before)} and not of {', '.join(now)}"]
    whose: dict[str, list[str]] = {}
    for name, record in now.items():
        texts = _changed(before[name]["settings"], record["settings"])
        if before[name]["code"] != record["code"]:
            texts.append("code changed")
        for text in texts:
            whose.setdefault(text, []).append(name)
    return [text if len(names) == len(now) else f"{text} ({', '.join(names)})" for text, names in whose.items()]


def _changed(before: str, now: str) -> list[str]:
    """Return the differences of two settings, by key if both are JSON."""
    if before == now:
        return []
    old, new = _flat(before), _flat(now)
    keys = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    changed = [f"{key} {old.get(key, 'not there')} -> {new.get(key, 'not there')}" for key in keys]
    return changed or ["the text of the settings changed"]


def _flat(text: str) -> dict[str, str]:
    """Return the values of a JSON text by dotted key; any other text becomes one value of the key ``settings``."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    return dict(_items(values, "")) if isinstance(values, dict) else {"settings": text}


def _items(values: Any, key: str) -> list[tuple[str, str]]:
    if isinstance(values, dict) and values:
        return [item for name, value in values.items() for item in _items(value, f"{key}.{name}" if key else name)]
    return [(key, json.dumps(values))]
