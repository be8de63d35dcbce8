"""The one table of cells: name in the configuration -> module and class, imported when wanted."""

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
    """Make a layer.

    Raises
    ------
    InvalidValueError
        For a hidden size below 1, or an option that the cell does not have.
    """
    made = cell_class(cell)
    if hidden_size < 1:
        raise InvalidValueError(f"hidden_size: {hidden_size} will not do; a network needs at least 1 unit")
    return made(n_inputs, hidden_size, **options)


def is_recurrent(cell: str) -> bool:
    """Tell whether a cell steps from state to state."""
    from rscnav.networks.cells.base import Cell

    return issubclass(cell_class(cell), Cell)
