"""Differences between neighbouring trials, free of the shared time course and of slow drift."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.statistics.null_models import ExchangeableTrials, runs, similar_lengths
from rscnav.analyses.statistics.permutation import permutation_p


@dataclass(frozen=True)
class TrialPairs:
    """Pairs of neighbouring trials; each trial is in at most one pair.

    Parameters
    ----------
    groups : list of array, (pair, 2, step)
        Samples of each pair, earlier trial first, by group of pairs of similar length; truncated to one length per group.
    left_out : int
        Count of trials without a partner: 0 or 1.
    """

    groups: list[NDArray[np.intp]]
    left_out: int

    def part(self, mask: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the samples (sample, 2) at which `mask` (time,) is True in both trials of a pair, pair after pair."""
        rows = [np.moveaxis(group, 1, 2)[mask[group].all(axis=1)] for group in self.groups]
        return np.concatenate([*rows, np.empty((0, 2), np.intp)])

    def starts(self) -> NDArray[np.intp]:
        """Return the first sample of each pair, in order of time."""
        return np.sort(np.concatenate([*(group[:, 0, 0] for group in self.groups), np.empty(0, np.intp)]))


def neighbouring_pairs(trial: NDArray[np.integer]) -> TrialPairs:
    """Pair successive trials (1st with 2nd, 3rd with 4th, ...), aligned at their starts and truncated to the shorter trial.

    The difference between two neighbouring trials is free of the time course that all trials share. Slow drift makes
    independent units look correlated, and no permutation of trials preserves it. In differences of pairs that do not
    overlap in time, a random walk of a unit's mean contributes independent increments.

    Parameters
    ----------
    trial : array, (time,)
        Index of the trial of each sample, in order of time; -1 between trials.

    Returns
    -------
    TrialPairs

    References
    ----------
    Granger & Newbold, J. Econometrics 2, 111 (1974), doi:10.1016/0304-4076(74)90034-7 (spurious correlation of random walks,
    and differences as its remedy); Harris, bioRxiv 2020.08.15.251611, doi:10.1101/2020.08.15.251611 (the same for neurons).
    """
    inside = np.flatnonzero(np.asarray(trial) >= 0)
    starts, lengths = runs(trial[inside])
    even = len(starts) - len(starts) % 2
    first, shared = inside[starts[:even]].reshape(-1, 2), lengths[:even].reshape(-1, 2).min(axis=1)
    groups = [first[np.sort(rows)][:, :, None] + np.arange(shared[rows[0]]) for rows in similar_lengths(shared)]
    return TrialPairs(groups, len(starts) - even)


def differences(series: NDArray[np.floating], pairs: TrialPairs) -> tuple[NDArray[np.floating], ExchangeableTrials]:
    """Compute the later minus the earlier trial of each pair.

    Parameters
    ----------
    series : array, (unit, time)
    pairs : TrialPairs

    Returns
    -------
    array, (unit, sample)
        Pair after pair and step after step.
    ExchangeableTrials
        Indices of the samples of each pair in the array.
    """
    earlier, later = (ExchangeableTrials([g[:, k] for g in pairs.groups], pairs.left_out) for k in (0, 1))
    values = np.take(series, later.samples(), axis=1) - np.take(series, earlier.samples(), axis=1)
    return values, earlier.renumbered()


def trial_autocorrelation(
    activity: NDArray[np.floating],
    trial: NDArray[np.integer],
    generator: np.random.Generator,
    n_null: int = 199,
) -> tuple[float, float]:
    """Compute the trial autocorrelation: the correlation between the mean activity of successive trials.

    It is averaged over the units that vary.

    Parameters
    ----------
    activity : array, (time, unit)
    trial : array, (time,)
        In order of time.
    generator : numpy.random.Generator
    n_null : int
        Permutations of the order of the trials, the same for all units.

    Returns
    -------
    correlation, p : float
        Upper-tailed permutation p-value. NaN with fewer than four trials, or if no unit varies.
    """
    starts, lengths = runs(trial)
    if len(starts) < 4:
        return np.nan, np.nan
    means = np.stack(
        [activity[k : k + n].sum(axis=0, dtype=np.float64) / n for k, n in zip(starts, lengths, strict=True)]
    )
    means -= means.mean(axis=0)
    variance = np.mean(means**2, axis=0)
    means = means[:, variance > 1e-12 * max(float(variance.max()), 1e-300)]
    if not means.shape[1]:
        return np.nan, np.nan
    means /= np.sqrt(np.mean(means**2, axis=0))

    def lagged(order: NDArray[np.intp]) -> float:
        return float(np.mean(means[order[1:]] * means[order[:-1]]))

    observed = lagged(np.arange(len(means)))
    null = np.array([lagged(generator.permutation(len(means))) for _ in range(n_null)])
    return observed, float(permutation_p(null, observed))
