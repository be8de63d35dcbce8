"""``rscnav rollout``: trained network -> session."""

import argparse
from pathlib import Path

import torch

from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.networks.checkpoint import load_network
from rscnav.networks.training import pick_device
from rscnav.provenance import provenance
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import write_session
from rscnav.sessions.rollout import read_curve, roll_out
from rscnav.tasks.table import task_code, task_from


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--session", required=True, help="NETWORK-sSEED")
    parser.add_argument("--network-dir", required=True, type=Path, help="holds weights.pt and curve.csv")
    parser.add_argument("--output", required=True, type=Path, help="session file (HDF5)")


def run(arguments: argparse.Namespace) -> None:
    """Roll out."""
    config = read_config(arguments)
    settings, text = job_settings(config, "rollout", arguments.session)
    torch.set_num_threads(1)
    network = settings["network"]
    task = task_from(network.task, settings["task"])
    trained = load_network(arguments.network_dir / "weights.pt", task, pick_device(config.device))
    session = roll_out(
        arguments.session,
        arguments.session,
        trained,
        task,
        Seeds(settings["seed"], ("network", network.task, settings["network_seed"])),
        settings["rollout"],
        settings["encounters"],
        batch_size=network.training.batch_size,
        recorded=network.recorded,
        observer=settings["observer"],
        curve=read_curve(arguments.network_dir / "curve.csv"),
        attributes={
            "network": network.name,
            "seed": settings["network_seed"],
            "task": network.task,
            **provenance(text, __name__, *task_code(network.task)),
        },
    )
    write_session(session, arguments.output)
