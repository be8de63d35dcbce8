"""Early stopping, and detection of training divergence."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rscnav.networks.training.lr_schedule import cycle_at, is_falling

LOST_SHARE = 0.5  # diverged: the loss rises by this fraction of the improvement over chance ...
LOST_NATS = 0.5  # ... and by at least this (nats per step)

Row = Mapping[str, float]  # of a training curve, see `rscnav.networks.training.validation.measure`


def is_stalled(curve: Sequence[Row], training: Any) -> bool:
    """Return whether early stopping applies: `patience` validations without improvement.

    A validation improves if its gap is lower than the best one by more than its standard error. Tasks without observers have
    no gap; their loss is used. Only validations of the present cycle after the peak of its learning rate count, because the
    loss may be constant while the rate rises.

    Parameters
    ----------
    curve : sequence of mapping
        Rows of all validations so far.
    training : rscnav.networks.settings.Training
        `patience` is the number of validations without improvement; None: never stop early.
    """
    if training.patience is None or not curve:
        return False
    name = "gap" if math.isfinite(curve[-1]["gap"]) else "loss"
    present = cycle_at(int(curve[-1]["batch"]) - 1, training.n_batches)
    best, waited = math.inf, 0
    for row in curve:
        last = int(row["batch"]) - 1  # rows count batches, the schedule counts from 0
        if row[name] < best - row[f"{name}_se"]:
            best, waited = row[name], 0
        elif cycle_at(last, training.n_batches) == present and is_falling(last, training.n_batches):
            waited += 1
    return waited >= training.patience


def divergence_reason(row: Row, curve: Sequence[Row], heads: Mapping[str, int]) -> str:
    """Return why a validation counts as training divergence; '' if it does not.

    Training has diverged if the loss, summed over reports, is not finite. It has also diverged if the loss exceeds the lowest
    one so far by more than 0.5 nats and by more than half of its improvement over chance (Σ log classes).

    Parameters
    ----------
    row : mapping
        Row of the present validation.
    curve : sequence of mapping
        Rows of the validations before.
    heads : mapping of str to int
        Number of classes of each report.
    """
    loss = _total(row, heads)
    if not math.isfinite(loss):
        return f"the validation loss is {loss}"
    if curve:
        best = min(_total(before, heads) for before in curve)
        chance = sum(math.log(n_classes) for n_classes in heads.values())
        if loss > best + max(LOST_NATS, LOST_SHARE * (chance - best)):
            return f"the validation loss went from {best:.3f} up to {loss:.3f} nats"
    return ""


def _total(row: Row, heads: Mapping[str, int]) -> float:
    return sum(row.get(f"loss_{head}", 0.0) for head in heads) + row["loss"]
