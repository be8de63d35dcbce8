"""Read position and heading from the series and columns that the mapping names.

Several series are joined to one position. Series that cover the same time are coordinates (x and y in separate series). Series that do
not overlap in time are pieces of one recording (one for each epoch).
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

_SAME_TIME = 0.5  # coordinates overlap for at least this fraction of the shorter series
_FLAT = 0.02  # a coordinate is flat if its range is at most this fraction of the largest range
_PLANE, _SPACE = 2, 3


def position_series(file: Any, position: Position) -> Series:
    """Read the position that `position.series` and `position.columns` name.

    Parameters
    ----------
    file : pynwb.NWBFile
    position : Position

    Returns
    -------
    Series
        With one to three columns.

    Raises
    ------
    InvalidValueError
        If a series or column does not exist, if several series do not fit each other, or if `position.columns` is needed to select the
        columns of the position.
    """
    whole = joined_series(file, position.names, "position.series", position.max_gap_s)
    if position.columns is not None:
        return _columns(whole, position.columns, "position.columns")
    _refuse_unclear(whole)
    flat = flat_columns(whole.values) if whole.values.shape[1] == _SPACE else []
    if not flat:
        return whole
    note = (
        f"coordinate {flat[0]} of the position ('{whole.path}') is almost constant; leave it out with position.columns"
    )
    return replace(whole, notes=(*whole.notes, note))


def heading_series(file: Any, position: Position) -> tuple[Series, str] | None:
    """Read the heading that `position.heading` names.

    Returns
    -------
    (Series, str) or None
        Angles in one column, and their unit (rad or deg). None if the mapping names no heading, or the direction of movement.

    Raises
    ------
    InvalidValueError
        If a series or column does not exist, or does not have the columns of an angle or a point.
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
                f"{key}: '{found.path}' has {found.values.shape[1]} columns; expected one, with an angle. If the columns are two points, "
                "write heading: {back: [2, 3], front: [0, 1]}, with columns of position.series"
            )
        return found, heading.unit or ("deg" if known_unit(found.unit) == "deg" else "rad")
    if heading.column is not None:
        whole = joined_series(file, position.names, "position.series", position.max_gap_s)
        angle = _columns(whole, [heading.column], f"{key}.column")
        return replace(angle, path=f"{angle.path}, column {heading.column}", unit=""), heading.unit or "rad"
    back, front = _point(file, position, heading.back, "back"), _point(file, position, heading.front, "front")
    both = _side_by_side([front, back], key, position.max_gap_s)
    offset = both.values[:, :2] - both.values[:, 2:]
    distinct = np.any(offset != 0, axis=1)  # True for NaN, which stays NaN
    direction = np.where(distinct, np.arctan2(offset[:, 1], offset[:, 0]), np.nan)
    return replace(both, path=f"{back.path} to {front.path}", values=direction[:, None], unit="rad"), "rad"


def joined_series(file: Any, names: Sequence[str], key: str, max_gap_s: float) -> Series:
    """Read one series, or join several series to one.

    Parameters
    ----------
    file : pynwb.NWBFile
    names : sequence of str
        Names or paths; `*` matches any text. The series that one name with `*` matches are pieces in time.
    key : str
        Key of the configuration, for messages.
    max_gap_s : float
        Longest interval between two samples in which values are interpolated (s), for coordinates with different times.

    Returns
    -------
    Series

    Raises
    ------
    InvalidValueError
        If a name does not exist, or if times, units or counts of columns of the series do not fit each other.
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
        return _side_by_side(found, key, max_gap_s)
    raise InvalidValueError(
        f"{key}: these series neither cover the same time (coordinates) nor follow each other in time (pieces): "
        f"{_spans(found)}; name only series that belong together"
    )


def _matching(file: Any, name: str, key: str) -> list[Series]:
    """Read the series of a name; for a name with `*` all SpatialSeries that match, or, without any, all series that match."""
    from pynwb.behavior import SpatialSeries

    if "*" not in name:
        return [find_series(file, name, key)]
    names = Names(file)
    found = names.each(name, SERIES, key)
    spatial = [item for item in found if isinstance(item, SpatialSeries)]
    return [find_series(file, names.path(item, SERIES.fits), key) for item in spatial or found]


def _one_after_another(parts: Sequence[Series], key: str) -> Series:
    """Join series that follow each other in time; raise an InvalidValueError if they overlap or have other units or columns."""
    ordered = sorted(parts, key=lambda part: float(part.time.min()))
    _refuse_other_units(ordered, key)
    widths = {part.values.shape[1] for part in ordered}
    if len(widths) > 1:
        words = ", ".join(f"'{part.path}' {part.values.shape[1]}" for part in ordered)
        raise InvalidValueError(
            f"{key}: pieces of one position need the same count of columns, but they have: {words}; name only pieces of one position"
        )
    for before, after in pairwise(ordered):
        if after.time.min() < before.time.max():
            raise InvalidValueError(
                f"{key}: pieces of one position may not overlap in time: {_spans([before, after])}; name series that follow each "
                "other, or, for coordinates in separate series, a list with the name of each"
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
            f"the position is joined from {len(ordered)} series, one after the other: {_spans(ordered)}",
        ),
        starts=tuple(sorted(starts)),
    )


def _side_by_side(parts: Sequence[Series], key: str, max_gap_s: float) -> Series:
    """Join the columns of several series, at the times of the first one."""
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
    """Interpolate a series to other times, (time, dim); NaN in gaps longer than `max_gap_s` and between pieces."""
    order = ascending(part.time)
    own, values = part.time[order], part.values[order]
    usual = float(np.median(np.diff(own))) if len(own) > 1 else 0.0
    result = np.stack([np.interp(time, own, column, np.nan, np.nan) for column in values.T], axis=1)
    before, after = (time < own[0]) & (time > own[0] - usual), (time > own[-1]) & (time < own[-1] + usual)
    edge = before | after  # within one sampling interval of the first or last sample
    result[edge] = values[np.where(time[edge] < own[0], 0, -1)]
    after = np.searchsorted(own, time, side="left")
    inside = (after > 0) & (after < len(own))
    inside[inside] &= own[after[inside]] != time[inside]
    left, right = own[after[inside] - 1], own[after[inside]]
    in_gap = right - left > max(max_gap_s, 2 * usual)
    for start in part.starts:
        in_gap |= (left < start) & (right >= start)
    result[np.flatnonzero(inside)[in_gap]] = np.nan
    return result


def _shared(one: Series, other: Series) -> float:
    """Return the overlap of two series as a fraction of the shorter one's duration; at most 0 without an overlap."""
    start, stop = max(one.time.min(), other.time.min()), min(one.time.max(), other.time.max())
    shorter = min(np.ptp(one.time), np.ptp(other.time))
    return float((stop - start) / max(shorter, 1e-9)) if stop > start or shorter > 0 else float(stop == start)


