"""``rscnav simulate``: write a simulated recording (NWB) and its ground truth (HDF5, same folder)."""

import argparse
from pathlib import Path

import torch

from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.recordings.simulation.simulate import simulate_recording
from rscnav.seeds import Seeds


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--name", required=True, help="name of an item of `simulations`")
    parser.add_argument(
        "--output", required=True, type=Path, help="NWB file; the ground truth is written to NAME_truth.h5"
    )


def run(arguments: argparse.Namespace) -> None:
    """Simulate the recording."""
    settings, _ = job_settings(read_config(arguments), "simulate", arguments.name)
    torch.set_num_threads(1)
    seeds = Seeds(settings["seed"], ("simulate", arguments.name))
    simulate_recording(settings["simulation"], arguments.output, seeds, grid_bins=settings["observer"].grid_bins)
