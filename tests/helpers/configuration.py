"""Configurations that tests share: the file of defaults with the entries of its lists, which is every key of config.yaml."""

from typing import Any

import yaml

from helpers import ROOT
from rscnav.config.reference.default_file import EXAMPLES

DEFAULTS = ROOT / "workflow" / "config.default.yaml"


def every_key_text() -> str:
    """Return the file of defaults with the entries of its lists, which are comments there, in place of the empty lists."""
    lines: list[str] = []
    inside = False
    for line in DEFAULTS.read_text(encoding="utf-8").splitlines():
        if line.removeprefix("# ").removesuffix(":") in EXAMPLES:
            del lines[-1]
            inside = True
        inside = inside and line.startswith("#")
        lines.append(line.removeprefix("# ") if inside else line)
    return "\n".join(lines) + "\n"


def every_key() -> dict[str, Any]:
    """Return the values of `every_key_text`."""
    return yaml.safe_load(every_key_text())
