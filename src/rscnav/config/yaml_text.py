"""Bytes of a configuration file -> text; plain values -> YAML text that is read as the same values."""

import math
import os
import re
import stat
from pathlib import Path
from typing import Any

import yaml

from rscnav.settings.strict_settings import ConfigError
from rscnav.settings.yaml_scalars import is_plain_text

MOST_MB = 4  # of a configuration file
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OTHER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def read_text(path: Path) -> str:
    """Read a file of UTF-8 text, with or without a byte order mark.

    Raises
    ------
    ConfigError
        For a missing or unreadable file, one that is not a regular file, a file larger than `MOST_MB`, another encoding, and control
        characters (with line and column).
    """
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise ConfigError(f"{path}: a folder, not a configuration file; name the YAML file in it")
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(
                f"{path}: not a regular file but a pipe or a device; write the configuration to a file and name that file"
            )
        with path.open("rb") as file:
            content = file.read(MOST_MB * 10**6 + 1)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such configuration file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ConfigError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if len(content) > MOST_MB * 10**6:
        raise ConfigError(f"{path}: larger than {MOST_MB} MB, the maximum for a configuration; check the file's name")
    return _checked(_decoded(content, path), path)


def yaml_text(values: Any) -> str:
    """Return plain values as YAML text; `rscnav.config.yaml_file.read_yaml` reads the same values, of the same types."""
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def yaml_line(value: Any) -> str:
    """Return a plain value as YAML text on one line, that of a list or mapping in brackets."""
    text = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=True, width=math.inf
    )
    return text.removesuffix("...\n").rstrip("\n")


class _Dumper(yaml.SafeDumper):
    """YAML dumper that quotes text which `plain_value` would not read as text."""


def _represent_str(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None if is_plain_text(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_str)


def _decoded(content: bytes, path: Path) -> str:
    for mark, name in _OTHER_MARKS.items():
        if content.startswith(mark):
            raise ConfigError(f"{path}: the text is {name}; {_cure(name)}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = content[: error.start]
        if content.count(0) > len(content) // 100:
            raise ConfigError(f"{path}: not a text file; name a YAML file in UTF-8") from None
        raise ConfigError(
            f"{path}: line {where.count(10) + 1}: byte {error.start + 1} of the file (0x{content[error.start]:02X}) is not UTF-8; "
            f"{_cure('latin1')}"
        ) from None


def _cure(encoding: str) -> str:
    return f"save it as UTF-8, in the editor or by: iconv -f {encoding} -t UTF-8 FILE > NEW"


def _checked(text: str, path: Path) -> str:
    found = _UNPRINTABLE.search(text)
    if found:
        before = text[: found.start()]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ConfigError(
            f"{path}: line {line}, column {column}: the control character {found.group()!r} (U+{ord(found.group()):04X}) is not valid in "
            "a YAML file; delete it"
        )
    return text
