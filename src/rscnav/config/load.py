"""Read ``config.yaml``, lay presets over it, check the whole."""

import copy
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from rscnav.config.base import ConfigError, check
from rscnav.config.paths import results_folder
from rscnav.config.patterns import expand_files
from rscnav.config.schema import Config
from rscnav.config.stages import resolved_comparisons
from rscnav.config.sweeps import expand
from rscnav.tasks.table import task_module


def load_config(path: str | os.PathLike[str], *presets: str | os.PathLike[str]) -> Config:
    """Read a configuration file and any presets, later ones over earlier ones.

    Parameters
    ----------
    path, *presets : path-like
        YAML files. Mappings are merged key by key; everything else, lists included, is replaced.

    Returns
    -------
    Config
        Checked.

    Raises
    ------
    ConfigError
        For a missing file, text that is not YAML, or any value that will not do.
    """
    merged: dict[str, Any] = {}
    for file in (path, *presets):
        merged = merge(merged, _read_yaml(Path(file)))
    return parse_config(merged, source=os.fspath(presets[-1] if presets else path))


def parse_config(values: Mapping[str, Any], source: str = "config.yaml") -> Config:
    """Check plain values as YAML gives them (see `load_config`) and return the configuration."""
    plain = {key: value for key, value in copy.deepcopy(dict(values)).items() if value is not None}
    if isinstance(plain.get("networks"), list):
        entries = [expand(n, f"{source}: networks") if isinstance(n, Mapping) else [n] for n in plain["networks"]]
        plain["networks"] = [network for networks in entries for network in networks]
    for section in ("training", "rollout"):  # a network's own lies over the section that all share
        shared = plain.get(section, {})
        for network in _items(plain, "networks"):
            if isinstance(network.get(section, {}), Mapping) and isinstance(shared, Mapping):
                network[section] = merge(shared, network.get(section, {}))
    tasks = plain.get("tasks", {})
    if isinstance(tasks, Mapping):
        tasks = {name: _task(name, settings, f"{source}: tasks") for name, settings in tasks.items()}
        for network in _items(plain, "networks"):
            name = network.get("task", "ring-fixed")
            if isinstance(name, str) and name not in tasks:
                tasks[name] = _task(name, {}, f"{source}: networks: '{network.get('name')}'")
        plain["tasks"] = tasks
    if isinstance(plain.get("results_dir"), str):
        try:
            plain["results_dir"] = results_folder(plain["results_dir"])
        except ValueError as error:
            raise ConfigError(f"{source}: results_dir: {error}") from None
    folder = plain.get("results_dir", "results")
    for recording in _items(plain, "recordings"):
        if isinstance(recording.get("file"), str):
            recording["file"] = recording["file"].replace("{results_dir}", str(folder))
    if isinstance(plain.get("recordings"), list):
        found = [
            expand_files(r, f"{source}: recordings") if isinstance(r, Mapping) else [r] for r in plain["recordings"]
        ]
        plain["recordings"] = [recording for recordings in found for recording in recordings]
    config: Config = check(Config, plain, source)
    try:
        comparisons = resolved_comparisons(config)
    except ValueError as error:
        raise ConfigError(f"{source}: {error}") from None
    return config.model_copy(update={"comparisons": comparisons})


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another, key by key and level by level; lists and values are replaced."""
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merge(result[key], value) if both else value
    return result


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such configuration file") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: this is not YAML: {error}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected keys with values, found {type(values).__name__}")
    return values


def _items(plain: Mapping[str, Any], section: str) -> Sequence[dict[str, Any]]:
    """Return the mappings of a list; anything else is left for the check to refuse."""
    items = plain.get(section)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _task(name: str, settings: Any, source: str) -> Any:
    try:
        model = task_module(name).Settings
    except ValueError as error:
        raise ConfigError(f"{source}: {error}") from None
    if settings is not None and not isinstance(settings, Mapping):
        raise ConfigError(f"{source}.{name}: expected keys with values, found {settings!r}")
    return check(model, settings or {}, f"{source}.{name}")
