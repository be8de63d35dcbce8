"""Ways to break what a null hypothesis breaks, and nothing else.

LM1 always comes before LM2, so a null must keep the time in the trial: whole trials are permuted against each other,
only among trials of similar length, all cut to the shortest of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIMILAR = 1.2  # lengths within a group differ by at most this factor


@dataclass(frozen=True)
class ExchangeableTrials:
    """Groups of trials that may stand for each other.

    Parameters
    ----------
    groups : list of array, (trial, step)
        Per group the samples of each of its trials, all cut to one length.
    left_out : int
        Trials without any other of similar length.
    """

    groups: list[NDArray[np.intp]]
    left_out: int

    def samples(self) -> NDArray[np.intp]:
        """All samples that stay after cutting, group by group."""
        return np.concatenate([group.ravel() for group in self.groups] or [np.empty(0, np.intp)])

    def permuted(self, generator: np.random.Generator) -> NDArray[np.intp]:
        """Draw the samples in the same order, with whole trials permuted within their group."""
        parts = [group[generator.permutation(len(group))].ravel() for group in self.groups]
        return np.concatenate(parts or [np.empty(0, np.intp)])


def exchangeable_trials(trial: NDArray[np.integer]) -> ExchangeableTrials:
    """Group trials whose lengths differ by at most 20 %.

    Parameters
    ----------
    trial : array, (time,)
        Index of the trial of each sample, samples in order of time; -1 between trials.

    Returns
    -------
    ExchangeableTrials
    """
    order = np.argsort(trial, kind="stable")
    order = order[trial[order] >= 0]
    kept: NDArray[np.integer] = trial[order]
    starts: NDArray[np.intp] = np.flatnonzero(np.append(True, np.diff(kept) != 0)[: len(kept)])
    lengths: NDArray[np.intp] = np.diff(np.append(starts, len(kept)))
    groups: list[NDArray[np.intp]] = []
    left_out = 0
    by_length = np.argsort(lengths, kind="stable")
    first = 0
    while first < len(by_length):
        shortest = int(lengths[by_length[first]])
        last = first
        while last < len(by_length) and lengths[by_length[last]] <= SIMILAR * shortest:
            last += 1
        if last - first < 2:
            left_out += 1
        else:
            groups.append(order[starts[by_length[first:last]][:, None] + np.arange(shortest)])
        first = last
    return ExchangeableTrials(groups, left_out)


def circular_shift_units(
    values: NDArray[np.floating], generator: np.random.Generator, wanted: NDArray[np.intp] | None = None
) -> NDArray[np.floating]:
    """Roll each unit's samples (time, unit) by an offset of its own, drawn uniformly; give all of them, or those wanted."""
    n_samples, n_units = values.shape
    offsets = generator.integers(0, n_samples, size=(n_units,))
    wanted = np.arange(n_samples) if wanted is None else wanted
    return np.take_along_axis(values, (wanted[:, None] - offsets[None, :]) % n_samples, axis=0)
