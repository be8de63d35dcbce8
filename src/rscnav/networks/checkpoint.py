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

    Examples
    --------
    A network of five units after two batches of training:

    >>> import tempfile
    >>> from pathlib import Path
    >>> import torch
    >>> from rscnav.networks import load_network, train
    >>> from rscnav.networks.architecture import Architecture
    >>> from rscnav.networks.settings import Training
    >>> from rscnav.networks.training.plan import TrainingPlan
    >>> from rscnav.observers import Observer
    >>> from rscnav.seeds import Seeds
    >>> from rscnav.tasks import make_task
    >>> task = make_task("ring-fixed", trial_s=1.0, n_bins=16)
    >>> short = Training(n_batches=2, batch_size=8, validation_trials=8, target_gap=None)
    >>> plan = TrainingPlan("gru-s1", Architecture("gru", 5), short, Observer(), "{}")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = train(task, plan, Seeds(0), torch.device("cpu"), Path(folder))
    ...     network = load_network(f"{folder}/weights.pt", task)
    >>> states, logits = network(task.sample(3, task.n_steps, torch.Generator().manual_seed(0)).inputs)
    >>> tuple(states.shape), tuple(logits["position"].shape)
    ((3, 10, 5), (3, 10, 16))
    """
    return build(load(path, device), task, path, device)
