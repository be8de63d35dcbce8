"""The training loop, which resumes where it was killed."""

import csv
import dataclasses
import io
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rscnav.files import write_text
from rscnav.networks import checkpoint
from rscnav.networks.curriculum import Curriculum
from rscnav.networks.model import Architecture, Network, step_losses
from rscnav.networks.objective import Objective
from rscnav.networks.rules.bptt import BPTT
from rscnav.networks.schedule import cycle_ends, learning_rate
from rscnav.networks.streams import draw, draw_many
from rscnav.observers.gap import optimality_gap, true_bin_loss
from rscnav.observers.settings import Observer
from rscnav.observers.table import observe, strategies
from rscnav.seeds import Seeds
from rscnav.tasks.batch import Task

log = logging.getLogger(__name__)
REPORT_EVERY_S = 10.0
PIECE = 500  # trials run at once
HEAD = "position"  # a gap without a name is this head's


@dataclass(frozen=True)
class Plan:
    """What to train and how.

    Parameters
    ----------
    name : str
        The session's, for messages.
    architecture : rscnav.networks.model.Architecture
    training : rscnav.config.schema.Training
    observer : rscnav.observers.settings.Observer
        Grid or particles of the Bayes filter that the gap is measured against.
    record : str
        Settings and code as text: a checkpoint with another record is not resumed.
    """

    name: str
    architecture: Architecture
    training: Any
    observer: Observer
    record: str


def pick_device(wanted: str) -> torch.device:
    """Turn ``auto``, ``cpu`` or ``cuda`` into a device.

    Raises
    ------
    ValueError
        For ``cuda`` on a machine without one.
    """
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: 'cuda', but torch finds no CUDA GPU on this machine; use device: auto or device: cpu")
    return torch.device(wanted)


def train(task: Task, plan: Plan, seeds: Seeds, device: torch.device, folder: Path) -> Network:
    """Train a network until its schedule ends and its gap is small enough.

    Writes ``weights.pt`` and ``curve.csv`` into `folder` at the end, and ``checkpoint.pt`` while it runs. After a kill the
    same call goes on from the checkpoint and ends with the same bytes.

    Parameters
    ----------
    task : Task
    plan : Plan
    seeds : Seeds
        The network's own.
    device : torch.device
    folder : pathlib.Path

    Returns
    -------
    Network

    Raises
    ------
    FloatingPointError
        Where the loss is no longer a number.
    """
    run = _Run(task, plan, seeds, device, folder)
    run.resume()
    ends = cycle_ends(plan.training.n_batches, max(plan.training.max_batches, plan.training.n_batches))
    target = plan.training.target_gap if strategies(task) else None
    for end in ends:
        run.until(end)
        gap = run.curve[-1]["gap"]
        if target is None or gap <= target:
            break
        log.info("%s  gap %.4f is above the target of %.4f nats after %d batches", plan.name, gap, target, end)
    else:
        log.warning("%s  stopped at training.max_batches without reaching training.target_gap", plan.name)
    run.finish()
    return run.network


