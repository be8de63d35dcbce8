"""Position, velocity and direction of movement in time bins, in the landmark frame."""

import numpy as np
from numpy.typing import NDArray

from rscnav.recordings.binning import Bins
from rscnav.recordings.tracking.interpolation import Tracking
from rscnav.sessions.geometry import wrap


def moves_in(
    tracking: Tracking, bins: Bins, rotation: NDArray[np.float64], centre: NDArray[np.float64], min_speed: float
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
    """Compute position, velocity and direction of movement in time bins, in the landmark frame.

    Parameters
    ----------
    tracking : Tracking
    bins : Bins
    rotation : array, (bin,)
        Rotation of the scene (rad), which is subtracted.
    centre : array, (dim,)
        In the plane, the centre of the rotation.
    min_speed : float
        Below this speed the direction is NaN (unit/s).

    Returns
    -------
    position : array, (bin, dim)
        At the centre of the bin.
    velocity : array, (bin,)
        From the start to the end of the bin: on the ring counter-clockwise positive, along a line signed, in the plane the speed.
    direction : array, (bin,)
        In rad, NaN below `min_speed`; on the ring the direction of the tangent.
    """
    position = unrotated(tracking.at(bins.centre), rotation, centre, tracking.unit)
    width = bins.right - bins.left
    step = (tracking.at(bins.right) - tracking.at(bins.left)) / width[:, None]
    if step.shape[1] == 1:
        velocity = step[:, 0]
        speed = np.abs(velocity)
        tangent = position[:, 0] + np.copysign(np.pi / 2, velocity)
        direction = wrap(tangent) if tracking.unit == "rad" else wrap(np.where(velocity < 0, np.pi, 0.0))
    else:
        velocity = speed = np.linalg.norm(step, axis=1)
        direction = wrap(np.arctan2(step[:, 1], step[:, 0]) - rotation)
    moving = (speed >= min_speed) & (speed > 0)
    return position, velocity, np.where(moving, direction, np.nan)


def unrotated(
    places: NDArray[np.float64], rotation: NDArray[np.float64], centre: NDArray[np.float64], unit: str
) -> NDArray[np.floating]:
    """Return positions (n, dim) with the rotation of the scene (n,; rad) subtracted; angles are in [-π, π)."""
    if unit == "rad":
        return wrap(places - rotation[:, None])
    if places.shape[1] == 1:
        return places
    cos, sin = np.cos(rotation), np.sin(rotation)
    x, y = (places[:, :2] - centre[:2]).T
    turned = np.stack([cos * x + sin * y, cos * y - sin * x], axis=1) + centre[:2]
    return np.concatenate([turned, places[:, 2:]], axis=1)
