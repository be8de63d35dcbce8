"""Noise that is taken off the distances between states: in which directions there is more than noise, and how much is in them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError

MIN_DIMS = 10  # coordinates, to find the noise in the small eigenvalues
Noise = float | ArrayLike | Literal["floor"] | None


@dataclass(frozen=True)
class NoiseFloor:
    """Directions of the state space that carry at least as much signal as noise.

    Parameters
    ----------
    variance : array, (dim,)
        Of the noise on each coordinate.
    directions : array, (dim, direction)
        Orthonormal.
    total : float
        Variance of the noise within these directions, summed.
    blur : float
        Standard deviation of a squared distance, in these directions, between two states at the same place.
    """

    variance: NDArray[np.float64]
    directions: NDArray[np.float64]
    total: float
    blur: float

    def expected_offset(self, dimension: float) -> float:
        """Give what noise adds to every squared distance of states on a set of that dimension, 2 (k - dimension) / k · total.

        Noise along the set moves states along it, and adds nothing to how far apart they are on average.
        """
        k = self.directions.shape[1]
        return 2 * self.total * max(0.0, 1 - dimension / k)


def noise_floor(points: NDArray[np.float64], noise: Noise) -> NoiseFloor | None:
    """Find the directions in which the variance is at least twice that of the noise.

    Parameters
    ----------
    points : array, (time, dim)
    noise : float, array (dim,), "floor" or None
        Variance of the noise: of every coordinate, or of each. ``"floor"``: the median eigenvalue of the points' covariance, which
        it is where less than half of the directions carry anything else. None: no noise.

    Returns
    -------
    NoiseFloor or None
        None without noise.

    Raises
    ------
    InvalidValueError
        For a noise that will not do, or where no direction carries as much signal as noise.
    """
    if noise is None:
        return None
    dim = points.shape[1]
    covariance = np.atleast_2d(np.cov(points.T))
    variance = _variance(covariance, noise)
    values, vectors = np.linalg.eigh(covariance - np.diag(variance))
    amount = variance @ vectors**2  # of noise along each direction
    kept = (values >= amount) & (values > 1e-12 * np.trace(covariance))
    if not kept.any():
        raise InvalidValueError(
            f"noise: of {dim} directions none carries as much signal as noise (variance {variance.mean():.3g} a coordinate); "
            "there is nothing to find a dimension of"
        )
    directions = vectors[:, kept][:, ::-1]
    within = directions.T @ (variance[:, None] * directions)
    return NoiseFloor(variance, directions, float(np.trace(within)), float(np.sqrt(8 * np.sum(within**2))))


def _variance(covariance: NDArray[np.float64], noise: Noise) -> NDArray[np.float64]:
    """Give the variance of each coordinate that `noise` stands for."""
    dim = len(covariance)
    if isinstance(noise, str):
        if noise != "floor":
            raise InvalidValueError(f"noise: '{noise}' will not do; None, a variance per coordinate, or 'floor'")
        if dim < MIN_DIMS:
            raise InvalidValueError(
                f"noise='floor' needs at least {MIN_DIMS} coordinates to find the noise in the small "
                f"eigenvalues, got {dim}; give a variance instead"
            )
        median = float(np.median(np.clip(np.linalg.eigvalsh(covariance), 0, None)))
        return np.full(dim, median)
    given = np.asarray(noise, np.float64)
    if given.shape not in ((), (dim,)):
        raise InvalidValueError(
            f"noise: needs one variance, or one for each of the {dim} coordinates, got shape {given.shape}"
        )
    if not (np.isfinite(given).all() and np.all(given >= 0)):
        raise InvalidValueError(f"noise: {noise} will not do; a variance is at least 0")
    return np.broadcast_to(given, (dim,)).copy()
