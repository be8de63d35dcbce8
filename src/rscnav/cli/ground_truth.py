"""``rscnav ground-truth``: how estimates approach the truth as units and trials grow, on the simulated example."""

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
from rscnav.sessions.hdf5 import read_session, write_session

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    simulate = parts.add_parser("simulate", help="simulate the example, write it as NWB, read it")
    simulate.add_argument("--output", required=True, type=Path, help="session that was read (HDF5)")
    simulate.add_argument("--rates", required=True, type=Path, help="the same with expected rates for counts (HDF5)")
    measure = parts.add_parser("measure", help="all estimates of a random subset of its units and trials")
    measure.add_argument("--session", required=True, type=Path, help="of 'simulate' (HDF5)")
    measure.add_argument("--activity", choices=["spikes", "rates"], default="spikes", help="which of the two it is")
    measure.add_argument("--output", required=True, type=Path, help="CSV file")
    for part in (simulate, measure):
        part.add_argument("--seed", required=True, type=int, help="of the simulated animal")
        part.add_argument("--units", required=True, type=whole(1))
        part.add_argument("--trials", required=True, type=whole(1))
    truth = parts.add_parser("truth", help="what the estimates should be")
    truth.add_argument("--trials", type=whole(1), default=3000, help="trials that the truth is averaged over")
    truth.add_argument(
        "--units", type=whole(1), nargs="+", required=True, help="numbers of units where it depends on them"
    )
    truth.add_argument("--output", required=True, type=Path, help="CSV file")
    for part in (simulate, measure, truth):
        add_config(part)
    summary = parts.add_parser("summary", help="all rows in one file, the figure, the table of needs")
    summary.add_argument("--inputs", required=True, nargs="+", type=Path, help="CSV files of 'measure'")
    summary.add_argument("--truth", required=True, type=Path, help="CSV file of 'truth'")
    add_expect(summary)
    summary.add_argument("--folder", required=True, type=Path, help="where estimates.csv, needs.md and the figure go")


def run(arguments: argparse.Namespace) -> None:
    """Run a part."""
    started = time.monotonic()
    config: Any = _checked(arguments)
    part = load(PARTS[arguments.part])
    if arguments.part == "simulate":
        read, truth = part.simulate_and_read(config, arguments.seed, arguments.units, arguments.trials)
        write_session(part.expected(read, truth), arguments.rates)
        write_session(read, arguments.output)
    elif arguments.part == "measure":
        size = (arguments.seed, arguments.units, arguments.trials, arguments.activity)
        write_rows(part.measured(read_session(arguments.session), config, *size), arguments.output)
    elif arguments.part == "truth":
        write_rows(part.all_truths(config, arguments.trials, arguments.units), arguments.output)
    else:
        part.write_summary(arguments.inputs, arguments.truth, arguments.folder)
    log.info("%s: done (%.0f s)", arguments.part, time.monotonic() - started)


def _checked(arguments: argparse.Namespace) -> Config | None:
    """Read the configuration where the part has one, and check that the job is the one that was planned."""
    files = getattr(arguments, "config", None)
    config = load_config(*files) if files else None
    if arguments.expect:
        from rscnav.workflow.jobs.planned import check_mark
        from rscnav.workflow.jobs.studies import planned_ground_truth

        now = planned_ground_truth(config, arguments.part)
        for word in arguments.expect:
            check_mark(word, now, files[-1] if files else "")
    return config
