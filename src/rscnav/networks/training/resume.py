"""Checkpoints of training runs: validity checks, and selection of some of its networks."""

import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks import checkpoint
from rscnav.networks.training.checkpoint_settings import Record, differences, is_records
from rscnav.networks.training.train_step import TrainStep
from rscnav.networks.weights_file import DEVICE, holds_texts, not_finite
from rscnav.tasks.base import Task

log = logging.getLogger(__name__)
Shapes = Mapping[str, tuple[int, ...]]
NAME = "checkpoint.pt"
ROW = (
    "batch", "learning_rate", "train_loss", "loss", "loss_se", "bayes_loss", "gap", "gap_se", "gap_LM0", "gap_se_LM0",
    "gap_LM1", "gap_se_LM1", "gap_LM2", "gap_se_LM2", "restarts",
)  # fmt: skip


def read_checkpoint(
    path: Path, records: Mapping[str, Record], task: Task, shapes: Shapes, last: int, name: str
) -> dict[str, Any] | None:
    """Read and check the checkpoint of some networks; it may contain others.

    Parameters
    ----------
    records : mapping
        Settings and code of the networks, see `rscnav.networks.training.checkpoint_settings.records_of`.
    shapes : mapping
        Shapes of one network's weights by name, see `shapes_of`.
    last : int
        Highest number of batches of the training.
    name : str
        Name of the run, for the log.

    Returns
    -------
    dict, or None
        None without a valid checkpoint of these records; for a file that exists, the log names it and the reason.
    """
    if not path.exists():
        return None
    try:
        saved = checkpoint.load(path)
    except (OSError, InvalidValueError) as error:
        log.warning("%s  starts from the beginning: %s", name, error)
        return None
    other = differences(saved.get("records") if isinstance(saved, dict) else None, records)
    if other:
        log.warning(
            "%s  starts from the beginning, because %s has other settings or code: %s", name, path, "; ".join(other)
        )
        return None
    try:
        wrong = _wrong(saved, records, task, shapes, last)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RuntimeError) as error:
        wrong = f"a part is missing or has another type ({error})"
    if wrong:
        log.warning("%s  starts from the beginning: %s is damaged: %s", name, path, wrong)
        return None
    return saved


def records_in(path: Path) -> tuple[int, dict[str, dict[str, str]]] | None:
    """Return the number of batches and the records of a checkpoint; None if it is missing or cannot be read."""
    try:
        saved = checkpoint.load(path)
    except (OSError, InvalidValueError):
        return None
    if not isinstance(saved, dict) or not is_records(saved.get("records")) or not isinstance(saved.get("batch"), int):
        return None
    return saved["batch"], {name: dict(record) for name, record in saved["records"].items()}


