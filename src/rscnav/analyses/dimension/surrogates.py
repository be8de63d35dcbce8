"""Phase-randomised surrogate trials: the same means and covariances as the data, Gaussian or with each unit's distribution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Marginals:
    """Marginal distribution of each unit: values in increasing order, and their normal scores, (rank, unit) each."""

    values: NDArray[np.float64]
    scores: NDArray[np.float64]

    def to_normal(self, trials: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the normal scores of each unit's values (trial, step, unit)."""
        return self._mapped(trials, self.values, self.scores)

    def from_normal(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the values of the same rank as normal scores (trial, step, unit), within the range of each unit's values."""
        return self._mapped(scores, self.scores, self.values)

    @staticmethod
    def _mapped(
        array: NDArray[np.floating], source: NDArray[np.float64], target: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        mapped = np.empty(array.shape)
        for unit in range(array.shape[-1]):
            mapped[..., unit] = np.interp(array[..., unit], source[:, unit], target[:, unit])
        return mapped


def marginals(samples: NDArray[np.floating]) -> Marginals:
    """Compute the marginal distribution of each unit from samples (sample, unit); equal values get their mean normal score."""
    from scipy.special import ndtri

    n, n_units = samples.shape
    scores = np.broadcast_to(ndtri((np.arange(n) + 0.5) / n)[:, None], samples.shape)
    values = np.sort(np.asarray(samples, np.float64), axis=0)
    shared = np.empty((n, n_units))
    for unit in range(n_units):
        _, first, count = np.unique(values[:, unit], return_index=True, return_counts=True)
        shared[:, unit] = np.repeat(np.add.reduceat(scores[:, unit], first) / count, count)
    return Marginals(values, shared)


def phase_randomise(trials: NDArray[np.floating], generator: np.random.Generator) -> NDArray[np.float64]:
    """Randomise the Fourier phases over trials of an array (trial, step, unit), with the same angles for every (step, unit).

    Each (step, unit) is one time series over trials, which are in order of time. The means over trials and all covariances
    between two (step, unit), within a trial and across trials at any (circular) lag, are preserved. All other structure is
    destroyed.

    References
    ----------
    Prichard & Theiler, Phys. Rev. Lett. 73, 951 (1994), doi:10.1103/PhysRevLett.73.951 (multivariate surrogates).
    """
    from scipy import fft

    n = len(trials)
    spectrum = fft.rfft(trials, axis=0)
    turn = np.exp(2j * np.pi * generator.random(len(spectrum)))
    turn[0] = 1  # preserves the mean over trials
    if n % 2 == 0:
        turn[-1] = generator.choice([-1.0, 1.0])
    return fft.irfft(spectrum * turn[:, None, None].astype(spectrum.dtype), n, axis=0)
