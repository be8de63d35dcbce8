"""The animal's place and heading from the series and columns that a mapping names.

Several series become one place: coordinates side by side (x and y apart), or pieces one after the other in time (one series an
epoch). Which of the two follows from their times: series that cover the same time, or times that do not touch.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.files.nwb_lookup import Series, ascending, find_series
from rscnav.recordings.files.object_names import SERIES, Names
from rscnav.recordings.settings.position import Heading, Position
from rscnav.recordings.tracking.position_units import known_unit
from rscnav.settings.reserved_names import repeated

_SAME_TIME = 0.5  # series side by side share at least this much of the shorter one's time
_FLAT = 0.02  # a coordinate that varies by less than this fraction of the widest one says nothing of a place
_PLANE, _SPACE = 2, 3


def position_series(file: Any, position: Position) -> Series:
    """Read the place that `position.series` and `position.columns` name, in one to three columns.

    Raises
    ------
    InvalidValueError
        For a series or column that is not there, series that do not fit each other, or columns of which it is not clear which
        are the place.
    """
    whole = joined_series(file, position.names, "position.series", position.max_gap_s)
    if position.columns is not None:
        return _columns(whole, position.columns, "position.columns")
    _refuse_unclear(whole)
    flat = flat_columns(whole.values) if whole.values.shape[1] == _SPACE else []
    if not flat:
        return whole
    note = f"coordinate {flat[0]} of the position ('{whole.path}') hardly changes; position.columns can leave it out"
    return replace(whole, notes=(*whole.notes, note))


def heading_series(file: Any, position: Position) -> tuple[Series, str] | None:
    """Read the heading that `position.heading` names, as angles in one column, and their unit (rad or deg).

    None where the mapping names none, or takes the direction of movement.
    """
    named = position.heading
    if named is None or named == "movement":
        return None
    heading = Heading(series=named) if isinstance(named, str) else named
    key = "position.heading"
    if heading.series is not None:
        found = joined_series(file, [heading.series], key, position.max_gap_s)
        if found.values.shape[1] != 1:
            raise InvalidValueError(
                f"{key}: '{found.path}' has {found.values.shape[1]} columns; one angle is needed. Two points a sample? Write "
                "heading: {back: [2, 3], front: [0, 1]} with columns of position.series"
            )
        return found, heading.unit or ("deg" if known_unit(found.unit) == "deg" else "rad")
    if heading.column is not None:
        whole = joined_series(file, position.names, "position.series", position.max_gap_s)
        angle = _columns(whole, [heading.column], f"{key}.column")
        return replace(angle, path=f"{angle.path}, column {heading.column}", unit=""), heading.unit or "rad"
    back, front = _point(file, position, heading.back, "back"), _point(file, position, heading.front, "front")
    both = _beside([front, back], key, position.max_gap_s)
    offset = both.values[:, :2] - both.values[:, 2:]
    apart = np.any(offset != 0, axis=1)  # NaN counts as apart, and stays NaN
    direction = np.where(apart, np.arctan2(offset[:, 1], offset[:, 0]), np.nan)
    return replace(both, path=f"{back.path} to {front.path}", values=direction[:, None], unit="rad"), "rad"


def joined_series(file: Any, names: Sequence[str], key: str, max_gap_s: float) -> Series:
    """Read one series, or several as one.

    Parameters
    ----------
    file : pynwb.NWBFile
    names : sequence of str
        Names or paths; a `*` stands for any text. What one name with `*` finds are pieces one after the other in time.
    key : str
        The configuration's key, for messages.
    max_gap_s : float
        Where series are on clocks of their own: no value is interpolated between samples further apart than this (s).

    Raises
    ------
    InvalidValueError
        For a name that is not there, or series of which times, units or numbers of columns do not fit each other.
    """
    groups = [_matching(file, name, key) for name in names]
    found = [_one_after_another(group, key) if len(group) > 1 else group[0] for group in groups]
    if len(found) == 1:
        return found[0]
    twice = repeated(part.path for part in found)
    if twice:
        raise InvalidValueError(f"{key}: '{twice[0]}' is named twice; name each series once")
    shared = [_shared(a, b) for k, a in enumerate(found) for b in found[:k]]
    if max(shared) <= 0:
        return _one_after_another(found, key)
    if min(shared) >= _SAME_TIME:
        return _beside(found, key, max_gap_s)
    raise InvalidValueError(
        f"{key}: these series neither cover the same time (coordinates side by side) nor follow each other (pieces): "
        f"{_spans(found)}; name those that belong together"
    )


def _matching(file: Any, name: str, key: str) -> list[Series]:
    """Read the series of a name, or all that a name with `*` finds, spatial ones before others."""
    from pynwb.behavior import SpatialSeries

    if "*" not in name:
        return [find_series(file, name, key)]
    names = Names(file)
    found = names.each(name, SERIES, key)
    spatial = [item for item in found if isinstance(item, SpatialSeries)]
    return [find_series(file, names.path(item, SERIES.fits), key) for item in spatial or found]


def _one_after_another(parts: Sequence[Series], key: str) -> Series:
    """Join pieces in time."""
    ordered = sorted(parts, key=lambda part: float(part.time.min()))
    _refuse_other_units(ordered, key)
    widths = {part.values.shape[1] for part in ordered}
    if len(widths) > 1:
        words = ", ".join(f"'{part.path}' {part.values.shape[1]}" for part in ordered)
        raise InvalidValueError(f"{key}: pieces of one position need the same columns, but they have: {words}")
    for before, after in pairwise(ordered):
        if after.time.min() < before.time.max():
            raise InvalidValueError(
                f"{key}: pieces of one position may not overlap in time: {_spans([before, after])}; name those that follow each "
                "other, or, for coordinates that are stored apart, name each series (a list)"
            )
    starts = [float(part.time.min()) for part in ordered[1:]]
    starts += [start for part in ordered for start in part.starts]
    notes = tuple(note for part in ordered for note in part.notes)
    return Series(
        path=" + ".join(part.path for part in ordered),
        time=np.concatenate([part.time for part in ordered]),
        values=np.concatenate([part.values for part in ordered]),
        unit=ordered[0].unit,
        notes=(
            *notes,
            f"the position is put together from {len(ordered)} series, one after the other: {_spans(ordered)}",
        ),
        starts=tuple(sorted(starts)),
    )


def _beside(parts: Sequence[Series], key: str, max_gap_s: float) -> Series:
    """Put columns side by side, on the first one's clock."""
    _refuse_other_units(parts, key)
    first = parts[0]
    columns, notes = [first.values], [note for part in parts for note in part.notes]
    for part in parts[1:]:
        if np.array_equal(part.time, first.time):
            columns.append(part.values)
            continue
        columns.append(_interpolated(part, first.time, max_gap_s))
        notes.append(f"'{part.path}' was interpolated to the times of '{first.path}'")
    return Series(
        path=", ".join(part.path for part in parts),
        time=first.time,
        values=np.concatenate(columns, axis=1),
        unit=first.unit,
        notes=tuple(dict.fromkeys(notes)),
        starts=first.starts,
        n_listed=len(parts),
    )


