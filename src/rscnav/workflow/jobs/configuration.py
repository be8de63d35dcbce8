"""The configuration of a workflow: its file, the files of ``--configfile`` and the values of ``--config``, read by this package.

Snakemake reads them too, but takes the last of two keys of one name, and says neither file nor line of what is wrong.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rscnav.config.key_positions import KeyPositions
from rscnav.config.load import merge
from rscnav.config.schema import Config
from rscnav.config.yaml_file import parse_yaml, read_yaml
from rscnav.errors import InvalidValueError
from rscnav.settings.strict_settings import ConfigError
from rscnav.settings.yaml_scalars import plain_value

ENDINGS = (".yaml", ".yml", ".json")  # that files of --configfile have
TARGETS_FIRST = (
    "--configfile takes every word up to the next option for a configuration; name what is to be made before it: "
    "snakemake TARGET --configfile FILE"
)


def workflow_config(
    file: str, configfiles: Sequence[str | os.PathLike[str]] = (), given: Sequence[str] = (), replace: bool = False
) -> tuple[dict[Any, Any], list[KeyPositions], str]:
    """Read the configuration of a workflow, in Snakemake's order: later values over earlier ones.

    Parameters
    ----------
    file : str
        The workflow's own file; it may be missing where there are others.
    configfiles : sequence of path-like
        What ``--configfile`` names.
    given : sequence of str
        What ``--config`` gives, each ``KEY=VALUE``.
    replace : bool
        Leave the workflow's own file out (``--replace-workflow-config``).

    Returns
    -------
    values : dict
    places : list of Places
        Where they were written.
    source : str
        The files, for messages.

    Raises
    ------
    ConfigError
        It names the file, the line and the key.
    """
    own = [] if replace or not os.path.exists(file) else [file]
    values: dict[Any, Any] = {}
    places = []
    for here in own:
        values, lines = read_yaml(here)
        places.append(lines)
    for number, path in enumerate(configfiles):
        more, lines = read_configfile(path, first=number == 0)
        values, places = merge(values, more), [*places, lines]
    for entry in given:
        more, lines = _given(entry)
        values, places = merge(values, more), [*places, lines]
    if not own and not replace and not (values.get("networks") or values.get("recordings")):
        raise ConfigError(f"{file} is not in this folder; give it with --configfile, before the preset")
    names = [os.path.relpath(path) if _is_below(path) else os.fspath(path) for path in (*own, *configfiles)]
    return values, places, " with ".join([*names, *(["--config"] if given else [])])


def read_configfile(path: str | os.PathLike[str], first: bool = True) -> tuple[dict[Any, Any], KeyPositions]:
    """Read a file of ``--configfile``; of a word after the first one, consider that it may be meant as a target."""
    name = os.path.relpath(path) if _is_below(path) else os.fspath(path)
    if not first and not name.lower().endswith(ENDINGS):
        raise ConfigError(f"{name}: no configuration, whose names end in {', '.join(ENDINGS)}; {TARGETS_FIRST}")
    values, lines = read_yaml(name)
    if not first and not values.keys() & Config.model_fields.keys():
        raise ConfigError(f"{name}: no configuration, as it has none of its keys; {TARGETS_FIRST}")
    return values, lines


def check_configfiles(paths: Sequence[str | os.PathLike[str]]) -> None:
    """Read the files of ``--configfile``, and raise a `ConfigError` where one of them is not valid."""
    for number, path in enumerate(paths):
        read_configfile(path, first=number == 0)


def _given(entry: str) -> tuple[dict[Any, Any], KeyPositions]:
    """Read one ``KEY=VALUE``: a list, a group or a text in quotes as YAML has them, anything else as one word."""
    key, sign, text = entry.partition("=")
    source = f"--config {key}"
    if not sign or not re.fullmatch(r"\w[\w-]*", key):
        raise ConfigError(
            f"--config {entry[:100]}: KEY=VALUE is needed, for example seed=1 or training='{{n_batches: 10}}'"
        )
    text = text.strip()
    if text[:1] in ("{", "[", "'", '"'):
        value, lines = parse_yaml(text, source)
        return {key: value}, KeyPositions(
            source, {(key,): 1} | {(key, *path): line for path, line in lines.lines.items()}
        )
    try:
        return {key: plain_value(text)}, KeyPositions(source, {(key,): 1})
    except InvalidValueError as error:
        raise ConfigError(f"{source}: {error}") from None


def _is_below(path: str | os.PathLike[str]) -> bool:
    return Path(path).absolute().is_relative_to(Path.cwd())
