"""A training run: batches, validations, restarts after divergence, checkpoints."""

import logging
import math
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from rscnav.errors import DivergedError
from rscnav.files.atomic import clear_leftovers
from rscnav.files.run_ownership import OrphanedError
from rscnav.networks import checkpoint
from rscnav.networks.devices import Device, describe
from rscnav.networks.training.checkpoint_settings import records_of
from rscnav.networks.training.early_stopping import divergence_reason
from rscnav.networks.training.flops import flops_per_step
from rscnav.networks.training.lr_schedule import cycle_ends
from rscnav.networks.training.matmul_backend import onednn_matmul
from rscnav.networks.training.member import Member
from rscnav.networks.training.progress import Progress, gaps, whole_name
from rscnav.networks.training.resume import NAME, is_finite, part_of, read_checkpoint, shapes_of
from rscnav.networks.training.train_step import TrainStep
from rscnav.networks.training.validation import Validation, measure
from rscnav.observers.registry import strategies
from rscnav.tasks.base import Task

log = logging.getLogger(__name__)
LOOK_EVERY = 10  # batches between two transfers of losses from a GPU, each of which delays the GPU


class Trainer:
    """Training run of one network, or of an ensemble whose networks are always at the same batch.

    Early stopping, divergence or failure of one network does not change the weights and curves of the others. After a
    divergence all networks restart from the last good state, and those that had not diverged repeat the same steps.

    Parameters
    ----------
    goes_on_from : pathlib.Path, optional
        Checkpoint of these networks, possibly also of others; default: that in the first member's folder, where checkpoints
        are also written.
    """

    def __init__(self, task: Task, members: Sequence[Member], device: Device, goes_on_from: Path | None = None) -> None:
        self.task, self.members, self.device, self.hardware = task, list(members), device.device, device
        self.name, self.path = whole_name(members), members[0].folder / NAME
        self.goes_on_from = goes_on_from or self.path
        self.devices = [device.record]  # devices of the training so far
        self.records = records_of([member.plan for member in members])
        self.learner = TrainStep(task, members, self.device)
        self.active = list(members)  # networks in training, in the order of the weights' leading dimension
        self.last_good_state = self.learner.state()  # at the last validation without divergence
        self.aims = bool(strategies(task))  # whether the task has a gap
        self.warm = False  # the time of the first steps includes compilation, and is not counted
        training = [member.plan.training for member in members]
        self.every = training[0].validate_every_batches
        self.checkpoint_every_s = min(settings.checkpoint_every_s for settings in training)
        self.ends = cycle_ends(training[0].n_batches, max(max(s.max_batches, s.n_batches) for s in training))

    @property
    def batch(self) -> int:
        """Number of batches so far."""
        return self.learner.batch

    @property
    def validates(self) -> bool:
        """Whether a validation is due after the present batch."""
        return self.batch % self.every == 0 or self.batch in self.ends

    def fit(self) -> None:
        """Train until all networks have ended; networks whose training failed have a `failure`, see `refuse_failed`."""
        log.info("%s  %s on %s", self.name, "train together" if len(self.members) > 1 else "trains", self.hardware)
        for member in self.members:
            clear_leftovers(member.folder)
        goes_on = self.resume()
        self.progress = Progress(self.members, self.device, goes_on)
        self.validations = {m.plan.name: Validation(self.task, m.plan, m.seeds, self.device) for m in self.active}
        saved = time.monotonic()
        with onednn_matmul():
            while self.active:
                self.advance()
                if self.active and time.monotonic() - saved > self.checkpoint_every_s:
                    self.save()
                    saved = time.monotonic()
        if not all(member.failure for member in self.members):
            self.progress.close(self.batch)
        self.path.unlink(missing_ok=True)

    def refuse_failed(self) -> None:
        """Raise a `DivergedError` with the reasons if training of a network failed."""
        failures = [member.failure for member in self.members if member.failure]
        if failures:
            raise DivergedError("\n".join(failures))

    def advance(self) -> None:
        """Train until losses are read; then check for divergence, validate, report, and end networks that are finished."""
        members, losses = self.active, self.steps()
        wrong = {
            member: f"the training loss is {row[k]}"
            for k, member in enumerate(members)
            for row in losses
            if not math.isfinite(row[k])
        }
        measured = []
        if self.validates and not wrong:
            held_out = [self.validations[member.plan.name] for member in members]
            measured = measure(self.learner.network, held_out, self.learner.together)
            reasons = [
                divergence_reason(row, m.curve, self.task.heads) for m, row in zip(members, measured, strict=True)
            ]
            wrong = {member: text for member, text in zip(members, reasons, strict=True) if text}
        if wrong:
            self.restore_last_good(wrong)
            return
        for k, member in enumerate(members):
            member.recent += [row[k] for row in losses]
        if measured:
            for member, row in zip(members, measured, strict=True):
                member.add(self.batch, row)
        if self.progress.is_due or self.batch in self.ends:
            self.progress.report(members, losses[-1], self.batch, next(end for end in self.ends if end >= self.batch))
        if measured:
            ended = [member for member in members if member.has_ended(self.batch, self.ends, self.aims)]
            for member in ended:
                self.finish(member)
            self.keep([member for member in members if member not in ended])
            self.last_good_state = self.learner.state()

    def steps(self) -> list[list[float]]:
        """Train until losses are read, and return them, (batch, network); on a GPU after up to `LOOK_EVERY` batches."""
        started, flops = time.monotonic(), 0.0
        losses: list[Tensor] = []
        look_every = LOOK_EVERY if self.device.type == "cuda" else 1
        while not losses or (self.batch % look_every and not self.validates):
            flops += flops_per_step(self.learner.network, *self.learner.size(self.batch))
            losses.append(self.learner.step())
        read: list[list[float]] = torch.stack(losses).tolist()
        if self.warm:
            self.progress.add(len(read), time.monotonic() - started, flops)
        self.warm = True
        return read

    def restore_last_good(self, wrong: dict[Member, str]) -> None:
        """Restart from the last good state; networks that diverged continue with a lower learning rate, or fail."""
        batch = self.batch
        self.learner.restore(self.last_good_state)
        for member in self.active:
            member.restore_last_good(self.batch)
        for member, what in wrong.items():
            member.on_divergence(f"diverged by batch {batch} ({what})", self.batch)
            if member.failure:
                member.write_failure(str(self.hardware))
        self.keep([member for member in self.active if not member.failure])
        self.last_good_state = self.learner.state()

    def finish(self, member: Member) -> None:
        """Write the weights and the curve of a network whose training has ended."""
        member.weights = self.learner.weights(member)
        member.write(self.devices)
        if self.learner.together:
            log.info("%s  ends after %d batches, %s", member.plan.name, self.batch, gaps([member]))

    def keep(self, members: Sequence[Member]) -> None:
        """Continue with only some of the networks."""
        if len(members) < len(self.active):
            self.learner.keep([self.active.index(member) for member in members])
            self.active = list(members)

    def save(self) -> None:
        """Write a checkpoint if all weights are finite; if it cannot be written, log a warning and continue."""
        state = self.learner.state()
        if not is_finite(state):
            return  # the next check of the losses restarts from the last good state
        values = {
            **state,
            "last_good_state": self.last_good_state,
            "together": self.learner.together,
            "active": [member.plan.name for member in self.active],
            "members": {member.plan.name: member.state() for member in self.members},
            "records": self.records,
            "devices": self.devices,
        }
        try:
            checkpoint.save(values, self.path)
        except OrphanedError:
            raise
        except OSError as error:
            log.warning("%s  continues, but its checkpoint could not be written: %s", self.name, error)

    def resume(self) -> bool:
        """Resume from a checkpoint of the same settings and code; return whether there is one."""
        path, shapes = self.goes_on_from, shapes_of(self.learner)
        saved = read_checkpoint(path, self.records, self.task, shapes, self.ends[-1], self.name)
        if saved is None:
            return False
        self.devices = saved["devices"]
        for member in self.members:
            member.restore(saved["members"][member.plan.name])
            if member.weights is not None:
                member.write(self.devices)  # files of finished networks may have been removed
            if member.failure:
                member.write_failure(str(self.hardware))
        if self.devices[-1] != self.hardware.record:
            before = describe(self.devices[-1])
            log.warning(
                "%s  started on %s and continues on %s: results differ in the last digits",
                self.name,
                before,
                self.hardware,
            )
            self.devices = [*self.devices, self.hardware.record]
        if saved["together"] != self.learner.together:
            self.learner = TrainStep(self.task, self.members, self.device, together=saved["together"])
        self.keep([member for member in self.members if member.plan.name in saved["active"]])
        if self.active:
            present, self.last_good_state = part_of(saved, [member.plan.name for member in self.active], self.device)
            self.learner.restore(present)
        self.learner.batch = saved["batch"]
        log.info("%s  resumes from its checkpoint after %d batches", self.name, self.batch)
        return True