def _interpolated(part: Series, time: NDArray[np.float64], max_gap_s: float) -> NDArray[np.float64]:
    """Bring a series to other times (sample, dim); NaN where its neighbouring samples are too far apart or of two pieces."""
    order = ascending(part.time)
    own, values = part.time[order], part.values[order]
    usual = float(np.median(np.diff(own))) if len(own) > 1 else 0.0
    result = np.stack([np.interp(time, own, column, np.nan, np.nan) for column in values.T], axis=1)
    before, after = (time < own[0]) & (time > own[0] - usual), (time > own[-1]) & (time < own[-1] + usual)
    edge = before | after  # a sample's own reach
    result[edge] = values[np.where(time[edge] < own[0], 0, -1)]
    after = np.searchsorted(own, time, side="left")
    inside = (after > 0) & (after < len(own))
    inside[inside] &= own[after[inside]] != time[inside]
    left, right = own[after[inside] - 1], own[after[inside]]
    apart = right - left > max(max_gap_s, 2 * usual)
    for start in part.starts:
        apart |= (left < start) & (right >= start)
    result[np.flatnonzero(inside)[apart]] = np.nan
    return result


def _shared(one: Series, other: Series) -> float:
    """Return which fraction of the shorter one's time both cover; below 0 where they do not touch."""
    start, stop = max(one.time.min(), other.time.min()), min(one.time.max(), other.time.max())
    shorter = min(np.ptp(one.time), np.ptp(other.time))
    return float((stop - start) / max(shorter, 1e-9)) if stop > start or shorter > 0 else float(stop == start)


