"""What a checkpoint was made with, and how that differs from what is wanted now."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.weights_file import RECORD, holds_texts

Record = Mapping[str, str]  # settings: text; code: a hash


def records_of(plans: Sequence[TrainingPlan]) -> dict[str, Record]:
    """Return what a checkpoint holds of its plans, by name."""
    return {plan.name: plan.files_record for plan in plans}


def is_records(values: Any) -> bool:
    """Whether values read from a file are such records."""
    return isinstance(values, Mapping) and all(holds_texts(record, RECORD) for record in values.values())


def differences(before: Any, now: Mapping[str, Record]) -> list[str]:
    """List what differs: each key with its old and new value, then the code; nothing where all is the same.

    Parameters
    ----------
    before : mapping
        What the checkpoint holds, of these networks and perhaps of others; anything else counts as another version's.
    now : mapping
        What `records_of` gives.
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
    """Compare two settings as text, key by key where both are JSON."""
    if before == now:
        return []
    old, new = _flat(before), _flat(now)
    keys = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    changed = [f"{key} {old.get(key, 'not there')} -> {new.get(key, 'not there')}" for key in keys]
    return changed or ["the text of the settings changed"]


def _flat(text: str) -> dict[str, str]:
    """Read JSON as values by dotted key; any other text is one value, of the key ``settings``."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    return dict(_items(values, "")) if isinstance(values, dict) else {"settings": text}


def _items(values: Any, key: str) -> list[tuple[str, str]]:
    if isinstance(values, dict) and values:
        return [item for name, value in values.items() for item in _items(value, f"{key}.{name}" if key else name)]
    return [(key, json.dumps(values))]
