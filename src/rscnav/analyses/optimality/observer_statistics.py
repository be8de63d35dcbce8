"""Statistics over trials for the comparison of observers.

They are means with standard errors, times to certainty, closest observers, and fractions of correct choices.
"""

import numpy as np
from numpy.typing import NDArray

from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session
from rscnav.trial_ratios import mean_over_steps

PARTS = ("overall", *PHASES)
QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
TIE = 1e-6  # difference in KL divergence (nats) below which two observers are tied


def rows_of_test(session: Session, kind: str, order: int | None = None) -> NDArray | None:
    """Return the rows of the table of encounters in test trials, of one kind (and order); None without a table."""
    table = session.encounters
    if table is None:
        return None
    chosen = (table["kind"] == kind) & (session.trials["split"][table["trial"]] == "test")
    return table[chosen if order is None else chosen & (table["order"] == order)]


def part_masks(phase: NDArray[np.integer]) -> list[NDArray[np.bool_]]:
    """Return a mask (time,) of the samples of each of `PARTS`."""
    return [np.ones(len(phase), bool), *(phase == k for k in range(len(PHASES)))]


def per_step(
    values: NDArray, trial: NDArray[np.integer], phase: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute the mean of values over the steps of each part, with the standard error over trials (see `rscnav.trial_ratios`).

    Parameters
    ----------
    values : array, (time, observer)
    trial, phase : array, (time,)

    Returns
    -------
    mean, se : array, (observer, part)
        In the unit of `values`; the mean is NaN without a step, the standard error with fewer than two trials.
    """
    shape = (values.shape[1], len(PARTS))
    mean, se = np.full(shape, np.nan), np.full(shape, np.nan)
    for p, mask in enumerate(part_masks(phase)):
        if not mask.any():
            continue
        for k in range(values.shape[1]):
            column = values[:, k].astype(np.float64)
            mean[k, p] = column[mask].mean()
            se[k, p] = mean_over_steps(column[mask], trial[mask])[1]
    return mean, se


def of_trials(
    values: NDArray, trial: NDArray[np.integer], phase: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Compute the mean of values over the steps of each trial, in each part.

    Parameters
    ----------
    values : array, (time, observer)
    trial, phase : array, (time,)

    Returns
    -------
    names : array, (trial,)
        Trials with at least one step.
    means : array, (trial, observer, part)
        NaN if a trial has no step of the part.
    """
    names, at = np.unique(trial, return_inverse=True)
    means = np.full((len(names), values.shape[1], len(PARTS)), np.nan)
    for p, mask in enumerate(part_masks(phase)):
        count = np.bincount(at[mask], minlength=len(names))
        some = count > 0
        for k in range(values.shape[1]):
            sums = np.bincount(at[mask], weights=values[mask, k].astype(np.float64), minlength=len(names))
            means[some, k, p] = sums[some] / count[some]
    return names.astype(np.int64), means


def closest_observer_fraction(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the fraction (observer,) of trials in which each observer has the smallest value of means (trial, observer).

    A trial with a tie is divided equally between the tied observers. Rows with NaN (trials without such a step) are
    left out. Without other rows the result is NaN.
    """
    known = means[np.isfinite(means).all(axis=1)]
    if not known.size:
        return np.full(means.shape[1], np.nan)
    least = known <= known.min(axis=1, keepdims=True) + TIE
    return np.mean(least / least.sum(axis=1, keepdims=True), axis=0)


def quantiles(means: NDArray[np.float64], quantile: float) -> NDArray[np.float64]:
    """Compute a quantile over trials of values (trial, observer, part): (observer, part). Trials with NaN are left out."""
    found = np.full(means.shape[1:], np.nan)
    for p in range(means.shape[2]):
        known = means[np.isfinite(means[:, :, p]).all(axis=1), :, p]
        if len(known):
            found[:, p] = np.quantile(known, quantile, axis=0)
    return found


def kaplan_meier(
    there: NDArray[np.bool_], onset: NDArray[np.integer], last: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Compute the Kaplan-Meier estimate of the fraction of cases that have reached a level by each lag.

    F(k) = 1 - Π_{j ≤ k} (1 - d_j / n_j), with d_j the cases that first reach the level at lag j and n_j those that had not
    reached it before and are still observed. Cases that end before they reach the level are censored.

    Parameters
    ----------
    there : array, (time,)
        Whether the level is reached at each sample.
    onset, last : array, (case,)
        Sample of lag 0 of each case, and its last sample.

    Returns
    -------
    array, (lag,)
        F at lags 0, 1, ...; empty without cases.

    References
    ----------
    Kaplan & Meier, J. Am. Stat. Assoc. 53, 457 (1958), doi:10.1080/01621459.1958.10501452.
    """
    from scipy import stats

    if not len(onset):
        return np.empty(0)
    samples = np.append(np.flatnonzero(there), len(there))
    first = samples[np.searchsorted(samples, onset)]
    left, event = np.minimum(first, last) - onset, first <= last
    reached = stats.ecdf(stats.CensoredData(uncensored=left[event], right=left[~event])).cdf
    return np.asarray(reached.evaluate(np.arange(left.max() + 1)), np.float64)


def reached_by(share: NDArray[np.float64], lag: int) -> float:
    """Return the fraction, share (lag,), at a lag; NaN beyond the last observed lag, unless all cases had reached the level."""
    if lag < len(share):
        return float(share[lag])
    return 1.0 if len(share) and share[-1] > 1 - 1e-12 else float("nan")


def lag_of(share: NDArray[np.float64], quantile: float) -> float:
    """Return the first lag at which the fraction, share (lag,), is at least `quantile`; NaN if there is none."""
    there = np.flatnonzero(share >= quantile - 1e-12)
    return float(there[0]) if len(there) else float("nan")


def proportion_correct(correct: NDArray[np.integer]) -> tuple[float, float, float, float, int]:
    """Compute the fraction of correct choices with its binomial standard error and exact (Clopper-Pearson) 95 % interval.

    Parameters
    ----------
    correct : array, (trial,)
        1 for a correct choice, 0 for an incorrect one, -1 for none.

    Returns
    -------
    value, se, low, high : float
        NaN without choices.
    n : int
        Count of choices.

    References
    ----------
    Clopper & Pearson, Biometrika 26, 404 (1934), doi:10.1093/biomet/26.4.404.
    """
    from scipy import stats

    n, right = int(np.sum(correct >= 0)), int(np.sum(correct == 1))
    if not n:
        return (float("nan"),) * 4 + (0,)
    low, high = stats.binomtest(right, n).proportion_ci(method="exact")
    share = right / n
    return share, float(np.sqrt(share * (1 - share) / n)), float(low), float(high), n
