"""The optimality gap: how much worse than the exact Bayes filter, in nats per step. Needs no torch."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rscnav.trial_ratios import mean_over_steps


class OptimalityGap(NamedTuple):
    """A mean difference of losses with its standard error over trials (nats per step)."""

    value: float
    se: float


def optimality_gap(loss: NDArray, bayes_loss: NDArray, trial: NDArray, mask: NDArray | None = None) -> OptimalityGap:
    """Return the network loss minus the filter loss, paired by trial; the standard error is that of `rscnav.trial_ratios.ratio_of_sums`.

    Parameters
    ----------
    loss, bayes_loss : array, (time,)
        Losses (nats per step).
    trial : array, (time,)
        Index of the trial of each step, not negative.
    mask : array of bool, (time,), optional
        Steps that are averaged, for example of one phase.

    Returns
    -------
    OptimalityGap
        The mean over steps. NaN with fewer than two trials that count.
    """
    keep = np.ones(len(loss), bool) if mask is None else mask
    difference, of_trial = (np.asarray(loss, float) - np.asarray(bayes_loss, float))[keep], trial[keep]
    if len(np.unique(of_trial)) < 2:
        return OptimalityGap(np.nan, np.nan)
    return OptimalityGap(*mean_over_steps(difference, of_trial))


def true_bin_loss(posterior: NDArray, target: NDArray) -> NDArray[np.float64]:
    """Return the loss -log p(true bin) of a posterior (time, bin), in nats; always finite in float32."""
    given = np.take_along_axis(posterior, np.asarray(target)[:, None].astype(np.int64), axis=1)[:, 0]
    return -np.log(np.maximum(given.astype(np.float64), np.finfo(np.float32).tiny))
