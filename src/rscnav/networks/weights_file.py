"""Content of a file of a trained network, and its checks on writing and reading."""

import os
from collections.abc import Mapping, Set
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.networks.model import Network
from rscnav.tasks.base import Task

CURE = "train this network again: remove the file and start snakemake (or `rscnav train`)"

RECORD = {"settings", "code"}  # keys of the record of a training run ...
DEVICE = {"device", "gpu", "cuda", "torch"}  # ... and of the record of a device


def not_finite(weights: Mapping[str, Tensor]) -> str:
    """Return the names of weights with NaN or infinite values, and their numbers; '' if all are finite."""
    bad = {name: int((~torch.isfinite(value)).sum()) for name, value in weights.items()}
    found = [f"{name} ({n} of {weights[name].numel()} values)" for name, n in bad.items() if n]
    return ", ".join(found)


def holds_texts(value: Any, keys: Set[str]) -> bool:
    """Return whether a value is a mapping from exactly these keys to strings."""
    return isinstance(value, Mapping) and set(value) == keys and all(isinstance(text, str) for text in value.values())


def trained_values(
    weights: Mapping[str, Tensor],
    architecture: Architecture,
    record: Mapping[str, str],
    devices: list[dict[str, str]],
    name: str,
) -> dict[str, Any]:
    """Return the content of ``weights.pt``.

    Parameters
    ----------
    weights : mapping of tensor
        Weights by name, on the CPU.
    record : mapping of str
        ``settings`` and ``code`` of the training run.
    devices : list of dict
        `rscnav.networks.devices.Device.record` of each device that the network was trained on, in order.
    name : str
        Name of the network, for the message.

    Raises
    ------
    InvalidValueError
        For weights that are not finite.
    """
    if bad := not_finite(weights):
        raise InvalidValueError(
            f"{name}: the trained weights are NaN or infinite in {bad}; weights.pt was not written. Lower training.max_learning_rate or "
            "training.grad_clip_norm and train again"
        )
    return {
        "weights": dict(weights),
        "architecture": asdict(architecture),
        "record": dict(record),
        "devices": devices,
    }


def check_trained(saved: Any, path: str | os.PathLike[str]) -> Architecture:
    """Check the content of a file of a trained network, and return its architecture.

    Raises
    ------
    InvalidValueError
        If the file is not a trained network of this version, or its weights are not finite. The message names the file.
    """
    path = os.fspath(path)
    parts: dict[str, type] = {"weights": dict, "architecture": dict, "record": dict, "devices": list}
    missing = [part for part in parts if not isinstance(saved, dict) or part not in saved]
    if missing:
        raise InvalidValueError(
            f"{path}: '{missing[0]}' is missing, so it is not a trained network of this version; {CURE}"
        )
    wrong = [part for part, kind in parts.items() if not isinstance(saved[part], kind)]
    if wrong or not all(isinstance(value, Tensor) for value in saved["weights"].values()):
        raise InvalidValueError(
            f"{path}: not a trained network: its {wrong[0] if wrong else 'weights'} cannot be read; {CURE}"
        )
    devices = saved["devices"]
    if not holds_texts(saved["record"], RECORD) or not devices or not all(holds_texts(d, DEVICE) for d in devices):
        raise InvalidValueError(f"{path}: damaged: its record of settings, code and device cannot be read; {CURE}")
    try:
        architecture = Architecture(**saved["architecture"])
    except (TypeError, ValueError) as error:
        raise InvalidValueError(f"{path}: its architecture cannot be read ({error}); {CURE}") from None
    if bad := not_finite(saved["weights"]):
        raise InvalidValueError(f"{path}: its weights are NaN or infinite in {bad}; {CURE}")
    return architecture


def build(saved: Any, task: Task, path: str | os.PathLike[str], device: torch.device | str = "cpu") -> Network:
    """Return the network of a file (see `check_trained`), in evaluation mode.

    Raises
    ------
    InvalidValueError
        As `check_trained`, and if the weights do not fit the architecture or the task. The message names the file.
    """
    architecture = check_trained(saved, path)
    sizes = (len(task.channels), task.heads, architecture)
    try:
        with torch.device("meta"):  # only shapes, without memory
            shapes = {name: tuple(value.shape) for name, value in Network(*sizes).state_dict().items()}
    except (RuntimeError, TypeError, InvalidValueError) as error:
        first = str(error).splitlines()[0]
        raise InvalidValueError(f"{os.fspath(path)}: no network has its architecture ({first}); {CURE}") from None
    found = {name: tuple(value.shape) for name, value in saved["weights"].items()}
    if found != shapes:
        name = next(n for n in [*shapes, *found] if found.get(n) != shapes.get(n))
        raise InvalidValueError(
            f"{os.fspath(path)}: {name} has the shape {found.get(name, 'None (it is missing)')}, but its architecture and the "
            f"task '{task.name}' need {shapes.get(name, 'no such weights')}; {CURE}, or use the task that it was trained on"
        )
    network = Network(*sizes).to(device)
    network.load_state_dict(saved["weights"])
    return network.eval()
