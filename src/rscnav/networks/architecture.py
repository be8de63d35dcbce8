"""From a network's settings to what it is made of."""

from typing import Any

from rscnav.networks.model import Architecture
from rscnav.networks.settings import tau_steps, window_steps
from rscnav.observers.registry import limit_of
from rscnav.tasks.base import Task


def architecture(network: Any, task: Task) -> Architecture:
    """Turn settings into an architecture, seconds into steps.

    Parameters
    ----------
    network : rscnav.networks.settings.Network
    task : Task
        The one that the network learns: its time step and its trials.

    Returns
    -------
    Architecture
        Time constant and window are the cell's own defaults where the cell has none.

    Raises
    ------
    ValueError
        For a time constant or window that does not fit the task, or a bidirectional network where the task has no smoother
        to measure it against; with the key's name.
    """
    options: dict[str, Any] = {}
    if network.cell == "leaky":
        options["tau_steps"] = tau_steps(network, task)
    if network.cell == "convolution":
        options["window_steps"] = window_steps(network, task)
    made = Architecture(
        cell=network.cell,
        hidden_size=network.hidden_size,
        n_layers=network.layers,
        bidirectional=network.bidirectional,
        process_noise=network.process_noise,
        **options,
    )
    limit_of(made, task)
    return made
