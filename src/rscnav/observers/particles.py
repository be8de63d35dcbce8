"""Particles of many trials: weights, stratified systematic resampling, histograms."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

DEAD = 1e-6  # a hypothesis with a smaller fraction of the weight gets no reserved particles
IMPOSSIBLE = 1e-20  # as good as no likelihood at all


@dataclass
class Particles:
    """Poses with a label, and their weights.

    Parameters
    ----------
    x, y, heading : tensor, (trial, particle), float32
        m, m, rad; in the landmark frame.
    slot : tensor, (trial, particle), int64
        Index of the cell of a particle in the table (trial, label): label + n_labels · row.
    weight : tensor, (trial, particle), float32
        Sums to 1 over the particles of a trial.
    n_labels : int
    """

    x: Tensor
    y: Tensor
    heading: Tensor
    slot: Tensor
    weight: Tensor
    n_labels: int

    def weighted_histogram(self, bins: Tensor, n_bins: int) -> Tensor:
        """Sum the weights in each bin and label: bins (trial, particle) -> (trial, label, bin), float64."""
        n_trials = len(self.x)
        cell = (self.slot * n_bins).add_(bins).flatten()
        total = torch.bincount(cell, self.weight.flatten(), minlength=n_trials * self.n_labels * n_bins)
        return total.double().view(n_trials, self.n_labels, n_bins)

    def resample(self, rows: Tensor, share: Tensor, generator: torch.Generator, stratified: bool = True) -> None:
        """Resample the trials with an effective sample size below half the count of particles.

        A particle of weight w and label j is drawn with q ∝ w · `oversampling_factor`(p)_j, and has weight w / q afterwards. The effective
        sample size is that of q.

        Parameters
        ----------
        rows : tensor, (trial,), bool
            Trials that may be resampled.
        share : tensor, (trial, label), float64
            p_j, the weight of each label; sums to 1 over labels.
        stratified : bool
            False: q = w, the plain filter.
        """
        n = self.x.shape[1]
        boost = oversampling_factor(share) if stratified else torch.ones_like(share, dtype=self.weight.dtype)
        boost = boost.flatten()
        q = boost[self.slot].mul_(self.weight)
        few = (rows & (effective_sample_size(q) < 0.5 * n)).nonzero()[:, 0]
        if not len(few):
            return
        chosen = systematic_resample(q[few], n, generator) + (few * n)[:, None]
        for values in (self.x, self.y, self.heading, self.slot):
            values[few] = values.flatten()[chosen]
        fresh = 1 / boost[self.slot[few]]
        self.weight[few] = fresh / fresh.sum(dim=1, keepdim=True)


def oversampling_factor(share: Tensor) -> Tensor:
    """Return the oversampling factor of each label, ½ + ½ / (n p_j), with n the count of labels with p_j > `DEAD`.

    Half of the particles are drawn by weight, the other half in equal parts for every possible label. Input p_j
    (trial, label), float64, with sum 1; result (trial, label), float32.
    """
    alive = share > DEAD
    return (0.5 + torch.where(alive, 0.5 / (alive.sum(dim=1, keepdim=True) * share), 0.0)).float()


def effective_sample_size(weight: Tensor) -> Tensor:
    """Return the effective sample size (Kish), (Σ w)² / Σ w²: (trial, particle) -> (trial,)."""
    return weight.sum(dim=1).square() / weight.square().sum(dim=1)


def systematic_resample(weight: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """Draw n particles by systematic resampling: the i-th at (i + u) / n of the cumulative weight, one u per trial.

    Parameters
    ----------
    weight : tensor, (trial, particle)
        Not negative, with a positive sum.

    Returns
    -------
    tensor, (trial, n), int64
        Which particle each new one copies; ascending.

    References
    ----------
    Douc & Cappé (2005), Comparison of resampling schemes for particle filtering, doi:10.1109/ISPA.2005.195385.
    """
    n_trials, there = weight.shape
    which = torch.arange(there, device=weight.device)
    summed = weight.double().cumsum(dim=1)
    u = torch.rand(n_trials, 1, generator=generator, device=weight.device, dtype=torch.float64)
    below = (summed * (n / summed[:, -1:]) - u).ceil_().clamp_(0, n).long()  # how many of the points lie below each sum
    last = there - 1 - (weight > 0).flip(1).int().argmax(dim=1, keepdim=True)
    below = torch.where(which >= last, n, below)  # rounding must not lose the topmost point
    copies = below.diff(dim=1, prepend=torch.zeros_like(below[:, :1]))
    return which.repeat(n_trials).repeat_interleave(copies.flatten(), output_size=n_trials * n).view(n_trials, n)
