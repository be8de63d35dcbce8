"""``rscnav train``: train one network; goes on from its checkpoint after a kill.

Networks of one shape may train together in the job of one of them (the configuration's key ``train_jobs``): the job then trains those of
its group that are not finished, whose folders lie beside its own, and their own jobs find the files.
"""

import argparse
from pathlib import Path

import torch

from rscnav.cli.common import add_config, read_config
from rscnav.config.job_settings import network_sessions, settings_for
from rscnav.config.schema import Config
from rscnav.config.training_groups import shape_hash, training_group
from rscnav.files.writable import refuse_unwritable
from rscnav.networks.architecture import architecture
from rscnav.networks.devices import pick_device
from rscnav.networks.training.plan import TrainingPlan
from rscnav.networks.training.training_job import QueuedNetwork, train_job
from rscnav.seeds import Seeds
from rscnav.tasks.base import Task
from rscnav.tasks.registry import task_from
from rscnav.workflow.jobs.planned import planned


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--session", required=True, help="NETWORK-sSEED")
    parser.add_argument(
        "--output-dir",
        required=True,
        type=Path,
        help="gets weights.pt and curve.csv; only a folder named as the session lets networks train together",
    )


def run(arguments: argparse.Namespace) -> None:
    """Train."""
    config, session, folder = read_config(arguments), arguments.session, arguments.output_dir
    pick_device(config.device)  # refused before anything is made
    refuse_unwritable(folder)
    torch.set_num_threads(1)  # two networks side by side with one thread each are faster than two threads on one
    task, own = entry(config, session, folder)
    names = training_group(config, session) if folder.name == session else [session]
    group = [own if name == session else entry(config, name, folder.parent / name)[1] for name in names]
    lock = folder.parent / f".together-{shape_hash(network_sessions(config)[session][0])}.lock"
    train_job(task, own, group, config.device, config.train_jobs, lock)


def entry(config: Config, session: str, folder: Path) -> tuple[Task, QueuedNetwork]:
    """Return the task of a session's network, and what to train for it in a folder."""
    settings, job = settings_for(config, "train", session), planned(config, "train", session)
    network = network_sessions(config)[session][0]
    task = task_from(network.task, settings["task"])
    plan = TrainingPlan(
        name=session,
        architecture=architecture(network, task),
        training=network.training,
        observer=settings["observer"],
        settings_json=job.settings,
        code=job.code,
    )
    return task, QueuedNetwork(
        plan, Seeds(settings["seed"], ("network", network.task, settings["network_seed"])), folder
    )