def _refuse_other_units(parts: Sequence[Series], key: str) -> None:
    units = {known_unit(part.unit) or part.unit.strip().lower() for part in parts}
    if len(units) > 1:
        words = ", ".join(f"'{part.path}' in '{part.unit}'" for part in parts)
        raise InvalidValueError(
            f"{key}: series of one position need one unit, but the file has {words}; convert them to one unit in the file"
        )


def _columns(whole: Series, columns: Sequence[int], key: str) -> Series:
    """Return a series with only the columns of some indices; raise an InvalidValueError if one does not exist."""
    width = whole.values.shape[1]
    lacking = [column for column in columns if column >= width]
    if lacking:
        there = "only column 0" if width == 1 else f"{width} columns, 0 to {width - 1}"
        raise InvalidValueError(f"{key}: there is no column {lacking[0]}; '{whole.path}' has {there}")
    return replace(whole, values=whole.values[:, list(columns)])


def _refuse_unclear(whole: Series) -> None:
    """Raise an InvalidValueError if `position.columns` is needed to select the columns of the position."""
    n, width = whole.values.shape
    if width <= _PLANE or (width == _SPACE and whole.n_listed > 1):
        return
    if n < width and n <= 2 * _SPACE:
        raise InvalidValueError(
            f"position.series: '{whole.path}' has shape {(n, width)}, which is {n} samples of {width} columns; it seems to be "
            f"transposed; expected (sample, column), here {(width, n)}; transpose it in the file"
        )
    flat = flat_columns(whole.values)
    also = "".join(f"; column {k} is flat (almost constant)" for k in flat)
    if width == _SPACE:
        moving = [k for k in range(width) if k not in flat]
        plane = moving if len(moving) == _PLANE else [0, 1]
        cure = f"write columns: {plane} for the plane, [0, 1, 2] for space (x, y, z)"
    elif width == 2 * _PLANE:
        cure = "for two points (x1, y1, x2, y2) write columns: [0, 1], and heading: {back: [2, 3], front: [0, 1]}"
    else:
        cure = "a position has one to three columns; write for example columns: [0, 1]"
    raise InvalidValueError(
        f"position.columns: '{whole.path}' has {width} columns, and those of the position are not named; {cure}{also}"
    )


def flat_columns(values: NDArray[np.float64]) -> list[int]:
    """Return the columns of (sample, column) that are almost constant: range at most 2 % of the largest range."""
    known = np.where(np.isfinite(values), values, np.nan)
    if not np.isfinite(known).any():
        return []
    with np.errstate(all="ignore"):
        spread = np.array([np.ptp(c[np.isfinite(c)]) if np.isfinite(c).any() else 0.0 for c in known.T])
    return [k for k in range(len(spread)) if spread[k] <= _FLAT * spread.max()] if spread.max() > 0 else []


def _point(file: Any, position: Position, named: str | list[int] | None, which: str) -> Series:
    """Read one of the two points that define the heading."""
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
