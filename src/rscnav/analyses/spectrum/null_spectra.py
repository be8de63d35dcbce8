"""Null distributions of the eigenspectrum: circular shift, trial shuffle, spike shuffle.

Arrays are (unit, time), with the samples of a unit contiguous in memory, because each unit is permuted as a block.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.spectrum.pca_spectrum import leading_spectrum
from rscnav.analyses.statistics.null_models import ExchangeableTrials

SHUFFLES = 10  # count of shuffles from which `spike_shuffle_null` draws


def circular_shift_null(series: NDArray[np.floating], n: int) -> Callable[[np.random.Generator], NDArray]:
    """Return a function that draws spectra of the circular shift null.

    Each unit's samples are shifted circularly by its own random offset.
    It preserves each unit's distribution and autocorrelation. It removes everything that units share, including a time
    course that is the same in all trials. See `rscnav.analyses.statistics.null_models.circular_shift_units`.

    Parameters
    ----------
    series : array, (unit, time)
    n : int
        Count of components.

    Returns
    -------
    callable
        Takes a generator and returns a spectrum (component,).
    """
    centred = centre_float32(series)
    twice = np.concatenate([centred, centred], axis=1)
    n_units, n_samples = series.shape

    def draw(generator: np.random.Generator) -> NDArray:
        moved = np.empty_like(centred)
        offsets: NDArray[np.int64] = generator.integers(0, n_samples, size=(n_units,))
        for unit, offset in enumerate(offsets):
            moved[unit] = twice[unit, n_samples - offset : 2 * n_samples - offset]
        return leading_spectrum(moved, n)

    return draw


def trial_shuffle_null(
    series: NDArray[np.floating], exchangeable: ExchangeableTrials, part: NDArray[np.bool_], n: int
) -> Callable[[np.random.Generator], NDArray]:
    """Return a function that draws spectra of the trial shuffle.

    Each unit's trials are permuted, among trials of similar length.
    The samples of the phase are selected by the observed behaviour. The activity of a unit at these samples is from
    another trial at the same time in the trial. What all trials share, such as a ramp, is preserved.

    Parameters
    ----------
    series : array, (unit, time)
        Whole trials.
    exchangeable : ExchangeableTrials
        Groups of those trials.
    part : array of bool, (time,)
        Mask of the samples of the phase.
    n : int
        Count of components.

    Returns
    -------
    callable
        Takes a generator and returns a spectrum (component,).
    """
    blocks = []
    centred = centre_float32(series)
    for group in exchangeable.groups:
        trial, step = np.nonzero(part[group])
        if len(trial):
            blocks.append((centred[:, group], trial, step))

    def draw(generator: np.random.Generator) -> NDArray:
        columns = []
        for values, trial, step in blocks:  # values: (unit, trial, step)
            n_units, n_trials, n_steps = values.shape
            moved = np.empty((n_units, len(trial)), np.float32)
            for unit in range(n_units):
                source = generator.permutation(n_trials)[trial] * n_steps + step
                np.take(values[unit].reshape(-1), source, out=moved[unit], mode="clip")
            columns.append(moved)
        return leading_spectrum(np.concatenate(columns, axis=1), n)

    return draw


def spike_shuffle_null(
    counts: NDArray[np.floating],
    places: NDArray[np.intp],
    lowpassed: Callable[[NDArray[np.floating]], NDArray[np.floating]],
    n: int,
    n_null: int,
    generator: np.random.Generator,
) -> list[NDArray]:
    """Return draws of the spike shuffle: each unit's spike counts are shuffled over all bins, then filtered like the data.

    Each draw takes the samples of a unit from one of `SHUFFLES` shuffles, with a random circular shift. The shift
    breaks no dependency, since shuffled counts have no temporal order. The variance of a unit differs between draws as
    it does between shuffles.

    Parameters
    ----------
    counts : array, (time, unit)
        Unfiltered counts of the drawn trials.
    places : array
        Indices of the samples of the phase in `counts`.
    lowpassed : callable
        Filters (time, unit) like the activity.
    n : int
        Count of components.
    n_null : int
        Count of draws.
    generator : numpy.random.Generator

    Returns
    -------
    list of array, (component,)
    """
    pool = np.stack([centre_float32(lowpassed(generator.permuted(counts, axis=0))[places].T) for _ in range(SHUFFLES)])
    moved = np.empty_like(pool[0])
    n_units, n_samples = moved.shape
    spectra = []
    for _ in range(n_null):
        which = generator.integers(0, SHUFFLES, size=n_units)
        offsets: NDArray[np.int64] = generator.integers(0, n_samples, size=(n_units,))
        for unit, offset in enumerate(offsets):
            moved[unit, :offset] = pool[which[unit], unit, n_samples - offset :]
            moved[unit, offset:] = pool[which[unit], unit, : n_samples - offset]
        spectra.append(leading_spectrum(moved, n))
    return spectra


def centre_float32(series: NDArray[np.floating]) -> NDArray[np.float32]:
    """Subtract each unit's mean and return (unit, time) in single precision, contiguous by unit."""
    mean = series.mean(axis=1, keepdims=True, dtype=np.float64)
    return np.ascontiguousarray(series - mean, np.float32)
