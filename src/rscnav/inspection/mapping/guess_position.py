"""Guess the series and columns of position and heading."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.inspection.file_contents import Item
from rscnav.inspection.mapping.draft import Guess, others
from rscnav.recordings.files.nwb_lookup import Series
from rscnav.recordings.settings.position import Position
from rscnav.recordings.tracking.position_series import flat_columns, joined_series, position_series
from rscnav.recordings.tracking.position_units import UNITS, known_unit

_AXIS = re.compile(r"^(?:(?P<stem>.*?)[_.\- ]?)(?P<axis>[xyz])$", re.IGNORECASE)
_DIRECTION = re.compile(
    r"compass|head.?dir|\bhd\b|heading|angle|azimuth|yaw|orient|theta|rotation|^r[xyz]$", re.IGNORECASE
)
_PAIR, _SPACE, _TWO_POINTS = 2, 3, 4


@dataclass(frozen=True)
class Candidate:
    """Series that may be the position: a single one, one series per coordinate, or pieces in time."""

    items: tuple[Item, ...]
    width: int
    why: str = ""

    @property
    def paths(self) -> list[str]:
        """Paths of the series."""
        return [item.path for item in self.items]


def guess_place(file: Any, items: list[Item], found: Guess) -> Series | None:
    """Choose the position; enter its series, columns and unit in the mapping.

    Returns
    -------
    Series or None
        Position as it is read with the mapping; None if no series can be the position.
    """
    spatial = [item for item in items if item.kind == "SpatialSeries" and len(item.shape) <= 2 and not item.why_not]
    candidates = _candidates(spatial)
    for candidate in candidates:
        try:
            whole = joined_series(file, candidate.paths, "position.series", 0.25)
        except InvalidValueError:  # not readable
            continue
        if candidate.width == 1 and len(candidates) > 1 and flat_or_empty(whole.values):
            continue
        return _entered(file, whole, candidate, candidates, found)
    return None


def guess_heading(file: Any, items: list[Item], position: dict[str, Any], place: Series, found: Guess) -> None:
    """Choose the heading; enter it in `position`."""
    if "heading" in position:
        return
    spatial = [item for item in items if item.kind == "SpatialSeries" and not item.why_not]
    rest = [item for item in spatial if item.path not in found.used and item.shape[1:] in ((), (1,))]
    ranked = sorted(rest, key=lambda item: (not _is_direction(item), item.path))
    for item in ranked:
        try:
            series = joined_series(file, [item.path], "position.heading", 0.25)
        except InvalidValueError:
            continue
        if flat_or_empty(series.values):
            continue
        named = _heading(series, _is_direction(item))
        if named is None:
            continue
        position["heading"] = named
        found.used.add(item.path)
        sure = known_unit(series.unit) in ("rad", "deg")
        check = "one angle" if sure else f"CHECK: is it an angle? The unit in the file is '{series.unit}'"
        found.why["position.heading"] = others(check, (other.path for other in ranked if other is not item))
        return
    if position["unit"] not in ("rad", "deg") and place.values.shape[1] <= _PAIR:
        position["heading"] = "movement"
        found.why["position.heading"] = "the file has no head direction; null: no heading"


def drafted_place(file: Any, position: dict[str, Any]) -> Series:
    """Read the position with a drafted mapping."""
    return position_series(file, Position.model_validate(position))


def flat_or_empty(values: NDArray[np.float64]) -> bool:
    """Return whether a coordinate is constant, or has no finite value."""
    known = values[np.isfinite(values)]
    return not len(known) or float(np.ptp(known)) == 0.0


def _candidates(spatial: list[Item]) -> list[Candidate]:
    """Return the candidates for the position, the most likely first; directions are last."""
    used: set[str] = set()
    found = []
    for axes in _by_axis(spatial):
        found.append(Candidate(axes, len(axes), f"CHECK: {len(axes)} series, one for each coordinate"))
        used.update(item.path for item in axes)
    single = [item for item in spatial if item.path not in used]
    for pieces in _pieces([item for item in single if not _is_direction(item)]):
        words = f"CHECK: {len(pieces)} series that follow each other in time"
        found.append(Candidate(pieces, pieces[0].width, words))
        used.update(item.path for item in pieces)
    found += [Candidate((i,), i.width) for i in single if i.path not in used]
    return sorted(found, key=_rank)


def _rank(candidate: Candidate) -> tuple:
    path = candidate.items[0].path.lower()
    return (
        all(_is_direction(item) for item in candidate.items),
        "position" not in path,
        path.startswith("acquisition"),
        "raw" in path,
        candidate.width != _PAIR and not candidate.why,
        candidate.items[0].path,
    )


def _by_axis(spatial: list[Item]) -> list[tuple[Item, ...]]:
    """Return groups of series for x and y (and z): same parent, same name except for the axis, same count of samples."""
    groups: dict[tuple, dict[str, Item]] = {}
    for item in spatial:
        axis = _AXIS.match(item.name)
        if axis and item.shape[1:] in ((), (1,)) and not _DIRECTION.search(item.name):
            groups.setdefault((item.parent, axis["stem"].lower(), item.shape[0]), {})[axis["axis"].lower()] = item
    return [tuple(axes[a] for a in sorted(axes)) for axes in groups.values() if len(axes) > 1]


def _pieces(spatial: list[Item]) -> list[tuple[Item, ...]]:
    """Return groups of series of equal shape, unit and parent that follow each other in time."""
    groups: dict[tuple, list[Item]] = {}
    for item in spatial:
        groups.setdefault((item.parent, item.shape[1:], item.unit), []).append(item)
    result = []
    for group in groups.values():
        ordered = sorted(group, key=lambda item: item.start_s)
        disjoint = all(later.start_s >= earlier.stop_s for earlier, later in pairwise(ordered))
        if len(ordered) > 1 and disjoint:
            result.append(tuple(ordered))
    return result


def _is_direction(item: Item) -> bool:
    """Return whether the name of a series, or of its parent, is that of a direction."""
    in_compass = "compass" in item.parent.lower() and not item.path.endswith("position")
    return in_compass or bool(_DIRECTION.search(item.name))


def _entered(file: Any, whole: Series, candidate: Candidate, candidates: list[Candidate], found: Guess) -> Series:
    """Enter series, columns and unit in the mapping; return the position as it is then read."""
    position: dict[str, Any] = {"series": candidate.paths if len(candidate.paths) > 1 else candidate.paths[0]}
    why = candidate.why or candidate.items[0].kind
    if candidate.width == 1 and _is_direction(candidate.items[0]):
        why = "CHECK: this is a direction (of the head?), and the file has no other position; null: no position"
    width = whole.values.shape[1]
    moving = [k for k in range(width) if k not in flat_columns(whole.values)] or [0]
    if whole.n_listed > 1 and len(moving) < width:
        flat = [path for k, path in enumerate(candidate.paths) if k not in moving]
        position["series"] = [candidate.paths[k] for k in moving] if len(moving) > 1 else candidate.paths[moving[0]]
        why += f"; {', '.join(flat)} is nearly constant and left out"
    elif width > _PAIR:
        _columns(width, moving, position, found)
    rest = (other.paths[0] for other in candidates if other is not candidate)
    found.why["position.series"] = others(why, rest)
    named = position["series"]
    found.used.update([named] if isinstance(named, str) else named)
    _unit(whole, position, found, width if "columns" not in position else len(position["columns"]))
    found.mapping["position"] = position
    return drafted_place(file, position)


def _columns(width: int, moving: list[int], position: dict[str, Any], found: Guess) -> None:
    """Enter the columns of the position in the mapping."""
    if width == _TWO_POINTS and len(moving) == width:
        position["columns"] = [0, 1]
        position["heading"] = {"back": [2, 3], "front": [0, 1]}
        found.why["position.columns"] = "CHECK: two points (x1, y1, x2, y2)? The first one is used"
        found.why["position.heading"] = (
            "CHECK: direction from the second point to the first, if the first one is in front"
        )
    elif len(moving) <= _SPACE and len(moving) < width:
        position["columns"] = moving
        found.why["position.columns"] = f"CHECK: the columns that change, of {width}"
    else:
        position["columns"] = [0, 1]
        found.why["position.columns"] = f"CHECK: the first two of {width}" + (
            "; [0, 1, 2]: a position in space" if width == _SPACE else ""
        )


def _unit(whole: Series, position: dict[str, Any], found: Guess, width: int) -> None:
    unit = known_unit(whole.unit)
    if unit is not None and (UNITS[unit][0] != "rad" or width == 1):
        position["unit"] = unit
        found.why["position.unit"] = f"the unit in the file is {whole.unit}"
        return
    largest = float(np.nanmax(np.abs(whole.values), initial=0.0, where=np.isfinite(whole.values)))
    position["unit"] = "px" if width > 1 or largest > 2 * np.pi + 1e-6 else "rad"
    found.why["position.unit"] = f"CHECK: the unit in the file, '{whole.unit}', is not valid for this position"
    if unit is not None:
        position["override_unit"] = True


def _heading(series: Series, named: bool) -> Any:
    """Return the value of `position.heading` for a series; None if it cannot be an angle."""
    unit = known_unit(series.unit)
    largest = float(np.nanmax(np.abs(series.values), initial=0.0, where=np.isfinite(series.values)))
    if unit in ("rad", "deg"):
        return series.path
    if unit is not None or largest > 360 + 1e-6 or (largest > 2 * np.pi + 1e-6 and not named):
        return None  # a unit of length, the default of pynwb, would need override_unit
    return series.path if largest <= 2 * np.pi + 1e-6 else {"series": series.path, "unit": "deg"}
