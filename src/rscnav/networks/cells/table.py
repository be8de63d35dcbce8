"""The one table of cells: name in the configuration -> class."""

from typing import Any

from rscnav.networks.cells.base import Cell, Layer
from rscnav.networks.cells.controls import Convolution, Feedforward
from rscnav.networks.cells.gated import GRU, LSTM
from rscnav.networks.cells.simple import Diagonal, Leaky, RectifiedTanh, Relu, Tanh

CELLS: dict[str, type[Layer]] = {
    "gru": GRU,
    "lstm": LSTM,
    "tanh": Tanh,
    "relu": Relu,
    "rectified_tanh": RectifiedTanh,
    "leaky": Leaky,
    "diagonal": Diagonal,
    "feedforward": Feedforward,
    "convolution": Convolution,
}


def make_layer(cell: str, n_inputs: int, hidden_size: int, **options: Any) -> Layer:
    """Make a layer.

    Raises
    ------
    ValueError
        For an unknown cell, a hidden size below 1, or an option that the cell does not have.
    """
    if cell not in CELLS:
        raise ValueError(f"cell: unknown '{cell}'; there are: {', '.join(CELLS)}")
    if hidden_size < 1:
        raise ValueError(f"hidden_size: {hidden_size} will not do; a network needs at least 1 unit")
    return CELLS[cell](n_inputs, hidden_size, **options)


def is_recurrent(cell: str) -> bool:
    """Tell whether a cell steps from state to state."""
    return issubclass(CELLS[cell], Cell)
