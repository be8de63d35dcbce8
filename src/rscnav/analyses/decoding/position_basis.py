"""Positions as a few smooth functions of place, and back: what a linear readout is fitted to.

On the ring cos kθ and sin kθ; on a line or in the plane products of cosines over the box that the positions fill. Their
expectation, given the state, says how likely each place is, so the place where their sum is highest is the decoded one: it can
follow a state that leaves two places open, where a readout of the coordinates themselves would point between them. Off the ring
the coordinates are read, too, which is better where units rise or fall along them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.geometry import ring_bin_centres

RING_FUNCTIONS, RING_PLACES, RING_WIDTH = 6, 144, 0.2  # harmonics; places decoded; resolution (rad)
BOX_FUNCTIONS, BOX_PLACES, BOX_WIDTH = 6, 24, 0.06  # the same along each side of the box, of its length
FINEST = (1, 2, 3, 6)  # highest orders among which a readout chooses; off the ring the first stands for the coordinates


@dataclass(frozen=True)
class PlaceCode:
    """Functions of place.

    Parameters
    ----------
    low, side : array, (dim,)
        Of the box; not used on the ring.
    orders : array, (function, dim)
        Of each function along each dimension.
    places : array, (place, dim)
        That can be decoded.
    """

    ring: bool
    low: NDArray[np.float64]
    side: NDArray[np.float64]
    orders: NDArray[np.int64]
    places: NDArray[np.float64]

    def values(self, position: NDArray[np.floating]) -> NDArray[np.float32]:
        """Give the functions' values at positions (time, dim): (time, function); off the ring the coordinates come last."""
        if self.ring:
            angles = position * self.orders[:, 0]
            return np.concatenate([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        shares = (position - self.low) / self.side
        products = np.prod(np.cos(np.pi * shares[:, None] * self.orders), axis=2)
        return np.concatenate([products, shares], axis=1).astype(np.float32)

    def candidates(self, predicted: NDArray[np.floating]) -> list[NDArray[np.floating]]:
        """Give the decoded places (time, dim) from predicted values (time, function): by functions up to each of `FINEST`."""
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
        """Give the matrix (function, place) that turns values into how likely each place is, up to a constant."""
        if self.ring:
            weights = np.tile(np.exp(-0.5 * (RING_WIDTH * self.orders[:, 0]) ** 2), 2)
        else:
            weights = np.prod(np.where(self.orders > 0, 2.0, 1.0), axis=1)
            weights *= np.exp(-0.5 * np.sum((np.pi * BOX_WIDTH * self.orders) ** 2, axis=1))
        return (self.values(self.places)[:, : len(weights)] * weights).T.astype(np.float32)


def fourier_basis(position: NDArray[np.floating], ring: bool) -> PlaceCode:
    """Choose the functions for positions (time, dim); in a box only places near those that were visited are decoded."""
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
