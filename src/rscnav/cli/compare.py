"""``rscnav compare``: similarity of the sessions of a comparison (RSA, DSA)."""

import argparse
import logging
import time
from pathlib import Path

from rscnav.analyses.missing_results import add_missing
from rscnav.analyses.result import write_result
from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.comparison.compare import compare, fields
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import load_session
from rscnav.workflow.provenance.provenance import provenance

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--name", required=True, help="name of an item of `comparisons`")
    parser.add_argument("--results", required=True, type=Path, help="results folder, which holds sessions/")
    parser.add_argument("--output", required=True, type=Path, help="result file (HDF5)")
    add_missing(parser)


def run(arguments: argparse.Namespace) -> None:
    """Compare the sessions and write the result file."""
    started = time.monotonic()
    settings, text = job_settings(read_config(arguments), "compare", arguments.name)
    common = settings["common"]
    names = arguments.missing.left(settings["comparison"].sessions)
    files = [arguments.results / "sessions" / f"{name}.h5" for name in names]
    sessions = [load_session(file, fields(common.trials), common.analysis_dt_s) for file in files]
    result = compare(sessions, settings["similarity"], common, Seeds(settings["seed"], ("compare",)))
    for name in settings["comparison"].sessions:
        if name not in names:
            result.notes[f"left out: {name}"] = arguments.missing.sessions[name].short(name)
    write_result(result, arguments.output, provenance(text, __name__))
    log.info("comparison %s of %s (%.1f s)", arguments.name, ", ".join(names), time.monotonic() - started)
    for part, note in result.notes.items():
        log.info("  %s: %s", part, note)
