"""Training job of a network; it may train other networks of the same shape. See docs/networks.md, "Training several networks in one job".

Each network has its own job on every machine. The first job of a group locks the group and trains all its unfinished networks. Jobs of
the other networks wait for this lock, and then move their files (`rscnav.networks.training.finished_files`).
"""

import errno
import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rscnav.networks.devices import Device, device_for, flocked, wanted_gpus
from rscnav.networks.training.finished_files import clear, is_finished, is_waiting, ready_folder, take
from rscnav.networks.training.member import Member
from rscnav.networks.training.plan import TrainingPlan, check_together
from rscnav.networks.training.resume import NAME, records_in
from rscnav.networks.training.trainer import Trainer
from rscnav.seeds import Seeds
from rscnav.tasks.base import Task

log = logging.getLogger(__name__)
Saved = tuple[int, Mapping[str, Mapping[str, str]]]  # batches and records of a checkpoint
LOOK_EVERY_S = 0.5  # time between two attempts to lock a group


@dataclass(frozen=True)
class QueuedNetwork:
    """Network that is to be trained: plan, seeds and folder."""

    plan: TrainingPlan
    seeds: Seeds
    folder: Path

    @property
    def name(self) -> str:
        """Name of the session."""
        return self.plan.name

    @property
    def checkpoint(self) -> Path:
        """Path of its checkpoint; the file may not exist."""
        return self.folder / NAME

    @property
    def is_finished(self) -> bool:
        """Whether training with the settings and the code of its plan has finished or failed."""
        return is_finished(self.folder, self.plan.files_record)


def train_job(
    task: Task, own: QueuedNetwork, group: Sequence[QueuedNetwork], device: str, train_jobs: str, lock: Path
) -> None:
    """Train a network, singly or together with others of its group, or move the files that another network's job wrote for it.

    Parameters
    ----------
    own : QueuedNetwork
        Network of this job. ``weights.pt`` and ``curve.csv`` are written to its folder.
    group : sequence of QueuedNetwork
        All networks that may train together, this one included, in the same order in all their jobs.
    device : str
        Configuration key ``device``: ``auto``, ``cpu`` or ``cuda``.
    train_jobs : str
        Configuration key ``train_jobs``. ``ensemble``: together; ``separate``: one by one; ``auto``: together on a GPU, one by one
        on a CPU.
    lock : pathlib.Path
        Lock file of the group, locked by the job that trains.

    Raises
    ------
    InvalidValueError
        For plans that cannot be trained together, a device that does not exist, or weights that are not finite.
    DivergedError
        If training of this network fails. Failures of other networks are raised by their own jobs.
    """
    if take(own.folder, own.plan.files_record, own.name):
        return
    gpus = wanted_gpus(device)
    if len(group) < 2 or train_jobs == "separate" or (train_jobs == "auto" and not gpus):
        _train(task, own, [own], group, gpus)
        return
    check_together([entry.plan for entry in group])
    where = f"cuda ({', '.join(gpu.gpu for gpu in gpus)})" if gpus else "cpu"
    with _held(lock, own, where) as held:
        if take(own.folder, own.plan.files_record, own.name):
            return
        _train(task, own, jointly_trained(own, group) if held else [own], group, gpus)


def jointly_trained(own: QueuedNetwork, group: Sequence[QueuedNetwork]) -> list[QueuedNetwork]:
    """Return the networks that a job trains: its own, and the unfinished ones of its group that start from the same state.

    Networks start from the same state if their furthest checkpoint is the same file, or if none has a checkpoint.
    """
    unfinished = [entry for entry in group if entry is own or not entry.is_finished]
    saved = _checkpoints(group)
    path = furthest(own, saved)
    if path is not None:
        return [entry for entry in unfinished if _is_of(saved[path], entry)]
    return [entry for entry in unfinished if furthest(entry, saved) is None]


