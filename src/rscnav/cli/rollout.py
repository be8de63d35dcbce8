"""``rscnav rollout``: run a trained network on new trials, and write its states as a session."""

import argparse
import logging
from pathlib import Path

import torch

from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.networks.checkpoint import load
from rscnav.networks.devices import describe, device_for
from rscnav.networks.rollout import read_curve, roll_out
from rscnav.networks.weights_file import build
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import write_session
from rscnav.tasks.registry import task_from
from rscnav.workflow.jobs.planned import modules_of
from rscnav.workflow.provenance.provenance import provenance

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--session", required=True, help="name of the session, NETWORK-sSEED")
    parser.add_argument("--network-dir", required=True, type=Path, help="folder with weights.pt and curve.csv")
    parser.add_argument("--output", required=True, type=Path, help="session file (HDF5)")


def run(arguments: argparse.Namespace) -> None:
    """Run the network and write its session."""
    config = read_config(arguments)
    settings, text = job_settings(config, "rollout", arguments.session)
    torch.set_num_threads(1)
    network = settings["network"]
    task = task_from(network.task, settings["task"])
    weights = arguments.network_dir / "weights.pt"
    saved = load(weights)
    trained = build(saved, task, weights)
    curve = read_curve(arguments.network_dir / "curve.csv")
    with device_for(config.device, arguments.session) as device:
        log.info("%s  rollout on %s", arguments.session, device)
        session = roll_out(
            arguments.session,
            arguments.session,
            trained.to(device.device),
            task,
            Seeds(settings["seed"], ("network", network.task, settings["network_seed"])),
            settings["rollout"],
            settings["encounters"],
            batch_size=network.training.batch_size,
            record=network.record,
            observer=settings["observer"],
            curve=curve,
            attributes={
                "network": network.name,
                "seed": settings["network_seed"],
                "task": network.task,
                "trained_on": "; then ".join(describe(record) for record in saved["devices"]),
                "rolled_out_on": str(device),
                **provenance(text, *modules_of(config, "rollout", arguments.session)),
            },
        )
    write_session(session, arguments.output)
