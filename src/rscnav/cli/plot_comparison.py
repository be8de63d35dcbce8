"""``rscnav plot-comparison``: draw the sessions of a comparison side by side, and write their numbers as a table."""

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
    parser.add_argument("--name", required=True, help="a comparison's name in the configuration")
    parser.add_argument("--results", required=True, type=Path, help="folder that holds analyses/ and comparisons/")
    parser.add_argument("--output", required=True, type=Path, help="PDF file; the PNG goes beside it")
    parser.add_argument("--table", required=True, type=Path, help="CSV file")
    add_missing(parser)


def run(arguments: argparse.Namespace) -> None:
    """Draw."""
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
    log.info(
        "comparison %s drawn, %s side by side (%.1f s)", arguments.name, ", ".join(names), time.monotonic() - started
    )
