"""Sweeps: a network that gives a list where a single value is expected stands for one network per combination.

Plain values in, plain values out, before anything is checked:

    {name: gru, cell: gru, hidden_size: [32, 64]}  ->  gru-32, gru-64
"""

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rscnav.settings.printable import listed, shown, shown_key
from rscnav.settings.strict_settings import ConfigError

LISTS = ("seeds", "curriculum")  # lists by nature, which are not swept
BARE = ("hidden_size",)  # numbers that stand in a name without their key
PLAIN = re.compile(r"[^A-Za-z0-9._-]")  # what a name may not contain
MOST_NETWORKS = 10_000  # that the entries of `networks` stand for


def n_networks(network: Any) -> int:
    """Return how many networks an entry of ``networks`` stands for, without building them."""
    if not isinstance(network, Mapping):
        return 1
    return math.prod(max(1, len(values)) for _, values in _lists(network))


def expand(network: Mapping[str, Any], source: str = "networks") -> list[dict[str, Any]]:
    """Return the networks that one entry of ``networks`` stands for.

    Parameters
    ----------
    network : mapping
        An entry as YAML gave it. Lists may stand at any depth, in ``training`` and ``rollout`` too, but for `LISTS`.
    source : str
        Where it came from, for messages.

    Returns
    -------
    list of dict
        One a combination, the last list varying fastest; each is called NAME-VALUE1-VALUE2, in the order of the keys. In a
        name, text and numbers of units (`BARE`) stand alone, other values follow their key: ``gru-64-max_learning_rate-0.002``.
        Characters that a name may not contain become ``_``. Without a list, the entry itself.

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
            twice = f"gives two networks the name {shown(one['name'])}; write them as entries with names of their own"
            raise ConfigError(f"{sweep} {twice}")
        found[one["name"]] = one
    return list(found.values())


def _lists(values: Mapping[Any, Any], path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    """Find lists where single values are expected: path of keys, list."""
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
            said = f"{shown(value)} is no single value; a sweep is a list of numbers, texts, true, false"
            raise ConfigError(f"{where}: {said}")
        known = (isinstance(value, bool), value)  # 1 and 1.0 are one value, true another
        if known in seen:
            raise ConfigError(f"{where}: {shown(value)} occurs twice in {shown(values)}; give each value once")
        seen.add(known)


def _replaced(values: Mapping[Any, Any], path: tuple[Any, ...], value: Any) -> dict[Any, Any]:
    """Copy nested mappings, with one value replaced."""
    key, *rest = path
    return {**values, key: _replaced(values[key], tuple(rest), value) if rest else value}


def _label(key: Any, value: Any) -> str:
    """Write a value as part of a name."""
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else PLAIN.sub("_", str(value))
    return text if isinstance(value, str) or key in BARE else f"{key}-{text}"
