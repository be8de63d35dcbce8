"""Null distributions of tuning: trial shuffle and resampled behaviour.

Both assign whole trials of behaviour to whole trials of activity, so that the time in the trial is preserved (LM1
always precedes LM2).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.null_models import exchangeable_trials


@dataclass(frozen=True)
class ShuffledLabels:
    """Samples of activity, with bins drawn from the behaviour of other trials.

    Parameters
    ----------
    rows : array, (sample,)
        Samples of activity that are used; empty if there is no null distribution.
    own : array, (sample,)
        Their observed bins.
    drawn : callable
        Takes a generator and returns bins (sample,) of other trials.
    why : str
        Reason why there is no null distribution, else ''.
    """

    rows: NDArray[np.intp]
    own: NDArray[np.integer]
    drawn: Callable[[np.random.Generator], NDArray[np.integer]]
    why: str = ""


def no_labels(why: str) -> ShuffledLabels:
    """Return an empty null distribution with the reason why it does not exist."""
    empty = np.empty(0, np.intp)
    return ShuffledLabels(empty, empty, lambda _: empty, why)


def permuted_trials(
    labels: NDArray[np.integer], trial: NDArray[np.integer], max_samples: int, generator: np.random.Generator
) -> ShuffledLabels:
    """Draw from the trial shuffle: whole trials of behaviour are permuted against whole trials of activity.

    They are permuted among trials of similar length. p-values are valid if the behaviour of trials is exchangeable. This holds in
    networks. In an animal it fails if behaviour and activity both drift over the session.

    Parameters
    ----------
    labels : array, (time,)
        Bin of each sample, -1 for none.
    trial : array, (time,)
    max_samples : int
        Longer sessions are reduced to at most this many samples, in whole trials drawn at random.
    generator : numpy.random.Generator

    Returns
    -------
    ShuffledLabels
    """
    exchangeable = exchangeable_trials(np.where(_some_trials(trial, max_samples, generator), trial, -1))
    rows = exchangeable.samples()
    if not len(rows):
        return no_labels("no null distribution: no two trials have similar lengths (within 20 %)")
    return ShuffledLabels(rows, labels[rows], lambda g: labels[exchangeable.permuted(g)])


def resampled_behaviour_null(
    labels: NDArray[np.integer], trial: NDArray[np.integer], max_samples: int, generator: np.random.Generator
) -> ShuffledLabels:
    """Draw resampled behaviour: trials of the whole session, without replacement, for the activity of half of the trials.

    For the parameters see `permuted_trials`. The activity has at most `max_samples` samples. Most of the drawn
    behaviour never occurred with this activity. If trials are drawn independently, as in a task, the observed behaviour
    is exchangeable with the draws, so that p-values are exact for any activity. Trials of an animal are not
    independent.

    Returns
    -------
    ShuffledLabels
    """
    order = np.argsort(trial, kind="stable")
    order = order[trial[order] >= 0]
    names, lengths = np.unique(trial[order], return_counts=True)
    if len(names) < 4:
        return no_labels(f"no resampled behaviour: {len(names)} trials; at least 4 are needed")
    if lengths.min() != lengths.max():
        return no_labels("no resampled behaviour: trials differ in length; equal lengths are needed")
    n_steps = int(lengths[0])
    n_used = max(2, min(len(names) // 2, max_samples // n_steps))
    trials = order.reshape(len(names), n_steps)
    rows = trials[np.sort(generator.permutation(len(names))[:n_used])].ravel()
    pool = labels[trials]  # (trial, step)
    return ShuffledLabels(rows, labels[rows], lambda g: pool[g.permutation(len(pool))[:n_used]].ravel())


def _some_trials(trial: NDArray[np.integer], max_samples: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Return a mask of whole trials, drawn at random, with at most `max_samples` samples; at least two trials."""
    names, at, lengths = np.unique(trial, return_inverse=True, return_counts=True)
    lengths = np.where(names < 0, 0, lengths)
    order = generator.permutation(len(names))
    fits = np.cumsum(lengths[order]) <= max_samples
    fits[:3] = True  # one of the three may be -1, the samples between trials
    return np.isin(at, order[fits])
