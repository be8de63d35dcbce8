"""``rscnav plot-comparison``: draw a comparison of sessions and write its table."""

import argparse
import logging
import time
from pathlib import Path

from rscnav.analyses.missing_results import add_missing, read_results
from rscnav.analyses.result import read_result
from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.comparison.summary_table import ANALYSES, TableCell, entries
from rscnav.figures.comparison.comparison import draw_comparison
from rscnav.figures.missing_results import add_gaps, gaps_of
from rscnav.figures.style import Canvas
from rscnav.files.sealed.rows import write_rows

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--name", required=True, help="name of an item of `comparisons`")
    parser.add_argument(
        "--results", required=True, type=Path, help="results folder, which holds analyses/ and comparisons/"
    )
    parser.add_argument("--output", required=True, type=Path, help="PDF file; a PNG of the same name is written, too")
    parser.add_argument("--table", required=True, type=Path, help="CSV file of the table")
    add_missing(parser)


def run(arguments: argparse.Namespace) -> None:
    """Draw the comparison and write its table."""
    started = time.monotonic()
    settings, _ = job_settings(read_config(arguments), "plot_comparison", arguments.name)
    missing, look = arguments.missing, settings["figures"]
    names = missing.left(settings["comparison"].sessions)
    results = {name: read_results(arguments.results / "analyses", name, ANALYSES, missing) for name in names}
    compared = read_result(arguments.results / "comparisons" / f"{arguments.name}.h5")
    canvas = Canvas(look.width_mm, look.dpi)
    figure = draw_comparison(results, compared, canvas)
    with canvas.style():
        add_gaps(figure, gaps_of(missing, settings["comparison"].sessions, ANALYSES))
    canvas.save(figure, arguments.output.with_suffix(""))
    write_rows(entries(results, compared), arguments.table, TableCell)
    log.info("figure of comparison %s of %s (%.1f s)", arguments.name, ", ".join(names), time.monotonic() - started)
