"""Guess the trial table, the meaning of its columns, epochs and landmarks."""

import re
from typing import Any

import numpy as np

from rscnav.inspection.file_contents import Item
from rscnav.inspection.mapping.draft import Guess, others
from rscnav.inspection.mapping.guess_position import drafted_place
from rscnav.recordings.files.nwb_lookup import any_table
from rscnav.recordings.files.table_columns import Columns

CORRECT = ("correct", "hit", "true", "yes", "success", "rewarded", "1")
INCORRECT = ("incorrect", "miss", "false", "no", "error", "wrong", "unrewarded", "fail", "0")
_VALUES = 6  # most distinct values of an outcome
_FEW, _LONG_S = 10, 300.0  # epochs: at most so many rows, and their median duration exceeds this (s)
_NO_END = 0.5  # fraction of rows without an end above which trials end at the next start
_STRETCH = re.compile(
    r"^(sleep|wake|awake|rest|nap|run|maze|home ?cage|pre|post|baseline|spontaneous|task)", re.IGNORECASE
)
_OUTCOME = re.compile(r"outcome|correct|result|success|reward|hit|response|choice", re.IGNORECASE)
_TURN = re.compile(r"rot|scene|turn|orient", re.IGNORECASE)
_LANDMARK = re.compile(r"port|landmark|cue|well|goal|target|\blm", re.IGNORECASE)


def guess_trials(file: Any, items: list[Item], found: Guess, ring: bool) -> None:
    """Enter trials, epochs and landmarks in the mapping, by the tables of the file and the names of their columns.

    Parameters
    ----------
    file : pynwb.NWBFile
    items : list of Item
        Contents of the file.
    found : Guess
        It is changed in place.
    ring : bool
        Whether the position is an angle on a ring.
    """
    timed = [i for i in items if i.kind == "TimeIntervals" and i.shape[0] > 1 and i.name != "invalid_times"]
    ranked = sorted(timed, key=lambda i: (not i.path.endswith("trials"), i.path.endswith("epochs"), -i.shape[0]))
    stretches = [i for i in ranked if not i.path.endswith("trials") and are_epochs(file, i)]
    ranked = [i for i in ranked if i not in stretches]
    if stretches:
        _epochs(file, stretches[0], items, found, use=not ranked)
    if not ranked:
        return
    chosen = ranked[0]
    found.used.add(chosen.path)
    trials: dict[str, Any] = {"table": _short(chosen, items)}
    found.why["trials.table"] = others(f"{chosen.shape[0]} intervals", (item.path for item in ranked[1:]))
    columns: Columns = any_table(file, chosen.path, "trials.table")
    _ends(columns, trials, found)
    for item in items:
        if item.kind != "DynamicTable" or item.shape != chosen.shape:
            continue
        more = any_table(file, item.path, "trials.join_table")
        shared = [c for c in columns if c in more and c not in ("start_time", "stop_time")]
        unique = [c for c in shared if len(set(more[c].tolist())) == len(more[c])]
        keys = [c for c in unique if set(columns[c].tolist()) == set(more[c].tolist())]
        trials["join_table"] = _short(item, items)
        found.why["trials.join_table"] = "a table with equally many rows"
        if keys:
            trials["join_on"] = keys[0]
        found.used.add(item.path)
        columns = {**more, **columns}
        break
    _meanings(columns, trials, found)
    found.mapping["trials"] = trials
    _landmarks(file, items, columns, found, ring)


def are_epochs(file: Any, item: Item) -> bool:
    """Return whether a table holds epochs (sleep, run) in place of trials: few rows that are long or have names of epochs."""
    if item.shape[0] > _FEW:
        return False
    try:
        columns = any_table(file, item.path, "epochs.table")
        lengths = columns["stop_time"].astype(float) - columns["start_time"].astype(float)
    except (ValueError, KeyError):
        return False
    if any(_STRETCH.search(label) for labels in _labels(columns).values() for label in labels):
        return True
    known = lengths[np.isfinite(lengths)]
    return len(known) > 0 and float(np.median(known)) > _LONG_S


def _epochs(file: Any, item: Item, items: list[Item], found: Guess, use: bool) -> None:
    """Enter a table of epochs in the mapping, or only a comment on it if `use` is false."""
    labels = _labels(any_table(file, item.path, "epochs.table"))
    held = "; ".join(f"{name}: {', '.join(values[:6])}" for name, values in labels.items())
    choice = next(
        (f"{{column: {name}, values: [{values[-1]}]}}" for name, values in labels.items()),
        "{column: ..., values: [...]}",
    )
    words = f"{item.shape[0]} epochs" + (f" ({held})" if held else "")
    found.used.add(item.path)
    if use:
        found.mapping["epochs"] = {"table": _short(item, items)}
        found.why["epochs.table"] = f"CHECK: {words}, not trials; select some with select: [{choice}]"
    else:
        found.why["epochs"] = (
            f"left out: '{_short(item, items)}' has {words}; select some with epochs: {{table: ..., select: [{choice}]}}"
        )


