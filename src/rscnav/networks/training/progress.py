"""Progress of training: lines of the log, and the table ``progress.csv``."""

import csv
import logging
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import torch

from rscnav.networks.training.flops import product_peak
from rscnav.networks.training.member import Member

log = logging.getLogger(__name__)
COLUMNS = ("time", "batch", "loss", "learning_rate", "step_ms", "fraction_of_peak", "restarts")
REPORT_EVERY_S = 10.0


class Progress:
    """Progress reports of a training run.

    Parameters
    ----------
    goes_on : bool
        Whether the run resumes from a checkpoint; then rows are appended to existing tables.
    """

    def __init__(self, members: Sequence[Member], device: torch.device, goes_on: bool) -> None:
        self.name = whole_name(members)
        self.peak = product_peak(device, torch.get_num_threads())
        self.started = self.reported = time.monotonic()
        self.since, self.all = Pace(), Pace()  # since the last report, since the start
        self.quiet = False
        for member in members:
            self._write(member, None if goes_on else ",".join(COLUMNS), start=True)

    def add(self, n_steps: int, seconds: float, flops: float) -> None:
        """Add training steps, their time without validations and checkpoints (s), and their floating-point operations."""
        for pace in (self.since, self.all):
            pace.n_steps += n_steps
            pace.seconds += seconds
            pace.flops += flops

    @property
    def is_due(self) -> bool:
        """Whether `REPORT_EVERY_S` have passed since the last report."""
        return time.monotonic() - self.reported > REPORT_EVERY_S

    def report(self, members: Sequence[Member], losses: Sequence[float], batch: int, end: int) -> None:
        """Log the progress of the run, and append a row to each network's table.

        Parameters
        ----------
        losses : sequence of float
            Training loss of each network in the last batch.
        batch, end : int
            Batches so far, and at the end of the present cycle.
        """
        now = time.monotonic()
        left_s = (now - self.started) / max(1, self.all.n_steps) * (end - batch)
        values = self.name, batch, end, _range(losses), gaps(members), left_s / 60
        log.info("%s  batch %d/%d  loss %s  %s  %.1f min left", *values)
        for member, loss in zip(members, losses, strict=True):
            row = [f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", batch, f"{loss:.6g}", f"{member.rate(batch - 1):.4g}"]
            row += [f"{self.since.step_ms:.4g}", f"{self.since.rate / self.peak:.3g}", member.restarts]
            self._write(member, ",".join(map(str, row)))
        self.since, self.reported = Pace(), now

    def close(self, batch: int) -> None:
        """Log the speed of the whole run after `batch` batches."""
        if self.all.n_steps == 0:
            return
        log.info(
            "%s  done after %d batches: %.4g ms per step, %.3g %% of this machine's peak speed of matrix products (%.3g operations/s)",
            self.name, batch, self.all.step_ms, 100 * self.all.rate / self.peak, self.peak,
        )  # fmt: skip

    def _write(self, member: Member, line: str | None, start: bool = False) -> None:
        """Append a line to a network's table, or start the table; log only a warning if it cannot be written."""
        path = member.folder / "progress.csv"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if start and line is None:
                line = _whole_lines(path.read_text(encoding="utf-8") if path.exists() else "") or ",".join(COLUMNS)
            with path.open("w" if start else "a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except (OSError, ValueError) as error:
            if not self.quiet:
                log.warning("%s  %s could not be written: %s", self.name, path, error)
            self.quiet = True


class Pace:
    """Number, time (s) and floating-point operations of training steps."""

    def __init__(self) -> None:
        self.n_steps, self.seconds, self.flops = 0, 0.0, 0.0

    @property
    def step_ms(self) -> float:
        """Time per step (ms)."""
        return 1000 * self.seconds / max(1, self.n_steps)

    @property
    def rate(self) -> float:
        """Speed (floating-point operations per second)."""
        return self.flops / self.seconds if self.seconds > 0 else 0.0


def whole_name(members: Sequence[Member]) -> str:
    """Return the name of a run of one or more networks."""
    names = [member.plan.name for member in members]
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]} ({len(names)} networks)"


def _whole_lines(text: str) -> str:
    """Return a table without an incomplete last line, and without lines that do not have all columns."""
    lines = text[: text.rfind("\n") + 1].splitlines()
    good = [row for row in csv.reader(lines) if len(row) == len(COLUMNS)]
    return "\n".join(",".join(row) for row in good)


def _range(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.4f}"
    return f"{min(values):.4f} to {max(values):.4f}"


def gaps(members: Sequence[Member]) -> str:
    """Return the last optimality gap of one network, or the range and median of several, as text."""
    last = [member.curve[-1] for member in members if member.curve]
    if not last:
        return "gap not yet measured"
    if len(members) == 1:
        return f"gap {last[0]['gap']:.4f} ± {last[0]['gap_se']:.4f} nats"
    values = [row["gap"] for row in last]
    return f"gap {_range(values)}, median {statistics.median(values):.4f} nats"
