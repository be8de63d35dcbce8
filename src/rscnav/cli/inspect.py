"""``rscnav inspect FILE``: what is in a recorded file, and what can be made of it."""

import argparse
from pathlib import Path

from rscnav.config.job_settings import recording
from rscnav.config.load import load_config
from rscnav.errors import InvalidValueError
from rscnav.files.atomic import write_text
from rscnav.inspection.report import Report, inspect_recording


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", help="a recorded file: NWB, plain arrays (.npz, .mat, HDF5), or a session")
    parser.add_argument("--config", action="append", default=[], help="configuration whose mapping is to be looked at")
    parser.add_argument("--session", help="with --config: name of an item of `recordings`")
    parser.add_argument("--draft", type=Path, help="write the draft of the mapping to this YAML file too")
    parser.add_argument(
        "--report", type=Path, help="draw a page of figures to look at: PAGE.pdf, and beside it PAGE.png"
    )


def run(arguments: argparse.Namespace) -> None:
    """Inspect."""
    if bool(arguments.config) != bool(arguments.session):
        raise InvalidValueError("--config and --session belong together: which recording's mapping is to be looked at?")
    if arguments.report is not None and arguments.report.suffix.lower() not in (".pdf", ".png"):
        raise InvalidValueError(f"--report {arguments.report}: a PDF and a PNG are written; give it the ending .pdf")
    mapping = recording(load_config(*arguments.config), arguments.session) if arguments.config else None
    report = inspect_recording(arguments.file, mapping)
    if text := report.text():
        print(text)
    if report.fatal:
        raise report.internal or InvalidValueError(report.fatal)
    _write(arguments, report)
    if report.internal is not None:
        raise report.internal


def _write(arguments: argparse.Namespace, report: Report) -> None:
    """Write the draft and the page, where they are asked for."""
    if arguments.draft is not None and report.draft:
        write_text(arguments.draft, report.draft)
        print(f"Draft: {arguments.draft}")
    if not report.items:  # plain arrays, or a session: there is no page of these
        if arguments.report is not None:
            print("Page: drawn of NWB, and of arrays with a mapping that says what they are (--config and --session)")
        return
    if arguments.report is None:
        print(
            "Now look at it: --report PAGE.pdf draws occupancy, encounters, what covers the time, speeds, clocks, units"
        )
        return
    from rscnav.figures.style import Canvas
    from rscnav.inspection.page.page import draw_page  # takes longer to import than to say what is in the file

    written = Canvas().save(draw_page(report), arguments.report.with_suffix(""))
    print(f"Page: {', '.join(str(path) for path in written)}")
