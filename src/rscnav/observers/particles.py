"""Particles of many trials at once: weights, systematic resampling that spares rare hypotheses, histograms."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

DEAD = 1e-6  # a hypothesis with a smaller share of the weight gets no particles of its own
IMPOSSIBLE = 1e-20  # as good as no likelihood at all


@dataclass
class Particles:
    """Poses with a label, and their weights.

    Parameters
    ----------
    x, y, heading : tensor, (trial, particle), float32
        m, m, rad; in the landmark frame.
    slot : tensor, (trial, particle), int64
        Label plus the number of labels times the trial's row: the cell of a table (trial, label) that a particle belongs to.
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
        """Renew the particles of those trials whose effective number has fallen below half.

        A particle of weight w and label j is drawn with q ∝ w · `oversampling_factor`(p)_j, and weighs w / q thereafter. The effective
        number is that of q.

        Parameters
        ----------
        rows : tensor, (trial,), bool
            Which trials may be.
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
    """Say by how much each label is to be oversampled: ½ + ½ / (n p_j), n the number of labels with p_j > `DEAD`.

    Half of all particles go where the weight is, the other half in equal parts to every label that is still alive. From p_j
    (trial, label), float64, of the sum 1, to (trial, label), float32.
    """
    alive = share > DEAD
    return (0.5 + torch.where(alive, 0.5 / (alive.sum(dim=1, keepdim=True) * share), 0.0)).float()


def effective_sample_size(weight: Tensor) -> Tensor:
    """Effective number of particles, (Σ w)² / Σ w²: (trial, particle) -> (trial,)."""
    return weight.sum(dim=1).square() / weight.square().sum(dim=1)


def systematic_resample(weight: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """Draw n particles, the i-th at (i + u) / n of the summed weight, one u a trial.

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
