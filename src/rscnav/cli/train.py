"""``rscnav train``: train one network; goes on from its checkpoint after a kill."""

import argparse
from pathlib import Path

import torch

from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.networks.build import architecture
from rscnav.networks.training import Plan, pick_device, train
from rscnav.provenance import code_hash
from rscnav.seeds import Seeds
from rscnav.tasks.table import task_code, task_from


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--session", required=True, help="NETWORK-sSEED")
    parser.add_argument("--output-dir", required=True, type=Path, help="gets weights.pt and curve.csv")


def run(arguments: argparse.Namespace) -> None:
    """Train."""
    config = read_config(arguments)
    settings, text = job_settings(config, "train", arguments.session)
    torch.set_num_threads(1)  # two networks side by side with one thread each are faster than two threads on one
    network = settings["network"]
    task = task_from(network.task, settings["task"])
    plan = Plan(
        name=arguments.session,
        architecture=architecture(network, task),
        training=network.training,
        observer=settings["observer"],
        record=f"{code_hash(__name__, *task_code(network.task))} {text}",
    )
    seeds = Seeds(settings["seed"], ("network", network.task, settings["network_seed"]))
    train(task, plan, seeds, pick_device(config.device), arguments.output_dir)