def _labels(columns: Columns) -> dict[str, list[str]]:
    """Return the distinct values of each text column, in the order of first occurrence."""
    texts = {n: v for n, v in columns.items() if v.ndim == 1 and v.dtype.kind == "U"}
    return {name: list(dict.fromkeys(values.tolist())) for name, values in texts.items()}


def _ends(columns: Columns, trials: dict[str, Any], found: Guess) -> None:
    """Set `trials.end` to ``next`` if most rows have no end, or no duration."""
    if "stop_time" not in columns or "start_time" not in columns:
        return
    lengths = columns["stop_time"].astype(float) - columns["start_time"].astype(float)
    if np.mean(~(lengths > 0)) > _NO_END:
        trials["end"] = "next"
        found.why["trials.end"] = (
            f"CHECK: {np.mean(~(lengths > 0)):.0%} of the rows have no end, or an end that is not after their start"
        )


def _short(item: Item, items: list[Item]) -> str:
    """Return an item's name if it is unique, else its path."""
    return item.name if sum(i.name == item.name for i in items) == 1 else item.path


def _meanings(columns: Columns, trials: dict[str, Any], found: Guess) -> None:
    """Enter the columns of outcome and rotation in the mapping of trials."""
    for name, values in columns.items():
        if values.ndim != 1 or name in ("start_time", "stop_time"):
            continue
        known = [v for v in values.tolist() if v == v and v not in ("", "nan")]  # NaN differs from itself
        distinct = sorted(set(known), key=str)
        without = len(values) - len(known)
        if "outcome" not in trials and _OUTCOME.search(name) and 2 <= len(distinct) + (without > 0) <= _VALUES:
            right = [v for v in distinct if str(v).lower().removesuffix(".0") in CORRECT]
            wrong = [v for v in distinct if str(v).lower().removesuffix(".0") in INCORRECT]
            if right or wrong:
                trials |= {"outcome": name, "correct": right, "incorrect": wrong}
                found.why["trials.outcome"] = f"values: {', '.join(map(str, distinct))}"
                found.why["trials.outcome"] += (
                    f"; {without} rows without a value have the outcome none" if without else ""
                )
        if "rotation" not in trials and _TURN.search(name) and values.dtype.kind in "fi" and np.isfinite(values).all():
            largest = float(np.abs(values).max())
            trials |= {"rotation": name, "rotation_unit": "deg" if largest > 2 * np.pi + 1e-6 else "rad"}
            found.why["trials.rotation"] = f"CHECK: values up to {largest:.4g}; null: the scene is not rotated"


def _landmarks(file: Any, items: list[Item], columns: Columns, found: Guess, ring: bool) -> None:
    """Enter the columns of landmark positions or ports, and the table of port coordinates, in the mapping."""
    if "position" not in found.mapping:
        return
    taken = (found.mapping["trials"].get("outcome"), found.mapping["trials"].get("rotation"), "start_time", "stop_time")
    names = [n for n, v in columns.items() if _LANDMARK.search(n) and v.dtype.kind in "fi" and n not in taken][:4]
    if not names:
        return
    places = dict(zip("abcd", names, strict=False))
    unit = found.mapping["position"]["unit"]
    landmarks: dict[str, Any] = {"places": places}
    whole = all(columns[n].ndim == 1 and np.all(columns[n][np.isfinite(columns[n])] % 1 == 0) for n in names)
    if whole:
        ports = _port_table(file, items, {float(v) for n in names for v in columns[n] if np.isfinite(v)})
        if ports is None:
            found.why["landmarks"] = (
                f"left out: {', '.join(names)} seem to be numbers of ports, but no table has the coordinates of ports"
            )
            return
        landmarks["ports"] = ports
        found.used.update(i.path for i in items if ports["table"] in (i.path, i.name))
    landmarks["visibility_radius"] = 0.25 if ring else _tenth(file, found)
    shown = "rad" if ring else unit
    found.why["landmarks.visibility_radius"] = (
        f"CHECK: distance within which a landmark is in view ({shown}); this is a guess"
    )
    found.mapping["landmarks"] = landmarks


def _port_table(file: Any, items: list[Item], numbers: set[float]) -> dict[str, Any] | None:
    """Return a table of port coordinates: a column with all of these numbers, and columns x and y; None if there is none."""
    for item in items:
        if item.kind != "DynamicTable":
            continue
        columns = any_table(file, item.path, "landmarks.ports")
        axes = [next((c for c in columns if c.lower().startswith(axis)), "") for axis in "xy"]
        for name, values in columns.items():
            numeric = values.ndim == 1 and values.dtype.kind in "fi"
            if all(axes) and numeric and name not in axes and numbers <= {float(v) for v in values}:
                return {"table": _short(item, items), "number": name, "place": axes}
    return None


def _tenth(file: Any, found: Guess) -> float:
    """Return a tenth of the larger side of the tracked area, in the file's unit, to two digits."""
    values = drafted_place(file, found.mapping["position"]).values
    low, high = np.nanpercentile(values, [1, 99], axis=0)
    return float(f"{0.1 * float(np.max(high - low)):.2g}")
