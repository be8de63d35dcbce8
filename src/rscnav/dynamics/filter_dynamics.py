"""Exact Bayes filter without input, as the reference for autonomous runs."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rscnav.dynamics.trajectories import Trajectories
from rscnav.observers.grid_filter import RingModel
from rscnav.observers.registry import observe, strategies
from rscnav.observers.ring import ring_model
from rscnav.observers.settings import Observer
from rscnav.tasks.base import Batch


def autonomous_filter(
    visited: Trajectories, samples: NDArray[np.intp], n_steps: int, settings: Observer
) -> NDArray[np.float64] | None:
    """Return the posteriors of the filter in autonomous runs from samples of the session, see `System.run`.

    Parameters
    ----------
    samples : array, (run,)
        Starts of the runs. Up to and including this sample, the filter receives the inputs of the network.
    n_steps : int
        Steps without input.

    Returns
    -------
    array, (step + 1, run, bin), or None
        None if the task has no exact filter, or its inputs are not known.
    """
    if visited.inputs is None or "bayes" not in strategies(visited.task):
        return None
    n_before = visited.inputs.shape[1]
    trial, at = np.divmod(samples, n_before)
    inputs = np.concatenate([visited.inputs[trial], np.zeros_like(visited.inputs[trial, :1])], axis=1)
    steps = np.arange(n_before + n_steps)
    known = np.where(steps <= at[:, None], np.minimum(steps, n_before), n_before)  # the last row is no input
    batch = _batch(visited, inputs[np.arange(len(samples))[:, None], known], trial)
    posterior = observe(visited.task, batch, "bayes", settings)["position"].numpy()
    window = at[:, None] + np.arange(n_steps + 1)
    return posterior[np.arange(len(samples))[:, None], window].swapaxes(0, 1)


def filter_time_constants(visited: Trajectories, settings: Observer, n: int) -> NDArray[np.float64]:
    """Return the `n` longest time constants (s) of the filter without input, in descending order.

    Each step multiplies the belief by one matrix and normalises it. Differences from the fixed point decay by the ratios of the
    eigenvalues of this matrix to the first one.

    Returns
    -------
    array, (mode,)
        NaN if the map differs between trials, or without exact filter.
    """
    task: Any = visited.task
    if visited.inputs is None or "bayes" not in strategies(task) or task.map_shown or "separation" in task.heads:
        return np.full(n, np.nan)
    grid = settings.grid_bins
    batch = _batch(visited, np.zeros((1, 1, visited.inputs.shape[2]), np.float32), np.zeros(1, int))
    views = ring_model(task, batch, (1, grid)).views
    nothing = torch.zeros(grid, 1)
    model = RingModel(nothing.bool(), nothing.double(), views, task.settings.motion.noise_rad)
    belief = torch.eye(grid, dtype=torch.float64)[:, None]  # one belief per position: (trial, separation, grid)
    values = np.abs(np.linalg.eigvals((model.moved(belief, 0) * model.likelihood(0))[:, 0].numpy()))
    values = np.sort(values)[::-1]
    with np.errstate(divide="ignore"):
        return -visited.session.dt_s / np.log(values[1 : n + 1] / values[0])


def _batch(visited: Trajectories, inputs: NDArray[np.float32], trial: NDArray[np.integer]) -> Batch:
    """Return a batch with inputs and landmarks; its other fields are filled with zeros."""
    shape = inputs.shape[:2]
    landmarks = torch.from_numpy(visited.session.require("landmarks")[trial])
    return Batch(
        inputs=torch.from_numpy(np.ascontiguousarray(inputs)),
        targets={head: torch.zeros(shape, dtype=torch.int64) for head in visited.task.heads},
        position=torch.zeros(*shape, 1, dtype=torch.float64),
        velocity=torch.zeros(shape, dtype=torch.float64),
        visible=torch.zeros(*shape, landmarks.shape[1], dtype=torch.bool),
        landmarks=landmarks,
    )
