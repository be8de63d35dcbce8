"""A guessed mapping, with the reasons, as YAML to be pasted into `recordings`."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import yaml


@dataclass
class Guess:
    """A mapping as plain values, why each was chosen, and what else could have been.

    Parameters
    ----------
    mapping : dict
        As an item of `recordings`.
    why : dict of str
        By key, with dots between levels.
    used : set of str
        Paths of series and tables that the mapping uses.
    """

    mapping: dict[str, Any] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


def others(reason: str, paths: Iterable[str]) -> str:
    """Say why something was chosen, and what else could have been: the first three paths."""
    rest = ", ".join(islice(paths, 3))
    return reason + (f"; others: {rest}" if rest else "")


def draft(path: str, guessed: Guess) -> str:
    """Write the mapping of the recording in a file as YAML: ``recordings`` with one item."""
    lines = ["recordings:", f"  - name: {name_of(path)}", f"    file: {_flow(path)}"]
    for key, value in guessed.mapping.items():
        lines += _lines(key, value, guessed.why, 4, key)
    for key in sorted(guessed.why):
        if key.partition(".")[0] not in guessed.mapping:
            lines.append(f"    # {key}: {guessed.why[key]}")
    return "\n".join(lines) + "\n"


def name_of(path: str) -> str:
    """Return a name for the recording in a file: that of the file, without what no name may have."""
    stem = os.path.basename(os.path.normpath(path)).split(".")[0]
    return re.sub(r"[^A-Za-z0-9.]+", "_", stem).strip("_") or "recording"


def _lines(key: str, value: Any, why: dict[str, str], indent: int, path: str) -> list[str]:
    """Write one key, with its reason behind it; mappings level by level."""
    pad, reason = " " * indent, why.get(path, "")
    comment = f"   # {reason}" if reason else ""
    if isinstance(value, dict) and any(f"{path}.{k}" in why for k in value):
        inner = [line for k, v in value.items() for line in _lines(k, v, why, indent + 2, f"{path}.{k}")]
        return [f"{pad}{key}:{comment}", *inner]
    return [f"{pad}{key}: {_flow(value)}{comment}"]


def _flow(value: Any) -> str:
    """Write a value on one line, as YAML reads it back."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1_000_000)
    return text.removesuffix("\n...\n").strip()
