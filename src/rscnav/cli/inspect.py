"""``rscnav inspect FILE``: contents of a recorded file, a draft of its mapping, and a quality report."""

import argparse
from pathlib import Path

from rscnav.config.job_settings import recording
from rscnav.config.load import load_config
from rscnav.errors import InvalidValueError
from rscnav.files.atomic import write_text
from rscnav.inspection.inspect import inspect_recording
from rscnav.inspection.report import Report


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", help="recorded file: NWB, plain arrays (.npz, .mat, HDF5), or a session")
    parser.add_argument("--config", action="append", default=[], help="configuration with the mapping to inspect")
    parser.add_argument("--session", help="with --config: name of an item of `recordings`")
    parser.add_argument("--draft", type=Path, help="also write the draft of the mapping to this YAML file")
    parser.add_argument("--report", type=Path, help="draw the quality report as PDF and PNG: REPORT.pdf and REPORT.png")


def run(arguments: argparse.Namespace) -> None:
    """Print the contents of the file; write the draft and the quality report on request."""
    if bool(arguments.config) != bool(arguments.session):
        raise InvalidValueError(
            "--config and --session must be given together: --session names the recording whose mapping is inspected"
        )
    if arguments.report is not None and arguments.report.suffix.lower() not in (".pdf", ".png"):
        raise InvalidValueError(
            f"--report: {arguments.report} is not valid; expected the ending .pdf (a PDF and a PNG are written)"
        )
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
    """Write the draft and the quality report, if requested."""
    if arguments.draft is not None and report.draft:
        write_text(arguments.draft, report.draft)
        print(f"Draft: {arguments.draft}")
    if not report.items:  # plain arrays without a mapping, or a session: no quality report
        if arguments.report is not None:
            print("Quality report: not drawn; it needs NWB, or plain arrays with a mapping (--config and --session)")
        return
    if arguments.report is None:
        print(
            "Next: --report REPORT.pdf draws the quality report: occupancy, encounters, coverage in time, speeds, clocks, units"
        )
        return
    from rscnav.figures.style import Canvas
    from rscnav.inspection.page.page import draw_page  # slow import, needed for figures only

    written = Canvas().save(draw_page(report), arguments.report.with_suffix(""))
    print(f"Quality report: {', '.join(str(path) for path in written)}")
