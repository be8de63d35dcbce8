"""``rscnav analyse``: run one analysis on one session."""

import argparse
import logging
import time
from pathlib import Path

from rscnav.analyses.registry import ANALYSES, analyse, analysis_module
from rscnav.analyses.result import write_result
from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session
from rscnav.workflow.provenance.provenance import provenance

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--analysis", required=True, choices=list(ANALYSES), help="name of the analysis")
    parser.add_argument("--session", required=True, type=Path, help="session file (HDF5)")
    parser.add_argument("--output", required=True, type=Path, help="result file (HDF5)")


def run(arguments: argparse.Namespace) -> None:
    """Run the analysis and write its result file."""
    started = time.monotonic()
    name = arguments.analysis
    settings, text = job_settings(read_config(arguments), "analyse", name)
    dt_s = settings["common"].analysis_dt_s
    session = load_session(arguments.session, analysis_module(name).FIELDS, dt_s, lazy=True)
    seeds = Seeds(settings["seed"], ("analyse", name, session.name))
    result = analyse(session, name, settings["settings"], settings["common"], seeds)
    write_result(result, arguments.output, provenance(text, __name__, ANALYSES[name]))
    outcome = "done" if result.applicable else f"not applicable: {result.reason}"
    log.info("%s of %s: %s (%.1f s)", name, session.name, outcome, time.monotonic() - started)
    for part, note in result.notes.items():
        log.info("  %s%s", f"{part}: " if part else "", note)
