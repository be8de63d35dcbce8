"""``rscnav import-recording``: recording -> session."""

import argparse
import sys
from pathlib import Path

from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.errors import InvalidValueError
from rscnav.inspection.library_warnings import library_warnings_in
from rscnav.recordings.read import open_session
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import write_session
from rscnav.workflow.provenance.provenance import provenance


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--session", required=True, help="name of an item of `recordings`")
    parser.add_argument("--output", required=True, type=Path, help="session file (HDF5)")


def run(arguments: argparse.Namespace) -> None:
    """Read the recording and write the session."""
    settings, text = job_settings(read_config(arguments), "import_recording", arguments.session)
    mapping = settings["recording"]
    seeds = Seeds(settings["seed"], ("read", mapping.name))
    warnings: list[str] = []
    with (
        library_warnings_in(warnings),
        open_session(mapping.file, mapping, encounters=settings["encounters"], seeds=seeds) as session,
    ):
        session.attributes.update(provenance(text, __name__))
        try:
            write_session(session, arguments.output)
        except InvalidValueError as error:  # activity and spikes are read from the recorded file as they are written
            raise InvalidValueError(f"recording '{mapping.name}', file {mapping.file}: {error}") from error
    for warning in warnings:
        print(f"warning of the library that reads the file: {warning}", file=sys.stderr)
