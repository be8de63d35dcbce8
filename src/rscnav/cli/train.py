"""``rscnav train``: train one network, or several of one shape together; goes on from its checkpoint after a kill."""

import argparse
from pathlib import Path

import torch

from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.config.schema import Config
from rscnav.networks.build import architecture
from rscnav.networks.training import Plan, pick_device, train_ensemble
from rscnav.provenance import code_hash
from rscnav.seeds import Seeds
from rscnav.tasks.batch import Task
from rscnav.tasks.table import task_code, task_from


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--session", required=True, nargs="+", help="NETWORK-sSEED; several train together")
    parser.add_argument(
        "--output-dir", required=True, type=Path, nargs="+", help="one a session; gets weights.pt and curve.csv"
    )


def run(arguments: argparse.Namespace) -> None:
    """Train."""
    n_sessions, n_folders = len(arguments.session), len(arguments.output_dir)
    if n_sessions != n_folders:
        raise ValueError(
            f"--output-dir: {n_folders} given for {n_sessions} session(s); give one for each, in their order"
        )
    config = read_config(arguments)
    torch.set_num_threads(1)  # two networks side by side with one thread each are faster than two threads on one
    tasks, plans, seeds = zip(*(job(config, session) for session in arguments.session), strict=True)
    for task, session in zip(tasks, arguments.session, strict=True):
        if (task.name, task.settings) != (tasks[0].name, tasks[0].settings):
            raise ValueError(
                f"--session: {arguments.session[0]} and {session} cannot train together: they learn the tasks "
                f"{tasks[0].name} and {task.name}; train them one by one"
            )
    train_ensemble(tasks[0], plans, seeds, pick_device(config.device), arguments.output_dir)


def job(config: Config, session: str) -> tuple[Task, Plan, Seeds]:
    """Give what to train for a session."""
    settings, text = job_settings(config, "train", session)
    network = settings["network"]
    task = task_from(network.task, settings["task"])
    plan = Plan(
        name=session,
        architecture=architecture(network, task),
        training=network.training,
        observer=settings["observer"],
        record=text,
        code=code_hash(__name__, *task_code(network.task)),
    )
    return task, plan, Seeds(settings["seed"], ("network", network.task, settings["network_seed"]))