class _Run:
    """One training run: network, optimiser, the validation trials, the curve so far."""

    def __init__(self, task: Task, plan: Plan, seeds: Seeds, device: torch.device, folder: Path) -> None:
        self.task, self.plan, self.seeds, self.device, self.folder = task, plan, seeds, device, folder
        generator = torch.Generator().manual_seed(seeds.integer("weights"))
        network = Network(len(task.channels), task.heads, plan.architecture, generator)
        self.network = network.to(device)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=plan.training.peak_rate)
        self.curriculum = Curriculum(task, plan.training)
        self.validation = _Validation(task, plan, seeds, device)
        self.batch = 0
        self.curve: list[dict[str, float]] = []
        self.recent = np.zeros(0)

    def resume(self) -> None:
        """Go on from the checkpoint, where there is one of the same settings and code."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return
        try:
            saved = checkpoint.load(path, self.device)
        except ValueError as error:
            log.warning("%s  starts afresh: %s", self.plan.name, error)
            return
        if saved["record"] != self.plan.record:
            log.info("%s  starts afresh: the checkpoint has other settings or code", self.plan.name)
            return
        self.network.load_state_dict(saved["weights"])
        self.optimiser.load_state_dict(saved["optimiser"])
        self.batch, self.curve = saved["batch"], saved["curve"]
        self.recent = np.asarray(saved["recent"])
        log.info("%s  goes on from its checkpoint after %d batches", self.plan.name, self.batch)

    def until(self, end: int) -> None:
        """Train up to a number of batches, with reports, validations and checkpoints on the way."""
        settings = self.plan.training
        started, first = time.monotonic(), self.batch
        reported = saved = started
        while self.batch < end:
            loss = self.step()
            self.recent = np.append(self.recent, loss)
            if self.batch % settings.validate_every == 0 or self.batch == end:
                self.validate()
            now = time.monotonic()
            if now - reported > REPORT_EVERY_S or self.batch == end:
                left = (now - started) / (self.batch - first) * (end - self.batch)
                self.report(loss, end, left)
                reported = now
            if now - saved > settings.checkpoint_every_s:
                self.save()
                saved = now

    def step(self) -> float:
        """Train on one batch; returns its loss."""
        settings = self.plan.training
        task, batch_size = self.curriculum.at(self.batch)
        batch = draw(task, self.seeds, "train", self.batch, batch_size, self.device)
        rate = learning_rate(self.batch, settings.n_batches, settings.peak_rate)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        objective = Objective(batch.targets, scored(self.task))
        loss = BPTT().gradient(self.network, batch.inputs.transpose(0, 1), objective)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), settings.clip_norm)
        self.optimiser.step()
        self.batch += 1
        value = float(loss)
        if not np.isfinite(value):
            raise FloatingPointError(
                f"{self.plan.name}: the loss is {value} at batch {self.batch}; lower training.peak_rate "
                f"({settings.peak_rate}) or training.clip_norm ({settings.clip_norm})"
            )
        return value

    def validate(self) -> None:
        """Add a row to the curve."""
        settings = self.plan.training
        rate = learning_rate(self.batch - 1, settings.n_batches, settings.peak_rate)
        row: dict[str, float] = {"batch": self.batch, "learning_rate": rate, "train_loss": float(self.recent.mean())}
        self.curve.append(row | self.validation.measure(self.network))
        self.recent = np.zeros(0)

    def report(self, loss: float, end: int, left_s: float) -> None:
        """Say where the run is."""
        gap = (
            f"gap {self.curve[-1]['gap']:.4f} ± {self.curve[-1]['gap_se']:.4f}"
            if self.curve
            else "gap not yet measured"
        )
        log.info(
            "%s  batch %d/%d  loss %.4f  %s nats  %.1f min left",
            self.plan.name,
            self.batch,
            end,
            loss,
            gap,
            left_s / 60,
        )

    def save(self) -> None:
        """Write a checkpoint."""
        values = {
            "weights": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "batch": self.batch,
            "curve": self.curve,
            "recent": self.recent.tolist(),
            "record": self.plan.record,
        }
        checkpoint.save(values, self.folder / "checkpoint.pt")

    def finish(self) -> None:
        """Write the trained network and its curve; the checkpoint has done its work."""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(self.curve[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.curve)
        write_text(self.folder / "curve.csv", text.getvalue())
        weights = {name: value.cpu() for name, value in self.network.state_dict().items()}
        values = {"weights": weights, "architecture": self.plan.architecture.as_dict()}
        checkpoint.save(values, self.folder / "weights.pt")
        (self.folder / "checkpoint.pt").unlink(missing_ok=True)


class _Validation:
    """The validation trials, with the filter's loss on them."""

    def __init__(self, task: Task, plan: Plan, seeds: Seeds, device: torch.device) -> None:
        n_trials = plan.training.validation_trials
        self.heads, self.counted = task.heads, scored(task)
        self.batch = draw_many(task, seeds, "validation", n_trials, min(n_trials, 1000), device)
        target = self._flat(self.batch.targets[HEAD])
        self.bayes = np.full(len(target), np.nan)
        if strategies(task):
            generator = torch.Generator(device=device).manual_seed(seeds.integer("validation", "observer"))
            posterior = observe(task, self.batch, "bayes", plan.observer, generator)[HEAD][:, self.counted]
            self.bayes = true_bin_loss(posterior.flatten(0, 1).cpu().numpy(), target)
        self.phase = self._flat(self.batch.landmarks_met)
        self.trial = np.repeat(np.arange(n_trials), len(target) // n_trials)

    def _flat(self, values: torch.Tensor) -> np.ndarray:
        """Lay the values (trial, step) that count out in time, as numpy."""
        return values[:, self.counted].flatten().cpu().numpy()

    @torch.no_grad()
    def measure(self, network: Network) -> dict[str, float]:
        """Give loss, the filter's loss and the gap, overall and by phase; the loss of other heads beside it."""
        pieces: dict[str, list[torch.Tensor]] = {head: [] for head in self.heads}
        for first in range(0, len(self.batch), PIECE):  # bounds the memory
            part = self.batch.part(slice(first, first + PIECE))
            logits = network(part.inputs)[1]
            for head in self.heads:
                pieces[head].append(step_losses(logits[head], part.targets[head]))
        losses = {head: self._flat(torch.cat(values)).astype(np.float64) for head, values in pieces.items()}
        loss = losses[HEAD]
        row = {"loss": float(loss.mean()), "bayes_loss": float(self.bayes.mean())}
        masks = {"": None} | {f"_LM{phase}": self.phase == phase for phase in range(3)}
        for name, mask in masks.items():
            gap = dataclasses.asdict(optimality_gap(loss, self.bayes, self.trial, mask))
            row |= {f"gap{name}": gap["value"], f"gap_se{name}": gap["se"]}
        return row | {f"loss_{head}": float(values.mean()) for head, values in losses.items() if head != HEAD}


def scored(task: Task) -> slice:
    """Tell which steps of a trial count in the loss."""
    return slice(-1, None) if task.settings.loss == "many-to-one" else slice(None)
