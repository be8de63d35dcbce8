"""Representational dissimilarity matrix of one session: distances between conditions, with halves, subsamples and nulls."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rscnav.analyses.preprocessing import Prepared
from rscnav.analyses.statistics.jackknife import delete_d_subsets, random_trial_groups
from rscnav.analyses.statistics.null_models import exchangeable_trials
from rscnav.comparison.conditions import Conditions
from rscnav.comparison.crossnobis import distances, fast_distances, group_means, noise_precision
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session

MIN_GROUPS = 4  # groups of trials: each half needs two


@dataclass(frozen=True)
class Geometry:
    """Distances between the conditions of one session; NaN for conditions without enough samples.

    Parameters
    ----------
    phase : array, (condition,)
    distances : array, (condition, condition)
    n_groups : int
        Count of groups of trials.
    n_trials : int
    draws : array, (draw, condition, condition)
        Distances without a fifth of the groups.
    halves : array, (split, 2, condition, condition)
        Distances of random halves of the groups.
    compared, permuted : array, (condition, condition) and (permutation, condition, condition)
        Trial shuffle (whole trials of activity are permuted), and observed distances for the same samples.
    """

    phase: NDArray[np.int64]
    distances: NDArray[np.float64]
    n_groups: int
    n_trials: int
    draws: NDArray[np.float64]
    halves: NDArray[np.float64]
    compared: NDArray[np.float64]
    permuted: NDArray[np.float64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Mask of the conditions with distances, (condition,)."""
        return np.isfinite(np.diag(self.distances))


def geometry(
    session: Session, prepared: Prepared, conditions: Conditions, settings: Any, seeds: Seeds
) -> tuple[Geometry | None, str]:
    """Compute the distances between the conditions of a session.

    Activity is not low-passed unless `settings.filtered`: the filter would carry each state over into the following positions, and
    make unrelated codes similar, because the order of positions is the same in both sessions.

    Parameters
    ----------
    session : Session
    prepared : Prepared
        Low-passed activity of the chosen trials.
    conditions : Conditions
        Conditions of the prepared samples.
    settings : Similarity
    seeds : Seeds

    Returns
    -------
    Geometry or None
    str
        Reason if there is none, otherwise empty.
    """
    trial = prepared.trial
    names = np.unique(trial)
    if len(names) > settings.max_trials:
        names = seeds.generator("trials").choice(names, settings.max_trials, replace=False)
    used = np.isin(trial, names)
    activity = prepared.activity[used] if settings.filtered else session.activity[prepared.samples[used]]
    trial, label = trial[used], conditions.label[used]
    n_groups = min(settings.n_groups, len(names) // 2)
    if n_groups < MIN_GROUPS:
        return None, f"{len(names)} trials are too few; at least {2 * MIN_GROUPS} are needed"
    activity = activity - activity.mean(axis=0, dtype=np.float64)
    group = random_trial_groups(trial, n_groups, seeds.generator("groups"))
    n_labels = len(conditions.phase)
    needed = max(1, int(np.ceil(settings.min_occupancy_s / session.dt_s - 1e-6)))

    def averaged(rows: NDArray[np.intp], states: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        means, counts = group_means(activity, label[rows], group[rows], n_labels, n_groups, states)
        return means, np.asarray((counts >= needed).all(axis=0))

    everything = np.arange(len(trial))
    means, known = averaged(everything, everything)
    if known.sum() < settings.min_conditions:
        return None, (
            f"{known.sum()} conditions are visited for {settings.min_occupancy_s:g} s in each of {n_groups} groups of trials; "
            f"at least {settings.min_conditions} are needed"
        )
    means = means[:, known]
    precision = _precision(activity, label, trial, known) if settings.noise == "shrinkage" else None
    kept = delete_d_subsets(n_groups, settings.n_subsamples, seeds.generator("draws"))
    generator = seeds.generator("halves")
    orders = [generator.permutation(n_groups) for _ in range(settings.n_splits)]
    halves = [(order[: n_groups // 2], order[n_groups // 2 :]) for order in orders]
    exchangeable = exchangeable_trials(trial)
    rows = exchangeable.samples()
    if len(rows) == 0:  # no two trials have a similar length, so none can be permuted
        observed, permuted = np.full((n_labels, n_labels), np.nan), np.empty((0, n_labels, n_labels))
    else:
        left, still = averaged(rows, rows)
        still &= known
        observed = _whole(fast_distances(left[:, still], precision), still)
        generator = seeds.generator("permuted")
        drawn = [exchangeable.permuted(generator) for _ in range(settings.n_null)]
        permuted = np.stack(
            [_whole(fast_distances(averaged(rows, states)[0][:, still], precision), still) for states in drawn]
        )
    return Geometry(
        conditions.phase, _whole(distances(means, precision), known), n_groups, len(names),
        np.stack([_whole(fast_distances(means[keep], precision), known) for keep in kept]),
        np.stack([[_whole(fast_distances(means[half], precision), known) for half in pair] for pair in halves]),
        observed, permuted,
    ), ""  # fmt: skip


def _precision(
    activity: NDArray[np.floating], label: NDArray[np.int64], trial: NDArray[np.integer], known: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the noise precision from the mean states of all visits (trial and condition)."""
    number = np.unique(trial, return_inverse=True)[1]
    means, counts = group_means(activity, label, number, len(known), int(number.max()) + 1)
    visited = (counts > 0) & known
    return noise_precision(means[visited], np.nonzero(visited)[1])


def _whole(matrix: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the distances between all conditions, NaN except for known ones."""
    whole = np.full((len(known), len(known)), np.nan)
    whole[np.ix_(known, known)] = matrix
    return whole