def _refuse_other_units(parts: Sequence[Series], key: str) -> None:
    units = {known_unit(part.unit) or part.unit.strip().lower() for part in parts}
    if len(units) > 1:
        words = ", ".join(f"'{part.path}' in '{part.unit}'" for part in parts)
        raise InvalidValueError(
            f"{key}: series of one position need one unit, but the file has {words}; bring them to one"
        )


def _columns(whole: Series, columns: Sequence[int], key: str) -> Series:
    """Select columns by index."""
    width = whole.values.shape[1]
    lacking = [column for column in columns if column >= width]
    if lacking:
        there = "column 0" if width == 1 else f"{width} columns, 0 to {width - 1}"
        raise InvalidValueError(f"{key}: there is no column {lacking[0]}; '{whole.path}' has {there}")
    return replace(whole, values=whole.values[:, list(columns)])


def _refuse_unclear(whole: Series) -> None:
    """Refuse columns of which it is not clear which are the place."""
    n, width = whole.values.shape
    if width <= _PLANE or (width == _SPACE and whole.n_listed > 1):
        return
    if n < width and n <= 2 * _SPACE:
        raise InvalidValueError(
            f"position.series: '{whole.path}' has shape {(n, width)}, which is {n} samples of {width} columns; does it lie "
            f"across? A series is stored as (sample, column), here {(width, n)}: turn it in the file"
        )
    flat = flat_columns(whole.values)
    also = "".join(f"; column {k} is flat (it hardly changes)" for k in flat)
    if width == _SPACE:
        moving = [k for k in range(width) if k not in flat]
        plane = moving if len(moving) == _PLANE else [0, 1]
        cure = f"write columns: {plane} for the plane, [0, 1, 2] for space (x, y, z)"
    elif width == 2 * _PLANE:
        cure = "two points (x1, y1, x2, y2)? Write columns: [0, 1], and heading: {back: [2, 3], front: [0, 1]}"
    else:
        cure = "a place has one to three: write for example columns: [0, 1]"
    raise InvalidValueError(
        f"position.columns: '{whole.path}' has {width} columns; which of them are the place? {cure[0].upper()}{cure[1:]}{also}"
    )


def flat_columns(values: NDArray[np.float64]) -> list[int]:
    """Return the columns of (sample, column) that hardly change, compared with the one that changes most."""
    known = np.where(np.isfinite(values), values, np.nan)
    if not np.isfinite(known).any():
        return []
    with np.errstate(all="ignore"):
        spread = np.array([np.ptp(c[np.isfinite(c)]) if np.isfinite(c).any() else 0.0 for c in known.T])
    return [k for k in range(len(spread)) if spread[k] <= _FLAT * spread.max()] if spread.max() > 0 else []


def _point(file: Any, position: Position, named: str | list[int] | None, which: str) -> Series:
    """Read one of the two points between which the heading lies."""
    key = f"position.heading.{which}"
    if isinstance(named, str):
        found = joined_series(file, [named], key, position.max_gap_s)
        if found.values.shape[1] != _PLANE:
            raise InvalidValueError(
                f"{key}: '{found.path}' has {found.values.shape[1]} columns; a point has two, x and y"
            )
        return found
    whole = joined_series(file, position.names, "position.series", position.max_gap_s)
    return replace(_columns(whole, named or [], key), path=f"{whole.path}, columns {named}", n_listed=1)


def _spans(parts: Sequence[Series]) -> str:
    return ", ".join(f"'{part.path}' {part.time.min():.1f} to {part.time.max():.1f} s" for part in parts)
