"""Sweeps: lists in place of single values of a network -> one network per combination.

Input and output are plain values, before any check:

    {name: gru, cell: gru, hidden_size: [32, 64]}  ->  gru-32, gru-64
"""

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rscnav.settings.printable import listed, shown, shown_key
from rscnav.settings.strict_settings import ConfigError

LISTS = ("seeds", "curriculum")  # lists that are no sweeps
BARE = ("hidden_size",)  # values that are part of a name without their key
PLAIN = re.compile(r"[^A-Za-z0-9._-]")  # characters that are not valid in a name
MOST_NETWORKS = 10_000  # that the entries of `networks` stand for


def n_networks(network: Any) -> int:
    """Return the count of networks that an entry of ``networks`` stands for, without building them."""
    if not isinstance(network, Mapping):
        return 1
    return math.prod(max(1, len(values)) for _, values in _lists(network))


def expand(network: Mapping[str, Any], source: str = "networks") -> list[dict[str, Any]]:
    """Return the networks that one entry of ``networks`` stands for.

    Parameters
    ----------
    network : mapping
        An entry as read from YAML. Lists are valid at any depth, also in ``training`` and ``rollout``, except for keys in `LISTS`.
    source : str
        File of the entry, for messages.

    Returns
    -------
    list of dict
        One network per combination; the last list varies fastest. Names are NAME-VALUE1-VALUE2, in the order of the keys. In a
        name, texts and `BARE` keys are written as the value, others as KEY-VALUE: ``gru-64-max_learning_rate-0.002``. Characters
        that are not valid in a name become ``_``. Without a list, the entry itself.

    Raises
    ------
    ConfigError
        For more than `MOST_NETWORKS` networks, an empty list, a value that occurs twice, a value that is itself a list or has
        keys, or two networks with one name.
    """
    name = network.get("name")
    swept = dict(_lists(network))
    if not swept or not isinstance(name, str):
        return [dict(network)]
    for path, values in swept.items():
        _check(values, f"{source}: {shown(name)}: {shown_key(path)}")
    sweep = f"{source}: {shown(name)}: the sweep over {listed(shown_key(path) for path in swept)}"
    if n_networks(network) > MOST_NETWORKS:
        much = f"{n_networks(network):,} networks; at most {MOST_NETWORKS:,} are valid: give fewer values"
        raise ConfigError(f"{sweep} stands for {much}")
    found: dict[str, dict[str, Any]] = {}
    for combination in itertools.product(*swept.values()):
        one: dict[str, Any] = dict(network)
        parts = [name]
        for path, value in zip(swept, combination, strict=True):
            one = _replaced(one, path, value)
            parts.append(_label(path[-1], value))
        one["name"] = "-".join(parts)
        if one["name"] in found:
            twice = f"makes two networks with the name {shown(one['name'])}; write them as separate entries with different names"
            raise ConfigError(f"{sweep} {twice}")
        found[one["name"]] = one
    return list(found.values())


def _lists(values: Mapping[Any, Any], path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    """Yield path of keys and list for each list in place of a single value."""
    for key, value in values.items():
        if key in LISTS:
            continue
        here = (*path, key)
        if isinstance(value, list):
            yield here, value
        elif isinstance(value, Mapping):
            yield from _lists(value, here)


def _check(values: list[Any], where: str) -> None:
    if not values:
        raise ConfigError(f"{where}: the list is empty; give the values to sweep over, or a single value")
    if len(values) > MOST_NETWORKS:
        raise ConfigError(
            f"{where}: the list has {len(values):,} values; a sweep stands for at most {MOST_NETWORKS:,} networks: give fewer values"
        )
    seen = set()
    for value in values:
        if isinstance(value, list | Mapping):
            problem = f"{shown(value)} is not a single value; a sweep is a list of numbers, texts, true or false"
            raise ConfigError(f"{where}: {problem}")
        known = (isinstance(value, bool), value)  # 1 and 1.0 are equal, true is different
        if known in seen:
            raise ConfigError(f"{where}: {shown(value)} occurs twice in {shown(values)}; give each value once")
        seen.add(known)


def _replaced(values: Mapping[Any, Any], path: tuple[Any, ...], value: Any) -> dict[Any, Any]:
    """Return a copy of nested mappings with one value replaced."""
    key, *rest = path
    return {**values, key: _replaced(values[key], tuple(rest), value) if rest else value}


def _label(key: Any, value: Any) -> str:
    """Return a value as part of a name."""
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else PLAIN.sub("_", str(value))
    return text if isinstance(value, str) or key in BARE else f"{key}-{text}"
