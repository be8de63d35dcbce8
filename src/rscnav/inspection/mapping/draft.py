"""Write a guessed mapping, with the reasons, as YAML for the section `recordings`."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import yaml


@dataclass
class Guess:
    """A guessed mapping as plain values, with the reasons and the alternatives.

    Parameters
    ----------
    mapping : dict
        As an item of `recordings`.
    why : dict of str
        Reason of each value, by its key with dots between levels.
    used : set of str
        Paths of the series and tables that the mapping uses.
    """

    mapping: dict[str, Any] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


def others(reason: str, paths: Iterable[str]) -> str:
    """Return a reason with the first three alternatives."""
    rest = ", ".join(islice(paths, 3))
    return reason + (f"; others: {rest}" if rest else "")


def draft(path: str, guessed: Guess) -> str:
    """Return the mapping of a file as YAML: the section ``recordings`` with one item."""
    lines = ["recordings:", f"  - name: {name_of(path)}", f"    file: {_flow(path)}"]
    for key, value in guessed.mapping.items():
        lines += _lines(key, value, guessed.why, 4, key)
    for key in sorted(guessed.why):
        if key.partition(".")[0] not in guessed.mapping:
            lines.append(f"    # {key}: {guessed.why[key]}")
    return "\n".join(lines) + "\n"


def name_of(path: str) -> str:
    """Return a name for the recording: the file name without ending, with invalid characters replaced by ``_``."""
    stem = os.path.basename(os.path.normpath(path)).split(".")[0]
    return re.sub(r"[^A-Za-z0-9.]+", "_", stem).strip("_") or "recording"


def _lines(key: str, value: Any, why: dict[str, str], indent: int, path: str) -> list[str]:
    """Return the lines of one key with its reason as a comment; nested mappings have one line per key."""
    pad, reason = " " * indent, why.get(path, "")
    comment = f"   # {reason}" if reason else ""
    if isinstance(value, dict) and any(f"{path}.{k}" in why for k in value):
        inner = [line for k, v in value.items() for line in _lines(k, v, why, indent + 2, f"{path}.{k}")]
        return [f"{pad}{key}:{comment}", *inner]
    return [f"{pad}{key}: {_flow(value)}{comment}"]


def _flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1_000_000)
    return text.removesuffix("\n...\n").strip()
