"""Architecture of a network: cell, layers and size, made from the settings."""

from dataclasses import dataclass
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.networks.cells.base import Layer
from rscnav.networks.cells.registry import make_layer
from rscnav.networks.settings import tau_steps, window_steps
from rscnav.observers.registry import reference_observer
from rscnav.tasks.base import Task


@dataclass(frozen=True)
class Architecture:
    """Architecture of a network.

    Parameters
    ----------
    cell : str
        A key of `rscnav.networks.cells.registry.CELLS`.
    hidden_size : int
        Units of each layer (of each direction).
    n_layers : int
        Number of stacked layers.
    bidirectional : bool
        Every layer also runs backward in time, from the end of the trial to its start. Such a network is not causal.
    tau_steps : float
        Time constant of the cell ``leaky``, in steps.
    window_steps : int
        Window of the layer ``convolution``, in steps.
    process_noise : float
        Standard deviation of the Gaussian noise added to the input of each unit at each step.
    """

    cell: str = "gru"
    hidden_size: int = 128
    n_layers: int = 1
    bidirectional: bool = False
    tau_steps: float = 5.0
    window_steps: int = 20
    process_noise: float = 0.0

    def __post_init__(self) -> None:
        if self.n_layers < 1:
            raise InvalidValueError(f"n_layers: {self.n_layers} is not valid; use 1 or more")
        if self.process_noise < 0:
            raise InvalidValueError(
                f"process_noise: {self.process_noise} is negative; a standard deviation must be 0 or more"
            )

    def layer(self, n_inputs: int) -> Layer:
        """Return one new layer with `n_inputs` input channels."""
        options: dict[str, dict[str, Any]] = {
            "leaky": {"tau_steps": self.tau_steps},
            "convolution": {"window_steps": self.window_steps},
        }
        return make_layer(self.cell, n_inputs, self.hidden_size, **options.get(self.cell, {}))


def architecture(network: Any, task: Task) -> Architecture:
    """Return the architecture for the settings of a network, with seconds converted to steps of the task.

    The time constant and the window have their defaults for cells that do not use them.

    Parameters
    ----------
    network : rscnav.networks.settings.NetworkSettings
    task : Task
        The task that the network learns; it defines the time step and the trial length.

    Raises
    ------
    InvalidValueError
        For a time constant or window that does not fit the task, or for a bidirectional network on a task that has a filter
        but no smoother. The message names the key.
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
    reference_observer(made, task)
    return made
