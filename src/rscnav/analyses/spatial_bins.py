"""Spatial bins of the ring, or of the visited part of the plane."""

import math

import numpy as np
from numpy.typing import NDArray


def spatial_bin(position: NDArray[np.floating], ring: bool, n_ring: int, n_side: int) -> tuple[NDArray[np.int64], int]:
    """Return the spatial bin of each sample, and the count of bins.

    Parameters
    ----------
    position : array, (time, dim)
        Radians in [-π, π) on the ring, else coordinates.
    ring : bool
    n_ring : int
        Count of equal bins over [-π, π).
    n_side : int
        Count of equal bins along each coordinate, from its minimum to its maximum.

    Returns
    -------
    place : array, (time,)
        -1 if the position is NaN.
    n_position_bins : int
    """
    known = np.isfinite(position).all(axis=1)
    place = np.full(len(position), -1)
    if ring:
        bins = np.floor((position[known, 0] + math.pi) * (n_ring / (2 * math.pi))).astype(np.int64)
        place[known] = np.clip(bins, 0, n_ring - 1)
        return place, n_ring
    n_dims = position.shape[1]
    if known.any():
        low, extent = _extent(position[known])
        bins = np.minimum(np.floor((position[known] - low) / extent * n_side).astype(np.int64), n_side - 1)
        place[known] = np.ravel_multi_index(tuple(bins.T), (n_side,) * n_dims)
    return place, n_side**n_dims


def place_centres(position: NDArray[np.floating], ring: bool, n_ring: int, n_side: int) -> NDArray[np.float64]:
    """Return the centres of the bins of `spatial_bin`, (bin, dim); NaN if all positions are NaN."""
    if ring:
        return np.asarray(-math.pi + (np.arange(n_ring) + 0.5) * (2 * math.pi / n_ring), np.float64)[:, None]
    n_dims = position.shape[1]
    known = np.isfinite(position).all(axis=1)
    if not known.any():
        return np.full((n_side**n_dims, n_dims), np.nan)
    low, extent = _extent(position[known])
    index = np.stack(np.unravel_index(np.arange(n_side**n_dims), (n_side,) * n_dims), axis=1)
    return np.asarray(low + (index + 0.5) / n_side * extent, np.float64)


def _extent(position: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the minimum and the range of each coordinate; a range of 0 is replaced by 1."""
    low, high = position.min(axis=0), position.max(axis=0)
    return low, np.where(high > low, high - low, 1.0)
