"""``rscnav sample-network``: simulated recording of a trained network (subset of units, Poisson spikes, matched trials)."""

import argparse
import logging
from pathlib import Path

from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.errors import InvalidValueError
from rscnav.sampling.sample import sample_network
from rscnav.sampling.settings import NONE
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session, write_session
from rscnav.workflow.provenance.provenance import provenance

log = logging.getLogger(__name__)
OF_NETWORK = ("position", "heading", "velocity", "phase", "n_hypotheses", "landmarks", "encounters")
OF_RECORDING = ("position", "phase")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--session", required=True, help="name of the session to write")
    parser.add_argument("--network-session", required=True, type=Path, help="session file of the network (HDF5)")
    parser.add_argument("--match", type=Path, help="session file of the recording to match (HDF5)")
    parser.add_argument("--output", required=True, type=Path, help="session file (HDF5)")


def run(arguments: argparse.Namespace) -> None:
    """Sample the network and write the session."""
    name = arguments.session
    settings, text = job_settings(read_config(arguments), "sample_network", name)
    sampled = settings["sampled"]
    if (sampled.match_recording == NONE) != (arguments.match is None):
        raise InvalidValueError(
            f"--match: {arguments.match} is not valid: session '{name}' has match_recording: {sampled.match_recording}"
        )
    network = load_session(arguments.network_session, OF_NETWORK)
    like = None
    if arguments.match is not None:
        like = load_session(arguments.match, OF_RECORDING, settings["analysis_dt_s"], lazy=True)
    session = sample_network(network, sampled, name, Seeds(settings["seed"], ("sample", name)), like)
    session.attributes.update(provenance(text, __name__))
    write_session(session, arguments.output)
    notes = session.attributes["notes"]
    log.info("%s: %d units, %d trials%s", name, session.n_units, len(session.trials), f"; {notes}" if notes else "")
