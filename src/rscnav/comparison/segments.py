"""Segments of trajectories for DSA: principal components of trials, cut to one length."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.preprocessing import Prepared
from rscnav.analyses.statistics.jackknife import random_trial_groups
from rscnav.analyses.statistics.pca import principal_axes
from rscnav.analyses.statistics.standardise import zscore
from rscnav.seeds import Seeds
from rscnav.sessions.session import contiguous_stretches

MIN_PIECES = 20


@dataclass(frozen=True)
class Segments:
    """Trajectories of one session.

    Parameters
    ----------
    states : array, (piece, step, component)
        Scores on the leading principal components of the z-scored units, scaled to a total variance of 1.
    group : array, (piece,)
        Group of trials of each segment; all segments of a trial are in one group.
    half : array, (piece,)
        0 or 1: halves with different trials; `halved` draws new ones.
    """

    states: NDArray[np.float64]
    group: NDArray[np.int64]
    half: NDArray[np.int64]

    @property
    def n_groups(self) -> int:
        """Count of groups of trials."""
        return int(self.group.max()) + 1

    def halved(self, generator: np.random.Generator) -> "Segments":
        """Return the segments with groups assigned to two new random halves."""
        order = generator.permutation(self.n_groups) % 2
        return Segments(self.states, self.group, order[self.group])

    def only(self, groups: NDArray[np.bool_]) -> "Segments":
        """Return the segments of some groups only."""
        kept = groups[self.group]
        return Segments(self.states[kept], self.group[kept], self.half[kept])

    def in_half(self, half: int) -> NDArray[np.float64]:
        """Return the trajectories of one half."""
        return self.states[self.half == half]


def cut(
    prepared: Prepared, time: NDArray[np.floating], dt_s: float, settings: Any, seeds: Seeds
) -> tuple[Segments | None, str]:
    """Project a session on its leading principal components and cut it into segments.

    Parameters
    ----------
    prepared : Prepared
    time : array, (time,)
        Times of the prepared samples (s).
    dt_s : float
    settings : Similarity
    seeds : Seeds

    Returns
    -------
    Segments or None
    str
        Reason if there are none, otherwise empty.
    """
    n_steps = round(settings.segment_s / dt_s)
    if n_steps < 2 * settings.n_delays:
        return None, f"pieces of {n_steps} samples are too short for {settings.n_delays} delays; at least twice as many"
    stretches = contiguous_stretches(time, prepared.trial, dt_s)
    first = np.concatenate([np.arange(s.start, s.stop - n_steps + 1, n_steps) for s in stretches] or [np.empty(0, int)])
    if len(first) > settings.max_segments:
        first = np.sort(seeds.generator("pieces").choice(first, settings.max_segments, replace=False))
    n_trials = len(np.unique(prepared.trial[first])) if len(first) else 0
    if len(first) < MIN_PIECES or n_trials < 4:
        return None, (
            f"{len(first)} pieces of {settings.segment_s:g} s in {n_trials} trials are too few; at least {MIN_PIECES} in 4"
        )
    rows = first[:, None] + np.arange(n_steps)
    units = zscore(prepared.activity[rows.ravel()])
    if units.shape[1] < settings.n_components:
        return None, f"{units.shape[1]} units vary; as many as components ({settings.n_components}) are needed"
    scores = leading(units, settings.n_components).reshape(*rows.shape, -1)
    generator = seeds.generator("groups")
    group = random_trial_groups(prepared.trial[first], settings.n_groups, generator)
    return Segments(scores, group, np.zeros(len(group), np.int64)).halved(generator), ""


def leading(units: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    """Return the scores (time, component) on the `n` leading principal components, scaled to a total variance of 1."""
    mean, axes = principal_axes(units)
    scores = (units - mean) @ axes[:, :n]
    return np.asarray(scores / np.sqrt(scores.var(axis=0).sum()), np.float64)


def shuffled(states: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Return the time shuffle: time steps of each segment (segment, step, component) permuted, which removes dynamics."""
    order = np.argsort(generator.random(states.shape[:2]), axis=1)
    return np.take_along_axis(states, order[:, :, None], axis=1)


def component_shuffle_surrogate(states: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Return the component shuffle: segments (segment, step, component) of each component permuted independently.

    This preserves the time course and autocorrelation of each component, and what all segments have in common.
    """
    order = np.argsort(generator.random((states.shape[0], states.shape[2])), axis=0)
    return np.take_along_axis(states, order[:, None, :], axis=0)
