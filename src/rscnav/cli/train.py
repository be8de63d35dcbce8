"""``rscnav train``: train one network, or resume from its checkpoint.

Networks of one shape can train together in one job (config key ``train_jobs``). The job then trains all unfinished networks of its
group. Their folders are next to the folder of this network, and their own jobs find the files there.
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
    parser.add_argument("--session", required=True, help="name of the session, NETWORK-sSEED")
    parser.add_argument(
        "--output-dir",
        required=True,
        type=Path,
        help="folder for weights.pt and curve.csv; it must be named after the session if networks are to train together",
    )


def run(arguments: argparse.Namespace) -> None:
    """Train the network."""
    config, session, folder = read_config(arguments), arguments.session, arguments.output_dir
    pick_device(config.device)  # before anything is written
    refuse_unwritable(folder)
    torch.set_num_threads(1)  # two jobs with one thread each are faster than two threads in one job
    task, own = entry(config, session, folder)
    names = training_group(config, session) if folder.name == session else [session]
    group = [own if name == session else entry(config, name, folder.parent / name)[1] for name in names]
    lock = folder.parent / f".together-{shape_hash(network_sessions(config)[session][0])}.lock"
    train_job(task, own, group, config.device, config.train_jobs, lock)


def entry(config: Config, session: str, folder: Path) -> tuple[Task, QueuedNetwork]:
    """Return the task of a session's network, and its training (plan, seeds, output folder)."""
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
