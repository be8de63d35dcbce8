"""One network of a training run: its plan, its seeds, its folder, and what is known of it so far."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from rscnav.files import write_text
from rscnav.networks import checkpoint
from rscnav.networks.plan import Plan
from rscnav.networks.schedule import learning_rate
from rscnav.seeds import Seeds

STATE = ("curve", "recent", "restarts", "failure", "weights")  # what a checkpoint holds of a member


@dataclass(eq=False)
class Member:
    """One network of a training run.

    Parameters
    ----------
    plan : Plan
    seeds : Seeds
        The network's own.
    folder : pathlib.Path
        Gets its files.
    curve : list of dict
        A row for each validation.
    recent : list of float
        Losses of the batches since the last validation.
    restarts : int
        How often it diverged.
    failure : str
        Why it was given up, if it was.
    weights : dict of tensor, optional
        Once it has ended.
    """

    plan: Plan
    seeds: Seeds
    folder: Path
    curve: list[dict[str, float]] = field(default_factory=list)
    recent: list[float] = field(default_factory=list)
    restarts: int = 0
    failure: str = ""
    weights: dict[str, Tensor] | None = None

    def rate(self, batch: int) -> float:
        """Give the learning rate of a batch (counted from 0), lowered after each divergence."""
        training = self.plan.training
        return learning_rate(batch, training.n_batches, training.peak_rate) * training.lower_rate**self.restarts

    def add(self, batch: int, measured: dict[str, float]) -> None:
        """Add a row to the curve after a number of batches."""
        row = {
            "batch": batch,
            "learning_rate": self.rate(batch - 1),
            "train_loss": sum(self.recent) / len(self.recent),
            **measured,
            "restarts": self.restarts,
        }
        self.curve.append(row)
        self.recent = []

    def go_back(self, batch: int) -> None:
        """Forget what came after a number of batches, the last of a validation."""
        self.curve = [row for row in self.curve if row["batch"] <= batch]
        self.recent = []

    def write(self) -> None:
        """Write the trained network and its curve."""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(self.curve[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.curve)
        write_text(self.folder / "curve.csv", text.getvalue())
        values = {"weights": self.weights, "architecture": self.plan.architecture.as_dict()}
        checkpoint.save(values, self.folder / "weights.pt")

    def state(self) -> dict[str, Any]:
        """Give what a checkpoint holds of it."""
        return {name: getattr(self, name) for name in STATE}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to what `state` gave."""
        for name in STATE:
            setattr(self, name, state[name])
