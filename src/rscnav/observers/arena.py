"""Ideal observers in the arena: particle filters over the pose and the rotation of the scene. There is no smoother."""

from __future__ import annotations

import logging

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.observers.particle_filter import ParticleFilter
from rscnav.observers.particles import effective_sample_size
from rscnav.observers.settings import Observer
from rscnav.tasks.arena import Task
from rscnav.tasks.base import Batch

STRATEGIES = ("bayes", "no_absence", "single_hypothesis", "dead_reckoning")
CHUNK = {"cpu": 131_072, "cuda": 8_388_608}  # particles at once, of all trials; on a CPU they stay in the cache

log = logging.getLogger(__name__)


def posteriors(
    task: Task, batch: Batch, strategy: str, settings: Observer, generator: torch.Generator, stratified: bool = True
) -> dict[str, Tensor]:
    """Compute the posterior of position and port by a particle filter.

    Each particle takes the commanded step plus independent noise and is weighted by the likelihood of the observation:
    p(seen, bearing, distance | pose), or of seeing no landmark. The posterior is the weighted histogram before resampling. The
    weight of one particle, 1 / (effective sample size), is distributed evenly over the bins that the disc touches, and over the
    ports, so that no bin has probability 0 by sampling error.

    Parameters
    ----------
    batch : Batch
        Only `batch.inputs` is used.
    strategy : str
        One of `STRATEGIES`.
    settings : Observer
        `particles` a trial.
    generator : torch.Generator
        Of the batch's device.
    stratified : bool
        True: stratified over the possible rotations of the scene, so that each keeps particles; False: plain filter.

    Returns
    -------
    dict of tensor, (trial, step, class), float64
        `position` and `port`; each sums to 1 over classes.

    References
    ----------
    Gordon, Salmond & Smith (1993), Novel approach to nonlinear/non-Gaussian Bayesian state estimation,
    doi:10.1049/ip-f-2.1993.0015.
    """
    n = settings.particles
    if n < task.settings.n_ports:
        raise InvalidValueError(
            f"observer.particles: {n} are fewer than the task's {task.settings.n_ports} ports; use more"
        )
    trials, n_steps = batch.inputs.shape[:2]
    empty = batch.inputs.new_empty
    result = {head: empty((trials, n_steps, size), dtype=torch.float64) for head, size in task.heads.items()}
    floor = uniform_prior(task).to(batch.inputs.device)
    rescues = 0
    at_once = max(1, CHUNK.get(batch.inputs.device.type, CHUNK["cpu"]) // n)
    for first in range(0, trials, at_once):
        part = slice(first, first + at_once)
        walk = ParticleFilter(task, batch.inputs[part], strategy, n, generator, stratified)
        for step in range(n_steps):
            tally = walk.step(step)  # (trial, port, bin)
            stray = 1 / effective_sample_size(walk.cloud.weight).double()[:, None]
            share = tally.sum(dim=2)
            result["position"][part, step] = (tally.sum(dim=1) + stray * floor) / (1 + stray)
            reward = share.roll(task.settings.port_steps, dims=1)
            result["port"][part, step] = (reward + stray / share.shape[1]) / (1 + stray)
            walk.resample(step, share)
        rescues += walk.rescues
    if rescues:
        log.warning(
            "%s: %d times in %d trials no particle could explain what was seen, and the nearest or new ones were taken; use more than %d",
            strategy, rescues, trials, n,
        )  # fmt: skip
    for posterior in result.values():
        posterior /= posterior.sum(dim=2, keepdim=True)
    return result


def uniform_prior(task: Task) -> Tensor:
    """Return the uniform distribution over the bins that the disc touches, (bin,), float64."""
    s = task.settings
    centres = torch.as_tensor(task.bin_centres)
    nearest = (centres.abs() - s.radius_m / s.n_bins_side).clamp(min=0)  # corner of each bin nearest to the centre
    touched = (torch.linalg.vector_norm(nearest, dim=1) < s.radius_m).double()
    return touched / touched.sum()
