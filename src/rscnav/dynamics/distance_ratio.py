"""Ratio of distances between and within two categories of trials, with interval, permutation test and control."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.result import BAND, Result
from rscnav.analyses.statistics.intervals import null_band
from rscnav.analyses.statistics.jackknife import jackknife_interval
from rscnav.analyses.statistics.permutation import permutation_p
from rscnav.dynamics.settings import Settings
from rscnav.dynamics.trial_statistics import add_band
from rscnav.seeds import Seeds

ALPHA = 0.05


@dataclass(frozen=True)
class StatePairs:
    """Distances between runs of trials of two categories under the same input.

    Parameters
    ----------
    distance : array, (lag, trial, trial)
        At least 0; 0 on the diagonal.
    stratum : array, (trial,)
        Stratum of each trial; only trials of one stratum are compared.
    """

    distance: NDArray[np.float64]
    stratum: NDArray[np.integer]

    def ratio(self, is_a: NDArray[np.bool_], kept: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """Return the mean distance between a- and b-trials, divided by the mean distance within categories.

        Only pairs of one stratum count. The distance within categories is the average of the mean over pairs of a-trials and
        the mean over pairs of b-trials. The ratio is 1 if the categories do not differ.

        Parameters
        ----------
        is_a : array, (trial,) or (draw, trial)
            Whether each trial is an a-trial.
        kept : array, (trial,), optional
            Trials that count; default: all.

        Returns
        -------
        array, (lag,) or (draw, lag)
            NaN if a category has no pair.
        """
        labels = np.atleast_2d(is_a).astype(np.float64)
        counted = np.ones(labels.shape[1]) if kept is None else kept.astype(np.float64)
        a, b = labels * counted, (1 - labels) * counted
        sums = np.zeros((3, len(labels), len(self.distance)))
        n = np.zeros((3, len(labels)))
        for stratum in np.unique(self.stratum):
            here = np.flatnonzero(self.stratum == stratum)
            some_a, some_b = a[:, here], b[:, here]
            n_a, n_b = some_a.sum(axis=1), some_b.sum(axis=1)
            n += np.stack([n_a * n_b, n_a * (n_a - 1), n_b * (n_b - 1)])
            block = self.distance[:, here[:, None], here]  # (lag, trial, trial)
            from_a, from_b = some_a @ block, some_b @ block  # (lag, draw, trial)
            sums[0] += np.einsum("ldt,dt->dl", from_a, some_b)
            sums[1] += np.einsum("ldt,dt->dl", from_a, some_a)
            sums[2] += np.einsum("ldt,dt->dl", from_b, some_b)
        with np.errstate(invalid="ignore", divide="ignore"):
            between, within_a, within_b = sums / n[:, :, None]
            ratio = between / (0.5 * (within_a + within_b))
        return ratio if np.ndim(is_a) == 2 else ratio[0]


def pairwise(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Euclidean distances of points (lag, trial, dim) at each lag, (lag, trial, trial)."""
    centred = points - points.mean(axis=1, keepdims=True)
    squares = np.sum(centred**2, axis=2)
    gaps = squares[:, :, None] + squares[:, None] - 2 * centred @ np.swapaxes(centred, 1, 2)
    distance = np.sqrt(np.maximum(gaps, 0))
    distance[:, np.arange(distance.shape[1]), np.arange(distance.shape[1])] = 0
    return distance


def add_ratio(
    result: Result, what: str, pairs: StatePairs, is_a: NDArray[np.bool_], settings: Settings, seeds: Seeds
) -> None:
    """Add the ratio by lag with its jackknife interval, a permutation test of the labels, and a control.

    The control is the ratio between random halves of one category. `what` is the beginning of the names of the results.
    """
    n_lags = len(pairs.distance)
    observed = pairs.ratio(is_a)
    groups = seeds.generator("groups")
    group = groups.permutation(np.arange(len(is_a)) % min(settings.n_groups, len(is_a)))
    without = np.stack([pairs.ratio(is_a, group != k) for k in np.unique(group)])  # (group, lag)
    bounds = np.array([jackknife_interval(observed[lag], without[:, lag]) for lag in range(n_lags)])
    add_band(result, f"{what}/ratio", np.vstack([observed, bounds.T]), "", ("lag",))
    null = pairs.ratio(_relabelled(is_a, pairs.stratum, settings.n_null, seeds.generator("labels")))
    result.add_each(f"{what}/permuted_", BAND, null_band(null), "", ("lag",))
    p = permutation_p(null, observed)
    result.add(f"{what}/p_by_lag", p, "", ("lag",))
    split = _split_ratio(pairs, is_a, settings.n_null, seeds.generator("split"))
    result.add_each(f"{what}/control_", BAND, split, "", ("lag",))

    after = np.arange(n_lags) > 0  # after the first step of the common input
    result.add(f"{what}/p", permutation_p(null[:, after].mean(axis=1), observed[after].mean()))
    overall = observed[after].mean(), *jackknife_interval(observed[after].mean(), without[:, after].mean(axis=1))
    add_band(result, f"{what}/ratio_mean", np.array(overall), "")
    end = observed[-1], bounds[-1, 0], bounds[-1, 1]
    add_band(result, f"{what}/ratio_end", np.array(end), "")
    lost = np.flatnonzero(after & (p > ALPHA))
    time = result["apart/time"]
    result.add(f"{what}/apart_for", time[lost[0]] if len(lost) else time[-1] + time[1] - time[0], "s")
    if not len(lost):
        result.notes[f"{what}/apart_for"] = (
            f"separate to the end of the common input, {time[-1] + time[1] - time[0]:g} s"
        )


def _relabelled(
    is_a: NDArray[np.bool_], stratum: NDArray[np.integer], n: int, generator: np.random.Generator
) -> NDArray[np.bool_]:
    """Return labels permuted within each stratum, (draw, trial)."""
    drawn = np.repeat(is_a[None], n, axis=0)
    for one in np.unique(stratum):
        here = np.flatnonzero(stratum == one)
        drawn[:, here] = generator.permuted(drawn[:, here], axis=1)
    return drawn


def _split_ratio(
    pairs: StatePairs, is_a: NDArray[np.bool_], n: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return the ratio between random halves of one category, of a and of b: mean and 95 % band, (mean/low/high, lag)."""
    ratios = []
    for category in (is_a, ~is_a):
        some = np.flatnonzero(category)
        within = StatePairs(pairs.distance[:, some[:, None], some], pairs.stratum[some])
        ratios.append(within.ratio(_relabelled(np.arange(len(some)) % 2 == 0, within.stratum, n, generator)))
    drawn = np.concatenate(ratios)
    return null_band(drawn[np.isfinite(drawn).all(axis=1)])
