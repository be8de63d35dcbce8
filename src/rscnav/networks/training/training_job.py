"""One network's training job; it may train other networks of its shape. See docs/networks.md, "Training several networks in one job".

Each network has a job of its own whatever the machine. The first job of a group holds the group's lock and trains all of it that are
not finished; the others' files wait for their own jobs (`rscnav.networks.training.finished_files`). A job that finds the lock held waits.
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
LOOK_EVERY_S = 0.5  # between looks at a lock that another job holds


@dataclass(frozen=True)
class QueuedNetwork:
    """A network to be trained: its plan, its own seeds, its folder."""

    plan: TrainingPlan
    seeds: Seeds
    folder: Path

    @property
    def name(self) -> str:
        """The session's."""
        return self.plan.name

    @property
    def checkpoint(self) -> Path:
        """Where its checkpoint lies, if there is one."""
        return self.folder / NAME

    @property
    def is_finished(self) -> bool:
        """Whether it is trained, or given up, with the settings and the code of its plan."""
        return is_finished(self.folder, self.plan.files_record)


def train_job(
    task: Task, own: QueuedNetwork, group: Sequence[QueuedNetwork], device: str, train_jobs: str, lock: Path
) -> None:
    """Train a network, alone or with others of its group, or take what another network's job left for it.

    Parameters
    ----------
    own : QueuedNetwork
        The network whose job this is. Its folder gets ``weights.pt`` and ``curve.csv``.
    group : sequence of QueuedNetwork
        All networks that may train together, this one included, in an order that all their jobs agree on.
    device : str
        The configuration's ``device``: ``auto``, ``cpu`` or ``cuda``.
    train_jobs : str
        The configuration's: ``ensemble``: together; ``separate``: alone; ``auto``: together on a GPU, alone on a CPU.
    lock : pathlib.Path
        A file whose lock the job of the group that trains holds.

    Raises
    ------
    InvalidValueError
        For plans that cannot be followed together, a device that there is not, weights that are not finite.
    DivergedError
        Where this network's training diverges again and again. Of others it is left to their own jobs to say so.
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
        _train(task, own, party_of(own, group) if held else [own], group, gpus)


def party_of(own: QueuedNetwork, group: Sequence[QueuedNetwork]) -> list[QueuedNetwork]:
    """List the networks that a network's job trains: with it those of its group that are not finished and stand where it stands.

    They stand at the same place if one checkpoint is of all of them, or if none is of any.
    """
    unfinished = [entry for entry in group if entry is own or not entry.is_finished]
    saved = _checkpoints(group)
    path = furthest(own, saved)
    if path is not None:
        return [entry for entry in unfinished if _is_of(saved[path], entry)]
    return [entry for entry in unfinished if furthest(entry, saved) is None]


def furthest(entry: QueuedNetwork, saved: Mapping[Path, Saved]) -> Path | None:
    """Return the checkpoint that has come furthest with a network, of equals its own; None without one."""
    batches = {path: content[0] for path, content in saved.items() if _is_of(content, entry)}
    return max(batches, key=lambda path: (batches[path], path == entry.checkpoint), default=None)


def _checkpoints(group: Sequence[QueuedNetwork]) -> dict[Path, Saved]:
    """Read how far each checkpoint of a group is, and of which networks."""
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
    """Train a party of networks, and put the own network's files into place."""
    saved, names = _checkpoints(group), {entry.name for entry in party}
    alone = len(party) == 1
    for entry in party:
        clear(entry.folder)
    with device_for(gpus, own.name) as device:
        _hand_on(party[0].checkpoint, saved, [entry for entry in group if entry.name not in names])
        members = [Member(e.plan, e.seeds, e.folder, None if alone else ready_folder(e.folder)) for e in party]
        run = Trainer(task, members, device, furthest(own, saved))
        run.fit()
    _clear_checkpoints(party, group)
    if alone:
        run.refuse_failed()
    else:
        take(own.folder, own.plan.files_record, own.name)  # raises where it was given up


def _clear_checkpoints(party: Sequence[QueuedNetwork], group: Sequence[QueuedNetwork]) -> None:
    """Remove checkpoints of networks that have ended, wherever they lie; not those that another network can still go on from."""
    others = [entry for entry in group if entry not in party]
    for entry in group:
        left = records_in(entry.checkpoint)
        if left is None or not (entry in party or any(_is_of(left, member) for member in party)):
            continue
        if not any(_is_of(left, other) and not other.is_finished for other in others):
            entry.checkpoint.unlink(missing_ok=True)


def _hand_on(path: Path, saved: Mapping[Path, Saved], others: Sequence[QueuedNetwork]) -> None:
    """Leave a checkpoint, in whose place another is about to be written, with the networks that can still go on from it."""
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
    """Hold the lock of a group; yields whether it is held: not where another job has left what is needed, or files cannot be locked."""
    handle = None
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = _wait_for(lock, own, where)
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
        log.warning("%s  trains alone: files cannot be locked in %s (%s)", own.name, lock.parent, error.strerror)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)


def _wait_for(lock: Path, own: QueuedNetwork, where: str) -> int | None:
    """Wait for a lock, and return it; None as soon as another job has left this network's files."""
    told = False
    while True:
        handle = flocked(os.open(lock, os.O_RDWR | os.O_CREAT, 0o666))
        if handle is not None or is_waiting(own.folder, own.plan.files_record):
            return handle
        if not told:
            log.info("%s  device %s: waits, as another job trains networks of its group together", own.name, where)
            told = True
        time.sleep(LOOK_EVERY_S)
