"""Nulls of tuning curves: which bin each sample falls in comes from another trial's behaviour.

Both draw whole trials, so that what a unit does in the course of a trial is kept (LM1 always comes before LM2).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.null_models import exchangeable_trials


@dataclass(frozen=True)
class ShuffledLabels:
    """Samples whose bins are drawn anew.

    Parameters
    ----------
    rows : array, (sample,)
        The samples of activity that are used; none where there is no null, and `why` says why.
    own : array, (sample,)
        Their own bins.
    drawn : callable
        Gives as many bins from other trials, from a generator.
    """

    rows: NDArray[np.intp]
    own: NDArray[np.integer]
    drawn: Callable[[np.random.Generator], NDArray[np.integer]]
    why: str = ""


def no_labels(why: str) -> ShuffledLabels:
    """Give no samples at all, and why."""
    empty = np.empty(0, np.intp)
    return ShuffledLabels(empty, empty, lambda _: empty, why)


def permuted_trials(
    labels: NDArray[np.integer], trial: NDArray[np.integer], max_samples: int, generator: np.random.Generator
) -> ShuffledLabels:
    """Permute whole trials of behaviour against whole trials of activity, among trials of similar length.

    The p-values of this null hold where behaviour is as likely in one order of the trials as in another: in networks always, in
    an animal unless its behaviour drifts over the session as its activity does.

    Parameters
    ----------
    labels : array, (time,)
        Bin of each sample, -1 for none.
    trial : array, (time,)
    max_samples : int
        Of longer sessions this many samples, in whole trials drawn at random.
    """
    exchangeable = exchangeable_trials(np.where(_some_trials(trial, max_samples, generator), trial, -1))
    rows = exchangeable.samples()
    if not len(rows):
        return no_labels("no control: no two trials have similar lengths (within 20 %)")
    return ShuffledLabels(rows, labels[rows], lambda g: labels[exchangeable.permuted(g)])


def resampled_behaviour_null(
    labels: NDArray[np.integer], trial: NDArray[np.integer], max_samples: int, generator: np.random.Generator
) -> ShuffledLabels:
    """Draw behaviour for the activity of some trials from all trials of the session, without replacement; see `permuted_trials`.

    The activity is that of half the trials (at most `max_samples` samples), the behaviour that of all: most of it was never seen with
    this activity. Where trials are drawn independently, as a task does it, the true behaviour is one draw like any other, so
    the p-values are exact, whatever the activity is like. An animal's trials are not drawn so.
    """
    order = np.argsort(trial, kind="stable")
    order = order[trial[order] >= 0]
    names, lengths = np.unique(trial[order], return_counts=True)
    if len(names) < 4:
        return no_labels(f"no fresh behaviour: {len(names)} trials; at least 4 are needed")
    if lengths.min() != lengths.max():
        return no_labels("no fresh behaviour: trials differ in length")
    n_steps = int(lengths[0])
    n_used = max(2, min(len(names) // 2, max_samples // n_steps))
    trials = order.reshape(len(names), n_steps)
    rows = trials[np.sort(generator.permutation(len(names))[:n_used])].ravel()
    pool = labels[trials]  # (trial, step)
    return ShuffledLabels(rows, labels[rows], lambda g: pool[g.permutation(len(pool))[:n_used]].ravel())


def _some_trials(trial: NDArray[np.integer], max_samples: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Mark whole trials, drawn at random, of at most `max_samples` samples (but two trials at least)."""
    names, at, lengths = np.unique(trial, return_inverse=True, return_counts=True)
    lengths = np.where(names < 0, 0, lengths)
    order = generator.permutation(len(names))
    fits = np.cumsum(lengths[order]) <= max_samples
    fits[:3] = True  # one of the three may be what lies between trials
    return np.isin(at, order[fits])
