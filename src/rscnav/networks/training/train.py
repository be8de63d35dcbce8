"""Training of one network, or of an ensemble. See docs/training.md."""

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
    """Train a network until its schedule ends and its optimality gap is at most the target, or until a limit of the plan.

    The function writes ``checkpoint.pt`` and ``progress.csv`` during training, ``weights.pt`` and ``curve.csv`` at the end. After
    an interruption the same call resumes from the checkpoint, with bit-identical results.

    Parameters
    ----------
    task : Task
        Task to learn.
    plan : TrainingPlan
        Architecture and settings of the training.
    seeds : Seeds
        Seeds of the network.
    device : torch.device
        Device of the training.
    folder : pathlib.Path
        Folder of the files.

    Returns
    -------
    Network
        The trained network, on `device`.

    Raises
    ------
    InvalidValueError
        For a learning rule that cannot train this network.
    DivergedError
        If training diverges more often than ``max_restarts``.
    """
    run = Trainer(task, [Member(plan, seeds, Path(folder))], Device.of(device))
    run.fit()
    run.refuse_failed()
    return run.learner.network


def train_ensemble(
    task: Task, plans: Sequence[TrainingPlan], seeds: Sequence[Seeds], device: torch.device, folders: Sequence[Path]
) -> list[Network]:
    """Train an ensemble: several networks of one shape at once. This is faster if one network does not use the whole device.

    Each network draws its weights, trials and noise from its own seeds, and writes its own files when it ends. The results equal
    those of `train` up to rounding. The checkpoint of all networks is in the first folder.

    Parameters
    ----------
    plans : sequence of TrainingPlan
        One per network. They may differ in name, record and the settings of `rscnav.networks.training.plan.OWN`.
    seeds : sequence of Seeds
        One per network.
    folders : sequence of pathlib.Path
        One per network.

    Returns
    -------
    list of Network
        The trained networks, in the order of `plans`.

    Raises
    ------
    InvalidValueError
        For plans that cannot be trained together, with the key, or a learning rule that cannot train ensembles.
    DivergedError
        If training of a network diverges more often than ``max_restarts``; files of the other networks are written.
    """
    if not len(plans) == len(seeds) == len(folders) or not plans:
        raise InvalidValueError(
            f"got {len(plans)} plans, {len(seeds)} seeds and {len(folders)} folders; pass one of each per network"
        )
    if len({Path(folder).resolve() for folder in folders}) < len(folders):
        raise InvalidValueError(
            "networks that train together need different folders; got " + ", ".join(map(str, folders))
        )
    if len(plans) == 1:
        return [train(task, plans[0], seeds[0], device, folders[0])]
    check_together(plans)
    members = [Member(plan, own, Path(folder)) for plan, own, folder in zip(plans, seeds, folders, strict=True)]
    run = Trainer(task, members, Device.of(device))
    run.fit()
    run.refuse_failed()
    return [load_network(Path(folder) / "weights.pt", task, device) for folder in folders]
