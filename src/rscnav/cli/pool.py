"""``rscnav pool``: pool the results of sessions, by group of sessions."""

import argparse
import logging
from pathlib import Path

from rscnav.analyses.across_sessions import ANALYSES, PooledSession, across, group_of
from rscnav.analyses.missing_results import Missing, add_missing, read_results
from rscnav.analyses.result import write_result
from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.files.sealed.hdf5 import open_hdf5
from rscnav.seeds import Seeds
from rscnav.sessions.hdf5 import FORMAT
from rscnav.workflow.provenance.provenance import provenance

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument(
        "--results", required=True, type=Path, help="results folder, which holds sessions/ and analyses/"
    )
    parser.add_argument("--sessions", nargs="+", help="names of sessions (default: all of the configuration)")
    parser.add_argument("--output", required=True, type=Path, help="result file (HDF5)")
    add_missing(parser)


def run(arguments: argparse.Namespace) -> None:
    """Pool the results of sessions and write the result file."""
    settings, text = job_settings(read_config(arguments), "pool", "")
    names, missing = arguments.sessions or settings["sessions"], arguments.missing
    members = [_member(arguments.results, name, missing) for name in missing.left(names)]
    result = across(members, Seeds(settings["seed"], ("across",)))
    left_out = [f"{name}: {missing.sessions[name].short(name)}" for name in names if name in missing.sessions]
    if left_out:
        result.notes["left out"] = "; ".join(left_out)
    write_result(result, arguments.output, provenance(text, __name__))
    log.info("pooled %d sessions, groups: %s", len(members), ", ".join(result["group"].tolist()))
    for part, note in result.notes.items():
        log.info("  %s: %s", part, note)


def _member(results: Path, name: str, missing: Missing) -> PooledSession:
    with open_hdf5(results / "sessions" / f"{name}.h5", FORMAT) as file:
        kind, subject = str(file.attrs["kind"]), str(file.attrs["subject"])
        network = str(file.attrs.get("attribute:network", ""))
    read = read_results(results / "analyses", name, ANALYSES, missing)
    return PooledSession(name, group_of(kind, network), subject, read)
