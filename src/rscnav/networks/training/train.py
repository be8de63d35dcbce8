"""Training from the first batch to the files, of one network or of several together. See docs/training.md."""

from collections.abc import Sequence
from pathlib import Path

import torch

from rscnav.errors import InvalidValueError
from rscnav.networks.checkpoint import load_network
from rscnav.networks.devices import Device
from rscnav.networks.model import Network
from rscnav.networks.training.member import Member
from rscnav.networks.training.plan import TrainingPlan, check_together
from rscnav.networks.training.trainer import Trainer
from rscnav.seeds import Seeds
from rscnav.tasks.base import Task


def train(task: Task, plan: TrainingPlan, seeds: Seeds, device: torch.device, folder: Path) -> Network:
    """Train a network until its schedule ends and its gap is small enough.

    Writes ``weights.pt`` and ``curve.csv`` into `folder` at the end; ``checkpoint.pt`` and ``progress.csv`` while it runs. After
    a kill the same call goes on from the checkpoint and ends with the same bytes.

    Parameters
    ----------
    seeds : Seeds
        The network's own.

    Raises
    ------
    InvalidValueError
        For a learning rule that cannot train such a network.
    DivergedError
        Where the training diverges again and again.
    """
    run = Trainer(task, [Member(plan, seeds, Path(folder))], Device.of(device))
    run.fit()
    run.refuse_failed()
    return run.learner.network


def train_ensemble(
    task: Task, plans: Sequence[TrainingPlan], seeds: Sequence[Seeds], device: torch.device, folders: Sequence[Path]
) -> list[Network]:
    """Train several networks of one shape at once: faster than one by one where a network alone leaves a device idle.

    Each draws its weights, trials and noise from its own seeds, and writes its own files when it ends: those of `train`, but for
    rounding. The checkpoint of all lies in the first folder.

    Parameters
    ----------
    plans : sequence of TrainingPlan
        One a network; they may differ in name, record and the settings of `rscnav.networks.training.plan.OWN`.

    Raises
    ------
    InvalidValueError
        For plans that cannot be followed together, with the key; for a learning rule that cannot train several.
    DivergedError
        Where a network's training diverges again and again; the others' files are written.
    """
    if not len(plans) == len(seeds) == len(folders) or not plans:
        raise InvalidValueError(
            f"got {len(plans)} plans, {len(seeds)} seeds and {len(folders)} folders; one each a network"
        )
    if len({Path(folder).resolve() for folder in folders}) < len(folders):
        raise InvalidValueError("networks that train together need a folder each; got " + ", ".join(map(str, folders)))
    if len(plans) == 1:
        return [train(task, plans[0], seeds[0], device, folders[0])]
    check_together(plans)
    members = [Member(plan, own, Path(folder)) for plan, own, folder in zip(plans, seeds, folders, strict=True)]
    run = Trainer(task, members, Device.of(device))
    run.fit()
    run.refuse_failed()
    return [load_network(Path(folder) / "weights.pt", task, device) for folder in folders]
