"""Certainty, error and Kullback-Leibler divergence of beliefs over positions. No torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.geometry import distance

PIECE = 50_000  # samples compared with all bins at once; limits memory


@dataclass(frozen=True)
class PositionBins:
    """Position bins of a belief, and the radius around a position.

    Parameters
    ----------
    centres : array, (bin, dim)
    ring : bool
        True: angles on a ring; False: coordinates in the plane.
    radius : float
        Radius around a position within which probability is summed (the visibility radius).
    """

    centres: NDArray[np.floating]
    ring: bool
    radius: float

    def nearest(self, position: NDArray[np.floating]) -> NDArray[np.intp]:
        """Return the bin with the nearest centre for each position (time, dim)."""
        pieces = [
            np.argmin(distance(position[k : k + PIECE, None], self.centres, self.ring), axis=1)
            for k in range(0, len(position), PIECE)
        ]
        return np.concatenate([*pieces, np.empty(0, np.intp)])

    def best(self, belief: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the centre of the bin with the highest probability: (..., bin) -> (..., dim)."""
        return self.centres[np.argmax(belief, axis=-1)]

    def error(self, belief: NDArray[np.floating], position: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the distance between the centre of the best bin and the true position, (time,)."""
        return distance(self.best(belief), position, self.ring)

    def certainty(self, belief: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the probability within the radius of the centre of the best bin, (time,)."""
        near = distance(self.centres[:, None], self.centres, self.ring) <= self.radius + 1e-9
        best = np.argmax(belief, axis=1)
        return np.concatenate(
            [np.sum(belief[k : k + PIECE] * near[best[k : k + PIECE]], axis=1) for k in range(0, len(belief), PIECE)]
            or [np.empty(0)]
        )

    def mass_at(self, belief: NDArray[np.floating], place: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the probability of the bins with centres within the radius of `place` (time, dim); NaN where `place` is NaN."""
        mass = np.full(len(belief), np.nan)
        known = np.flatnonzero(np.isfinite(place).all(axis=1))
        for k in range(0, len(known), PIECE):
            rows = known[k : k + PIECE]
            near = distance(place[rows, None], self.centres, self.ring) <= self.radius + 1e-9
            mass[rows] = np.sum(belief[rows] * near, axis=1)
        return mass


def kl_divergence(belief: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """Kullback-Leibler divergence of `other` from `belief`, Σ_x belief(x) log(belief(x) / other(x)), both (time, bin).

    It is the expected excess loss (nats) of reporting `other` under `belief`. If `belief` is the exact posterior, its mean is
    the optimality gap.

    References
    ----------
    Kullback & Leibler, Ann. Math. Stat. 22, 79 (1951), doi:10.1214/aoms/1177729694.
    """
    from scipy.special import rel_entr

    q = np.maximum(np.asarray(other, np.float64), np.finfo(np.float32).tiny)
    return np.asarray(rel_entr(np.asarray(belief, np.float64), q).sum(axis=1))


def alternative_positions(
    position: NDArray[np.floating], landmarks: NDArray[np.floating], first: NDArray[np.integer], ring: bool
) -> list[NDArray[np.floating]]:
    """Return the alternative positions: where the animal would be if the first landmark had been another one.

    On the ring the scene is shifted, in the plane it is rotated around the origin.

    Parameters
    ----------
    position : array, (time, dim)
    landmarks : array, (time, landmark, dim)
        Landmark positions in the trial of each sample; NaN for none.
    first : array, (time,)
        Index of the first landmark encountered; -1 for none.
    ring : bool

    Returns
    -------
    list of array, (time, dim)
        One array for each assumed identity of the first landmark; NaN without a first landmark, or where the identity is correct.
    """
    met = np.take_along_axis(landmarks, np.maximum(first, 0)[:, None, None], axis=1)[:, 0]
    places = []
    for k in range(landmarks.shape[1]):
        taken = landmarks[:, k]
        if ring:
            place = position - met + taken
        else:
            turn = np.arctan2(taken[:, 1], taken[:, 0]) - np.arctan2(met[:, 1], met[:, 0])
            cos, sin = np.cos(turn), np.sin(turn)
            x, y = position.T
            place = np.stack([cos * x - sin * y, sin * x + cos * y], axis=1)
        places.append(np.where(((first >= 0) & (first != k))[:, None], place, np.nan))
    return places
