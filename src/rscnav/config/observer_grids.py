"""Check of grids and particles of the ideal observers against the tasks."""

import math
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.observers.settings import Observer

LEAST = 1.5  # bins of the grid within one standard deviation of the motion noise of a step, or the filter would be too coarse


def check_grid(observer: Observer, task: Any, where: str) -> None:
    """Raise an InvalidValueError if grid or particles do not fit a task; `where` names the task in the message."""
    if hasattr(task, "n_ports"):
        if observer.particles < task.n_ports:
            raise InvalidValueError(
                f"observer.particles: {observer.particles} is not valid: {where} has {task.n_ports} ports (n_ports); use at least as many"
            )
        return
    finest = LEAST * 2 * math.pi / task.motion.noise_rad
    coarse = observer.grid_bins < finest
    if coarse or observer.grid_bins % task.n_bins:
        valid = task.n_bins * math.ceil(max(finest, 1) / task.n_bins)
        least = f", and at least {math.ceil(finest):,} for motion noise of {task.motion.noise_rad} rad a step"
        raise InvalidValueError(
            f"observer.grid_bins: {observer.grid_bins} is not valid: {where} needs a multiple of its {task.n_bins} position bins (n_bins){least if coarse else ''}; "
            f"the smallest is {valid:,}"
        )
    separations = getattr(task, "n_separation_bins", 1)
    if observer.separation_bins % separations:
        raise InvalidValueError(
            f"observer.separation_bins: {observer.separation_bins} is not valid: {where} needs a multiple of its {separations} bins of "
            f"separation (n_separation_bins); the smallest is {separations}"
        )
