"""Noise correction of squared distances between states, in the directions that carry at least as much signal as noise.

Noise of variance σ² adds 2σ² to every squared distance, in each direction.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rscnav.errors import InvalidValueError

MIN_DIMS = 10  # coordinates, for an estimate of the noise from the median eigenvalue
Noise = float | ArrayLike | Literal["floor"] | None


@dataclass(frozen=True)
class NoiseFloor:
    """Noise in the directions of the state space that carry at least as much signal as noise.

    Parameters
    ----------
    variance : array, (dim,)
        Variance of the noise of each coordinate.
    directions : array, (dim, direction)
        Orthonormal directions.
    total : float
        Variance of the noise, summed over these directions.
    blur : float
        Standard deviation, due to noise, of the squared distance between two states whose noise-free states are equal.
    """

    variance: NDArray[np.float64]
    directions: NDArray[np.float64]
    total: float
    blur: float

    def expected_offset(self, dimension: float) -> float:
        """Return the expected contribution of noise to squared distances, 2 (1 - dimension / k) · total; k: count of directions.

        Noise tangent to the set of states, of this dimension, does not bias distances.
        """
        k = self.directions.shape[1]
        return 2 * self.total * max(0.0, 1 - dimension / k)


def noise_floor(points: NDArray[np.float64], noise: Noise) -> NoiseFloor | None:
    """Return the directions in which the total variance is at least twice that of the noise, and the noise in them.

    Parameters
    ----------
    points : array, (time, dim)
    noise : float, array (dim,), "floor" or None
        Variance of the noise, one for all coordinates or one for each. ``"floor"``: the median eigenvalue of the covariance of
        the points, which is valid if fewer than half of the directions carry a signal. None: no noise.

    Returns
    -------
    NoiseFloor or None
        None without noise.

    Raises
    ------
    InvalidValueError
        If `noise` is not valid, or no direction carries as much signal as noise.
    """
    if noise is None:
        return None
    dim = points.shape[1]
    covariance = np.atleast_2d(np.cov(points.T))
    variance = _variance(covariance, noise)
    values, vectors = np.linalg.eigh(covariance - np.diag(variance))
    amount = variance @ vectors**2  # variance of the noise along each direction
    kept = (values >= amount) & (values > 1e-12 * np.trace(covariance))
    if not kept.any():
        raise InvalidValueError(
            f"noise: none of {dim} directions carries as much signal as noise (variance {variance.mean():.3g} per coordinate); "
            "no dimension can be estimated"
        )
    directions = vectors[:, kept][:, ::-1]
    within = directions.T @ (variance[:, None] * directions)
    return NoiseFloor(variance, directions, float(np.trace(within)), float(np.sqrt(8 * np.sum(within**2))))


def _variance(covariance: NDArray[np.float64], noise: Noise) -> NDArray[np.float64]:
    """Return the variance of the noise of each coordinate, (dim,)."""
    dim = len(covariance)
    if isinstance(noise, str):
        if noise != "floor":
            raise InvalidValueError(
                f"noise: '{noise}' is not valid; expected None, a variance per coordinate, or 'floor'"
            )
        if dim < MIN_DIMS:
            raise InvalidValueError(
                f"noise: 'floor' needs at least {MIN_DIMS} coordinates for an estimate from the median eigenvalue, got {dim}; "
                "give the variance of the noise instead"
            )
        median = float(np.median(np.clip(np.linalg.eigvalsh(covariance), 0, None)))
        return np.full(dim, median)
    given = np.asarray(noise, np.float64)
    if given.shape not in ((), (dim,)):
        raise InvalidValueError(
            f"noise: shape {given.shape} is not valid; expected one variance, or one for each of the {dim} coordinates"
        )
    if not (np.isfinite(given).all() and np.all(given >= 0)):
        raise InvalidValueError(f"noise: {noise} is not valid; expected finite variances of at least 0")
    return np.broadcast_to(given, (dim,)).copy()
