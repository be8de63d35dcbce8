"""Configuration of a workflow: its own file, the files of ``--configfile`` and the values of ``--config``.

Snakemake reads them too, but it accepts duplicate keys (the last one counts), and its errors name neither file nor line.
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

ENDINGS = (".yaml", ".yml", ".json")  # of files of --configfile
TARGETS_FIRST = (
    "--configfile reads every word up to the next option as a configuration file; write targets before it: "
    "snakemake TARGET --configfile FILE"
)


def workflow_config(
    file: str, configfiles: Sequence[str | os.PathLike[str]] = (), given: Sequence[str] = (), replace: bool = False
) -> tuple[dict[Any, Any], list[KeyPositions], str]:
    """Read the configuration of a workflow in Snakemake's order: later values override earlier ones.

    Parameters
    ----------
    file : str
        Configuration file of the workflow; it may be missing if `configfiles` replace it.
    configfiles : sequence of path-like
        Files of ``--configfile``.
    given : sequence of str
        Values of ``--config``, each ``KEY=VALUE``.
    replace : bool
        Ignore `file` (``--replace-workflow-config``).

    Returns
    -------
    values : dict
    places : list of KeyPositions
        File and line of each value.
    source : str
        Names of the files, for messages.

    Raises
    ------
    ConfigError
        For a file or value that is not valid; the message names the file, the line and the key.
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
        raise ConfigError(f"{file}: no such file in this folder; give it with --configfile, before the presets")
    names = [os.path.relpath(path) if _is_below(path) else os.fspath(path) for path in (*own, *configfiles)]
    return values, places, " with ".join([*names, *(["--config"] if given else [])])


def read_configfile(path: str | os.PathLike[str], first: bool = True) -> tuple[dict[Any, Any], KeyPositions]:
    """Read a file of ``--configfile``.

    Raises
    ------
    ConfigError
        For a file that is not valid. For all but the first file also if it looks like a target: another ending, or no key of the
        configuration.
    """
    name = os.path.relpath(path) if _is_below(path) else os.fspath(path)
    if not first and not name.lower().endswith(ENDINGS):
        raise ConfigError(
            f"{name}: not a configuration file; expected the ending {', '.join(ENDINGS)}; {TARGETS_FIRST}"
        )
    values, lines = read_yaml(name)
    if not first and not values.keys() & Config.model_fields.keys():
        raise ConfigError(
            f"{name}: not a configuration file; it has none of the keys of a configuration; {TARGETS_FIRST}"
        )
    return values, lines


def check_configfiles(paths: Sequence[str | os.PathLike[str]]) -> None:
    """Raise a `ConfigError` if a file of ``--configfile`` is not valid."""
    for number, path in enumerate(paths):
        read_configfile(path, first=number == 0)


def _given(entry: str) -> tuple[dict[Any, Any], KeyPositions]:
    """Read one ``KEY=VALUE``: lists, mappings and quoted text as YAML, anything else as one word."""
    key, sign, text = entry.partition("=")
    source = f"--config {key}"
    if not sign or not re.fullmatch(r"\w[\w-]*", key):
        raise ConfigError(
            f"--config {entry[:100]}: not valid; expected KEY=VALUE, for example seed=1 or training='{{n_batches: 10}}'"
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
