"""Landmark positions and encounters of a recording."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.errors import InvalidValueError
from rscnav.recordings.extract import RawRecording
from rscnav.recordings.files.nwb_lookup import any_table
from rscnav.recordings.files.table_columns import column_of
from rscnav.recordings.landmarks.visibility import seen_from
from rscnav.recordings.settings.landmarks import Landmarks, PortTable
from rscnav.recordings.settings.recording import Recording
from rscnav.recordings.tracking.coordinates import CoordinateFrame
from rscnav.recordings.tracking.kinematics import unrotated
from rscnav.recordings.trials.trials import TrialSpans, numbers
from rscnav.sessions.encounters import encounters_of
from rscnav.sessions.session import Session
from rscnav.sessions.settings import Encounters


def landmark_fields(file: Any, recorded: RawRecording, mapping: Recording, left: NDArray[np.integer]) -> dict[str, Any]:
    """Return the session's fields for landmark names, landmark positions and the visibility radius, as far as they are mapped."""
    landmarks, frame = mapping.landmarks, recorded.frame
    if landmarks is None:
        return {}
    found: dict[str, Any] = {"landmark_names": landmarks.names}
    if landmarks.places and frame is not None:
        found["landmarks"] = _landmark_places(file, landmarks, recorded.spans, frame)[left]
    if landmarks.visibility_radius is not None and frame is not None:
        found["visibility_radius"] = frame.length(landmarks.visibility_radius)
    return found


def add_encounters(
    session: Session, landmarks: Landmarks, visible: NDArray[np.bool_] | None, encounters: Encounters
) -> None:
    """Add encounters, phases and hypotheses to a session with trials.

    Parameters
    ----------
    session : Session
        It is changed in place; without a trial table nothing is added.
    landmarks : Landmarks
    visible : array of bool, (bin, landmark), or None
        Visibility from the file; None if it follows from the geometry.
    encounters : Encounters
        Definition of an encounter.

    Raises
    ------
    InvalidValueError
        If a landmark lies outside the tracked area.
    """
    places, position = session.landmarks, session.position
    radius = session.visibility_radius or 0.0
    if places is not None and position is not None and not session.is_circular:
        _check_reach(session, places, position, radius)
    if session.attributes["trials_cut"]:
        return
    if position is None:
        position = np.zeros((len(session.time), 1))
    if places is None:
        places = np.full((len(session.trials), len(session.landmark_names), position.shape[1]), np.nan)
    if landmarks.view_angle is not None:
        of_sample, heading = places[session.trial], session.require("heading")
        visible = seen_from(position, heading, of_sample, radius, landmarks.view_angle, session.is_circular)
    found = encounters_of(session, encounters, position, places, visible)
    session.encounters, session.phase, session.n_hypotheses = found.table, found.phase, found.n_hypotheses


def _landmark_places(
    file: Any, landmarks: Landmarks, spans: TrialSpans, frame: CoordinateFrame
) -> NDArray[np.floating]:
    """Return the landmark positions, (trial, landmark, dim), in the landmark frame and the session's unit."""
    ports = _ports(file, landmarks.ports)
    result = np.empty((len(spans.times), len(landmarks.places), frame.n_dims))
    for k, (name, place) in enumerate(landmarks.places.items()):
        key = f"landmarks.places.{name}"
        if isinstance(place, list):
            values = np.array([place], float)
        elif ports:
            values = _of_ports(column_of(spans.columns, place, key), ports, f"{key}: column '{place}'")
        else:
            values = numbers(spans.columns, place, key)
        if not frame.fits(values.shape[1]):
            raise InvalidValueError(
                f"{key}: {place} has {values.shape[1]} coordinates; expected {frame.n_dims}, as the position has"
            )
        there = frame.places(values)
        if frame.unit == "rad":
            _in_range(there, frame.factor, key)
        rotation = np.zeros(1) if isinstance(place, list) else spans.rotation
        result[:, k] = unrotated(there, rotation, frame.turns_around, frame.unit)
    return result


def _ports(file: Any, ports: PortTable | Mapping[str | int, list[float]] | None) -> dict[str, list[float]]:
    """Return the coordinates of each port by its number or name, as text."""
    if ports is None:
        return {}
    if not isinstance(ports, PortTable):
        return {str(port): place for port, place in ports.items()}
    columns = any_table(file, ports.table, "landmarks.ports.table")
    names = column_of(columns, ports.number, "landmarks.ports.number")
    places = [numbers(columns, name, "landmarks.ports.place") for name in ports.place]
    return {
        _text(name): list(place) for name, place in zip(names, np.concatenate(places, axis=1).tolist(), strict=True)
    }


def _of_ports(column: NDArray, ports: dict[str, list[float]], where: str) -> NDArray[np.float64]:
    """Return the coordinates of the port in each row, (row, dim); NaN if the row has no port (NaN or '')."""
    n_dims = len(next(iter(ports.values())))
    rows = []
    for row, port in enumerate(column.tolist()):
        if port != port or port == "":  # NaN differs from itself
            rows.append([np.nan] * n_dims)
        elif _text(port) in ports:
            rows.append(ports[_text(port)])
        else:
            raise InvalidValueError(
                f"{where}: row {row} has port {port!r}, which is not in landmarks.ports; valid are {', '.join(ports)}"
            )
    if any(len(place) != n_dims for place in rows):
        raise InvalidValueError("landmarks.ports: places differ in their count of coordinates; all must have the same")
    return np.array(rows, float)


def _text(port: Any) -> str:
    """Return a port's number or name as text, whole numbers without a decimal point."""
    return str(int(port)) if isinstance(port, float) and port.is_integer() else str(port)


def _check_reach(session: Session, places: NDArray[np.floating], position: NDArray[np.floating], radius: float) -> None:
    """Raise InvalidValueError if a landmark in the plane or on a line is farther than `radius` outside the tracked area."""
    unit = session.position_unit
    low, high = position.min(axis=0), position.max(axis=0)
    for k, name in enumerate(session.landmark_names):
        there = places[np.isfinite(places[:, k]).all(axis=1), k]
        beyond = there[((there < low - radius) | (there > high + radius)).any(axis=1)]
        if len(beyond):
            place, lowest, highest = (np.round(x, 4).tolist() for x in (beyond[0], low, high))
            raise InvalidValueError(
                f"landmarks.places.{name}: {place} {unit} lies outside the tracked area, {lowest} to {highest} {unit}; "
                "places must be in the unit of the position; check position.unit"
            )


def _in_range(values: NDArray[np.float64], factor: float, key: str) -> None:
    angles = values[np.isfinite(values)]
    if np.any(np.abs(angles) > 2 * np.pi + 1e-6):
        raise InvalidValueError(
            f"{key}: {np.abs(angles).max() / factor:g} is more than one turn in the unit of the position; check position.unit"
        )
