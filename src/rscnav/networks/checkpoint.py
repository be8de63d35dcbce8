"""Checkpoints of training runs, and files of trained networks."""

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
    """Write tensors and plain values with their SHA-256 digest, atomically; equal values give equal bytes."""
    buffer = io.BytesIO()  # to a buffer: torch.save writes the name of a file into the file
    torch.save(values, buffer)
    write_sealed(path, buffer.getvalue())


def load(path: str | os.PathLike[str], device: torch.device | str = "cpu") -> dict[str, Any]:
    """Read a file that `save` wrote; only tensors and plain values are accepted.

    Raises
    ------
    MissingFileError, InvalidValueError
        The message names the file. A `DamagedError` if the digest does not match, or the content cannot be read.
    """
    data = read_sealed(path, ".pt")
    try:
        return torch.load(io.BytesIO(data), map_location=device, weights_only=True)
    except Exception:  # torch's message recommends an unsafe way of reading
        raise DamagedError(path, f"not a file of network weights ({len(data):,} bytes)") from None


def load_network(path: str | os.PathLike[str], task: Task, device: torch.device | str = "cpu") -> Network:
    """Read a trained network.

    Parameters
    ----------
    path : path-like
        ``weights.pt`` of a trained network.
    task : Task
        Task that the network was trained on.

    Returns
    -------
    Network
        On `device`, in evaluation mode.

    Raises
    ------
    MissingFileError, InvalidValueError
        The message names the file; see `rscnav.networks.weights_file.build`.
    """
    return build(load(path, device), task, path, device)
