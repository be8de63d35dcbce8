"""One network of a training run: plan, seeds, folder and state."""

import csv
import io
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from rscnav.files.atomic import write_text
from rscnav.files.sealed.tails import write_with_digest
from rscnav.networks import checkpoint
from rscnav.networks.training.early_stopping import is_stalled
from rscnav.networks.training.lr_schedule import learning_rate
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.weights_file import trained_values
from rscnav.seeds import Seeds

log = logging.getLogger(__name__)
FAILED = "failed.json"
STATE = ("curve", "recent", "restarts", "failure", "weights")  # attributes of a member that are saved in a checkpoint


@dataclass(eq=False)
class Member:
    """One network of a training run.

    Parameters
    ----------
    seeds : Seeds
        Seeds of the network.
    folder : pathlib.Path
        Folder of the checkpoint and of ``progress.csv``.
    ready : pathlib.Path, optional
        Folder of the weights and the curve at the end, or of the reason of a failure; default: `folder`, without the reason.
    curve : list of dict
        Training curve, one row for each validation.
    recent : list of float
        Losses of the batches since the last validation.
    restarts : int
        Number of divergences so far.
    failure : str
        Reason of a failure; '' without failure.
    weights : dict of tensor, optional
        Trained weights; None during training.
    """

    plan: TrainingPlan
    seeds: Seeds
    folder: Path
    ready: Path | None = None
    curve: list[dict[str, float]] = field(default_factory=list)
    recent: list[float] = field(default_factory=list)
    restarts: int = 0
    failure: str = ""
    weights: dict[str, Tensor] | None = None

    def rate(self, batch: int) -> float:
        """Return the learning rate of a batch (counted from 0), lowered after each divergence."""
        training = self.plan.training
        rate = learning_rate(batch, training.n_batches, training.max_learning_rate)
        return rate * training.restart_lr_factor**self.restarts

    def add(self, batch: int, measured: dict[str, float]) -> None:
        """Add the row of a validation after `batch` batches to the curve."""
        row = {
            "batch": batch,
            "learning_rate": self.rate(batch - 1),
            "train_loss": sum(self.recent) / len(self.recent),
            **measured,
            "restarts": self.restarts,
        }
        self.curve.append(row)
        self.recent = []

    def restore_last_good(self, batch: int) -> None:
        """Remove from the curve all rows after `batch` batches, the last good validation."""
        self.curve = [row for row in self.curve if row["batch"] <= batch]
        self.recent = []

    def on_divergence(self, reason: str, batch: int) -> None:
        """Record a divergence: lower the learning rate for a restart from `batch`, or set `failure` after too many restarts."""
        settings, name = self.plan.training, self.plan.name
        self.restarts += 1
        if self.restarts <= settings.max_restarts:
            lowered = settings.restart_lr_factor**self.restarts
            log.warning(
                "%s  %s: restarts from batch %d with the learning rate times %.4g", name, reason, batch, lowered
            )
            return
        self.failure = (
            f"{name}: {reason}, after {settings.max_restarts} restarts (training.max_restarts); lower training.max_learning_rate "
            f"({settings.max_learning_rate}) or training.grad_clip_norm ({settings.grad_clip_norm})"
        )
        log.error("%s", self.failure)

    def has_ended(self, batch: int, ends: Sequence[int], aims: bool) -> bool:
        """Return whether training ends after the validation at `batch`, and log the reason unless the target is reached.

        Parameters
        ----------
        ends : sequence of int
            Batches at which cycles of the schedule end.
        aims : bool
            Whether the task has observers, so that a gap exists.
        """
        settings, name, gap = self.plan.training, self.plan.name, self.curve[-1]["gap"]
        if is_stalled(self.curve, settings):
            log.info(
                "%s  early stopping at batch %d: %d validations without improvement", name, batch, settings.patience
            )
            return True
        if batch not in ends:
            return False
        if settings.target_gap is None or not aims or gap <= settings.target_gap:
            return True
        log.info(
            "%s  gap %.4f is above the target of %.4f nats after %d batches", name, gap, settings.target_gap, batch
        )
        if any(batch < end <= settings.max_batches for end in ends):
            return False
        log.warning("%s  stopped at training.max_batches without reaching training.target_gap", name)
        return True

    def write(self, devices: list[dict[str, str]]) -> None:
        """Write the trained network and its curve; `devices` are the records of the devices of its training."""
        assert self.weights is not None  # it has ended
        values = trained_values(self.weights, self.plan.architecture, self.plan.files_record, devices, self.plan.name)
        text = io.StringIO()
        writer = csv.DictWriter(text, list(self.curve[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.curve)
        folder = self.ready or self.folder
        write_with_digest(folder / "curve.csv", text.getvalue())
        checkpoint.save(values, folder / "weights.pt")

    def write_failure(self, device: str) -> None:
        """Write the reason of a failure and the device to `ready`, where the network's own job reads it."""
        if self.ready is not None:
            values = {"record": self.plan.files_record, "failure": self.failure, "device": device}
            write_text(self.ready / FAILED, json.dumps(values))

    def state(self) -> dict[str, Any]:
        """Return the values that a checkpoint saves of this network."""
        return {name: getattr(self, name) for name in STATE}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore the values of `state`."""
        for name in STATE:
            setattr(self, name, state[name])
