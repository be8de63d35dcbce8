"""Distances and visibility, on the ring and in the plane."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def wrap(angle: ArrayLike) -> NDArray[np.floating]:
    """Wrap angles (rad) to [-π, π)."""
    return np.mod(np.asarray(angle, dtype=float) + np.pi, 2 * np.pi) - np.pi


def ring_bin_centres(n_bins: int) -> NDArray[np.float64]:
    """Return the centres (rad) of equal bins over [-π, π)."""
    return -np.pi + (np.arange(n_bins) + 0.5) * 2 * np.pi / n_bins


def distance(a: NDArray, b: NDArray, ring: bool) -> NDArray[np.floating]:
    """Return the distance between positions (..., dim), with broadcasting: (...), in rad or in the unit of the coordinates.

    Positions are angles on a ring (dim = 1) or coordinates in the plane.
    """
    difference = a - b
    if ring:
        return np.abs(wrap(difference[..., 0]))
    return np.sqrt(np.sum(difference**2, axis=-1))
