"""Registry of cells: name in the configuration -> module and class, imported on first use."""

from typing import TYPE_CHECKING, Any

from rscnav.errors import InvalidValueError
from rscnav.registry import Registry, load, lookup

if TYPE_CHECKING:
    from rscnav.networks.cells.base import Layer

CELLS: Registry[str] = {
    "gru": "rscnav.networks.cells.gated:GRU",
    "lstm": "rscnav.networks.cells.gated:LSTM",
    "tanh": "rscnav.networks.cells.vanilla:Tanh",
    "relu": "rscnav.networks.cells.vanilla:Relu",
    "rectified_tanh": "rscnav.networks.cells.vanilla:RectifiedTanh",
    "leaky": "rscnav.networks.cells.vanilla:Leaky",
    "diagonal": "rscnav.networks.cells.vanilla:Diagonal",
    "feedforward": "rscnav.networks.cells.non_recurrent:Feedforward",
    "convolution": "rscnav.networks.cells.non_recurrent:Convolution",
}


def cell_class(cell: str) -> type["Layer"]:
    """Return the class of a cell."""
    found: type[Layer] = load(lookup(CELLS, cell, "cell"))
    return found


def make_layer(cell: str, n_inputs: int, hidden_size: int, **options: Any) -> "Layer":
    """Return a new layer.

    Parameters
    ----------
    cell : str
        A key of `CELLS`.
    n_inputs, hidden_size : int
        Numbers of input channels and of units.
    **options
        Options of the cell: ``tau_steps`` of leaky, ``window_steps`` of convolution.

    Raises
    ------
    InvalidValueError
        For an unknown cell, or a hidden size below 1.
    """
    made = cell_class(cell)
    if hidden_size < 1:
        raise InvalidValueError(f"hidden_size: {hidden_size} is not valid; use 1 or more units")
    return made(n_inputs, hidden_size, **options)


def is_recurrent(cell: str) -> bool:
    """Return whether a cell is recurrent: its next state depends on its present state."""
    from rscnav.networks.cells.base import Cell

    return issubclass(cell_class(cell), Cell)
