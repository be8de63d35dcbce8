"""What a belief over places says: how sure, how wrong, how far from another belief. No torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.geometry import distance

PIECE = 50_000  # samples compared with all bins at once: bounds the memory


@dataclass(frozen=True)
class PositionBins:
    """The bins of a belief, and how near is near.

    Parameters
    ----------
    centres : array, (bin, dim)
    ring : bool
        Angles on a ring, or coordinates in the plane.
    radius : float
        Within this of a place counts as there (the landmarks' visibility).
    """

    centres: NDArray[np.floating]
    ring: bool
    radius: float

    def nearest(self, position: NDArray[np.floating]) -> NDArray[np.intp]:
        """Give the bin whose centre is nearest to each position (time, dim)."""
        pieces = [
            np.argmin(distance(position[k : k + PIECE, None], self.centres, self.ring), axis=1)
            for k in range(0, len(position), PIECE)
        ]
        return np.concatenate([*pieces, np.empty(0, np.intp)])

    def best(self, belief: NDArray[np.floating]) -> NDArray[np.floating]:
        """Give the centre of the bin with the most mass: (..., bin) -> (..., dim)."""
        return self.centres[np.argmax(belief, axis=-1)]

    def error(self, belief: NDArray[np.floating], position: NDArray[np.floating]) -> NDArray[np.floating]:
        """Give the distance from the best bin's centre to the true position, (time,)."""
        return distance(self.best(belief), position, self.ring)

    def certainty(self, belief: NDArray[np.floating]) -> NDArray[np.floating]:
        """Give the mass within the radius of the best bin's centre, (time,)."""
        near = distance(self.centres[:, None], self.centres, self.ring) <= self.radius + 1e-9
        best = np.argmax(belief, axis=1)
        return np.concatenate(
            [np.sum(belief[k : k + PIECE] * near[best[k : k + PIECE]], axis=1) for k in range(0, len(belief), PIECE)]
            or [np.empty(0)]
        )

    def mass_at(self, belief: NDArray[np.floating], place: NDArray[np.floating]) -> NDArray[np.floating]:
        """Give the mass of the bins whose centres lie within the radius of a place (time, dim); NaN for no place."""
        mass = np.full(len(belief), np.nan)
        known = np.flatnonzero(np.isfinite(place).all(axis=1))
        for k in range(0, len(known), PIECE):
            rows = known[k : k + PIECE]
            near = distance(place[rows, None], self.centres, self.ring) <= self.radius + 1e-9
            mass[rows] = np.sum(belief[rows] * near, axis=1)
        return mass


def kl_divergence(belief: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """Kullback-Leibler divergence of `other` from `belief`, Σ_x belief(x) log(belief(x) / other(x)), both (time, bin).

    It is what an observer who holds `belief` expects to lose, in nats, by reporting `other`. Where `belief` is the exact
    filter's, its mean is the optimality gap.

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
    """Give the wrong places that fit the first landmark met: where the animal would be, had it been another one.

    On the ring the scene shifts, in the plane it turns around the origin.

    Parameters
    ----------
    position : array, (time, dim)
    landmarks : array, (time, landmark, dim)
        Places of the trial of each sample; NaN for none.
    first : array, (time,)
        The landmark met first; -1 for a sample that has none.
    ring : bool

    Returns
    -------
    list of array, (time, dim)
        One for each landmark taken for the first one; NaN where there is none, or where it is the right one.
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
