"""The filter of each task."""

from typing import cast

import torch
from torch import Tensor

from rscnav.observers.ring_filter import ring_posterior
from rscnav.tasks.batch import Batch, Task
from rscnav.tasks.ring import RingFixedTask


def bayes_filter(task: Task, batch: Batch, head: str = "position", grid_bins: int = 512) -> Tensor:
    """Give the posterior of the exact Bayes filter, from the inputs alone.

    The lowest loss that any causal network can reach is the mean of -log of what this gives to the true bin.

    Parameters
    ----------
    task : Task
    batch : Batch
        Only `batch.inputs` is used.
    head : str
        Which report.
    grid_bins : int
        Bins of the filter's grid; a multiple of the head's classes.

    Returns
    -------
    tensor, (trial, step, bin), float64
        Sums to 1 over bins.

    Raises
    ------
    ValueError
        For an unknown task or head, or a grid that is too coarse.
    """
    if task.name != RingFixedTask.name:
        raise ValueError(f"no filter for task '{task.name}'; there is one for: {RingFixedTask.name}")
    if head not in task.heads:
        raise ValueError(f"task '{task.name}' has no head '{head}'; it has: {', '.join(task.heads)}")
    settings = cast(RingFixedTask, task).settings
    places = torch.tensor([0.0, settings.separation_rad], dtype=torch.float64, device=batch.inputs.device)
    noise = settings.motion.noise_rad
    return ring_posterior(
        batch.inputs, places, settings.visibility_rad, noise, settings.dt_s, (task.heads[head], grid_bins)
    )
