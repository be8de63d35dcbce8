"""Particle filter of the arena: motion, likelihood, weights, resampling.

In the landmark frame the scene is fixed, and its unknown rotation j (a is at port j in the frame of the start) equals an
initial heading of -j · 2π / ports. After the first encounter a particle is a pose in the landmark frame with a
label j; before it, see `rscnav.observers.particle_prior`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rscnav.observers.arena_likelihood import View
from rscnav.observers.particle_prior import RotationPosterior
from rscnav.observers.particles import IMPOSSIBLE, Particles, systematic_resample
from rscnav.tasks.arena import Task
from rscnav.tasks.arena_motion import moved, rotated
from rscnav.tasks.ring import equal_bin

NEGLIGIBLE = 1e-12  # a particle of less weight is dropped
INEXPLICABLE = 1e-6  # a single hypothesis that gives less than this part of the highest likelihood is given up


class ParticleFilter:
    """State of the particle filter of some trials.

    Parameters
    ----------
    inputs : tensor, (trial, step, channel)
    n : int
        Particles per trial.
    stratified : bool
        False: plain filter, in which particles have labels from the start.
    """

    def __init__(
        self, task: Task, inputs: Tensor, strategy: str, n: int, generator: torch.Generator, stratified: bool
    ) -> None:
        s = task.settings
        self.task, self.generator, self.stratified = task, generator, stratified
        self.single = strategy == "single_hypothesis"
        self.view = View(task, inputs)
        seen, n_trials, device = self.view.seen, len(inputs), inputs.device
        before = seen.long().cumsum(dim=1) - seen.long()  # how often a landmark was in view before
        self.weighed = {"no_absence": seen, "dead_reckoning": before == 0}.get(strategy, torch.ones_like(seen))
        label = torch.arange(n, device=device) % s.n_ports  # a's port in the frame of the start
        weight = (1 / (s.n_ports * label.bincount()[label])).float().repeat(n_trials, 1)
        slot = label + s.n_ports * torch.arange(n_trials, device=device)[:, None]
        back = (label * (-2 * math.pi / s.n_ports)).float()
        heading = torch.zeros_like(weight) if stratified else back.repeat(n_trials, 1)
        self.cloud = Particles(torch.zeros_like(weight), torch.zeros_like(weight), heading, slot, weight, s.n_ports)
        self.settled = ((before + seen.long()) > 0) | (not stratified)  # (trial, step): some landmark has been in view
        self.ripe = self.weighed & ((before > 0) | (not stratified))  # learns, and not by an outset
        self.outsets = {row: RotationPosterior(task, n, device) for row in range(n_trials)} if stratified else {}
        self.back = back.cos(), back.sin()
        self.rescues = 0

    def step(self, step: int) -> Tensor:
        """Move, look, weigh; returns the weight of each turn and bin of position, (trial, port, bin)."""
        s, c, view = self.task.settings, self.cloud, self.view
        slip = torch.randn(3, *c.x.shape, generator=self.generator, device=c.x.device)
        slip[:2] *= s.motion.noise_m
        slip[2] *= s.motion.noise_rad
        c.x, c.y, c.heading = moved(
            c.x, c.y, c.heading, view.stride[:, step, None], view.turned[:, step, None], slip, s.radius_m
        )
        settled = self.settled[:, step].tolist()
        x, y, shares = c.x, c.y, {}
        if self.outsets:
            x, y = x.clone(), y.clone()
        for row in [row for row in self.outsets if not settled[row]]:
            shares[row] = self.predict_unresolved(row, step)
            x[row], y[row] = rotated(x[row], y[row], *self.back)
        self.update_weights(step)
        for row in [row for row in self.outsets if settled[row]]:
            self.resolve_rotation(row, step)
            x[row], y[row] = c.x[row], c.y[row]
        side = [equal_bin(place, -s.radius_m, s.radius_m, s.n_bins_side) for place in (x, y)]
        tally = c.weighted_histogram(side[0].mul_(s.n_bins_side).add_(side[1]), self.task.heads["position"])
        for row, share in shares.items():
            tally[row] += 1e-12
            tally[row] *= (share / tally[row].sum(dim=1))[:, None]
        return tally

    def predict_unresolved(self, row: int, step: int) -> Tensor:
        """Weigh the poses of a trial that has seen no landmark yet; returns the probability of each turn."""
        c, outset = self.cloud, self.outsets[row]
        if bool(self.weighed[row, step]):
            outset.rule_out(c.x[row], c.y[row])
        share = outset.share()
        if not float(share.sum()) > 0:
            self.rescues += 1
            outset.allowed.fill_(1.0)
            share = outset.share()
        c.weight[row] = outset.own_weight()
        return share

    def resolve_rotation(self, row: int, step: int) -> None:
        """Assign one rotation of the scene to each particle of a trial, at its first encounter."""
        c, outset, view = self.cloud, self.outsets.pop(row), self.view
        pose = c.x[row], c.y[row], c.heading[row]
        chosen, port, c.weight[row], explained = outset.resolve_rotation(
            *pose, view.bearing[row, step], view.distance[row, step], self.generator
        )
        self.rescues += not explained
        cos, sin = (values[port] for values in self.back)  # the first particles' labels are 0, 1, ...
        x, y, heading = (values[chosen] for values in pose)
        c.x[row], c.y[row] = rotated(x, y, cos, sin)
        c.heading[row] = heading - port * (2 * math.pi / c.n_labels)
        c.slot[row] = port + row * c.n_labels
        if self.single:
            self.keep_best(torch.tensor([row], device=c.x.device))

    def resample(self, step: int, share: Tensor) -> None:
        """Resample trials with a small effective sample size; `share` is the weight of each rotation, (trial, port)."""
        c = self.cloud
        c.resample(self.settled[:, step], share, self.generator, self.stratified)
        for row, outset in self.outsets.items():
            chosen = outset.resample(share[row], self.generator)
            if chosen is not None:
                c.x[row], c.y[row], c.heading[row] = c.x[row][chosen], c.y[row][chosen], c.heading[row][chosen]

    def update_weights(self, step: int) -> None:
        """Multiply the weights by the likelihood of the observation and normalise them to a sum of 1."""
        c, rows = self.cloud, self.informative_trials(step)
        weight = c.weight * self.likelihood(step)
        total = weight.sum(dim=1, keepdim=True)
        if self.single and bool((total < INEXPLICABLE).any()):
            self.reinitialise((total[:, 0] < INEXPLICABLE).nonzero()[:, 0])
            weight = c.weight * self.likelihood(step)
            total = weight.sum(dim=1, keepdim=True)
        if bool((total < IMPOSSIBLE).any()):
            dead = (total[:, 0] < IMPOSSIBLE).nonzero()[:, 0]
            weight[dead], total[dead] = self.reinitialise_lost(dead, step), 1.0
        c.weight = torch.threshold_(weight.div_(total), NEGLIGIBLE, 0.0)
        if self.single and len(rows):
            self.keep_best(rows)

    def informative_trials(self, step: int) -> Tensor:
        """Return the trials that use a visible landmark at this step."""
        return (self.ripe[:, step] & self.view.seen[:, step]).nonzero()[:, 0]

    def likelihood(self, step: int) -> Tensor:
        """Return the likelihood of the observation, (trial, particle), relative to its maximum; 1 where the strategy ignores it."""
        c, rows = self.cloud, self.informative_trials(step)
        likelihood = (self.view.possible(c.x, c.y, step) | ~self.ripe[:, step, None]).float()
        if len(rows):
            misfit = self.view.misfit(c.x[rows], c.y[rows], c.heading[rows], rows, step)
            likelihood[rows] *= torch.exp(-misfit.clamp_(max=60))  # no denormal products
        return likelihood

    def reinitialise_lost(self, rows: Tensor, step: int) -> Tensor:
        """Return new weights, (row, particle), for trials in which the observation is impossible for all particles.

        The particles nearest to a consistent position get the weight; if all are far, poses are drawn from the observation only,
        and the odds of the rotations are kept.
        """
        c, n = self.cloud, self.cloud.x.shape[1]
        self.rescues += len(rows)
        log_weight = c.weight[rows].log() - self.view.distress(c.x[rows], c.y[rows], c.heading[rows], rows, step)
        lost = torch.logsumexp(log_weight, dim=1) < math.log(INEXPLICABLE)
        if bool(lost.any()):
            far = rows[lost]
            c.slot[far] = c.slot[far].gather(1, systematic_resample(c.weight[far], n, self.generator))
            c.x[far], c.y[far], c.heading[far], misfit = self.view.draw(far, step, n, self.generator)
            log_weight[lost] = -misfit
        return torch.softmax(log_weight, dim=1)

    def keep_best(self, rows: Tensor) -> None:
        """Keep only the most likely pair of rotation and visible landmark."""
        c = self.cloud
        to_a, to_b = self.view.squared(c.x[rows], c.y[rows])
        is_b = to_b < to_a
        row = torch.arange(len(rows), device=rows.device)[:, None]
        hypothesis = (c.slot[rows] % c.n_labels + c.n_labels * row) * 2 + is_b
        total = torch.bincount(hypothesis.flatten(), c.weight[rows].flatten(), minlength=len(rows) * c.n_labels * 2)
        best = total.view(len(rows), -1).argmax(dim=1, keepdim=True) + 2 * c.n_labels * row
        kept = torch.where(hypothesis == best, c.weight[rows], 0.0)
        c.weight[rows] = kept / kept.sum(dim=1, keepdim=True)

    def reinitialise(self, rows: Tensor) -> None:
        """Assign rotations of the scene, drawn with equal probability, to the poses of trials `rows` in the frame of the start."""
        c, n = self.cloud, self.cloud.x.shape[1]
        chosen = systematic_resample(c.weight[rows], n, self.generator)
        x, y, heading, slot = (values[rows].gather(1, chosen) for values in (c.x, c.y, c.heading, c.slot))
        draw = torch.rand(len(rows), n, generator=self.generator, device=x.device)
        port = draw.argsort(dim=1) % c.n_labels
        angle = (slot % c.n_labels - port) * (2 * math.pi / c.n_labels)
        c.x[rows], c.y[rows] = rotated(x, y, angle.cos(), angle.sin())
        c.heading[rows] = heading + angle
        c.slot[rows] = port + rows[:, None] * c.n_labels
        c.weight[rows] = 1 / n
