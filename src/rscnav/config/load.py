"""Read ``config.yaml`` and presets, merge and check them."""

import copy
import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rscnav.config.file_patterns import expand_files
from rscnav.config.job_settings import resolved_comparisons
from rscnav.config.key_positions import KeyPositions, place
from rscnav.config.results_folder import results_folder
from rscnav.config.schema import Config
from rscnav.config.sweeps import MOST_NETWORKS, expand, n_networks
from rscnav.config.yaml_build import MOST_LEVELS, MOST_VALUES
from rscnav.config.yaml_file import read_yaml
from rscnav.errors import InvalidValueError
from rscnav.settings.printable import shown, shown_key
from rscnav.settings.strict_settings import ConfigError, check
from rscnav.settings.value_limits import LimitError, check_text
from rscnav.settings.yaml_scalars import MOST_DIGITS
from rscnav.tasks.registry import task_module


def load_config(path: str | os.PathLike[str], *presets: str | os.PathLike[str]) -> Config:
    """Read and check a configuration file and presets (YAML); later files override earlier ones.

    Mappings are merged key by key. All other values, lists included, are replaced.

    Raises
    ------
    ConfigError
        For a missing file, text that is not YAML, or a value that is not valid; the message names file, line and key.

    Examples
    --------
    A configuration, and a preset that overrides one key of `training`:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from rscnav.config import load_config
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path, preset = Path(folder, "config.yaml"), Path(folder, "quick.yaml")
    ...     _ = path.write_text("{networks: [{name: gru, seeds: [1, 2]}], training: {n_batches: 2000, batch_size: 64}}")
    ...     _ = preset.write_text("training: {n_batches: 100}")
    ...     config = load_config(path, preset)
    >>> config.training.n_batches, config.training.batch_size
    (100, 64)
    >>> [(network.name, network.cell, network.seeds) for network in config.networks]
    [('gru', 'gru', [1, 2])]
    """
    files = (path, *presets)
    values, places = read_files(*files)
    return parse_config(values, " with ".join(os.fspath(file) for file in files), places)


def read_files(*files: str | os.PathLike[str]) -> tuple[dict[Any, Any], list[KeyPositions]]:
    """Read and merge YAML files; return the values and their positions, for `parse_config`.

    Later files override earlier ones. Values are not checked.
    """
    merged: dict[Any, Any] = {}
    places = []
    for file in files:
        values, lines = read_yaml(file)
        merged = merge(merged, values)
        places.append(lines)
    return merged, places


def parse_config(values: Mapping[Any, Any], source: str = "config.yaml", places: Sequence[KeyPositions] = ()) -> Config:
    """Return the configuration of plain values (see `load_config`).

    `source` (files of the values) and `places` (their lines) are used in messages.

    Raises
    ------
    ConfigError
        If a value is not valid.
    """
    _check_plain(values, source, places)
    plain = {key: value for key, value in copy.deepcopy(dict(values)).items() if value is not None}
    entries = {"networks": _networks(plain, source)}
    for section in ("training", "rollout"):  # values of a network override the shared section
        shared = plain.get(section, {})
        for network in _items(plain, "networks"):
            if isinstance(network.get(section, {}), Mapping) and isinstance(shared, Mapping):
                network[section] = merge(shared, network.get(section, {}))
    tasks = plain.get("tasks", {})
    if isinstance(tasks, Mapping):
        tasks = {name: _task(name, settings, f"{source}: tasks", places) for name, settings in tasks.items()}
        for network in _items(plain, "networks"):
            name = network.get("task", "ring-fixed")
            if isinstance(name, str) and name not in tasks:
                tasks[name] = _task(name, {}, f"{source}: networks: {shown(network.get('name'))}", places)
        plain["tasks"] = tasks
    if isinstance(plain.get("results_dir"), str):
        try:
            plain["results_dir"] = results_folder(plain["results_dir"])
        except InvalidValueError as error:
            raise ConfigError(f"{source}: results_dir: {error}") from None
    entries["recordings"] = _recordings(plain, source)

    def where(path: Sequence[Any]) -> str:
        """Return file and line of a key, also for networks and recordings that one entry of the file stands for."""
        if len(path) > 1 and path[0] in entries and isinstance(path[1], int) and path[1] < len(entries[path[0]]):
            own = (path[0], entries[path[0]][path[1]], *path[2:])
            of_all = len(path) > 3 and path[2] in ("training", "rollout") and not any(own in f.lines for f in places)
            return place(path[2:] if of_all else own, places)
        return place(path, places)

    config: Config = check(Config, plain, source, where)
    try:
        comparisons = resolved_comparisons(config)
    except InvalidValueError as error:
        raise ConfigError(f"{source}: {error}") from None
    return config.model_copy(update={"comparisons": comparisons})


