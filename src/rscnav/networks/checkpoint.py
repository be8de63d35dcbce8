"""The state of a training run in a file, and a trained network in a file."""

import io
import os
from typing import Any

import torch

from rscnav.files.sealed.regular import DamagedError
from rscnav.files.sealed.tails import read_sealed, write_sealed
from rscnav.networks.model import Network
from rscnav.networks.weights_file import build
from rscnav.tasks.base import Task


def save(values: dict[str, Any], path: str | os.PathLike[str]) -> None:
    """Save tensors and plain values with their digest, whole or not at all; the same values give the same bytes."""
    buffer = io.BytesIO()  # torch.save writes the file's own name into the file
    torch.save(values, buffer)
    write_sealed(path, buffer.getvalue())


def load(path: str | os.PathLike[str], device: torch.device | str = "cpu") -> dict[str, Any]:
    """Load what `save` wrote; only tensors and plain values are accepted.

    Raises
    ------
    MissingFileError, InvalidValueError
        With the file's name; a `DamagedError` for a file that is not as it was written.
    """
    data = read_sealed(path, ".pt")
    try:
        return torch.load(io.BytesIO(data), map_location=device, weights_only=True)
    except Exception:  # torch's own message would advise to load it unsafely
        raise DamagedError(path, f"not a file of network weights ({len(data):,} bytes)") from None


def load_network(path: str | os.PathLike[str], task: Task, device: torch.device | str = "cpu") -> Network:
    """Load a trained network.

    Parameters
    ----------
    path : path-like
        ``weights.pt`` of a trained network.
    task : Task
        The task it was trained on.

    Returns
    -------
    Network
        On the device, in evaluation mode.

    Raises
    ------
    MissingFileError, InvalidValueError
        With the file's name; see `rscnav.networks.weights_file.build`.
    """
    return build(load(path, device), task, path, device)
