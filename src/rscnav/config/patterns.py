"""One entry of `recordings` whose file is a pattern -> one recording a file."""

import glob
import os
import re
from collections.abc import Mapping
from typing import Any

from rscnav.config.base import ConfigError


def expand_files(recording: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    """Give one entry for each file that the pattern matches, in order of their paths; an entry without a pattern as it is.

    `{stem}` in the name is the file's name without folder and endings; a name without it is put before the stem.

    Raises
    ------
    ConfigError
        Where no file matches, or two files give the same name.
    """
    pattern = recording.get("file")
    if not isinstance(pattern, str) or not glob.has_magic(pattern) or os.path.exists(pattern):
        return [dict(recording)]
    files = sorted(glob.glob(pattern, recursive=True))
    if not files:
        folder = os.path.dirname(pattern) or "."
        raise ConfigError(
            f"{source}: '{recording.get('name')}': no file matches the pattern file: {pattern} (from the folder {os.getcwd()}"
            f"{'' if glob.has_magic(folder) or os.path.isdir(folder) else f', which has no folder {folder}'})"
        )
    named: dict[str, str] = {}
    for file in files:
        name = _name(recording.get("name"), file)
        if name in named:
            raise ConfigError(
                f"{source}: {named[name]} and {file} would both be the session '{name}'; rename one file, or give the "
                "folders entries, and so names, of their own"
            )
        named[name] = file
    return [{**recording, "name": name, "file": file} for name, file in named.items()]


def _name(template: Any, file: str) -> str:
    """Name the session of a file."""
    stem = os.path.basename(os.path.normpath(file))
    for ending in (".zarr", ".nwb", ".npz", ".mat", ".hdf5", ".h5"):
        stem = stem.removesuffix(ending)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-") or "file"
    if template is None:
        return stem
    text = str(template)
    return text.replace("{stem}", stem) if "{stem}" in text else f"{text}-{stem}"
