"""A network's settings, seconds turned into steps. Needs no torch: the configuration is read where torch need not be."""

from typing import Any, Literal, get_args

CellName = Literal[
    "gru", "lstm", "tanh", "relu", "rectified_tanh", "leaky", "diagonal", "feedforward", "convolution"
]  # as in rscnav.networks.cells.registry
CELL_NAMES: tuple[str, ...] = get_args(CellName)


def tau_steps(network: Any, task: Any) -> float:
    """Give the time constant of the cell ``leaky`` in steps of the task.

    Parameters
    ----------
    network : rscnav.config.schema.Network
    task : rscnav.tasks.base.Task

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For one that is shorter than a step, where Euler's method overshoots.
    """
    steps = network.tau_s / task.dt_s
    if steps < 1 - 1e-9:
        raise ValueError(
            f"tau_s: {network.tau_s} s is shorter than one step of {task.dt_s} s, where Euler's method overshoots; "
            f"use {task.dt_s} or more"
        )
    return max(1.0, steps)


def window_steps(network: Any, task: Any) -> int:
    """Give the window of the layer ``convolution`` in steps of the task; see `tau_steps`.

    Raises
    ------
    ValueError
        For one that is shorter than a step, or longer than a trial.
    """
    steps = round(network.window_s / task.dt_s)
    if network.window_s < task.dt_s * (1 - 1e-9) or steps > task.n_steps:
        raise ValueError(
            f"window_s: {network.window_s} s will not do; from one step ({task.dt_s} s) to a whole trial "
            f"({task.n_steps * task.dt_s:g} s)"
        )
    return steps
