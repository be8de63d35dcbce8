"""The optimality gap: how much worse than the exact Bayes filter, in nats per step. Needs no torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class OptimalityGap:
    """A mean difference of losses with its standard error over trials (nats per step)."""

    value: float
    se: float


def optimality_gap(loss: NDArray, bayes_loss: NDArray, trial: NDArray, mask: NDArray | None = None) -> OptimalityGap:
    """Network loss minus filter loss, paired by trial.

    g = Σ_i d_i / Σ_i n_i over trials i, where d_i is the summed difference and n_i the number of steps that count;
    its standard error is that of a ratio, √(Σ_i (d_i - g n_i)² · N / (N - 1)) / Σ_i n_i.

    Parameters
    ----------
    loss, bayes_loss : array, (time,)
        Nats per step.
    trial : array, (time,)
        Index of the trial of each step, not negative.
    mask : array of bool, (time,), optional
        Steps that count; for example those of one phase.

    Returns
    -------
    OptimalityGap
        NaN with fewer than two trials that count.

    References
    ----------
    Cochran, Sampling Techniques, 3rd ed. (1977), section 6.3 (standard error of a ratio).
    """
    keep = np.ones(len(loss), bool) if mask is None else mask
    difference = (np.asarray(loss, float) - np.asarray(bayes_loss, float))[keep]
    n_steps = np.bincount(trial[keep])
    summed = np.bincount(trial[keep], weights=difference)
    counted = n_steps > 0
    n_steps, summed = n_steps[counted], summed[counted]
    if len(n_steps) < 2:
        return OptimalityGap(float("nan"), float("nan"))
    value = summed.sum() / n_steps.sum()
    spread = np.sum((summed - value * n_steps) ** 2) * len(n_steps) / (len(n_steps) - 1)
    return OptimalityGap(float(value), float(np.sqrt(spread) / n_steps.sum()))


def true_bin_loss(posterior: NDArray, target: NDArray) -> NDArray[np.float64]:
    """-log of what a posterior (time, bin) gives to the true bin (time,), in nats; never infinite in float32."""
    given = np.take_along_axis(posterior, np.asarray(target)[:, None].astype(np.int64), axis=1)[:, 0]
    return -np.log(np.maximum(given.astype(np.float64), np.finfo(np.float32).tiny))
