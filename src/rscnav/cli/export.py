"""``rscnav export``: session -> NWB and tables for other programs."""

import argparse
from pathlib import Path

from rscnav.export import export_nwb, export_tables
from rscnav.sessions.hdf5 import read_session


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--session", required=True, type=Path, help="session file (HDF5)")
    parser.add_argument("--nwb", type=Path, help="NWB file to write")
    parser.add_argument("--tables", type=Path, help="folder to write tables into")
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet", help="of the tables")


def run(arguments: argparse.Namespace) -> None:
    """Export."""
    if arguments.nwb is None and arguments.tables is None:
        raise ValueError("nothing to write: give --nwb FILE.nwb, --tables FOLDER, or both")
    session = read_session(arguments.session, lazy=True)
    if arguments.nwb is not None:
        export_nwb(session, arguments.nwb)
        print(f"{arguments.nwb}: {session.n_units} units, {len(session.trials)} trials, {len(session.time)} time bins")
    if arguments.tables is not None:
        for path in export_tables(session, arguments.tables, arguments.format):
            print(path)
