"""Eigenvalues of the Jacobian at a state: stability, time constants, frequencies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEUTRAL = 1e-3  # a mode with a growth below this per step counts as neutral


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues and eigenvectors of Jacobians, by descending modulus.

    Parameters
    ----------
    values : array, (point, mode), complex
    vectors : array, (point, state, mode), complex
        Right eigenvectors of length 1.
    dt_s : float
        Time step (s).
    """

    values: NDArray[np.complex128]
    vectors: NDArray[np.complex128]
    dt_s: float

    @property
    def n_unstable(self) -> NDArray[np.int64]:
        """Number of unstable modes, |λ| > 1.001, (point,); at a slow point that is not fixed, one |λ| is always 1."""
        return np.sum(np.abs(self.values) > 1 + NEUTRAL, axis=1)

    @property
    def time_constants(self) -> NDArray[np.float64]:
        """Time constants -dt / ln |λ| (s), (point, mode): decay to 1/e; negative: growth by e."""
        with np.errstate(divide="ignore"):
            return -self.dt_s / np.log(np.abs(self.values))

    @property
    def frequencies(self) -> NDArray[np.float64]:
        """Frequencies |angle of λ| / (2π dt) (Hz), (point, mode)."""
        return np.abs(np.angle(self.values)) / (2 * np.pi * self.dt_s)

    def slow_modes(self, at_least_s: float) -> list[NDArray[np.float64]]:
        """Return for each point an orthonormal basis, (state, direction), of the modes with at least this time constant (s)."""
        slow = np.abs(self.values) >= np.exp(-self.dt_s / at_least_s)
        bases = []
        for vectors, which in zip(self.vectors, slow, strict=True):
            spanning = np.concatenate([vectors[:, which].real, vectors[:, which].imag], axis=1)
            basis, size, _ = np.linalg.svd(spanning, full_matrices=False)
            bases.append(basis[:, size > 1e-9 * size.max(initial=0.0)])
        return bases


def spectrum(jacobians: NDArray[np.float64], dt_s: float) -> Spectrum:
    """Return eigenvalues and eigenvectors of Jacobians (point, state, state) of one step of `dt_s` seconds."""
    values, vectors = np.linalg.eig(jacobians)
    order = np.argsort(-np.abs(values), axis=1, kind="stable")
    values = np.take_along_axis(values, order, axis=1).astype(np.complex128)
    return Spectrum(values, np.take_along_axis(vectors, order[:, None], axis=2).astype(np.complex128), dt_s)


def alignment(bases: Sequence[NDArray[np.float64]], directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cosine of the angle between each direction and its subspace.

    Parameters
    ----------
    bases : sequence of array, (state, direction)
        One orthonormal basis per point.
    directions : array, (point, state)

    Returns
    -------
    array, (point,)
        From 0 (orthogonal) to 1 (inside the subspace); NaN for a direction of length 0 or NaN.
    """
    length = np.linalg.norm(directions, axis=1)
    inside = np.array([np.linalg.norm(basis.T @ some) for basis, some in zip(bases, directions, strict=True)])
    return np.where(length > 0, inside / np.where(length > 0, length, 1.0), np.nan)
