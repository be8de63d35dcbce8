"""``rscnav network-dynamics``: dynamics of a trained network: fixed points, autonomous runs, perturbation responses.

The result of a session without a network is "not applicable".
"""

import argparse
import logging
import time
from pathlib import Path
from typing import Any

from rscnav.analyses.result import Result, write_result
from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.errors import InvalidValueError
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session, session_kind
from rscnav.tasks.registry import task_from
from rscnav.workflow.jobs.planned import modules_of
from rscnav.workflow.provenance.provenance import provenance

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--session", required=True, help="name of the session, NETWORK-sSEED for a network")
    parser.add_argument("--network-dir", type=Path, help="folder with weights.pt; needed only for a network")
    parser.add_argument("--session-file", required=True, type=Path, help="session file (HDF5)")
    parser.add_argument("--output", required=True, type=Path, help="result file (HDF5)")


def run(arguments: argparse.Namespace) -> None:
    """Run the network from the states of its session and write the result file."""
    started = time.monotonic()
    name = arguments.session
    config = read_config(arguments)
    settings, text = job_settings(config, "network_dynamics", name)
    kind = session_kind(arguments.session_file)
    if kind != "network":
        result = Result.not_applicable(f"a {kind} has no network that can be run")
    elif not settings:
        result = Result.not_applicable("the weights of the network are not available, only its session")
    elif arguments.network_dir is None:
        raise InvalidValueError(
            f"--network-dir is missing: session '{name}' is of a network; name the folder that holds its weights.pt"
        )
    else:
        result = _of_network(arguments, settings)
    write_result(result, arguments.output, provenance(text, *modules_of(config, "network_dynamics", name)))
    outcome = "done" if result.applicable else f"not applicable: {result.reason}"
    log.info("dynamics of %s: %s (%.1f s)", name, outcome, time.monotonic() - started)
    for part, note in result.notes.items():
        log.info("  %s: %s", part, note)


def _of_network(arguments: argparse.Namespace, settings: dict[str, Any]) -> Result:
    import torch

    from rscnav.dynamics.run import dynamics
    from rscnav.dynamics.trajectories import FIELDS
    from rscnav.networks.checkpoint import load_network

    torch.set_num_threads(1)
    task = task_from(settings["task_name"], settings["task"])
    weights = arguments.network_dir / "weights.pt"
    network = load_network(weights, task)
    return dynamics(
        load_session(arguments.session_file, FIELDS),
        network,
        task,
        settings["dynamics"],
        settings["observer"],
        Seeds(settings["seed"], ("dynamics", arguments.session)),
    )
