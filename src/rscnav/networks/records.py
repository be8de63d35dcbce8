"""What a checkpoint was made with, and how that differs from what is wanted now."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from rscnav.networks import checkpoint
from rscnav.networks.plan import Plan

log = logging.getLogger(__name__)
Record = Mapping[str, str]  # settings: text; code: a hash


def records_of(plans: Sequence[Plan]) -> dict[str, Record]:
    """Give what a checkpoint holds of its plans, by name."""
    return {plan.name: {"settings": plan.record, "code": plan.code} for plan in plans}


def read_matching(path: Path, records: Mapping[str, Record], device: torch.device, name: str) -> dict[str, Any] | None:
    """Read a checkpoint; None, with a word in the log on the reason, where there is none that will do."""
    if not path.exists():
        return None
    try:
        saved = checkpoint.load(path, device)
    except ValueError as error:
        log.warning("%s  starts afresh: %s", name, error)
        return None
    other = differences(saved.get("records") if isinstance(saved, dict) else None, records)
    if other:
        log.warning("%s  starts afresh, as %s was made with other settings or code: %s", name, path, "; ".join(other))
        return None
    return saved


def differences(before: Any, now: Mapping[str, Record]) -> list[str]:
    """Say what differs: each key with its old and new value, then the code; nothing where all is the same.

    Parameters
    ----------
    before : mapping
        What the checkpoint holds; anything else counts as another version's.
    now : mapping
        What `records_of` gives.
    """
    if not isinstance(before, Mapping):
        return ["it is of another version"]
    if list(before) != list(now):
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
    keys = sorted(old.keys() | new.keys())
    return [
        f"{key} {old.get(key, 'not there')} -> {new.get(key, 'not there')}"
        for key in keys
        if old.get(key) != new.get(key)
    ]


def _flat(text: str) -> dict[str, str]:
    """Read JSON as values by dotted key; any other text is one value, of the key ``settings``."""
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    return dict(_items(values, "")) if isinstance(values, dict) else {"settings": text}


def _items(values: Any, key: str) -> list[tuple[str, str]]:
    if isinstance(values, dict) and values:
        return [item for name, value in values.items() for item in _items(value, f"{key}.{name}" if key else name)]
    return [(key, json.dumps(values))]
