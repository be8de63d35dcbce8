"""A guessed mapping as YAML to be pasted into `recordings`, with the reasons as comments."""

import os
import re
from typing import Any

from rscnav.inspection.mapping.guess import Guess


def draft(path: str, guessed: Guess) -> str:
    """Write the block.

    Parameters
    ----------
    path : str
        The recording's file.
    guessed : Guess

    Returns
    -------
    str
        YAML of ``recordings`` with one item.
    """
    lines = ["recordings:", f"  - name: {name_of(path)}", f"    file: {_scalar(path)}"]
    for key, value in guessed.mapping.items():
        lines += _lines(key, value, guessed.why, 4, key)
    for key in sorted(set(guessed.why) - {k.partition(".")[0] for k in guessed.mapping} - _below(guessed)):
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
    """Write a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """Write a number or a text as YAML reads it back."""
    import yaml

    return (
        yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1000).removesuffix("\n...\n").strip()
    )


def _below(guessed: Guess) -> set[str]:
    return {path for path in guessed.why if path.partition(".")[0] in guessed.mapping}
