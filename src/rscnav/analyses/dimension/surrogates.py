"""Surrogate trials that share everything linear with the real ones: what states look like that lie on nothing curved."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Marginals:
    """Values of each unit in order, and the normal scores that go with them: (rank, unit) each."""

    values: NDArray[np.float64]
    scores: NDArray[np.float64]

    def to_normal(self, trials: NDArray[np.floating]) -> NDArray[np.float64]:
        """Turn each unit's values (trial, step, unit) into scores of the same rank."""
        return self._mapped(trials, self.values, self.scores)

    def from_normal(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """Turn scores (trial, step, unit) into values of the same rank, between the lowest and the highest there is."""
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
    """Take the marginal distribution of each unit from samples (sample, unit); equal values share the mean of their scores."""
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
    """Turn the Fourier phases of a sequence of trials (trial, step, unit), by the same random angles in every step and unit.

    The number of the trial takes the place of time: each (step, unit) is one series over trials. Every mean over trials, every
    covariance between any two (step, unit) of a trial and between those of trials any lag apart (around the circle) stays what
    it was; what trials have beyond their means and covariances is gone. Trials are in order of time.

    References
    ----------
    Prichard & Theiler, Phys. Rev. Lett. 73, 951 (1994), doi:10.1103/PhysRevLett.73.951 (several series at once).
    """
    from scipy import fft

    n = len(trials)
    spectrum = fft.rfft(trials, axis=0)
    turn = np.exp(2j * np.pi * generator.random(len(spectrum)))
    turn[0] = 1  # the mean over trials stays
    if n % 2 == 0:
        turn[-1] = generator.choice([-1.0, 1.0])
    return fft.irfft(spectrum * turn[:, None, None].astype(spectrum.dtype), n, axis=0)
