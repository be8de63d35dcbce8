"""``rscnav ground-truth``: error of each estimate against the ground truth, by count of units and trials, on the simulated example."""

import argparse
import logging
import time
from pathlib import Path
from typing import Any

from rscnav.cli.common import add_config, add_expect, whole
from rscnav.config.load import load_config
from rscnav.config.schema import Config
from rscnav.files.sealed.rows import write_rows
from rscnav.ground_truth.registry import PARTS
from rscnav.registry import load
from rscnav.sessions.hdf5 import load_session, write_session

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    simulate = parts.add_parser("simulate", help="simulate the example, write it as NWB, read it as a session")
    simulate.add_argument("--output", required=True, type=Path, help="session with spikes (HDF5)")
    simulate.add_argument(
        "--rates", required=True, type=Path, help="the same session with expected rates in place of spike counts (HDF5)"
    )
    measure = parts.add_parser("measure", help="compute all estimates on a random subset of units and trials")
    measure.add_argument("--session", required=True, type=Path, help="session written by 'simulate' (HDF5)")
    measure.add_argument(
        "--activity", choices=["spikes", "rates"], default="spikes", help="activity of the session (default: spikes)"
    )
    measure.add_argument("--output", required=True, type=Path, help="CSV file")
    for part in (simulate, measure):
        part.add_argument("--seed", required=True, type=int, help="random seed of the simulated animal")
        part.add_argument("--units", required=True, type=whole(1), help="count of units")
        part.add_argument("--trials", required=True, type=whole(1), help="count of trials")
    truth = parts.add_parser("truth", help="compute the ground truth of each estimate")
    truth.add_argument("--trials", type=whole(1), default=3000, help="count of trials to average over (default: 3000)")
    truth.add_argument(
        "--units", type=whole(1), nargs="+", required=True, help="counts of units, for truths that depend on them"
    )
    truth.add_argument("--output", required=True, type=Path, help="CSV file")
    for part in (simulate, measure, truth):
        add_config(part)
    summary = parts.add_parser(
        "summary", help="write estimates.csv, the figure, and the table of units and trials that each estimate needs"
    )
    summary.add_argument("--inputs", required=True, nargs="+", type=Path, help="CSV files written by 'measure'")
    summary.add_argument("--truth", required=True, type=Path, help="CSV file written by 'truth'")
    add_expect(summary)
    summary.add_argument("--folder", required=True, type=Path, help="folder for estimates.csv, needs.md and the figure")


def run(arguments: argparse.Namespace) -> None:
    """Run one part: ``simulate``, ``measure``, ``truth`` or ``summary``."""
    started = time.monotonic()
    config: Any = _checked(arguments)
    part = load(PARTS[arguments.part])
    if arguments.part == "simulate":
        read, truth = part.simulate_and_read(config, arguments.seed, arguments.units, arguments.trials)
        write_session(part.expected(read, truth), arguments.rates)
        write_session(read, arguments.output)
    elif arguments.part == "measure":
        size = (arguments.seed, arguments.units, arguments.trials, arguments.activity)
        write_rows(part.measured(load_session(arguments.session), config, *size), arguments.output)
    elif arguments.part == "truth":
        write_rows(part.all_truths(config, arguments.trials, arguments.units), arguments.output)
    else:
        part.write_summary(arguments.inputs, arguments.truth, arguments.folder)
    log.info("%s: done (%.0f s)", arguments.part, time.monotonic() - started)


def _checked(arguments: argparse.Namespace) -> Config | None:
    """Read the configuration, if the part has one; with ``--expect``, check that settings and code are those of the plan."""
    files = getattr(arguments, "config", None)
    config = load_config(*files) if files else None
    if arguments.expect:
        from rscnav.workflow.jobs.planned import check_mark
        from rscnav.workflow.jobs.studies import planned_ground_truth

        now = planned_ground_truth(config, arguments.part)
        for word in arguments.expect:
            check_mark(word, now, files[-1] if files else "")
    return config
