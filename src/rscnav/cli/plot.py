"""``rscnav plot``: draw one figure for one or more sessions."""

import argparse
import logging
import time
from pathlib import Path

from rscnav.analyses.missing_results import add_missing, read_results
from rscnav.cli.common import add_config, job_settings, read_config
from rscnav.figures.layout import SessionResults
from rscnav.figures.missing_results import gaps_of
from rscnav.figures.registry import FIGURES, draw_figure, figure_module
from rscnav.figures.style import Canvas
from rscnav.sessions.hdf5 import load_session, session_kind

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)
    parser.add_argument("--figure", required=True, choices=list(FIGURES), help="name of the figure")
    parser.add_argument("--sessions", nargs="+", help="names of sessions (default: all of the configuration)")
    parser.add_argument(
        "--results", required=True, type=Path, help="results folder, which holds sessions/ and analyses/"
    )
    parser.add_argument("--output", required=True, type=Path, help="PDF file; a PNG of the same name is written, too")
    add_missing(parser)


def run(arguments: argparse.Namespace) -> None:
    """Draw the figure."""
    started = time.monotonic()
    stage = "figure" if arguments.sessions else "joint_figure"
    settings, _ = job_settings(read_config(arguments), stage, arguments.figure)
    names = arguments.sessions or settings["sessions"]
    look = settings["figures"]
    canvas = Canvas(look.width_mm, look.dpi)
    module = figure_module(arguments.figure)
    sessions = []
    for name in arguments.missing.left(names):
        file = arguments.results / "sessions" / f"{name}.h5"
        results = read_results(arguments.results / "analyses", name, module.ANALYSES, arguments.missing)
        session = load_session(file, module.FIELDS, lazy=True) if module.FIELDS else None
        sessions.append(SessionResults(name, session_kind(file), results, session))
    gaps = gaps_of(arguments.missing, names, module.ANALYSES)
    figure = draw_figure(arguments.figure, sessions, canvas, look.max_sessions, gaps)
    canvas.save(figure, arguments.output.with_suffix(""))
    log.info("figure %s of %s (%.1f s)", arguments.figure, ", ".join(names), time.monotonic() - started)
    for name, why in gaps.items():
        log.info("  missing: %s: %s", name, why)
