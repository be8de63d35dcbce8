"""``rscnav inspect FILE``: what is in a recorded file, and what can be made of it."""

import argparse
from pathlib import Path

from rscnav.config.load import load_config
from rscnav.config.stages import recording
from rscnav.files import write_text
from rscnav.inspection.report import inspect_recording


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", help="NWB file")
    parser.add_argument("--config", action="append", default=[], help="configuration whose mapping is to be looked at")
    parser.add_argument("--session", help="with --config: name of an item of `recordings`")
    parser.add_argument("--draft", type=Path, help="write the draft of the mapping to this YAML file too")


def run(arguments: argparse.Namespace) -> None:
    """Inspect."""
    if bool(arguments.config) != bool(arguments.session):
        raise ValueError("--config and --session belong together: which recording's mapping is to be looked at?")
    mapping = recording(load_config(*arguments.config), arguments.session) if arguments.config else None
    report = inspect_recording(arguments.file, mapping)
    print(report.text())
    if arguments.draft is not None and report.draft:
        write_text(arguments.draft, report.draft)
        print(f"Draft: {arguments.draft}")
