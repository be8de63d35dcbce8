"""Values of one key of a configuration, defaults included."""

from collections.abc import Mapping, Sequence
from typing import Any

from rscnav.config.reference.commented_yaml import commented_yaml
from rscnav.config.reference.documented_model import documented_model
from rscnav.config.schema import Config
from rscnav.errors import InvalidValueError, did_you_mean
from rscnav.settings.printable import listed


def resolved_text(config: Config, key: str = "") -> str:
    """Return the values of a key (all keys by default) as YAML with comments, below the keys above it.

    Parameters
    ----------
    config : Config
    key : str
        ``analyses.decoding``; of lists, the name or the index of an entry follows: ``networks.gru.cell``.

    Raises
    ------
    InvalidValueError
        For a key that is not in the configuration; the message names the most similar one.
    """
    parts = key.split(".") if key else []
    values = _selected(config.model_dump(), parts, key)
    return "\n".join(commented_yaml(documented_model(), values)) + "\n"


def _selected(values: Any, parts: Sequence[str], key: str) -> Any:
    """Return nested values with nothing but what the keys lead to."""
    if not parts:
        return values
    first, rest = parts[0], parts[1:]
    if isinstance(values, Mapping):
        known = {str(name): name for name in values}
    elif isinstance(values, list):
        indices = {str(number): number for number in range(len(values))}
        known = {str(item["name"]): n for n, item in enumerate(values) if isinstance(item, Mapping) and "name" in item}
        known = indices | known
    else:
        known = {}
    if first not in known:
        above = key.removesuffix(".".join(parts)).rstrip(".")
        there = f"{'has: ' if above else ''}{listed(known, 30)}{did_you_mean(first, known)}" if known else "has no keys"
        raise InvalidValueError(f"{key}: unknown key; {above or 'there are:'} {there}")
    found = _selected(values[known[first]], rest, key)
    return [found] if isinstance(values, list) else {known[first]: found}
