"""Ways to break what a null hypothesis breaks, and nothing else.

LM1 always comes before LM2, so a null must keep the time in the trial: whole trials are permuted against each other,
only among trials of similar length, all cut to the shortest of them.
"""

from collections.abc import Iterator
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
        return np.concatenate([np.empty(0, np.intp), *(group.ravel() for group in self.groups)])

    def permuted(self, generator: np.random.Generator) -> NDArray[np.intp]:
        """Draw the samples in the same order, with whole trials permuted within their group."""
        moved = [group[generator.permutation(len(group))] for group in self.groups]
        return ExchangeableTrials(moved, self.left_out).samples()

    def renumbered(self) -> "ExchangeableTrials":
        """Give the same groups of samples that are numbered in the order of `samples`."""
        ends = np.cumsum([group.size for group in self.groups], dtype=np.intp)
        groups = [np.arange(end - g.size, end).reshape(g.shape) for g, end in zip(self.groups, ends, strict=True)]
        return ExchangeableTrials(groups, self.left_out)


def exchangeable_trials(trial: NDArray[np.integer]) -> ExchangeableTrials:
    """Group trials whose lengths differ by at most 20 %.

    Parameters
    ----------
    trial : array, (time,)
        Index of the trial of each sample, samples in order of time; -1 between trials.
    """
    order = np.argsort(trial, kind="stable")
    order = order[trial[order] >= 0]
    kept: NDArray[np.integer] = trial[order]
    starts, lengths = runs(kept)
    alike = list(similar_lengths(lengths))
    groups = [order[starts[rows][:, None] + np.arange(lengths[rows[0]])] for rows in alike if len(rows) > 1]
    return ExchangeableTrials(groups, len(alike) - len(groups))


def runs(labels: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give where each run of equal labels (time,) starts, and its length."""
    starts = np.flatnonzero(np.append(True, np.diff(labels) != 0)[: len(labels)])
    return starts, np.diff(starts, append=len(labels))


def similar_lengths(lengths: NDArray[np.integer]) -> Iterator[NDArray[np.intp]]:
    """Group cases whose lengths differ by at most 20 %, from the shortest on; the shortest of a group comes first."""
    order = np.argsort(lengths, kind="stable")
    while len(order):
        n = np.searchsorted(lengths[order], SIMILAR * lengths[order[0]], side="right")
        yield order[:n]
        order = order[n:]


def draw_trials(counts: NDArray, max_samples: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """Draw trials, one at least, as many as keep the sum of their samples, counts (trial,), within the limit."""
    order = generator.permutation(len(counts))
    return order[: max(1, int(np.searchsorted(np.cumsum(counts[order]), max_samples, side="right")))]


def circular_shift_units(
    values: NDArray[np.floating], generator: np.random.Generator, wanted: NDArray[np.intp] | None = None
) -> NDArray[np.floating]:
    """Roll each unit's samples (time, unit) by an offset of its own, drawn uniformly; give all of them, or those wanted."""
    n_samples, n_units = values.shape
    offsets = generator.integers(0, n_samples, size=(n_units,))
    wanted = np.arange(n_samples) if wanted is None else wanted
    return np.take_along_axis(values, (wanted[:, None] - offsets[None, :]) % n_samples, axis=0)
