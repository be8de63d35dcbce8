"""``rscnav export``: session -> NWB and tables for other programs."""

import argparse
from pathlib import Path

from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.errors import InvalidValueError
from rscnav.export.registry import EXPORTS
from rscnav.registry import load
from rscnav.sessions.hdf5 import load_session


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser, required=False)
    parser.add_argument("--session", required=True, type=Path, help="session file (HDF5)")
    parser.add_argument("--nwb", type=Path, help="NWB file to write")
    parser.add_argument("--tables", type=Path, help="folder to write the tables into")
    parser.add_argument(
        "--format",
        choices=("parquet", "csv"),
        help="format of the tables (default: export.tables of --config, else parquet)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Export the session."""
    if arguments.nwb is None and arguments.tables is None:
        raise InvalidValueError("no output: give --nwb FILE.nwb, --tables FOLDER, or both")
    config = read_config(arguments) if arguments.config else None
    session = load_session(arguments.session, lazy=True)
    if arguments.nwb is not None:
        load(EXPORTS["nwb"])(session, arguments.nwb)
        print(f"{arguments.nwb}: {session.n_units} units, {len(session.trials)} trials, {len(session.time)} time bins")
    if arguments.tables is not None:
        configured = job_settings(config, "export_tables", "")[0]["format"] if config else None
        for path in load(EXPORTS["tables"])(session, arguments.tables, arguments.format or configured or "parquet"):
            print(path)