def part_of(
    saved: Mapping[str, Any], active: Sequence[str], device: torch.device
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the present state and the last good state of some networks of a checkpoint, moved to a device.

    Parameters
    ----------
    active : sequence of str
        Names of the networks; training of each must not have ended.
    """
    rows = [saved["active"].index(name) for name in active]
    together = saved["together"]
    return _rows(saved, rows, together, device), _rows(saved["last_good_state"], rows, together, device)


def is_finite(state: Mapping[str, Any]) -> bool:
    """Return whether all weights and the optimiser state of `TrainStep.state` are finite."""
    adam = {key: state["adam"][key] for key in ("mean", "square")}
    return not not_finite(state["weights"]) and not not_finite(adam)


def _rows(state: Mapping[str, Any], rows: list[int], together: bool, device: torch.device) -> dict[str, Any]:
    def chosen(value: Tensor) -> Tensor:
        return (value[rows] if together else value).to(device)

    weights = {name: chosen(value) for name, value in state["weights"].items()}
    adam = {key: state["adam"][key][rows].to(device) for key in ("mean", "square")}
    return {"batch": state["batch"], "weights": weights, "adam": {"n_steps": state["adam"]["n_steps"], **adam}}


def _wrong(saved: Mapping[str, Any], records: Mapping[str, Record], task: Task, shapes: Shapes, last: int) -> str:
    """Return the part of a checkpoint that is inconsistent; '' if all parts are consistent."""
    names, active, together = list(saved["records"]), saved["active"], saved["together"]
    if not all(isinstance(saved[part], dict) for part in ("weights", "adam", "last_good_state", "members")):
        return "its parts"
    if type(saved["batch"]) is not int or type(saved["last_good_state"]["batch"]) is not int:
        return "the batch"
    if not isinstance(together, bool) or not set(active) <= set(names) or len(set(active)) < len(active) or not active:
        return "the list of networks that still train"
    if not together and len(names) > 1:
        return "several networks, and the weights of one"
    if list(saved["members"]) != names:
        return "the networks' curves"
    good = saved["last_good_state"]
    if not 0 <= good["batch"] <= saved["batch"] or (saved["batch"] >= last and set(records) & set(active)):
        return f"batch {saved['batch']}, of {last}"
    for state in (saved, good):
        if wrong := _wrong_state(state, shapes, len(active) if together else None):
            return wrong
    for name, member in saved["members"].items():
        heads = [f"loss_{head}" for head in task.heads if head != "position"]
        left = saved["batch"] - good["batch"] if name in active else None
        if wrong := _wrong_member(member, {*ROW, *heads}, left, shapes):
            return f"{wrong} of {name}"
        last_row = [good["batch"]] if good["batch"] else []
        if name in active and [row["batch"] for row in member["curve"]][-1:] != last_row:
            return f"the curve of {name}"
    has_devices = saved["devices"] and all(holds_texts(device, DEVICE) for device in saved["devices"])
    return "" if has_devices else "the devices"


def _wrong_state(state: Mapping[str, Any], shapes: Shapes, rows: int | None) -> str:
    if not isinstance(state["weights"], dict) or not isinstance(state["adam"], dict):
        return "the weights"
    before = () if rows is None else (rows,)
    found = {name: tuple(value.shape) for name, value in state["weights"].items()}
    if found != {name: (*before, *shape) for name, shape in shapes.items()}:
        return "the shapes of the weights"
    width = sum(math.prod(shape) for shape in shapes.values())
    adam = state["adam"]
    if not all(isinstance(value, Tensor) for value in (*state["weights"].values(), adam["mean"], adam["square"])):
        return "the weights"
    if adam["n_steps"] != state["batch"] or any(tuple(adam[k].shape) != (rows or 1, width) for k in ("mean", "square")):
        return "the state of the optimiser"
    if not is_finite(state) or bool((adam["square"] < 0).any()):
        return "values that are NaN or infinite"
    return ""


def _wrong_member(member: Mapping[str, Any], columns: set[str], left: int | None, shapes: Shapes) -> str:
    if not isinstance(member, dict):
        return "the state"
    curve, recent, weights = member["curve"], member["recent"], member["weights"]
    whole = isinstance(curve, list) and all(set(row) == columns for row in curve)
    if not whole or not all(_is_number(value) for row in curve for value in row.values()):
        return "the curve"
    batches = [row["batch"] for row in curve]
    if batches != sorted(set(batches)) or any(not math.isfinite(row["loss"]) or row["loss"] < 0 for row in curve):
        return "the curve"
    if not isinstance(recent, list) or not all(_is_number(x) and math.isfinite(x) for x in recent):
        return "the losses"
    if left is not None and len(recent) != left:
        return "the losses"
    if not isinstance(member["restarts"], int) or member["restarts"] < 0 or not isinstance(member["failure"], str):
        return "the restarts"
    if (left is not None) == (weights is not None or bool(member["failure"])):
        return "the end"
    if weights is not None:
        if {name: tuple(value.shape) for name, value in weights.items()} != dict(shapes) or not_finite(weights):
            return "the weights"
        if not curve:
            return "the curve"
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def shapes_of(learner: TrainStep) -> dict[str, tuple[int, ...]]:
    """Return the shapes of one network's weights."""
    first = 1 if learner.together else 0
    return {name: tuple(value.shape)[first:] for name, value in learner.network.state_dict().items()}
