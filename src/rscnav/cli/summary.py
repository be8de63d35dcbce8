"""``rscnav summary``: write summary.json, the numbers that docs and figures quote."""

import argparse
from pathlib import Path

from rscnav.analyses.missing_results import add_missing
from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.files.sealed.tails import write_sealed
from rscnav.workflow.summary import summary_text


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument(
        "--results", required=True, type=Path, help="results folder, which holds sessions/ and analyses/"
    )
    parser.add_argument("--output", required=True, type=Path, help="JSON file")
    add_missing(parser)


def run(arguments: argparse.Namespace) -> None:
    """Collect the numbers and write the file."""
    config = read_config(arguments)
    settings, _ = job_settings(config, "summary", "")
    write_sealed(
        arguments.output, summary_text(config, arguments.results, settings["sessions"], arguments.missing).encode()
    )