def merge(base: Mapping[Any, Any], over: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return `base` with the values of `over`; mappings are merged recursively, lists and values are replaced."""
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merge(result[key], value) if both else value
    return result


def _networks(plain: dict[Any, Any], source: str) -> list[int]:
    """Replace sweeps by their networks (see `_expanded`)."""
    written = plain.get("networks")
    if not isinstance(written, list):
        return []
    total = sum(n_networks(network) for network in written)
    if total > MOST_NETWORKS and len(written) > 1:
        raise ConfigError(
            f"{source}: networks: the entries stand for {total:,} networks; at most {MOST_NETWORKS:,} are valid: give fewer values"
        )
    return _expanded(plain, "networks", lambda network: expand(network, f"{source}: networks"))


def _recordings(plain: dict[Any, Any], source: str) -> list[int]:
    """Replace file patterns by their recordings (see `_expanded`)."""
    if not isinstance(plain.get("recordings"), list):
        return []
    given = plain.get("results_dir")
    folder = given if isinstance(given, str) else "results"
    for recording in _items(plain, "recordings"):
        if isinstance(recording.get("file"), str):
            recording["file"] = recording["file"].replace("{results_dir}", folder)
    return _expanded(plain, "recordings", lambda recording: expand_files(recording, f"{source}: recordings"))


def _expanded(plain: dict[Any, Any], section: str, items_of: Callable[[Mapping[str, Any]], list[Any]]) -> list[int]:
    """Replace each entry of a section by its items; return the index of the original entry of each item."""
    found = [items_of(entry) if isinstance(entry, Mapping) else [entry] for entry in plain[section]]
    plain[section] = [item for items in found for item in items]
    return [number for number, items in enumerate(found) for _ in items]


def _items(plain: Mapping[Any, Any], section: str) -> Sequence[dict[Any, Any]]:
    """Return the mappings of a list; other items raise an error in the later check."""
    items = plain.get(section)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _task(name: Any, settings: Any, source: str, places: Sequence[KeyPositions]) -> Any:
    try:
        model = task_module(name).Settings
    except InvalidValueError as error:
        raise ConfigError(f"{source}: {error}") from None
    if settings is not None and not isinstance(settings, Mapping):
        raise ConfigError(
            f"{source}.{name}: {shown(settings)} is not valid: keys with values are needed, {{key: value}}"
        )
    return check(model, settings or {}, f"{source}.{name}", lambda path: place(path, places), ("tasks", name))


def _check_plain(values: Mapping[Any, Any], source: str, places: Sequence[KeyPositions]) -> None:
    """Raise a ConfigError for too many values, too deep nesting, very large numbers, or control characters in text."""
    waiting: list[tuple[tuple[Any, ...], Any]] = [((), values)]
    n = 0
    while waiting:
        path, value = waiting.pop()
        n += 1
        wrong = ""
        if len(path) > MOST_LEVELS:
            wrong = f"nested deeper than {MOST_LEVELS} levels"
        elif n > MOST_VALUES:
            wrong = f"more than {MOST_VALUES:,} values up to here; write fewer values"
        elif isinstance(value, str) and path != ("results_dir",):  # has its own check
            wrong = _text(value)
        elif isinstance(value, int) and value.bit_length() > MOST_DIGITS * math.log2(10):
            wrong = f"{shown(value)} is not valid: a whole number has at most {MOST_DIGITS} digits"
        elif isinstance(value, Mapping):
            waiting += [((*path, key), item) for key, item in value.items()]
            wrong = next(
                (f"the key {shown(key)}: {_text(key)}" for key in value if isinstance(key, str) and _text(key)), ""
            )
        elif isinstance(value, list):
            waiting += [((*path, number), item) for number, item in enumerate(value)]
        if wrong:
            at = place(path, places)
            raise ConfigError(f"{source}: {shown_key(path[:6])}{f' ({at})' if at else ''}: {wrong}")


def _text(text: str) -> str:
    try:
        check_text(text)
    except LimitError as error:
        return f"{shown(text)} is not valid: {error}"
    return ""
