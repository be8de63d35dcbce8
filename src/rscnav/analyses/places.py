"""Locations: bins of the ring, or of the part of the plane that was visited."""

import math

import numpy as np
from numpy.typing import NDArray


def place_bin(position: NDArray[np.floating], ring: bool, n_ring: int, n_side: int) -> tuple[NDArray[np.int64], int]:
    """Give the location that each sample falls in.

    Parameters
    ----------
    position : array, (time, dim)
        Radians in [-π, π) on the ring, else coordinates.
    ring : bool
    n_ring : int
        Equal bins over [-π, π).
    n_side : int
        Equal bins along each coordinate, between the lowest and the highest value there is.

    Returns
    -------
    place : array, (time,)
        -1 where the position is NaN.
    n_places : int
    """
    known = np.isfinite(position).all(axis=1)
    place = np.full(len(position), -1)
    if ring:
        bins = np.floor((position[known, 0] + math.pi) * (n_ring / (2 * math.pi))).astype(np.int64)
        place[known] = np.clip(bins, 0, n_ring - 1)
        return place, n_ring
    n_dims = position.shape[1]
    if known.any():
        low, high = position[known].min(axis=0), position[known].max(axis=0)
        extent = np.where(high > low, high - low, 1.0)
        bins = np.minimum(np.floor((position[known] - low) / extent * n_side).astype(np.int64), n_side - 1)
        place[known] = np.ravel_multi_index(tuple(bins.T), (n_side,) * n_dims)
    return place, n_side**n_dims
