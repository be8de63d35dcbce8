"""What a network is made of, and how its settings become that."""

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
    """What a network is made of.

    Parameters
    ----------
    cell : str
        A name in `rscnav.networks.cells.registry`.
    hidden_size : int
        Units of each layer (of each direction).
    n_layers : int
        Layers, one on top of the other.
    bidirectional : bool
        Every layer also runs from the end of the trial to its start: an offline smoother, not causal.
    tau_steps : float
        Time constant of the cell ``leaky``.
    window_steps : int
        Steps that the layer ``convolution`` sees.
    process_noise : float
        Standard deviation of the noise that each unit receives at each step.
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
            raise InvalidValueError(f"n_layers: {self.n_layers} will not do; a network needs at least 1 layer")
        if self.process_noise < 0:
            raise InvalidValueError(
                f"process_noise: {self.process_noise} is negative; a standard deviation is 0 or more"
            )

    def layer(self, n_inputs: int) -> Layer:
        """Make one layer."""
        options: dict[str, dict[str, Any]] = {
            "leaky": {"tau_steps": self.tau_steps},
            "convolution": {"window_steps": self.window_steps},
        }
        return make_layer(self.cell, n_inputs, self.hidden_size, **options.get(self.cell, {}))


def architecture(network: Any, task: Task) -> Architecture:
    """Turn settings into an architecture, seconds into steps; time constant and window are as by default where the cell has none.

    Parameters
    ----------
    network : rscnav.networks.settings.NetworkSettings
    task : Task
        The one that the network learns: its time step and its trials.

    Raises
    ------
    InvalidValueError
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
    reference_observer(made, task)
    return made
