"""When a training ends before its schedule, and when it has gone wrong."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rscnav.networks.training.lr_schedule import cycle_at, is_falling

LOST_SHARE = 0.5  # diverged: so much of what had been gained over chance is lost ...
LOST_NATS = 0.5  # ... and at least so many nats per step

Row = Mapping[str, float]  # of a training curve, see `rscnav.networks.training.validation.measure`


def is_stalled(curve: Sequence[Row], training: Any) -> bool:
    """Tell whether validations have brought nothing for too long.

    A validation brings something where its gap is lower, by more than its own standard error, than that of the last
    validation that did; without a gap (a task without observers) the loss counts. Only validations of the present cycle count
    as waiting, and of those only the ones past the peak of its rate: while the rate rises, losses may well stand still.

    Parameters
    ----------
    curve : sequence of mapping
        All validations so far.
    training : rscnav.networks.settings.Training
        Its `patience` is how many validations may bring nothing; None: any number.
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
    """Say how a validation shows that the training has diverged; '' where it does not.

    It has where the loss, summed over reports, is not finite, or exceeds the lowest so far by more than half of what that one had
    gained over chance (Σ log classes) and by more than 0.5 nats.

    Parameters
    ----------
    row : mapping
        The validation.
    curve : sequence of mapping
        Those before it.
    heads : mapping of str to int
        Classes of each report.
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
