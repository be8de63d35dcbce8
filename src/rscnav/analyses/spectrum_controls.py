"""Controls of the eigenvalue spectrum: what the spectrum would be if units had nothing, or only the trial, in common.

Values lie unit by unit in memory, (unit, time), because each unit is moved as a block.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.filtering import lowpass
from rscnav.analyses.nulls import Exchangeable
from rscnav.analyses.spectrum import spectrum_of

PERCENT = (2.5, 97.5)


@dataclass(frozen=True)
class Band:
    """Mean of the control's spectra and the band that holds 95 % of them, component by component."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def band(draw: Callable[[np.random.Generator], NDArray], generator: np.random.Generator, n_draws: int) -> Band:
    """Draw spectra and sum them up."""
    return as_band([draw(generator) for _ in range(n_draws)])


def as_band(spectra: Sequence[NDArray]) -> Band:
    """Sum up spectra, (draw, component)."""
    low, high = np.percentile(spectra, PERCENT, axis=0)
    return Band(np.mean(spectra, axis=0), low, high)


def rolled(series: NDArray[np.floating], n: int) -> Callable[[np.random.Generator], NDArray]:
    """Control A: each unit's samples rolled by an offset of its own, as `rscnav.analyses.nulls.roll_each_unit` does.

    Keeps each unit's own distribution and its slowness; what units share is gone, also what they share only because
    they do the same at the same time in every trial.
    """
    twice = np.concatenate([series, series], axis=1)
    n_units, n_samples = series.shape

    def draw(generator: np.random.Generator) -> NDArray:
        moved = np.empty_like(series)
        offsets: NDArray[np.int64] = generator.integers(0, n_samples, size=(n_units,))
        for unit, offset in enumerate(offsets):
            moved[unit] = twice[unit, n_samples - offset : 2 * n_samples - offset]
        return spectrum_of(moved, n)

    return draw


def trials_permuted(
    series: NDArray[np.floating], exchangeable: Exchangeable, part: NDArray[np.bool_], n: int
) -> Callable[[np.random.Generator], NDArray]:
    """Control B: each unit's trials permuted by itself, among trials of similar length.

    The samples of the part stay where behaviour put them; a unit's activity there comes from another trial at the same
    time in the trial. This keeps what all trials share, such as a ramp.

    Parameters
    ----------
    series : array, (unit, time)
        Of whole trials.
    exchangeable : Exchangeable
        Groups of those trials.
    part : array of bool, (time,)
        Samples of the part.
    n : int
        Components.
    """
    blocks = []
    for group in exchangeable.groups:
        trial, step = np.nonzero(part[group])
        if len(trial):
            blocks.append((np.ascontiguousarray(series[:, group]), trial, step))

    def draw(generator: np.random.Generator) -> NDArray:
        columns = []
        for values, trial, step in blocks:  # values: (unit, trial, step)
            n_units, n_trials, n_steps = values.shape
            moved = np.empty((n_units, len(trial)))
            for unit in range(n_units):
                source = generator.permutation(n_trials)[trial] * n_steps + step
                np.take(values[unit].reshape(-1), source, out=moved[unit], mode="clip")
            columns.append(moved)
        return spectrum_of(np.concatenate(columns, axis=1), n)

    return draw


def counts_shuffled(
    activity: NDArray[np.floating],
    dt_s: float,
    cutoff_hz: float,
    causal: bool,
    stretches: Sequence[slice],
    generator: np.random.Generator,
) -> NDArray[np.floating]:
    """Control C, one draw: each unit's spike counts shuffled over all bins, then filtered as the real ones were.

    Returns
    -------
    array, (unit, time), float64
    """
    shuffled = generator.permuted(activity, axis=0)
    return lowpass(shuffled, dt_s, cutoff_hz, causal=causal, stretches=stretches).T.astype(np.float64)
