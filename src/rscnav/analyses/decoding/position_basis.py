"""Smooth basis functions of position (Fourier, cosine), and decoding of a position from them.

On the ring: cos kθ and sin kθ. On a line or in the plane: products of cosines over the box that the positions fill.
Their expected values given the state are the coefficients of the probability of each position. The decoded position is
the one where their weighted sum is largest. It can represent a state with two possible positions, where a decoder of
coordinates would return the mean of both. Off the ring the coordinates are decoded as well, which is better if units
are monotonic in them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.geometry import ring_bin_centres

RING_FUNCTIONS, RING_PLACES, RING_WIDTH = 6, 144, 0.2  # harmonics; positions that can be decoded; resolution (rad)
BOX_FUNCTIONS, BOX_PLACES, BOX_WIDTH = 6, 24, 0.06  # the same along each side of the box; resolution as its fraction
FINEST = (1, 2, 3, 6)  # candidates of the highest order; off the ring 1 selects the coordinates


@dataclass(frozen=True)
class PlaceCode:
    """Basis functions of position.

    Parameters
    ----------
    ring : bool
    low, side : array, (dim,)
        Lower corner and sides of the box; not used on the ring.
    orders : array, (function, dim)
        Order of each function along each dimension.
    places : array, (place, dim)
        Positions that can be decoded.
    """

    ring: bool
    low: NDArray[np.float64]
    side: NDArray[np.float64]
    orders: NDArray[np.int64]
    places: NDArray[np.float64]

    def values(self, position: NDArray[np.floating]) -> NDArray[np.float32]:
        """Compute the functions at positions (time, dim): (time, function); off the ring the coordinates come last."""
        if self.ring:
            angles = position * self.orders[:, 0]
            return np.concatenate([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        shares = (position - self.low) / self.side
        products = np.prod(np.cos(np.pi * shares[:, None] * self.orders), axis=2)
        return np.concatenate([products, shares], axis=1).astype(np.float32)

    def candidates(self, predicted: NDArray[np.floating]) -> list[NDArray[np.floating]]:
        """Return positions (time, dim) decoded from predicted values (time, function), one array for each highest order in `FINEST`."""
        orders = np.concatenate([self.orders, self.orders]) if self.ring else self.orders
        synthesis = self._synthesis()
        found: list[NDArray[np.floating]] = []
        for highest in FINEST:
            if highest == 1 and not self.ring:
                found.append(self.low + self.side * predicted[:, len(orders) :])
                continue
            used = np.flatnonzero(np.max(orders, axis=1) <= highest)
            found.append(self.places[np.argmax(predicted[:, used] @ synthesis[used], axis=1)])
        return found

    def _synthesis(self) -> NDArray[np.float32]:
        """Return the matrix (function, place) that maps values to the probability of each position, up to a constant."""
        if self.ring:
            weights = np.tile(np.exp(-0.5 * (RING_WIDTH * self.orders[:, 0]) ** 2), 2)
        else:
            weights = np.prod(np.where(self.orders > 0, 2.0, 1.0), axis=1)
            weights *= np.exp(-0.5 * np.sum((np.pi * BOX_WIDTH * self.orders) ** 2, axis=1))
        return (self.values(self.places)[:, : len(weights)] * weights).T.astype(np.float32)


def fourier_basis(position: NDArray[np.floating], ring: bool) -> PlaceCode:
    """Return the basis functions for positions (time, dim); in a box only positions near visited ones can be decoded."""
    if ring:
        places = ring_bin_centres(RING_PLACES)[:, None]
        orders = np.arange(1, RING_FUNCTIONS + 1)[:, None]
        return PlaceCode(True, np.zeros(1), np.ones(1), orders, places)
    n_dims = position.shape[1]
    low, high = position.min(axis=0).astype(np.float64), position.max(axis=0).astype(np.float64)
    side = np.where(high > low, high - low, 1.0)
    orders = np.stack(np.meshgrid(*[np.arange(BOX_FUNCTIONS)] * n_dims, indexing="ij"), axis=-1).reshape(-1, n_dims)[1:]
    cell = np.clip(((position - low) / side * BOX_PLACES).astype(np.int64), 0, BOX_PLACES - 1)
    visited = np.unique(cell, axis=0)
    return PlaceCode(False, low, side, orders, low + (visited + 0.5) / BOX_PLACES * side)
