"""``rscnav calibrate``: false-positive rates of the tests and coverage of the intervals, on simulated sessions."""

import argparse
import logging
import time
from collections.abc import Iterator
from pathlib import Path

from rscnav.calibration.registry import CLAIMS, PARTS
from rscnav.calibration.run import CalibrationRow, kinds_for, run_claims
from rscnav.cli.common import add_expect, whole
from rscnav.errors import InvalidValueError
from rscnav.files.sealed.rows import read_rows, write_rows
from rscnav.files.sealed.tails import write_sealed
from rscnav.registry import load
from rscnav.seeds import Seeds
from rscnav.workflow.jobs.planned import check_mark
from rscnav.workflow.jobs.studies import planned_calibration

log = logging.getLogger(__name__)
EVERY_S = 20.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    one = parts.add_parser("run", help="run one analysis on simulated sessions of one kind")
    one.add_argument("--analysis", required=True, choices=list(CLAIMS), help="name of the analysis")
    one.add_argument("--kind", required=True, help="kind of simulated session: a null session, 'planted' or 'surface'")
    one.add_argument("--first", type=whole(0), default=0, help="index of the first session (default: 0)")
    one.add_argument("--sessions", type=whole(1), required=True, help="count of sessions")
    one.add_argument("--seed", type=int, default=0, help="random seed of the sessions (default: 0)")
    one.add_argument("--output", required=True, type=Path, help="CSV file")
    add_expect(one)
    table = parts.add_parser("table", help="write false-positive rates and coverage of all runs as a table")
    table.add_argument("--inputs", required=True, nargs="+", type=Path, help="CSV files written by 'run'")
    table.add_argument("--output", required=True, type=Path, help="Markdown file")
    add_expect(table)


def run(arguments: argparse.Namespace) -> None:
    """Run one part: ``run`` or ``table``."""
    for word in arguments.expect:
        now = planned_calibration(arguments.part, arguments.analysis if arguments.part == "run" else "")
        check_mark(word, now, "the table of claims")
    if arguments.part == "table":
        verdict = load(PARTS["table"])
        found = verdict.verdicts(row for path in arguments.inputs for row in read_rows(path, CalibrationRow))
        write_sealed(arguments.output, verdict.markdown(found).encode())
        failed = [f"{v.analysis}: {v.claim}, {v.kind}: {v.rate:.3f}" for v in found if v.verdict == verdict.FAILS]
        log.info("%d of %d claims hold", len(found) - len(failed), len(found))
        for line in failed:
            log.info("  fails: %s", line)
        return
    claims = CLAIMS[arguments.analysis]
    kinds = kinds_for(claims)
    if arguments.kind not in kinds:
        raise InvalidValueError(
            f"--kind: '{arguments.kind}' is not valid for the analysis '{arguments.analysis}'; expected one of {', '.join(kinds)}"
        )
    numbers = range(arguments.first, arguments.first + arguments.sessions)
    rows = run_claims(arguments.analysis, claims, arguments.kind, numbers, Seeds(arguments.seed))
    write_rows(_with_progress(rows, arguments), arguments.output, CalibrationRow, blank=False)


def _with_progress(rows: Iterator[CalibrationRow], arguments: argparse.Namespace) -> Iterator[CalibrationRow]:
    """Yield the rows; log progress and remaining time every `EVERY_S` seconds."""
    started = logged = time.monotonic()
    for row in rows:
        now = time.monotonic()
        if now - logged > EVERY_S:
            done = row.session - arguments.first
            left = (now - started) / max(done, 1) * (arguments.sessions - done) / 60
            log.info("%s on %s  session %d/%d  %.1f min left", arguments.analysis, arguments.kind, done,
                     arguments.sessions, left)  # fmt: skip
            logged = now
        yield row
