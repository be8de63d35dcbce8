"""Where the landmarks of a recording are, and what the animal met."""

import numpy as np
from numpy.typing import NDArray

from rscnav.config.mapping import Landmarks
from rscnav.recordings.intervals import Spans, numbers
from rscnav.recordings.tracking import unrotated


def landmark_places(
    landmarks: Landmarks, spans: Spans, unit: tuple[str, float], centre: NDArray[np.float64], n_dims: int
) -> NDArray[np.floating]:
    """Give the landmarks' places per trial, in their own frame and the session's unit.

    Parameters
    ----------
    landmarks : Landmarks
    spans : Spans
    unit : (str, float)
        The session's unit, and the factor that leads to it.
    centre : array, (dim,)
        In the plane, what the scene turns around (session's unit).
    n_dims : int
        Coordinates of the position.

    Returns
    -------
    array, (trial, landmark, dim)
    """
    result = np.empty((len(spans.times), len(landmarks.places), n_dims))
    for k, (name, place) in enumerate(landmarks.places.items()):
        key = f"landmarks.places.{name}"
        per_trial = isinstance(place, str)
        values = numbers(spans.columns, place, key) if isinstance(place, str) else np.array([place], float)
        if values.shape[1] != n_dims:
            raise ValueError(f"{key}: {place} has {values.shape[1]} coordinates, the position has {n_dims}")
        _in_range(values, unit, key)
        rotation = spans.rotation if per_trial else np.zeros(1)
        result[:, k] = unrotated(values * unit[1], rotation, centre, unit[0])
    return result


def check_reach(
    places: NDArray[np.floating], position: NDArray[np.floating], radius: float, names: tuple[str, ...], unit: str
) -> None:
    """Refuse landmarks that lie outside everything that was tracked in the plane or along a line.

    Parameters
    ----------
    places : array, (trial, landmark, dim)
    position : array, (time, dim)
    radius : float
        A landmark is visible within it.
    names : tuple of str
    unit : str
        Of the session, for the message.

    Raises
    ------
    ValueError
        Names the landmark, its place and the tracked area.
    """
    low, high = position.min(axis=0), position.max(axis=0)
    for k, name in enumerate(names):
        there = places[np.isfinite(places[:, k]).all(axis=1), k]
        beyond = there[((there < low - radius) | (there > high + radius)).any(axis=1)]
        if len(beyond):
            place, lowest, highest = (np.round(x, 4).tolist() for x in (beyond[0], low, high))
            raise ValueError(
                f"landmarks.places.{name}: {place} {unit} lies outside the tracked area, {lowest} to {highest} {unit}; "
                "places are in the unit of the position (position.unit): is it the right one?"
            )


def _in_range(values: NDArray[np.float64], unit: tuple[str, float], key: str) -> None:
    angles = values[np.isfinite(values)] * unit[1]
    if unit[0] == "rad" and np.any(np.abs(angles) > 2 * np.pi + 1e-6):
        raise ValueError(f"{key}: {np.abs(angles).max() / unit[1]:g} is more than a turn in the unit of the position")
