"""What a file of a trained network holds, and what is refused when it is written and when it is read."""

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

RECORD = {"settings", "code"}  # keys of what is told of a training ...
DEVICE = {"device", "gpu", "cuda", "torch"}  # ... and of a device that it ran on


def not_finite(weights: Mapping[str, Tensor]) -> str:
    """Name the weights that are NaN or infinite; '' where there are none."""
    bad = {name: int((~torch.isfinite(value)).sum()) for name, value in weights.items()}
    found = [f"{name} ({n} of {weights[name].numel()} values)" for name, n in bad.items() if n]
    return ", ".join(found)


def holds_texts(value: Any, keys: Set[str]) -> bool:
    """Whether a value is a mapping from just these keys to texts."""
    return isinstance(value, Mapping) and set(value) == keys and all(isinstance(text, str) for text in value.values())


def trained_values(
    weights: Mapping[str, Tensor],
    architecture: Architecture,
    record: Mapping[str, str],
    devices: list[dict[str, str]],
    name: str,
) -> dict[str, Any]:
    """Collect what ``weights.pt`` holds.

    Parameters
    ----------
    weights : mapping of tensor
        On the CPU.
    record : mapping of str
        ``settings`` and ``code`` that it was trained with.
    devices : list of dict
        `rscnav.networks.devices.Device.record` of each device that it was trained on, in order.
    name : str
        The network's, for the message.

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
    """Check what a file of a trained network holds, and return its architecture.

    Raises
    ------
    InvalidValueError
        With the file's name: for a file of something else, for weights that do not have the shapes of the file's own
        architecture, and for weights that are not finite.
    """
    path = os.fspath(path)
    parts: dict[str, type] = {"weights": dict, "architecture": dict, "record": dict, "devices": list}
    missing = [part for part in parts if not isinstance(saved, dict) or part not in saved]
    if missing:
        raise InvalidValueError(
            f"{path}: no '{missing[0]}' in it, so it is not a trained network of this version; {CURE}"
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
    """Build the network that a file holds (see `check_trained`), in evaluation mode.

    Raises
    ------
    InvalidValueError
        With the file's name: as `check_trained`, and for a network of another task.
    """
    architecture = check_trained(saved, path)
    sizes = (len(task.channels), task.heads, architecture)
    try:
        with torch.device("meta"):  # shapes alone, without memory
            shapes = {name: tuple(value.shape) for name, value in Network(*sizes).state_dict().items()}
    except (RuntimeError, TypeError, InvalidValueError) as error:
        first = str(error).splitlines()[0]
        raise InvalidValueError(f"{os.fspath(path)}: no network has its architecture ({first}); {CURE}") from None
    found = {name: tuple(value.shape) for name, value in saved["weights"].items()}
    if found != shapes:
        name = next(n for n in [*shapes, *found] if found.get(n) != shapes.get(n))
        raise InvalidValueError(
            f"{os.fspath(path)}: {name} has the shape {found.get(name, 'of nothing: it is missing')}, but its architecture and the "
            f"task '{task.name}' need {shapes.get(name, 'no such weights')}; {CURE}, or use the task that it was trained on"
        )
    network = Network(*sizes).to(device)
    network.load_state_dict(saved["weights"])
    return network.eval()