def furthest(entry: QueuedNetwork, saved: Mapping[Path, Saved]) -> Path | None:
    """Return the checkpoint with the most batches of a network, among equals that in its own folder; None without one."""
    batches = {path: content[0] for path, content in saved.items() if _is_of(content, entry)}
    return max(batches, key=lambda path: (batches[path], path == entry.checkpoint), default=None)


def _checkpoints(group: Sequence[QueuedNetwork]) -> dict[Path, Saved]:
    """Return the number of batches and the records of each checkpoint of a group."""
    found = {entry.checkpoint: records_in(entry.checkpoint) for entry in group}
    return {path: content for path, content in found.items() if content is not None}


def _is_of(content: Saved, entry: QueuedNetwork) -> bool:
    return content[1].get(entry.name) == entry.plan.files_record


def _train(
    task: Task,
    own: QueuedNetwork,
    party: Sequence[QueuedNetwork],
    group: Sequence[QueuedNetwork],
    gpus: Sequence[Device],
) -> None:
    """Train the networks of a party, and move the files of the job's own network to their place."""
    saved, names = _checkpoints(group), {entry.name for entry in party}
    is_single = len(party) == 1
    for entry in party:
        clear(entry.folder)
    with device_for(gpus, own.name) as device:
        _keep_for_others(party[0].checkpoint, saved, [entry for entry in group if entry.name not in names])
        members = [Member(e.plan, e.seeds, e.folder, None if is_single else ready_folder(e.folder)) for e in party]
        run = Trainer(task, members, device, furthest(own, saved))
        run.fit()
    _clear_checkpoints(party, group)
    if is_single:
        run.refuse_failed()
    else:
        take(own.folder, own.plan.files_record, own.name)  # raises an error if training of this network failed


def _clear_checkpoints(party: Sequence[QueuedNetwork], group: Sequence[QueuedNetwork]) -> None:
    """Remove checkpoints of finished networks in all folders, except those from which another network can resume."""
    others = [entry for entry in group if entry not in party]
    for entry in group:
        left = records_in(entry.checkpoint)
        if left is None or not (entry in party or any(_is_of(left, member) for member in party)):
            continue
        if not any(_is_of(left, other) and not other.is_finished for other in others):
            entry.checkpoint.unlink(missing_ok=True)


def _keep_for_others(path: Path, saved: Mapping[Path, Saved], others: Sequence[QueuedNetwork]) -> None:
    """Copy a checkpoint that will be overwritten to the folders of the other networks that can resume from it."""
    for entry in others:
        if path in saved and _is_of(saved[path], entry) and furthest(entry, saved) == path and not entry.is_finished:
            entry.folder.mkdir(parents=True, exist_ok=True)
            entry.checkpoint.unlink(missing_ok=True)
            try:
                os.link(path, entry.checkpoint)
            except OSError:  # a file system without hard links
                shutil.copyfile(path, entry.checkpoint)


@contextmanager
def _held(lock: Path, own: QueuedNetwork, where: str) -> Iterator[bool]:
    """Lock a group within a block; yield whether it is locked.

    It is not locked if another job has written the files of this network, or if files cannot be locked in this file system.
    """
    handle = None
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = _wait_for(lock, own, where)
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
        log.warning(
            "%s  trains without other networks: files cannot be locked in %s (%s)",
            own.name,
            lock.parent,
            error.strerror,
        )
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)


def _wait_for(lock: Path, own: QueuedNetwork, where: str) -> int | None:
    """Wait for a lock and return its handle; None if another job has written this network's files."""
    announced = False
    while True:
        handle = flocked(os.open(lock, os.O_RDWR | os.O_CREAT, 0o666))
        if handle is not None or is_waiting(own.folder, own.plan.files_record):
            return handle
        if not announced:
            log.info(
                "%s  device %s: waiting for another job, which trains networks of this group together", own.name, where
            )
            announced = True
        time.sleep(LOOK_EVERY_S)
