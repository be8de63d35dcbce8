"""List of the arrays in a `.npz`, `.mat` or HDF5 file, and a draft of the key `arrays` for it."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.plain_arrays.array_tree import Tree, open_tree
from rscnav.recordings.plain_arrays.array_values import Unreadable, Value

_MOST_LISTED = 200
_SPIKES = re.compile(r"spk|spike|times?$|^ts|_ts", re.IGNORECASE)
_UNITS = re.compile(r"unit|clu|cell|neuron|^id|_id", re.IGNORECASE)
_TIME = re.compile(r"time|^t$|^t_|_t$|^ts|_ts$|stamp", re.IGNORECASE)
_PLACE = re.compile(r"pos|xy|track|place|coord|loc", re.IGNORECASE)
_START = re.compile(r"(^|[^a-z])(on|onset|start|begin)", re.IGNORECASE)
_STOP = re.compile(r"(^|[^a-z])(off|offset|stop|end)", re.IGNORECASE)


@dataclass(frozen=True)
class Leaf:
    """One array, list of vectors or unreadable object of a file.

    Parameters
    ----------
    name : str
        Name for use in a mapping.
    words : str
        Shape, type and range of values.
    value : array, list of array or None
        Vector or matrix of numbers; list with one vector per unit; None for anything else.
    """

    name: str
    words: str
    value: Any = None


def array_contents(path: str, name: str) -> tuple[list[str], str]:
    """Return a list of the arrays in a file, and a draft of a mapping.

    Parameters
    ----------
    path : str
        `.npz`, `.mat` or HDF5 file.
    name : str
        Name of the recording in the draft.

    Returns
    -------
    listed : list of str
        Lines for the terminal. An array that cannot be read is listed with the reason.
    draft : str
        YAML; '' if no role of an array could be guessed.

    Raises
    ------
    InvalidValueError
        If the file cannot be opened.
    """
    leaves = _leaves(open_tree(path))
    listed = [f"Arrays in {path}:", *(f"  {leaf.name}: {leaf.words}" for leaf in leaves[:_MOST_LISTED])]
    if len(leaves) > _MOST_LISTED:
        listed.append(f"  and {len(leaves) - _MOST_LISTED} more")
    arrays = _drafted(leaves)
    if not arrays:
        listed.append(
            "No draft: found neither spike times with their units, nor a series with its times; define the arrays with the recording's "
            "key `arrays` (docs/recordings.md)"
        )
        return listed, ""
    recording: dict[str, Any] = {"name": name, "file": path, "arrays": arrays}
    placed = "position" in arrays.get("series", {})
    if placed:
        recording["position"] = {"series": "position", "unit": "cm"}
    if "trials" in arrays.get("tables", {}):
        recording["trials"] = {"table": "trials"}
    text = yaml.safe_dump({"recordings": [recording]}, sort_keys=False, allow_unicode=True, default_flow_style=None)
    checks = ["# CHECK every line: it was guessed from names and lengths", "# CHECK time_unit: s, ms or us"]
    checks += ["# CHECK position.unit: m, cm, mm, px, rad or deg"] if placed else []
    return listed, "\n".join([*checks, text])


def _leaves(tree: Tree) -> list[Leaf]:
    found: list[Leaf] = []
    for name in tree.names:
        try:
            value = tree.read(name)
        except InvalidValueError as error:
            found.append(Leaf(name, f"cannot be read: {error}"))
            continue
        found += _inside(name, value)
    return found


def _inside(name: str, value: Value) -> list[Leaf]:
    """Return a value as a leaf, or the leaves inside a structure."""
    if isinstance(value, Unreadable):
        return [Leaf(name, str(value))]
    if isinstance(value, dict):
        return [leaf for field, one in value.items() for leaf in _inside(f"{name}.{field}", one)]
    if isinstance(value, list):
        if value and all(isinstance(one, dict) for one in value):
            fields = dict.fromkeys(field for one in value for field in one)
            many = [(field, [one.get(field, np.empty(0)) for one in value]) for field in fields]
            return [leaf for field, cells in many for leaf in _cells(f"{name}.{field}", cells, "structures")]
        return _cells(name, value, "cells")
    return [_array(name, np.asarray(value))]


def _cells(name: str, cells: list[Any], what: str) -> list[Leaf]:
    arrays = [np.asarray(cell).reshape(-1) for cell in cells if isinstance(cell, np.ndarray | str | np.generic)]
    if len(arrays) != len(cells):
        return [Leaf(name, f"{len(cells)} {what} of different types")]
    if all(array.dtype.kind == "U" and array.size <= 1 for array in arrays):
        shown = ", ".join(repr(str(array[0])) for array in arrays[:4] if array.size)
        return [Leaf(name, f"{len(cells)} texts: {shown}{' ...' if len(cells) > 4 else ''}")]
    sizes = [array.size for array in arrays]
    numbers = all(array.dtype.kind in "iuf" for array in arrays)
    words = f"{len(cells)} {what} of {min(sizes)} to {max(sizes)} numbers" if sizes else f"no {what}"
    return [Leaf(name, words, [array.astype(float) for array in arrays] if numbers and sizes else None)]


def _array(name: str, array: NDArray) -> Leaf:
    shape = " x ".join(map(str, array.shape)) or "one value"
    kind = {"U": "texts", "b": "true or false", "c": "complex numbers"}.get(array.dtype.kind, str(array.dtype))
    words = f"{shape}, {kind}"
    numbers = array.dtype.kind in "iuf"
    if numbers and array.size and np.isfinite(array).any():
        words += f", {np.nanmin(array):.6g} to {np.nanmax(array):.6g}"
    while array.ndim > 1 and 1 in array.shape:
        array = array.squeeze(axis=array.shape.index(1))
    return Leaf(name, words, array.astype(float) if numbers and array.ndim in (1, 2) and array.size else None)


def _drafted(leaves: list[Leaf]) -> dict[str, Any]:
    """Return the guessed section `arrays`: spikes, series and tables by the names and lengths of the arrays."""
    arrays: dict[str, Any] = {}
    trains = [leaf for leaf in leaves if isinstance(leaf.value, list)]
    vectors = [leaf for leaf in leaves if isinstance(leaf.value, np.ndarray) and leaf.value.ndim == 1]
    matrices = [leaf for leaf in leaves if isinstance(leaf.value, np.ndarray) and leaf.value.ndim == 2]
    used: set[str] = set()
    if trains:
        best = max(trains, key=lambda leaf: (bool(_SPIKES.search(leaf.name)), sum(map(len, leaf.value))))
        arrays["spikes"] = {"times": best.name}
    else:
        pair = _spikes_and_units(vectors)
        if pair:
            arrays["spikes"] = {"times": pair[0].name, "unit": pair[1].name}
            used |= {leaf.name for leaf in pair}
    series: dict[str, Any] = {}
    for leaf in sorted(matrices, key=lambda leaf: not _PLACE.search(leaf.name)):
        n = max(leaf.value.shape)
        time = _best([v for v in vectors if len(v.value) == n and v.name not in used and _ascends(v.value)], _TIME)
        if time is not None:
            is_place = min(leaf.value.shape) <= 3 and "position" not in series
            series["position" if is_place else _short(leaf.name)] = {"data": leaf.name, "time": time.name}
    if series:
        arrays["series"] = series
    starts = [v for v in vectors if _START.search(_short(v.name)) and v.name not in used]
    for start in starts:
        stop = _best([v for v in vectors if len(v.value) == len(start.value) and _STOP.search(_short(v.name))], _STOP)
        if stop is not None:
            arrays["tables"] = {"trials": {"start_time": start.name, "stop_time": stop.name}}
            break
    return arrays


def _spikes_and_units(vectors: list[Leaf]) -> tuple[Leaf, Leaf] | None:
    """Return spike times and their units: two vectors of equal length, the second with few distinct whole numbers."""
    pairs = []
    for unit in vectors:
        values = unit.value
        n_units = len(np.unique(values))
        if not np.array_equal(values, np.round(values)) or n_units > max(2, len(values) // 2):
            continue
        for times in vectors:
            if times.name != unit.name and len(times.value) == len(values) and len(np.unique(times.value)) > n_units:
                score = bool(_SPIKES.search(_short(times.name))) + bool(_UNITS.search(_short(unit.name)))
                pairs.append((score, len(values), times, unit))
    return max(pairs, key=lambda pair: pair[:2])[2:] if pairs else None


def _best(leaves: list[Leaf], pattern: re.Pattern[str]) -> Leaf | None:
    return min(leaves, key=lambda leaf: not pattern.search(_short(leaf.name)), default=None)


def _ascends(values: NDArray) -> bool:
    return len(values) > 1 and bool(np.all(np.diff(values) >= 0)) and values[-1] > values[0]


def _short(name: str) -> str:
    return re.split(r"[./]", name)[-1]
