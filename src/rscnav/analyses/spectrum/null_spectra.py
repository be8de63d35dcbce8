"""Controls of the eigenvalue spectrum: what the spectrum would be if units had nothing, or only the trial, in common.

Values lie unit by unit in memory, (unit, time), because each unit is moved as a block.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.spectrum.pca_spectrum import leading_spectrum
from rscnav.analyses.statistics.null_models import ExchangeableTrials

SHUFFLES = 10  # of the counts, for `spike_shuffle`


def circular_shift_null(series: NDArray[np.floating], n: int) -> Callable[[np.random.Generator], NDArray]:
    """Null `circular_shift`: each unit's samples rolled by an offset of its own, as `rscnav.analyses.statistics.null_models.circular_shift_units` does.

    Keeps each unit's own distribution and its slowness; what units share is gone, also what they share only because
    they do the same at the same time in every trial.
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
    """Null `trial_shuffle`: each unit's trials permuted by itself, among trials of similar length.

    The samples of the part stay where behaviour put them; a unit's activity there comes from another trial at the same
    time in the trial. This keeps what all trials share, such as a ramp.

    Parameters
    ----------
    series : array, (unit, time)
        Of whole trials.
    exchangeable : ExchangeableTrials
        Groups of those trials.
    part : array of bool, (time,)
        Samples of the part.
    n : int
        Components.
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
    """Null `spike_shuffle`: each unit's spike counts shuffled over all bins, then filtered as the real ones were.

    In each draw a unit's samples are those of any of `SHUFFLES` shuffles, rolled by any offset: shuffled counts have no order in
    time that this could break, and a unit's variance differs from draw to draw as it does between shuffles.

    Parameters
    ----------
    counts : array, (time, unit)
        Not filtered; of the trials that samples are taken from.
    places : array
        The samples to take, of `counts`.
    lowpassed : callable
        Filters (time, unit) as the activity was.
    n : int
        Components.

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
    """Take off each unit's mean and give (unit, time) in single precision, unit by unit in memory."""
    mean = series.mean(axis=1, keepdims=True, dtype=np.float64)
    return np.ascontiguousarray(series - mean, np.float32)
