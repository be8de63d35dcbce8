"""Null distributions: trial shuffle among trials of similar length, circular shift.

LM1 always precedes LM2, so that a null distribution must preserve the time in the trial. Whole trials are therefore
permuted, among trials of similar length, after truncation to the shortest of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIMILAR = 1.2  # largest ratio of the lengths of trials in a group


@dataclass(frozen=True)
class ExchangeableTrials:
    """Groups of trials of similar length that may be permuted.

    Parameters
    ----------
    groups : list of array, (trial, step)
        Samples of each trial, by group; all trials of a group are truncated to one length.
    left_out : int
        Count of trials without another trial of similar length.
    """

    groups: list[NDArray[np.intp]]
    left_out: int

    def samples(self) -> NDArray[np.intp]:
        """Return all samples that remain after truncation, group by group."""
        return np.concatenate([np.empty(0, np.intp), *(group.ravel() for group in self.groups)])

    def permuted(self, generator: np.random.Generator) -> NDArray[np.intp]:
        """Return the samples in the order of `samples`, with whole trials permuted within their group."""
        moved = [group[generator.permutation(len(group))] for group in self.groups]
        return ExchangeableTrials(moved, self.left_out).samples()

    def renumbered(self) -> "ExchangeableTrials":
        """Return the same groups, with samples numbered in the order of `samples`."""
        ends = np.cumsum([group.size for group in self.groups], dtype=np.intp)
        groups = [np.arange(end - g.size, end).reshape(g.shape) for g, end in zip(self.groups, ends, strict=True)]
        return ExchangeableTrials(groups, self.left_out)


def exchangeable_trials(trial: NDArray[np.integer]) -> ExchangeableTrials:
    """Group trials whose lengths differ by at most 20 %.

    Parameters
    ----------
    trial : array, (time,)
        Index of the trial of each sample, in order of time; -1 between trials.

    Returns
    -------
    ExchangeableTrials
    """
    order = np.argsort(trial, kind="stable")
    order = order[trial[order] >= 0]
    kept: NDArray[np.integer] = trial[order]
    starts, lengths = runs(kept)
    similar = list(similar_lengths(lengths))
    groups = [order[starts[rows][:, None] + np.arange(lengths[rows[0]])] for rows in similar if len(rows) > 1]
    return ExchangeableTrials(groups, len(similar) - len(groups))


def runs(labels: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the start and the length of each run of equal labels (time,)."""
    starts = np.flatnonzero(np.append(True, np.diff(labels) != 0)[: len(labels)])
    return starts, np.diff(starts, append=len(labels))


def similar_lengths(lengths: NDArray[np.integer]) -> Iterator[NDArray[np.intp]]:
    """Yield groups of cases whose lengths differ by at most 20 %, in ascending order; the shortest case of a group comes first."""
    order = np.argsort(lengths, kind="stable")
    while len(order):
        n = np.searchsorted(lengths[order], SIMILAR * lengths[order[0]], side="right")
        yield order[:n]
        order = order[n:]


def draw_trials(counts: NDArray, max_samples: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """Draw trials at random, at least one, until the sum of their counts of samples, `counts` (trial,), would exceed the limit."""
    order = generator.permutation(len(counts))
    return order[: max(1, int(np.searchsorted(np.cumsum(counts[order]), max_samples, side="right")))]


def circular_shift_units(
    values: NDArray[np.floating], generator: np.random.Generator, wanted: NDArray[np.intp] | None = None
) -> NDArray[np.floating]:
    """Shift each unit's samples (time, unit) circularly by its own random offset; return all samples, or those `wanted`."""
    n_samples, n_units = values.shape
    offsets = generator.integers(0, n_samples, size=(n_units,))
    wanted = np.arange(n_samples) if wanted is None else wanted
    return np.take_along_axis(values, (wanted[:, None] - offsets[None, :]) % n_samples, axis=0)
