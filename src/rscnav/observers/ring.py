"""Ideal and reduced observers of the tasks on the ring."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.observers.grid_filter import RingModel, fraction_in_view, grid_filter, grid_smoother
from rscnav.observers.settings import Observer
from rscnav.tasks.base import Batch
from rscnav.tasks.input_encoding import decode_velocity, population_code

STRATEGIES = ("bayes", "no_absence", "single_hypothesis", "dead_reckoning", "smoother")
CELLS = 8_000_000  # numbers of a belief held at once: bounds the memory


def posteriors(
    task: Any, batch: Batch, strategy: str, settings: Observer, generator: torch.Generator
) -> dict[str, Tensor]:
    """Run an observer of a task on the ring; see `rscnav.observers.registry`.

    Where the map is shown at encounters only (``ring-external-map``), nothing is known of the position before the first one,
    by symmetry; from then on the belief is that of an observer who had known the map from the start.

    Parameters
    ----------
    task : Task
        One of ``ring-fixed``, ``ring-external-map``, ``ring-internal-map``.
    strategy : str
        One of `STRATEGIES`.
    generator : torch.Generator
        Not used: a grid draws nothing.
    """
    sizes = _grid_sizes(task, settings)
    held = sizes[0] * sizes[1] * (task.n_steps if strategy == "smoother" else 8)
    chunk = max(1, CELLS // held)  # trials at once
    result = {
        head: torch.empty((*batch.inputs.shape[:2], n), device=batch.inputs.device, dtype=torch.float64)
        for head, n in task.heads.items()
    }
    for first in range(0, len(batch), chunk):
        part = batch.part(slice(first, first + chunk))
        for step, belief in _steps(ring_model(task, part, sizes), strategy):
            held_of = {"position": belief.sum(dim=1), "separation": belief.sum(dim=2)}
            for head, posterior in result.items():
                neighbours = held_of[head].reshape(len(belief), posterior.shape[2], -1)  # of one class each
                posterior[first : first + chunk, step] = neighbours.sum(dim=2)
    if task.map_shown:  # uniform where it was not shown yet; for the smoother in trials that never show it
        seen = _seen(task, batch)
        whole = strategy == "smoother"
        known = seen.any(dim=1, keepdim=True).expand_as(seen) if whole else seen.cummax(dim=1).values
        result["position"][~known] = 1 / task.heads["position"]
    return result


def ring_model(task: Any, batch: Batch, sizes: tuple[int, int]) -> RingModel:
    """Return the model of a task for the filter: inputs of the trials, and visibility on a grid of `sizes`."""
    s = task.settings
    map_input = batch.inputs[:, :, s.velocity_units :]
    seen = _seen(task, batch)
    n_separations, n_grid = sizes
    if n_separations > 1:
        width = (s.max_separation_rad - s.min_separation_rad) / n_separations
        # b in the middle of each bin of separation: with 32 bins 0.0006 nats off, a view averaged over the bin 0.0014.
        middle = s.min_separation_rad + width * (torch.arange(n_separations, device=seen.device) + 0.5).double()
        b = fraction_in_view(middle, s.visibility_radius_rad, n_grid)
        a = fraction_in_view(torch.zeros(1, device=seen.device, dtype=torch.float64), s.visibility_radius_rad, n_grid)
        views = torch.stack([a.expand_as(b), b])[None]  # (1, landmark, separation, grid)
    else:
        if task.map_shown:
            _check_map(task, batch, map_input)
        places = batch.landmarks[:, :, 0] if task.map_shown else batch.landmarks[:1, :, 0]
        views = fraction_in_view(places, s.visibility_radius_rad, n_grid)[:, :, None]
    shift = decode_velocity(batch.inputs[:, :, : s.velocity_units].double()) * s.dt_s
    return RingModel(seen, shift, views, s.motion.noise_rad)


def _seen(task: Any, batch: Batch) -> Tensor:
    """Return from the inputs whether a landmark is in view, (trial, step): any landmark channel is above 0."""
    return batch.inputs[:, :, task.settings.velocity_units :].amax(dim=2) > 0


def _grid_sizes(task: Any, settings: Observer) -> tuple[int, int]:
    """Return the counts of separation bins and of grid bins."""
    n_bins = task.heads["position"]
    if settings.grid_bins % n_bins:
        raise InvalidValueError(
            f"observer.grid_bins: {settings.grid_bins} is not a multiple of the task's {n_bins} position bins"
        )
    if "separation" not in task.heads:
        return 1, settings.grid_bins
    n_separations = task.heads["separation"]
    if settings.separation_bins % n_separations:
        raise InvalidValueError(
            f"observer.separation_bins: {settings.separation_bins} is not a multiple of the task's {n_separations} bins "
            "of separation"
        )
    return settings.separation_bins, settings.grid_bins


def _steps(model: RingModel, strategy: str) -> Iterator[tuple[int, Tensor]]:
    """Run a strategy; yields step and belief (trial, separation, grid)."""
    if strategy == "smoother":
        return grid_smoother(model)
    used = None
    if strategy == "no_absence":
        used = model.seen
    elif strategy == "dead_reckoning":
        met = model.seen.cummax(dim=1).values
        used = ~torch.cat([torch.zeros_like(met[:, :1]), met[:, :-1]], dim=1)  # up to the first sight, itself included
    return enumerate(grid_filter(model, used, single=strategy == "single_hypothesis"))


def _check_map(task: Any, batch: Batch, told: Tensor) -> None:
    """Raise an InvalidValueError if the landmarks differ from the map in the inputs."""
    s = task.settings
    code = population_code(batch.landmarks[:, :, 0], s.map_units, s.map_width_rad).float()
    if not torch.allclose(told.amax(dim=1), code * (told.amax(dim=(1, 2)) > 0)[:, None], atol=1e-5):
        raise InvalidValueError("inputs: the map differs from `landmarks`; pass inputs and landmarks of the same batch")
