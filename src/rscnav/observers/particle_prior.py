"""Rao-Blackwellised particles before the first encounter in the arena: each pose with all rotations of the scene."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rscnav.observers.arena_likelihood import misfit
from rscnav.observers.particles import IMPOSSIBLE, effective_sample_size, oversampling_factor, systematic_resample
from rscnav.tasks.arena import Task


class RotationPosterior:
    """Poses of one trial in the frame of its start, and the rotations of the scene that each pose allows.

    The motion does not depend on the rotation j, so one path of poses serves for all j: it allows those under which
    no landmark would have been in view. A pair of pose i and rotation j has weight base_i · allowed_ij.

    Parameters
    ----------
    n : int
        Poses.
    """

    def __init__(self, task: Task, n: int, device: torch.device) -> None:
        s = task.settings
        self.settings, self.n = s, n
        turns = torch.arange(s.n_ports, device=device, dtype=torch.float64) * (2 * math.pi / s.n_ports)
        angles = task.landmark_angles(device)[:, None] + turns
        self.places = (s.radius_m * torch.stack([angles.cos(), angles.sin()], dim=1)).float()  # (landmark, 2, turn)
        self.base = torch.full((n,), 1 / n, device=device)
        self.allowed = torch.ones(n, s.n_ports, device=device)
        self.label = torch.arange(n, device=device) % s.n_ports  # the one turn of each pose that is reported

    def rule_out(self, x: Tensor, y: Tensor) -> None:
        """Exclude the rotations under which a landmark would be in view from poses (pose,)."""
        s = self.settings
        squared = x.square() + y.square()
        if float(squared.max()) < (s.radius_m - s.visibility_radius_m) ** 2:
            return
        # |place - p|² < sight² with |p| = radius, solved for the product of place and p.
        in_view = ((squared + (s.radius_m**2 - s.visibility_radius_m**2)) / 2)[:, None]
        for places in self.places:
            self.allowed *= torch.stack([x, y], dim=1) @ places <= in_view

    def share(self) -> Tensor:
        """Return the probability of each rotation, (turn,), float64, and normalise the weights to a sum of 1 over pairs."""
        share = self.base @ self.allowed
        total = share.sum()
        if not float(total) > IMPOSSIBLE:
            return torch.zeros_like(share).double()
        self.base /= total
        return share.double() / share.double().sum()

    def own_weight(self) -> Tensor:
        """Return the weight of each pose with its one reported rotation, (pose,); sums to 1."""
        own = self.base * (self.allowed.gather(1, self.label[:, None])[:, 0] + 1e-9)  # never all 0
        return own / own.sum()

    def resample(self, share: Tensor, generator: torch.Generator) -> Tensor | None:
        """Return the poses to copy, (pose,), if the effective sample size is below half, else None."""
        boost = oversampling_factor(share[None])[0]
        q = self.base * (self.allowed @ boost)
        if not bool(effective_sample_size(q[None]) < 0.5 * self.n):
            return None
        chosen = systematic_resample(q[None], self.n, generator)[0]
        self.base = (self.base / q)[chosen]
        self.allowed = self.allowed[chosen]
        return chosen

    def resolve_rotation(
        self, x: Tensor, y: Tensor, heading: Tensor, bearing: Tensor, distance: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, Tensor, Tensor, bool]:
        """Draw as many pairs of pose and rotation as there are poses, at the first encounter.

        Parameters
        ----------
        x, y, heading : tensor, (pose,)
        bearing, distance : tensor, ()
            Observed bearing and distance (rad, m).

        Returns
        -------
        pose, turn : tensor, (pair,), int64
        weight : tensor, (pair,)
            Sums to 1.
        explained : bool
            False if no pair explains what is seen: then those are drawn that come nearest to it.
        """
        s = self.settings
        likelihood, distress = torch.zeros_like(self.allowed), torch.full_like(self.allowed, math.inf)
        for places in self.places:
            dx, dy = places[0] - x[:, None], places[1] - y[:, None]
            away = torch.hypot(dx, dy)
            ill = misfit(s, (dx, dy, away), heading[:, None], bearing, distance)
            likelihood += torch.exp(-ill.clamp(max=60)) * (away < s.visibility_radius_m)
            ill += 0.5 * ((away - s.visibility_radius_m).clamp(min=0) / s.motion.noise_m) ** 2
            distress = torch.minimum(distress, ill)
        pair = self.base[:, None] * self.allowed * likelihood
        explained = bool(pair.sum() > IMPOSSIBLE)
        if not explained:
            pair = torch.softmax((self.base.log()[:, None] - distress).flatten(), dim=0).view_as(pair)
        share = pair.sum(dim=0).double()
        boost = oversampling_factor((share / share.sum())[None])[0]
        chosen = systematic_resample((pair * boost).T.reshape(1, -1), self.n, generator)[0]  # ordered by turn
        turn = chosen // self.n
        weight = 1 / boost[turn]
        return chosen % self.n, turn, weight / weight.sum(), explained
